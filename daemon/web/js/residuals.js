// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What is left of the readings when the fit is taken away: the band of their scatter, every residual thin, and the mean of
// 24 stretches thick, in which a bend shows that the noise hides.
import './strings-later.js';
import { html, t } from './base.js';

const WIDTH = 400, HEIGHT = 80, BINS = 24;

/** Means of stretches of x. @param {number[]} x rising @param {number[]} y @param {number} n @returns {[number, number][]} */
export function means(x, y, n) {
  const x0 = x[0], span = x[x.length - 1] - x0 || 1;
  /** @type {[number, number, number][]} */ const sums = Array.from({ length: Math.min(n, Math.max(1, x.length >> 1)) }, () => [0, 0, 0]);
  x.forEach((v, i) => {
    const s = sums[Math.min(sums.length - 1, Math.floor((v - x0) / span * sums.length))];
    s[0] += v; s[1] += y[i]; s[2]++;
  });
  return sums.filter((s) => s[2]).map((s) => [s[0] / s[2], s[1] / s[2]]);
}

/** @param {{x: number[], y: number[], sigma: number|null}} p */
export function Residuals({ x, y, sigma }) {
  const most = Math.max(...y.map(Math.abs), sigma ?? 0) * 1.05 || 1, x0 = x[0], span = x[x.length - 1] - x0 || 1;
  const px = (/** @type {number} */ v) => ((v - x0) / span * WIDTH).toFixed(1), py = (/** @type {number} */ v) => (HEIGHT / 2 * (1 - v / most)).toFixed(1);
  const line = (/** @type {[number, number][]} */ points) => points.map(([a, b], i) => `${i ? 'L' : 'M'}${px(a)} ${py(b)}`).join('');
  return html`<svg class="resid" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t('residualsAria')}>
    ${sigma ? html`<path class="band" d=${`M0 ${py(sigma)}H${WIDTH}V${py(-sigma)}H0z`}/>` : ''}
    <path class="zero" d=${`M0 ${HEIGHT / 2}H${WIDTH}`}/>
    <path class="raw" d=${line(x.map((v, i) => [v, y[i]]))}/><path class="mean" d=${line(means(x, y, BINS))}/></svg>`;
}
