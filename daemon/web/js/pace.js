// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Does a stream come as fast as it was asked to? Readings are counted by the second, so a short count of a
// slow stream has one more or less by chance: that is no news. Nor may a rate at the limit come and go.
// Pure.

const OFF = 0.1, WELL = 0.07;        // of what was asked for: from when on it is off, until when it stays so
const CHANCE = 1.5, MEND = 1;        // readings, likewise
const READINGS = 10;                 // as many should be in the count
const SECONDS_LEAST = 5, COUNTS_LEAST = 3;

/** @typedef {{rows: number, seconds: number}} Count */

/** The newest seconds that tell the rate of a stream; null: too few. @param {number[]} counts rows by the second, the
 * newest last @param {number} periodUs 0: nobody asked for a rate; then as many seconds as have readings enough @returns {Count|null} */
export function countOf(counts, periodUs) {
  const least = Math.max(SECONDS_LEAST, Math.ceil(periodUs * READINGS / 1e6));
  let rows = 0, seconds = 0;
  while (seconds < counts.length && (seconds < least || (!periodUs && rows < READINGS))) rows += counts[counts.length - ++seconds];
  return seconds < COUNTS_LEAST ? null : { rows, seconds };
}

/** How many readings a second a block has where no gap is; 0: too few to say. A column stands in the middle of its readings,
 * so of the first and the last only half lie within. @param {{t: ArrayLike<number>, n: ArrayLike<number>, length: number}} block
 * @param {{from_us: number, to_us: number}[]} gaps by time */
export function rateOf({ t, n, length }, gaps) {
  if (length < 2) return 0;
  const first = t[0], last = t[length - 1];
  let steps = -(n[0] + n[length - 1]) / 2, us = last - first, end = first;
  for (let i = 0; i < length; i++) steps += n[i];
  for (const gap of gaps) {
    const from = Math.max(gap.from_us, end), to = Math.min(gap.to_us, last);
    if (to <= from) continue;
    us -= to - from;
    if (from >= end) steps--;
    end = to;
  }
  return steps > 0 && us > 0 ? steps / us * 1e6 : 0;
}

/** Of a run, which has all its readings: may they be told from what was asked for? @param {number} hertz @param {number} rows
 * @param {number} asked a second */
export const isFarOff = (hertz, rows, asked) => rows >= READINGS && Math.abs(hertz - asked) > OFF * asked;

/** @param {boolean} wasOff what the last answer was @param {Count} count @param {number} periodUs */
export function isOff(wasOff, { rows, seconds }, periodUs) {
  const wanted = seconds * 1e6 / periodUs, off = Math.abs(rows - wanted);
  return wasOff ? off > Math.max(MEND, WELL * wanted) : off > Math.max(CHANCE, OFF * wanted);
}
