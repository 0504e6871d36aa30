// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One channel against another of the same stream: they are sampled together, so every row is a point.
// SVG, drawn twice a second; what is shown is the window of the chart. What the instrument cannot mean is a cross,
// as on the chart; what came before it was warm is hollow.
import { html, t, useEffect, useRef, useState } from './base.js';
import { shownEnd, shownWindow } from './chart-view.js';
import { useEvery, useReadings, useView } from './hooks.js';
import { flagsAt, flagWord, isOutAt } from './judge.js';
import { channelName } from './names.js';
import { num, ticks } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';
import { pointsOf } from './xy-points.js';

const POINTS = 2000, ARM = 4.5;
/** @type {import('./flags.js').Flag[]} */
const FLAGS = ['out-of-range', 'warm-up'];

/** Width and height of an element, as they change. @param {{current: HTMLElement|null}} ref */
function useSize(ref) {
  const [size, setSize] = useState([0, 0]);
  useEffect(() => {
    const watch = new ResizeObserver(([e]) => setSize([Math.round(e.contentRect.width), Math.round(e.contentRect.height)]));
    if (ref.current) watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return size;
}

/** @param {number[]} values @returns {[number, number]} */
function spread(values) {
  let lo = Infinity, hi = -Infinity;
  for (const v of values) { if (v < lo) lo = v; if (v > hi) hi = v; }
  if (!(hi >= lo)) return [0, 1];
  const air = (hi - lo) * 0.06 || Math.abs(hi) * 0.01 || 1;
  return [lo - air, hi + air];
}

export function XY() {
  useView('what', 'window', 'range');
  useReadings();
  useEvery(500);
  const lanes = view.lanes, [choice, setChoice] = useState([0, 1]);
  const frame = useRef(/** @type {HTMLElement|null} */ (null)), [width, height] = useSize(frame);
  const across = lanes[choice[0]] ?? lanes[0], up = lanes[choice[1]] ?? lanes[1];
  if (!readings.series || !up) return html`<div class="xyv"><div class="plot" ref=${frame}></div></div>`;
  const [a, b] = view.range ?? shownWindow();
  const block = readings.series.slice(a, Math.min(b, shownEnd()));
  const points = pointsOf(block, across.at, up.at, POINTS, (i) => isOutAt([across, up], block, i),
    (i) => flagsAt([across, up], block, i));
  const known = FLAGS.filter((flag) => points.some((p) => p.flags.includes(flag)));
  const [x0, x1] = spread(points.map((p) => p.x)), [y0, y1] = spread(points.map((p) => p.y));
  const [ys, yd] = ticks(y0, y1, Math.max(2, height / 44)), [xs, xd] = ticks(x0, x1, Math.max(2, width / 90));
  const left = 18 + 8.4 * Math.max(3, ...ys.map((v) => num(v, yd).length)), top = known.length ? 70 : 48, right = 16, foot = 30;
  const px = (/** @type {number} */ v) => left + (v - x0) / (x1 - x0) * (width - left - right);
  const py = (/** @type {number} */ v) => top + (1 - (v - y0) / (y1 - y0)) * (height - top - foot);
  const title = (/** @type {import('./view.js').Lane} */ l) => channelName(l.channel) + (l.unit && ` / ${l.unit}`);
  /** @param {(p: import('./xy-points.js').Point) => boolean} which @param {string} [mark] */
  const path = (which, mark = 'h0') => points.filter(which).map((p) => `M${px(p.x).toFixed(1)} ${py(p.y).toFixed(1)}${mark}`).join('');
  const isOut = (/** @type {import('./xy-points.js').Point} */ p) => p.flags.includes('out-of-range');
  const isWarming = (/** @type {import('./xy-points.js').Point} */ p) => p.flags.includes('warm-up') && !isOut(p);
  const cross = `m${-ARM} ${-ARM}l${2 * ARM} ${2 * ARM}m0 ${-2 * ARM}l${-2 * ARM} ${2 * ARM}`;
  const warming = path(isWarming), outs = path(isOut, cross), last = points[points.length - 1];
  const select = (/** @type {0|1} */ side, /** @type {string} */ label, /** @type {number} */ value) => html`<label>${label}
    <select onChange=${(/** @type {any} */ e) => setChoice(side ? [choice[0], +e.target.value] : [+e.target.value, choice[1]])}>
      ${lanes.map((l) => html`<option value=${l.at} selected=${l.at === value}>${title(l)}</option>`)}</select></label>`;
  const colour = 'c' + up.colour;
  return html`<div class="xyv"><div class="axes">${select(0, t('xAxis'), across.at)}${select(1, t('yAxis'), up.at)}</div>
    ${known.length > 0 && html`<p class="key">${known.map((flag) => html`<span class=${'flag ' + flag}>${flagWord(flag)}</span>`)}</p>`}
    <div class="plot" ref=${frame} role="img" aria-label=${t('xyAria', title(up), title(across))}>${width > 60 && height > 60 && html`<svg width=${width} height=${height} aria-hidden="true">
      ${ys.map((v) => html`<path class="gr" d=${`M${left} ${py(v)}H${width - right}`}/><text x=${left - 6} y=${py(v) + 5} text-anchor="end">${num(v, yd)}</text>`)}
      ${xs.map((v) => html`<path class="gr" d=${`M${px(v)} ${top}V${height - foot}`}/><text x=${px(v)} y=${height - foot + 20} text-anchor="middle">${num(v, xd)}</text>`)}
      <path class="ax" fill="none" d=${`M${left} ${top}V${height - foot}H${width - right}`}/>
      <text class="ytitle" x="4" y=${top - 14}>${title(up)}</text>
      ${warming && html`<path class=${'warming ' + colour} d=${warming} stroke="currentColor" fill="none"/><path class="warming in" d=${warming} fill="none"/>`}
      <path class=${'dots ' + colour} d=${path((p) => !p.flags.length)} stroke="currentColor" fill="none"/>
      ${outs && html`<path class="outs under" d=${outs} fill="none"/><path class="outs" d=${outs} fill="none"/>`}
      ${last && html`<circle class=${colour} cx=${px(last.x)} cy=${py(last.y)} r="5" fill="currentColor"/>`}</svg>`}</div></div>`;
}
