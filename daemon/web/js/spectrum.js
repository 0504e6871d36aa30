// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which frequencies readings are made of. The longest stretch without a gap is brought to even times, its
// straight line taken away (a drift would look like slow swings), multiplied by the window, filled up with noughts
// to a power of two, and transformed (fft.js). Amplitudes are such that a sine of amplitude A has a peak of A:
// 2 |X| / sum of the window. Hann's window keeps a strong swing from hiding a weak one beside it; without one, lines are
// half as wide (Harris, Proc. IEEE 66, 1978). Lines closer than `apart` are one. Pure; the library is given.
import { longest, piecesOf } from './pieces.js';

/** @typedef {'hann'|'none'} Window */
/** @typedef {{f: number[], a: number[], apart: number, n: number, seconds: number, perColumn: number,
 *   peak: {f: number, a: number, u: number}|null}} Spectrum frequencies in Hz; perColumn > 1: of means of so many readings, which hold
 *   less of what is fast; peak: null where nothing stands out. u: half the distance of lines, 1 / (2 seconds) */

const LEAST = 16, MOST = 16384;
const STANDS_OUT = 6;                // times the middle amplitude: of noise alone the highest of 4 000 lines has about 4

/** Even times by straight lines between readings. @param {Float64Array} t @param {Float64Array} y @param {number} i @param {number} j
 * @param {number} n @returns {Float64Array} */
function even(t, y, i, j, n) {
  const out = new Float64Array(n), step = (t[j - 1] - t[i]) / (n - 1);
  for (let k = 0, a = i; k < n; k++) {
    const at = t[i] + k * step;
    while (a < j - 2 && t[a + 1] <= at) a++;
    out[k] = y[a] + (y[a + 1] - y[a]) * Math.min(1, (at - t[a]) / (t[a + 1] - t[a]));
  }
  return out;
}

/** Takes mean and straight line away, in place. @param {Float64Array} y */
function level(y) {
  const n = y.length, middle = (n - 1) / 2;
  let mean = 0, sxy = 0;
  for (const v of y) mean += v / n;
  for (let k = 0; k < n; k++) sxy += (k - middle) * (y[k] - mean);
  const slope = sxy / (n * (n * n - 1) / 12);
  for (let k = 0; k < n; k++) y[k] -= mean + slope * (k - middle);
}

/** @param {number[]} f @param {number[]} a @param {number} apart @param {number} seconds */
function peakOf(f, a, apart, seconds) {
  let k = -1;
  for (let i = 1; i < a.length - 1; i++) if (f[i] >= apart * 0.75 && a[i] > a[i - 1] && a[i] >= a[i + 1] && (k < 0 || a[i] > a[k])) k = i;
  const middle = [...a].sort((p, q) => p - q)[a.length >> 1];
  if (k < 0 || a[k] < STANDS_OUT * middle || a[k] < 1e-12) return null;
  // The logarithm of a line of Hann's window is nearly a parabola around its top.
  const [p, q, r] = [a[k - 1], a[k], a[k + 1]].map((v) => Math.log(v + 1e-300)), bend = p - 2 * q + r;
  const off = bend < 0 ? Math.max(-0.5, Math.min(0.5, (p - r) / (2 * bend))) : 0;
  return { f: f[k] + off * (f[1] - f[0]), a: Math.exp(q - (p - r) * off / 4), u: 1 / (2 * seconds) };
}

/** @param {any} FFT the library @param {import('./series.js').Block} block @param {number} channel @param {import('./series.js').Gap[]} gaps
 * @param {Window} window @returns {Spectrum|null} null: too few readings in one stretch */
export function spectrum(FFT, block, channel, gaps, window) {
  const piece = longest(block, piecesOf(block, channel, gaps));
  if (!piece || piece[1] - piece[0] < LEAST) return null;
  const [i, j] = piece, n = Math.min(MOST, j - i), seconds = (block.t[j - 1] - block.t[i]) / 1e6 * n / (n - 1);
  const y = even(block.t, block.lanes[channel].mid, i, j, n), size = 2 ** Math.ceil(Math.log2(n) + 1);
  level(y);
  let weight = 0;
  for (let k = 0; k < n; k++) {
    const w = window === 'hann' ? 0.5 - 0.5 * Math.cos(2 * Math.PI * (k + 0.5) / n) : 1;
    y[k] *= w;
    weight += w;
  }
  const fft = new FFT(size), input = new Array(size).fill(0), out = fft.createComplexArray();
  y.forEach((v, k) => { input[k] = v; });
  fft.realTransform(out, input);
  const f = [], a = [], hz = n / seconds / size;
  for (let k = 0; k <= size / 2; k++) { f.push(k * hz); a.push(2 * Math.hypot(out[2 * k], out[2 * k + 1]) / weight); }
  const perColumn = block.n.subarray(i, j).reduce((sum, v) => sum + v, 0) / (j - i);
  const apart = (window === 'hann' ? 2 : 1) / seconds;
  return { f, a, apart, n, seconds, perColumn, peak: peakOf(f, a, apart, seconds) };
}
