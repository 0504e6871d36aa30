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

/** @param {boolean} wasOff what the last answer was @param {Count} count @param {number} periodUs */
export function isOff(wasOff, { rows, seconds }, periodUs) {
  const wanted = seconds * 1e6 / periodUs, off = Math.abs(rows - wanted);
  return wasOff ? off > Math.max(MEND, WELL * wanted) : off > Math.max(CHANCE, OFF * wanted);
}
