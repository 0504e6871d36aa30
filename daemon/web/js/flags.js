// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a reading must not be taken for: a value that the instrument cannot mean, or one of before it is
// warm. The board says where a range ends (daemon/live/limits.h), and has the same rule for its files
// (daemon/data/flag.h); tests/data/flags.txt holds for both. Pure.

/** @typedef {'warm-up'|'out-of-range'} Flag */
/** @typedef {[number, number]} Limits the least and the greatest value that are none of these */
/** @typedef {{from_us: number, least: number|null, most: number|null}} Piece limits from an instant on */

/** Those of an instant; before the first piece, as it says. @param {Piece[]} pieces by time, one at least
 * @param {number} us @returns {Limits|null} */
export function limitsIn(pieces, us) {
  let i = pieces.length - 1;
  while (i > 0 && pieces[i].from_us > us) i--;
  const { least, most } = pieces[i];
  return least == null || most == null ? null : [least, most];
}

/** @param {number|null|undefined} value @param {Limits|null} limits */
export const isOutside = (value, limits) => value != null && !!limits && (value < limits[0] || value > limits[1]);

/** @param {boolean} isOut @param {number} ageUs since it was plugged in; NaN: nobody knows @param {number} warmUpUs
 * @returns {Flag[]} */
export const flagsOf = (isOut, ageUs, warmUpUs) => /** @type {Flag[]} */ ([
  ...(ageUs < warmUpUs ? ['warm-up'] : []), ...(isOut ? ['out-of-range'] : [])]);

/** When a kit began anew, as far as it is known, ascending. @param {(number|null)[]} known null: unknown
 * @param {{reason: string, to_us: number}[]} gaps @returns {number[]} */
export const beginningsOf = (known, gaps) => [
  ...known.flatMap((us) => us ?? []), ...gaps.filter((gap) => beginsAnew(gap.reason)).map((gap) => gap.to_us)].sort((a, b) => a - b);

/** How long a kit had been plugged in at an instant, microseconds; NaN: nobody knows. @param {number} us
 * @param {number[]} beginnings ascending */
export function ageAt(us, beginnings) {
  let a = 0, b = beginnings.length;
  while (a < b) { const m = (a + b) >> 1; if (beginnings[m] <= us) a = m + 1; else b = m; }
  return a ? us - beginnings[a - 1] : NaN;
}

/** How long of [from, to] a kit warmed up, microseconds. @param {number} fromUs @param {number} toUs
 * @param {number|null} beganUs before the gaps; null: unknown @param {{reason: string, to_us: number}[]} gaps @param {number} warmUpUs */
export function warmingIn(fromUs, toUs, beganUs, gaps, warmUpUs) {
  let sum = 0, counted = fromUs;
  for (const start of beginningsOf([beganUs], gaps)) {
    const from = Math.max(start, counted), to = Math.min(start + warmUpUs, toUs);
    if (to > from) { sum += to - from; counted = to; }
  }
  return sum;
}

/** Does a kit begin anew, and so to warm up, behind a gap with this reason? @param {string} reason */
export const beginsAnew = (reason) => ['unplugged', 'stopped', 'reset'].includes(reason);
