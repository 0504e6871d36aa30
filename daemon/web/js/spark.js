// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A channel's recent past as a line without axes: a sign that it moves, beside its value. The number is the text.
import { html, useMemo } from './base.js';
import { board } from './board.js';
import { useEvery } from './hooks.js';
import { traceOf } from './traces.js';

const COLUMNS = 120, SIDE = 100, MINUTE_US = 60e6;

/** @param {{stream: import('./api.js').Stream, at: number, us?: number, every?: number}} p the channel, how much of its past, how often
 * it is drawn anew in milliseconds */
export function Spark({ stream, at, us = MINUTE_US, every = 1000 }) {
  useEvery(every);
  const began = useMemo(() => board.now() - us, [stream.id, us]), now = board.now();
  const { series } = traceOf(stream, began, null), { x, lanes } = series.picture(now - us, now, COLUMNS, now, series.gaps);
  const { lo, hi, mid } = lanes[at];
  let least = Infinity, most = -Infinity;
  mid.forEach((v, i) => { if (v != null) { least = Math.min(least, Number(lo[i])); most = Math.max(most, Number(hi[i])); } });
  const px = (/** @type {number} */ v) => ((v * 1e6 / us + 1) * SIDE).toFixed(1), tall = most - least;
  const py = (/** @type {number} */ v) => (tall ? (0.9 - 0.8 * (v - least) / tall) * SIDE : SIDE / 2).toFixed(1);
  let d = '', isOn = false;
  mid.forEach((v, i) => {
    if (v == null) { isOn = false; return; }
    d += `${isOn ? 'L' : 'M'}${px(x[i])} ${py(v)}` + (hi[i] !== lo[i] ? `L${px(x[i])} ${py(Number(hi[i]))}L${px(x[i])} ${py(Number(lo[i]))}` : '');
    isOn = true;
  });
  return html`<svg class="spark" viewBox="0 0 ${SIDE} ${SIDE}" preserveAspectRatio="none" aria-hidden="true">
    <path d=${d} fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>`;
}
