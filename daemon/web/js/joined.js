// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Two kits in one formula: what one measured at the instants of the other. Between two values it is on the straight line,
// where these are no more than three of its periods apart: over a gap there is none, and none before the first and after the
// last. The board joins the x and y of a fit by the same rule (history/fit_points.c). Pure.

/** @typedef {import('./series.js').Block} Block */
/** @typedef {import('./series.js').Lane} Lane */

const NEAR = 3;
const KEYS = /** @type {const} */ (['lo', 'mid', 'hi']);

/** A channel of `other` at the instants of a block. @param {Block} block @param {Block} other @param {number} at @param {number} periodUs of `other`; 0: irregular
 * @returns {Lane} */
export function joined(block, other, at, periodUs) {
  const { t, n, length } = other, from = other.lanes[at], out = { lo: nothing(block.length), mid: nothing(block.length), hi: nothing(block.length) };
  let rows = 0, before = -1, next = 0, after = 0;
  for (let k = 0; k < length; k++) rows += n[k];
  const usual = periodUs || (t[length - 1] - t[0]) / Math.max(1, rows - 1);
  for (let i = 0; i < block.length; i++) {
    for (; next < length && t[next] <= block.t[i]; next++) if (from.mid[next] === from.mid[next]) before = next;
    if (before < 0) continue;
    const us = block.t[i] - t[before];
    for (after = Math.max(after, next); us && after < length && from.mid[after] !== from.mid[after];) after++;
    if (us && !(after < length)) break;
    const apart = us ? t[after] - t[before] : 1;
    if (us && apart > NEAR * usual * Math.max(n[before], n[after])) continue;     // a column stands for as many periods as it has rows
    for (const key of KEYS) out[key][i] = us ? from[key][before] + us / apart * (from[key][after] - from[key][before]) : from[key][before];
  }
  return out;
}

/** @param {number} n */
const nothing = (n) => new Float64Array(n).fill(NaN);
