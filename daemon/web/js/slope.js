// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How fast a reading changes: the line of least squares through the readings around an instant, which is the
// tangent there as far as these lie on a line. u of the slope is its standard error,
// sqrt(sum r^2 / (n - 2) / sum (t - mean)^2) (Press et al., Numerical Recipes, 15.2). Pure.
import { piecesOf } from './pieces.js';

/** @typedef {import('./series.js').Block} Block */
/** @typedef {import('./series.js').Gap} Gap */
/** @typedef {{x: number, y: number, slope: number, u: number, n: number, from: number, to: number}} Line through (x, y), slope and u by
 *   the second; made of n points of [from, to], microseconds */

const LEAST = 5;                     // points of a tangent; two always lie on a line
const AROUND = 2;                    // points on either side that a rate of change is made of

/** The line through points [i, j). @param {Float64Array} t @param {Float64Array} y @param {number} i @param {number} j @returns {Line} */
function through(t, y, i, j) {
  const n = j - i, zero = t[i];
  let mt = 0, my = 0;
  for (let k = i; k < j; k++) { mt += (t[k] - zero) / 1e6; my += y[k]; }
  mt /= n; my /= n;
  let stt = 0, sty = 0, syy = 0;
  for (let k = i; k < j; k++) {
    const dt = (t[k] - zero) / 1e6 - mt, dy = y[k] - my;
    stt += dt * dt; sty += dt * dy; syy += dy * dy;
  }
  const slope = sty / stt, rest = Math.max(0, syy - slope * sty);
  return { x: zero + mt * 1e6, y: my, slope, u: n > 2 ? Math.sqrt(rest / (n - 2) / stt) : NaN, n, from: t[i], to: t[j - 1] };
}

/** The tangent at an instant, of the readings not farther than `half` from it, and five at least where there are so many.
 * @param {Block} block @param {number} channel @param {number} us @param {number} half microseconds @param {Gap[]} gaps
 * @returns {Line|null} null: in a gap, or too few readings */
export function tangentAt(block, channel, us, half, gaps) {
  const { t } = block, piece = piecesOf(block, channel, gaps).find(([i, j]) => t[i] <= us && t[j - 1] >= us);
  if (!piece || piece[1] - piece[0] < 3) return null;
  let i = Math.max(piece[0], block.after(us - half - 1)), j = Math.min(piece[1], block.after(us + half));
  while (j - i < LEAST && (i > piece[0] || j < piece[1])) {
    if (j >= piece[1] || (i > piece[0] && us - t[i - 1] <= t[j] - us)) i--; else j++;
  }
  return through(t, block.lanes[channel].mid, i, j);
}

/** The rate of change at every point, by the second: the line through it and two neighbours on either side, fewer at an
 * end; NaN where there are not three. @param {Block} block @param {number} channel @param {Gap[]} gaps @returns {Float64Array} */
export function ratesOf(block, channel, gaps) {
  const out = new Float64Array(block.length).fill(NaN), { mid } = block.lanes[channel];
  for (const [i, j] of piecesOf(block, channel, gaps)) {
    if (j - i < 3) continue;
    for (let k = i; k < j; k++) {
      const a = Math.max(i, Math.min(k - AROUND, j - 3)), b = Math.min(j, Math.max(k + AROUND + 1, i + 3));
      out[k] = through(block.t, mid, a, b).slope;
    }
  }
  return out;
}
