// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the teacher reveals to the class, on the wall: one point for each run of a group, or for each reading of a lesson of events, as the class plot says,
// with the curve that the lesson fits to it; and who chose what before the start. It is asked for only while it is revealed.
import jsep from '/vendor/jsep.js';
import { html, say, t, useEffect, useState } from './base.js';
import { ask, Refusal } from './api.js';
import { colourOf, groupName, GroupShape, isOpenShape } from './animals.js';
import { classPoints, isOfReadings, useKept, useResults } from './class-found.js';
import { curveOf, pooled } from './class-points.js';
import { formulaOf } from './formula.js';
import { digitsFor, num } from './numbers.js';
import { Plot } from './plot.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Lesson} Lesson */
/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {{expression?: string|null, formula: string, parameters: {id: string, value: number}[], is_good: boolean, sentence: import('./base.js').Words}} Fit */

const FIT_LEAST = 3;

/** @type {import('./class-points.js').Reader} */
const read = (text, names) => formulaOf(jsep, text, names).value;

/** The lesson's first model, fitted to these points; null: none. @param {string|undefined} model @param {[number, number][]} points */
function useFit(model, points) {
  const [fit, setFit] = useState(/** @type {Fit|null} */ (null)), key = JSON.stringify([model, points]);
  useEffect(() => {
    let isOver = false;
    if (!model || points.length < FIT_LEAST) { setFit(null); return undefined; }
    ask('POST', 'fits', { model, points }).then((got) => { if (!isOver) setFit(got); }, (error) => { if (!(error instanceof Refusal)) throw error; if (!isOver) setFit(null); });
    return () => { isOver = true; };
  }, [key]);
  return fit;
}

/** @param {string} id @param {Lesson} lesson @returns {string} what an id is called, with its unit */
function titleOf(id, lesson) {
  if (id === 'group') return t('sc_group');
  const found = /** @type {{name?: import('./base.js').Words, unit?: string|null}|undefined} */ ([...lesson.formulas, ...lesson.record.typed, ...lesson.needs].find((k) => k.id === id));
  const unit = unitText(found?.unit ?? '');
  return (say(found?.name) || id) + (unit && ` / ${unit}`);
}

/** An axis with air; one that begins near zero shows its zero. @param {number[]} values @returns {[number, number]} */
function axis(values) {
  const lo = Math.min(...values), hi = Math.max(...values), air = (hi - lo) * 0.1 || Math.abs(hi) * 0.1 || 1;
  return [lo > 0 && lo < (hi - lo) * 1.5 ? 0 : lo - air, hi + air];
}

/** @param {{lesson: Lesson, results: Result[]}} p */
const Choices = ({ lesson, results }) => html`<ul class="votes">${(lesson.predict.choices ?? []).map((words, i) => {
  const who = results.filter((r) => r.prediction?.choice === i);
  return html`<li key=${i}><span>${say(words)}</span><span class="marks">${who.map(({ number }) => html`<${GroupShape} key=${number} number=${number}/>`)}</span><b>${num(who.length)}</b></li>`;
})}</ul>`;

/** @param {{session: Session, lesson: Lesson, font: number}} p */
export function Reveal({ session, lesson, font }) {
  const results = useResults(session) ?? [], axes = lesson.class_plot ?? { x: 'group', y: lesson.plot?.y ?? lesson.needs[0]?.id ?? '', fits: [] };
  const kept = useKept(session, isOfReadings(lesson)), points = classPoints(session, lesson, results, kept, axes, read), fit = useFit(axes.fits[0], points.map(({ x, y }) => [x, y])), all = pooled(points.map((p) => p.y));
  const x = axes.x === 'group' ? /** @type {[number, number]} */ ([0, session.groups.length + 1]) : points.length ? axis(points.map((p) => p.x)) : /** @type {[number, number]} */ ([0, 1]);
  const y = points.length ? axis(points.map((p) => p.y)) : /** @type {[number, number]} */ ([0, 1]), curve = fit && curveOf(fit, read, x[0], x[1]);
  const mean = !axes.fits.length && points.length > 1 ? [{ x, y: [all.mean, all.mean], colour: 'var(--ink)', dash: [16, 8], width: font / 8 }] : [];
  const digits = digitsFor(all.sd || all.mean), isVote = lesson.predict.kind === 'choice' && results.some((r) => r.prediction?.choice != null);
  return html`<main class=${'reveal' + (isVote ? ' voted' : '')}>${isVote && html`<${Choices} lesson=${lesson} results=${results}/>`}
    <div class="frame"><${Plot} label=${t('sc_results')} font=${font} most=${[6, 5]} x=${x} y=${y} xTitle=${titleOf(axes.x, lesson)} yTitle=${titleOf(axes.y, lesson)}
      lines=${[...mean, ...(curve ? [{ ...curve, colour: fit?.is_good ? 'var(--ink)' : 'var(--cinnabar)', dash: fit?.is_good ? [16, 8] : [4, 8], width: font / 8 }] : [])]}
      dots=${points.map((p) => ({ x: p.x, y: p.y, colour: colourOf(p.group), isOpen: isOpenShape(p.group), size: font / 11, label: String(p.group) }))}/></div>
    <p class="verdict">${fit ? say(fit.sentence) : mean.length ? t('sc_pooled', num(all.n), num(all.mean, digits), num(all.sd, digits)) : points.length ? '' : t('sc_noPoint')}</p>
    <p class="sr">${points.map((p) => `${groupName(p.group)}: ${num(p.x, digitsFor(p.x))}, ${num(p.y, digitsFor(p.y))}`).join('; ')}</p></main>`;
}
