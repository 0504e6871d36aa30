// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How often each value came. Bins are as wide as Freedman and Diaconis (1981) advise, 2 IQR / n^(1/3), rounded
// to 1, 2 or 5 times a power of ten, and whole steps of the instrument: a bin of one and a half steps would have
// teeth that are not in the data. Edges lie half a step beside the values that can come. Pure.

/** @typedef {{low: number, width: number, counts: number[], n: number, mean: number, isApproximate: boolean}} Histogram bin i is
 *   [low + i width, low + (i + 1) width); isApproximate: means of many readings stand for these */

const MOST = 60, FEWEST = 5;

/** The next of 1, 2, 5 times a power of ten that is not less. @param {number} v */
export function roundUp(v) {
  const e = 10 ** Math.floor(Math.log10(v) + 1e-9);
  return [1, 2, 5, 10].map((k) => k * e).find((k) => k >= v * (1 - 1e-9)) ?? 10 * e;
}

/** The nearest of these, by ratio. @param {number} v */
export function roundNear(v) {
  const up = roundUp(v), down = [1, 2, 5].map((k) => k * 10 ** Math.floor(Math.log10(up) - 1e-9)).filter((k) => k < up * 0.99).pop() ?? up / 2;
  return v / down < up / v ? down : up;
}

/** @param {{v: number, n: number}[]} sorted by v @param {number} total @param {number} part */
function quantile(sorted, total, part) {
  let seen = 0;
  for (const { v, n } of sorted) if ((seen += n) >= total * part) return v;
  return sorted[sorted.length - 1].v;
}

/** @param {import('./series.js').Block} block @param {number} channel @param {number} step of the instrument; 0: unknown
 * @returns {Histogram|null} null: fewer than five readings */
export function histogram(block, channel, step) {
  const { mid } = block.lanes[channel], sorted = [];
  let n = 0, mean = 0, isApproximate = false;
  for (let i = 0; i < block.length; i++) {
    if (mid[i] !== mid[i]) continue;
    sorted.push({ v: mid[i], n: block.n[i] });
    n += block.n[i];
    mean += mid[i] * block.n[i];
    if (block.n[i] > 1) isApproximate = true;
  }
  if (n < FEWEST || !sorted.length) return null;
  sorted.sort((a, b) => a.v - b.v);
  const lo = sorted[0].v, hi = sorted[sorted.length - 1].v, span = hi - lo, least = step || span / 1000 || Math.max(1e-9, Math.abs(hi) * 1e-6);
  const advised = 2 * (quantile(sorted, n, 0.75) - quantile(sorted, n, 0.25)) / Math.cbrt(n);
  let width = Math.max(advised > 0 ? roundNear(advised) : 0, roundUp(Math.max(least, span / MOST)));
  if (step) width = Math.max(1, Math.round(width / step)) * step;
  const low = step ? (Math.floor(lo / width + 1e-9) * width) - step / 2 : Math.floor(lo / width + 1e-9) * width;
  const counts = new Array(Math.floor((hi - low) / width + 1e-9) + 1).fill(0);
  for (const { v, n: k } of sorted) counts[Math.min(counts.length - 1, Math.floor((v - low) / width + 1e-9))] += k;
  return { low, width, counts, n, mean: mean / n, isApproximate };
}
