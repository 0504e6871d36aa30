// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a reading must not be taken for: a value that the instrument cannot mean, or one of before it is
// warm. The board says where a range ends (daemon/share/limits.h), and has the same rule for its files
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

/** @param {number|null|undefined} value @param {Limits|null} limits @param {number} ageUs since it was plugged in;
 * NaN: nobody knows @param {number} warmUpUs @returns {Flag[]} */
export const flagsOf = (value, limits, ageUs, warmUpUs) => /** @type {Flag[]} */ ([
  ...(ageUs < warmUpUs ? ['warm-up'] : []), ...(isOutside(value, limits) ? ['out-of-range'] : [])]);

/** How long a kit had been plugged in at an instant, microseconds; NaN: nobody knows. @param {number} us
 * @param {number|null} beganUs before the gaps; null: unknown @param {{reason: string, to_us: number}[]} gaps */
export function ageAt(us, beganUs, gaps) {
  let since = beganUs != null && beganUs <= us ? beganUs : -Infinity;
  for (const gap of gaps) if (beginsAnew(gap.reason) && gap.to_us <= us) since = Math.max(since, gap.to_us);
  return Number.isFinite(since) ? us - since : NaN;
}

/** Does a kit begin anew, and so to warm up, behind a gap with this reason? @param {string} reason */
export const beginsAnew = (reason) => ['unplugged', 'stopped', 'reset'].includes(reason);
