// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the groups thought before: curves, pale, under what came; numbers beside what came; or how many chose what.
import { html, say, t } from './base.js';
import { colourOf, groupName, GroupShape } from './animals.js';
import { distance } from './class-points.js';
import { sourcesFor } from './group-view.js';
import { useEvery } from './hooks.js';
import { DASH, Icon, Sample } from './icons.js';
import { channelName } from './names.js';
import { digitsFor, num, quantity } from './numbers.js';
import { Plot } from './plot.js';
import { picturesOf, rangeOf, spanSeconds } from './teacher-wall.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

const MINUTES_FROM = 180;            // seconds: longer pictures count minutes

/** @param {{session: Session}} p */
const Legend = ({ session }) => html`<div class="legend">${session.groups.map(({ number }) => html`<span key=${number} class=${'c' + colourOf(number)}>
  <${Sample} k=${colourOf(number)}/><${GroupShape} number=${number} s=${14}/><b>${groupName(number)}</b></span>`)}</div>`;

/** @param {[number, number]|null} came @param {number[]} thought @returns {[number, number]} */
function both(came, thought) {
  const lo = Math.min(came?.[0] ?? Infinity, ...thought), hi = Math.max(came?.[1] ?? -Infinity, ...thought);
  return hi > lo ? [lo, hi] : hi === lo ? [lo - 1, hi + 1] : [0, 1];
}

/** @param {{session: Session, lesson: Lesson|null, results: Result[]}} p */
function Curves({ session, lesson, results }) {
  useEvery(1000);
  const came = session.groups.map((group) => ({ n: group.number, one: picturesOf(group, sourcesFor(group, lesson).slice(0, 1))[0] })).filter(({ one }) => one);
  const before = results.flatMap(({ number, prediction }) => (prediction?.points ? [{ n: number, points: prediction.points }] : []));
  const all = came.map(({ one }) => one), seconds = spanSeconds(all, lesson), unit = seconds > MINUTES_FROM ? 60 : 1;
  const range = both(rangeOf(all), before.flatMap(({ points }) => points.map(([, y]) => y)));
  const channel = all[0]?.source.stream.channels[all[0].source.at], name = channel ? channelName(channel) : '', sign = channel ? unitText(channel.unit) : '';
  const far = before.map(({ n, points }) => ({ n, d: distance(points, came.find((c) => c.n === n)?.one.picture ?? { x: [], mid: [] }) }))
    .filter(({ d }) => Number.isFinite(d)).sort((a, b) => a.d - b.d)[0];
  const ink = (/** @type {number} */ n) => `var(--c${colourOf(n)})`;
  const lines = [...before.map(({ n, points }) => ({ x: points.map(([x]) => x / unit), y: points.map(([, y]) => y), colour: ink(n), width: 6, cls: 'pred' })),
    ...came.map(({ n, one: { picture } }) => ({ x: picture.x.map((x) => x / unit), y: picture.mid, colour: ink(n), dash: DASH[colourOf(n)] }))];
  return html`<section class="panel" aria-labelledby="preds"><h2 id="preds">${t('te_preds')}</h2>
    <${Plot} label=${t('te_preds')} x=${[0, seconds / unit]} y=${range} xTitle=${`${t('time')} / ${unit === 60 ? 'min' : 's'}`} yTitle=${name + (sign && ` / ${sign}`)} lines=${lines}/>
    <div><${Legend} session=${session}/>${before.length > 0 && html`<p>${t('te_predNote')}</p>`}
      ${far && html`<p class="verdict ok"><${Icon} n="check"/><span>${t('te_closest', groupName(far.n), quantity(far.d, digitsFor(far.d), sign))}</span></p>`}</div></section>`;
}

/** @param {{lesson: Lesson, results: Result[]}} p */
function Choices({ lesson, results }) {
  const of = (/** @type {number} */ i) => results.filter((r) => r.prediction?.choice === i);
  const vote = (/** @type {Result} */ { number }) => html`<span key=${number} class=${'c' + colourOf(number)} title=${groupName(number)}>
    <${GroupShape} number=${number} s=${20}/><span class="sr">${groupName(number)}</span></span>`;
  return html`<section class="panel" aria-labelledby="preds"><h2 id="preds">${t('te_preds')}</h2><p>${say(lesson.predict.ask)}</p>
    <ul class="choices">${(lesson.predict.choices ?? []).map((words, i) => html`<li key=${i}><span class="grow">${say(words)}</span>
      <span class="votes">${of(i).map(vote)}</span><b>${of(i).length}</b></li>`)}</ul></section>`;
}

/** @param {{lesson: Lesson, results: Result[]}} p */
function Values({ lesson, results }) {
  const id = lesson.plot?.y ?? lesson.needs[0]?.id, last = (/** @type {Result} */ r) => r.runs[r.runs.length - 1]?.channels[id]?.mean ?? null;
  return html`<section class="panel" aria-labelledby="preds"><h2 id="preds">${t('te_preds')}</h2><p>${say(lesson.predict.ask)}</p>
    <table><thead><tr><th>${t('te_group')}</th><th>${t('te_thought')}</th><th>${t('te_came')}</th></tr></thead>
      <tbody>${results.map((r) => html`<tr key=${r.number}><td>${groupName(r.number)}</td><td>${r.prediction?.value == null ? '—' : String(r.prediction.value)}</td>
        <td>${num(last(r), digitsFor(last(r)))}</td></tr>`)}</tbody></table></section>`;
}

/** @param {{session: Session, lesson: Lesson|null, results: Result[]}} p */
export function Predictions({ session, lesson, results }) {
  if (lesson?.predict.kind === 'choice') return html`<${Choices} lesson=${lesson} results=${results}/>`;
  if (lesson?.predict.kind === 'value') return html`<${Values} lesson=${lesson} results=${results}/>`;
  return html`<${Curves} session=${session} lesson=${lesson} results=${results}/>`;
}
