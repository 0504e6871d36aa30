// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A needle for each drawn channel: for eyes that follow a movement better than digits. The scale is the instrument's range,
// or, where that is unknown or the needle would hardly move, what the window has, in round numbers.
import './strings-later.js';
import { html, t, useRef, useState } from './base.js';
import { shownWindow } from './chart-view.js';
import { Flag } from './flag.js';
import { useEvery, useReadings, useView } from './hooks.js';
import { Shape } from './icons.js';
import { channelName } from './names.js';
import { num, quantity, ticks } from './numbers.js';
import { rangeShown } from './past.js';
import { useSize } from './plot.js';
import { readings } from './readings.js';
import { view } from './view.js';

const MOST = 4, OPEN = 0.72 * Math.PI;       // half the angle that the scale has, from the top
const CAPTION = 52, LETTERS = 14, ROOMY = 1.2, TINY = 0.4;   // pixels; and how much larger than its own units a dial is drawn
const HARDLY = 25;                           // times what the window has: a needle that hardly moves

/** Least and greatest of the window. @param {import('./view.js').Lane} lane @returns {[number, number]|null} */
function seen(lane) {
  const [from, to] = shownWindow(), block = readings.series?.slice(from, to), values = block?.lanes[lane.at];
  let lo = Infinity, hi = -Infinity;
  for (let i = 0; block && values && i < block.length; i++) { if (values.lo[i] < lo) lo = values.lo[i]; if (values.hi[i] > hi) hi = values.hi[i]; }
  return hi >= lo ? [lo, hi] : null;
}

/** The ends of the scale, and its ticks. @param {[number|null, number|null]} range @param {[number, number]|null} data @param {boolean} isWhole */
export function scaleOf([low, high], data, isWhole) {
  const isKnown = low != null && high != null && high > low;
  const [a, b] = isKnown && (isWhole || !data) ? [low, high] : data ?? [0, 1], air = (b - a) * 0.1 || Math.abs(b) * 0.05 || 1;
  const isInstrument = isKnown && a === low && b === high;
  const [marks, digits] = isInstrument ? ticks(a, b, 6) : ticks(a - air, b + air, 6), step = marks.length > 1 ? marks[1] - marks[0] : 1;
  return isInstrument ? { ends: [a, b], marks, digits }
    : { ends: [marks[0] <= a - air ? marks[0] : marks[0] - step, marks[marks.length - 1] >= b + air ? marks[marks.length - 1] : marks[marks.length - 1] + step], marks, digits };
}

/** A point on the dial. @param {number} part 0 to 1 @param {number} radius */
function at(part, radius) {
  const angle = -OPEN + 2 * OPEN * part;
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius];
}

/** @param {{lane: import('./view.js').Lane, isWhole: boolean}} p */
function Dial({ lane, isWhole }) {
  const value = readings.value(lane), data = seen(lane), { ends: [lo, hi], marks, digits } = scaleOf(lane.column ? [null, null] : rangeShown(lane), data, isWhole);
  const frame = useRef(/** @type {HTMLElement|null} */ (null)), [width, height] = useSize(frame), scale = Math.min(width / 240, (height - CAPTION) / 200) || 1;
  const part = (/** @type {number} */ v) => (v - lo) / (hi - lo), needle = value == null ? null : Math.max(-0.03, Math.min(1.03, part(value)));
  const arc = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ radius) => `M${at(a, radius).map((v) => v.toFixed(2))}A${radius} ${radius} 0 ${(b - a) * OPEN * 2 > Math.PI ? 1 : 0} 1 ${at(b, radius).map((v) => v.toFixed(2))}`;
  const inside = marks.filter((v) => v >= lo - 1e-9 && v <= hi + 1e-9), point = needle == null ? null : at(needle, 84);
  const isSmall = scale < ROOMY, letters = LETTERS / scale, label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ v) => html`<text x=${x} y=${y} text-anchor="middle" font-size=${letters}>${num(v, digits)}</text>`;
  return html`<figure class="dial" ref=${frame}><svg viewBox=${`-120 -118 240 ${isSmall ? 226 : 200}`} aria-hidden="true">
      <path class="arc" d=${arc(0, 1, 92)}/>${data && hi > lo && html`<path class=${'had c' + lane.colour} stroke="currentColor" d=${arc(Math.max(0, part(data[0])), Math.min(1, Math.max(part(data[0]) + 0.004, part(data[1]))), 92)}/>`}
      ${inside.map((v) => { const [x1, y1] = at(part(v), 84), [x2, y2] = at(part(v), 92), [x, y] = at(part(v), 107); return html`<path class="tick" d=${`M${x1} ${y1}L${x2} ${y2}`}/>${!isSmall && label(x, y + 4.5, v)}`; })}
      ${isSmall && scale >= TINY && [lo, hi].map((v, i) => label(i ? 72 : -72, 72 + letters, v))}
      ${point && html`<path class=${'needle c' + lane.colour} stroke="currentColor" d=${`M0 0L${point[0].toFixed(2)} ${point[1].toFixed(2)}`}/>`}<circle class=${'c' + lane.colour} r="7" fill="currentColor"/></svg>
    <figcaption><b>${quantity(value, readings.digits(lane), lane.unit)}</b><${Flag} lane=${lane}/><span>${view.shown.length > 1 && html`<${Shape} k=${lane.colour} s=${16}/>`}${channelName(lane.channel)}</span></figcaption></figure>`;
}

export function Gauges() {
  useView('what', 'window');
  useReadings();
  useEvery(250);
  const lanes = view.shown.slice(0, MOST), main = view.mainLane, [low, high] = main && !main.column ? rangeShown(main) : [null, null], data = main ? seen(main) : null;
  const hasRange = low != null && high != null && high > low, isNarrow = !!data && hasRange && (high - low) > HARDLY * (data[1] - data[0]);
  const [chosen, setChosen] = useState(/** @type {boolean|null} */ (null)), isWhole = hasRange && (chosen ?? !isNarrow);
  return html`<div class=${'gaugev n' + lanes.length}>${lanes.map((lane) => html`<${Dial} key=${lane.channel.id} lane=${lane} isWhole=${isWhole}/>`)}
    ${hasRange && html`<button class="btn gaugebtn" aria-pressed=${isWhole} onClick=${() => setChosen(!isWhole)}>${t('gaugeWhole')}</button>`}</div>`;
}
