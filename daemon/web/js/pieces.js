// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What is worked out of neighbouring readings (slopes, smoothing, spectra) must not reach across a gap: the
// stretches without one. Pure.

/** @typedef {import('./series.js').Block} Block */
/** @typedef {import('./series.js').Gap} Gap */

/** Stretches [i, j) of readings that have a value in this channel at their ends, and no gap and no lack inside.
 * @param {Block} block @param {number} channel @param {Gap[]} gaps by time @returns {[number, number][]} */
export function piecesOf(block, channel, gaps) {
  const { t, length } = block, { mid } = block.lanes[channel];
  /** @type {[number, number][]} */ const out = [];
  let from = -1, g = 0;
  const end = (/** @type {number} */ i) => { if (from >= 0 && i > from) out.push([from, i]); from = -1; };
  for (let i = 0; i < length; i++) {
    if (mid[i] !== mid[i]) { end(i); continue; }
    while (from >= 0 && g < gaps.length && gaps[g].to_us <= t[i - 1]) g++;
    if (from >= 0 && g < gaps.length && gaps[g].from_us < t[i] && gaps[g].to_us > t[i - 1]) end(i);
    if (from < 0) from = i;
  }
  end(length);
  return out;
}

/** The longest of them in time. @param {Block} block @param {[number, number][]} pieces @returns {[number, number]|null} */
export function longest({ t }, pieces) {
  /** @type {[number, number]|null} */ let best = null;
  for (const [i, j] of pieces) if (!best || t[j - 1] - t[i] > t[best[1] - 1] - t[best[0]]) best = [i, j];
  return best;
}
