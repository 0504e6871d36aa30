// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The line of the chart, smoothed: each point becomes the mean of the n readings around it. At an end and at
// a gap the window grows narrower on both sides, so that nothing is shifted. Only the chart has it: numbers,
// fits, tables and files are of the readings. A column of n readings or more is a mean already. Pure.
import { piecesOf } from './pieces.js';

/** @param {import('./series.js').Block} block @param {number} channel @param {number} n odd @param {import('./series.js').Gap[]} gaps
 * @returns {Float64Array} */
export function smoothed(block, channel, n, gaps) {
  const { mid } = block.lanes[channel], rows = block.n, out = mid.slice(0, block.length);
  for (const [i, j] of piecesOf(block, channel, gaps)) {
    const sum = new Float64Array(j - i + 1), count = new Float64Array(j - i + 1);
    for (let k = i; k < j; k++) { sum[k - i + 1] = sum[k - i] + mid[k] * rows[k]; count[k - i + 1] = count[k - i] + rows[k]; }
    for (let k = i; k < j; k++) {
      const most = Math.min(k - i, j - 1 - k);
      let half = 0;
      while (half < most && count[k + half + 2 - i] - count[k - half - 1 - i] <= n) half++;
      if (half) out[k] = (sum[k + half + 1 - i] - sum[k - half - i]) / (count[k + half + 1 - i] - count[k - half - i]);
    }
  }
  return out;
}
