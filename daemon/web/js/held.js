// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// By which calibration the readings of an instant are shown. The board decides likewise (daemon/keep/correction.h). Pure.

/** @typedef {import('./api.js').Recorded} Recorded */

/** The record made last of those that hold there and were not taken back; null: readings are as the sensor gives them.
 * @param {Recorded[]} all of one channel, the newest last @param {number} us @returns {Recorded|null} */
export const heldAt = (all, us) => all.filter((c) => c.kind !== 'withdrawal' && !c.is_withdrawn
  && c.from_us <= us && us < (c.to_us ?? Infinity)).pop() ?? null;

/** What a reading is by its points: one shifts, more are joined by lines of which the outer ones go on.
 * @param {import('./api.js').Point[]} points by `raw`, one at least @param {number} raw */
export function valueBy(points, raw) {
  let i = points.length - 2;
  while (i > 0 && points[i].raw > raw) i--;
  const a = points[Math.max(0, i)], b = points[i + 1], slope = i < 0 ? 1 : (b.true - a.true) / (b.raw - a.raw);
  return +(a.true + (raw - a.raw) * slope).toPrecision(9);
}
