// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One channel against another of the same stream: they are sampled together, so every row is a point.
// SVG, drawn twice a second; what is shown is the window of the chart. What the instrument cannot mean is a cross,
// as on the chart; what came before it was warm is hollow.
import './strings-later.js';
import { analysis } from './analysis.js';
import { html, t } from './base.js';
import { shownEnd, shownWindow } from './chart-view.js';
import { Graph, spread } from './graph.js';
import { useAnalysis, useEvery, useReadings, useView } from './hooks.js';
import { flagsAt, flagWord, isOutAt } from './judge.js';
import { channelName } from './names.js';
import { readings } from './readings.js';
import { view } from './view.js';
import { pointsOf } from './xy-points.js';

const POINTS = 2000, ARM = 4.5, CURVE = 120;
/** @type {import('./flags.js').Flag[]} */
const FLAGS = ['out-of-range', 'warm-up'];

export function XY() {
  useView('what', 'window', 'range');
  useReadings();
  useEvery(500);
  useAnalysis('fit');
  const lanes = view.lanes, [across, up] = view.across;
  if (!readings.series || !across || !up) return html`<div class="xyv"></div>`;
  const [a, b] = view.range ?? shownWindow();
  const block = readings.series.slice(a, Math.min(b, shownEnd()));
  const points = pointsOf(block, across.at, up.at, POINTS, (i) => isOutAt([across, up], block, i),
    (i) => flagsAt([across, up], block, i));
  const known = FLAGS.filter((flag) => points.some((p) => p.flags.includes(flag)));
  const title = (/** @type {import('./view.js').Lane} */ l) => channelName(l.channel) + (l.unit && ` / ${l.unit}`);
  /** @param {import('./graph.js').Place} place @param {(p: import('./xy-points.js').Point) => boolean} which @param {string} [mark] */
  const path = ({ px, py }, which, mark = 'h0') => points.filter(which).map((p) => `M${px(p.x).toFixed(1)} ${py(p.y).toFixed(1)}${mark}`).join('');
  const isOut = (/** @type {import('./xy-points.js').Point} */ p) => p.flags.includes('out-of-range');
  const isWarming = (/** @type {import('./xy-points.js').Point} */ p) => p.flags.includes('warm-up') && !isOut(p);
  const cross = `m${-ARM} ${-ARM}l${2 * ARM} ${2 * ARM}m0 ${-2 * ARM}l${-2 * ARM} ${2 * ARM}`;
  const last = points[points.length - 1];
  const select = (/** @type {0|1} */ side, /** @type {string} */ label, /** @type {number} */ value) => html`<label>${label}
    <select onChange=${(/** @type {any} */ e) => view.set('what', { axes: side ? [across.channel.id, e.target.value] : [e.target.value, up.channel.id] })}>
      ${lanes.map((l) => html`<option value=${l.channel.id} selected=${l.at === value}>${title(l)}</option>`)}</select></label>`;
  const colour = 'c' + up.colour;
  const fit = analysis.fit?.isXY && analysis.fit.key === analysis.key ? analysis.fit : null, xs = points.map((p) => p.x);
  const curve = (/** @type {import('./graph.js').Place} */ { px, py }) => {
    if (!fit?.curve || !xs.length) return null;
    const x0 = Math.min(...xs), step = (Math.max(...xs) - x0) / CURVE, { curve: y } = fit;
    const d = Array.from({ length: CURVE + 1 }, (_, i) => [x0 + i * step, y(x0 + i * step)]).filter(([, v]) => Number.isFinite(v)).map(([x, v], i) => `${i ? 'L' : 'M'}${px(x).toFixed(1)} ${py(v).toFixed(1)}`).join('');
    return html`<path class=${'curve' + (fit.answer?.is_good === false ? ' poor' : '')} d=${d}/>`;
  };
  const draw = (/** @type {import('./graph.js').Place} */ place) => {
    const warming = path(place, isWarming), outs = path(place, isOut, cross);
    return html`${warming && html`<path class=${'warming ' + colour} d=${warming} stroke="currentColor" fill="none"/><path class="warming in" d=${warming} fill="none"/>`}
      <path class=${'dots ' + colour} d=${path(place, (p) => !p.flags.length)} stroke="currentColor" fill="none"/>
      ${outs && html`<path class="outs under" d=${outs} fill="none"/><path class="outs" d=${outs} fill="none"/>`}
      ${curve(place)}${last && html`<circle class=${colour} cx=${place.px(last.x)} cy=${place.py(last.y)} r="5" fill="currentColor"/>`}`;
  };
  return html`<div class="xyv"><div class="axes">${select(0, t('xAxis'), across.at)}${select(1, t('yAxis'), up.at)}</div>
    ${known.length > 0 && html`<p class="key">${known.map((flag) => html`<span class=${'flag ' + flag}>${flagWord(flag)}</span>`)}</p>`}
    <${Graph} x=${spread(points.map((p) => p.x))} y=${spread(points.map((p) => p.y))} yTitle=${title(up)} top=${known.length ? 70 : 48}
      label=${t('xyAria', title(up), title(across))} draw=${draw}/></div>`;
}
