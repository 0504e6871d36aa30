// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Six numbers about a dragged range. Rows give them exactly. Columns (min, max, mean of n rows) give n,
// mean, min and max exactly as far as they lie in the range whole; how the readings lie inside a column is
// not known, so `isApproximate` then stands for SD, change, slope and area, and the page says "≈". Nobody
// knows the curve in a gap: the area leaves it out (`hasGap`). `outside` counts what the instrument cannot
// mean; a column that reaches outside counts as one, though it may hold more (`isOutsideAtLeast`).
import { isOutside } from './flags.js';

/** @typedef {{n: number, mean: number, sd: number, min: number, max: number, delta: number, slope: number,
 *             area: number, isApproximate: boolean, hasGap: boolean, outside: number, isOutsideAtLeast: boolean,
 *             u: {mean: number, sd: number, delta: number, slope: number, area: number}}} Stats slope and area by the second;
 *             u: one standard uncertainty of each, of the scatter about a straight line, which is what decides their digits; 0: no scatter seen */

/** @param {import('./series.js').Block} block @param {number} channel @param {number} from @param {number} to
 * microseconds of board time @param {import('./series.js').Gap[]} [gaps] @param {(us: number) => import('./flags.js').Limits|null} [limitsAt]
 * @returns {Stats|null} */
export function describe(block, channel, from, to, gaps = [], limitsAt = () => null) {
  const lane = block.lanes[channel], t = block.t, x = /** @type {number[]} */ ([]), y = /** @type {number[]} */ ([]), w = [];
  let min = Infinity, max = -Infinity, n = 0, isApproximate = false, hasGap = false, outside = 0, isOutsideAtLeast = false;
  for (let i = block.after(from - 1), j = block.after(to); i < j; i++) {
    if (lane.mid[i] !== lane.mid[i]) continue;
    x.push((t[i] - from) / 1e6); y.push(lane.mid[i]); w.push(block.n[i]);
    if (lane.lo[i] < min) min = lane.lo[i];
    if (lane.hi[i] > max) max = lane.hi[i];
    if (block.n[i] > 1) isApproximate = true;
    n += block.n[i];
    const limits = limitsAt(t[i]);
    if (!isOutside(lane.lo[i], limits) && !isOutside(lane.hi[i], limits)) continue;
    outside++;
    if (block.n[i] > 1) isOutsideAtLeast = true;
  }
  if (x.length < 2) return null;
  let mean = 0, middle = 0;
  for (let i = 0; i < x.length; i++) { mean += w[i] * y[i]; middle += w[i] * x[i]; }
  mean /= n; middle /= n;
  let syy = 0, sxx = 0, sxy = 0, area = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i] - middle, dy = y[i] - mean;
    syy += w[i] * dy * dy; sxx += w[i] * dx * dx; sxy += w[i] * dx * dy;
    if (!i) continue;
    const isGap = gaps.some((g) => (g.from_us - from) / 1e6 < x[i] && (g.to_us - from) / 1e6 > x[i - 1]);
    if (isGap) hasGap = true; else area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  }
  const ends = Math.max(1, Math.min(10, x.length >> 2));       // noise of a single point is no change
  // The scatter about the line, as a change of the readings themselves is none; of each point that is known (means scatter less).
  const rest = x.length > 2 && sxx > 0 ? Math.sqrt(Math.max(0, syy - sxy * sxy / sxx) / n / (x.length - 2) * x.length) : 0;
  const u = { mean: rest / Math.sqrt(x.length), sd: Math.sqrt(syy / (n - 1)) / Math.sqrt(2 * (x.length - 1)), delta: rest * Math.sqrt(2 / ends),
    slope: sxx > 0 ? rest / Math.sqrt(sxx * x.length / n) : 0, area: rest * (x[x.length - 1] - x[0]) / Math.sqrt(x.length) };
  const average = (/** @type {number[]} */ a) => a.reduce((s, v) => s + v, 0) / a.length;
  return { n, mean, min, max, area, u, isApproximate, hasGap, outside, isOutsideAtLeast,
    sd: Math.sqrt(syy / (n - 1)), slope: sxx > 0 ? sxy / sxx : 0,
    delta: average(y.slice(-ends)) - average(y.slice(0, ends)) };
}
