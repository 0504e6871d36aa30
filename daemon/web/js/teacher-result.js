// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The result of the class as a plot that grows: one point for each run of a group, or for each reading in a lesson of
// events, with the fit that the lesson names; without one, all values together.
import jsep from '/vendor/jsep.js';
import { html, say, Segments, t, useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { colourOf, isOpenShape } from './animals.js';
import { classPoints, isOfReadings, useKept } from './class-found.js';
import { curveOf, pooled } from './class-points.js';
import { formulaOf } from './formula.js';
import { Icon } from './icons.js';
import { digitsFor, num } from './numbers.js';
import { Plot } from './plot.js';
import { fit as askFit } from './teacher-api.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {import('./class-points.js').ClassPoint} ClassPoint */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */
/** @typedef {import('./teacher-api.js').Fit} Fit */

const FIT_LEAST = 2;
const AIR = 0.1, NEAR = 1.5;         // beside the points; how far an origin may be, in widths of them, to be shown too

/** @type {import('./class-points.js').Reader} */
const read = (text, names) => formulaOf(jsep, text, names).value;

/** @type {Record<string, import('./base.js').Key>} */
const MODELS = { proportional: 'm_proportional', linear: 'm_linear', quadratic: 'm_quadratic', power: 'm_power', exponential: 'm_exponential',
  decay: 'm_decay', logarithm: 'm_logarithm', sine: 'm_sine', damped: 'm_damped', gaussian: 'm_gaussian', poisson: 'm_poisson' };
const modelWord = (/** @type {string} */ model) => (MODELS[model] ? t(MODELS[model]) : model);

/** @param {string} id @param {Lesson|null} lesson */
const known = (id, lesson) => [...(lesson?.formulas ?? []), ...(lesson?.record.typed ?? []), ...(lesson?.needs ?? [])].find((k) => k.id === id);

/** @type {Record<string, import('./base.js').Key>} */
const STATISTICS = { mean: 'mean', sd: 'sd', n: 'n', min: 'te_least', max: 'te_most', first: 'te_first', last: 'te_last' };
/** What `what` of an expectation is called: a statistic of what was measured, or a parameter of a fit. @param {string} what @param {Lesson} lesson */
export function expectedName(what, lesson) {
  const [of, part] = what.split('.');
  if (of === 'plot' || of === 'class_plot') return `${t(of === 'plot' ? 'te_fitOwn' : 'te_fitClass')} · ${part}`;
  return `${say(known(of, lesson)?.name) || of} · ${STATISTICS[part] ? t(STATISTICS[part]) : part}`;
}

/** What an id of the lesson is called, with its unit. @param {string} id @param {Lesson|null} lesson @returns {string} */
function titleOf(id, lesson) {
  if (id === 'group') return t('te_group');
  const found = known(id, lesson), unit = unitText(found?.unit);
  return (say(found?.name) || id) + (unit && ` / ${unit}`);
}

/** The fit of the class, asked for when the points are others. @param {string|undefined} model @param {[number, number][]} points */
function useFit(model, points) {
  const nothing = { fit: /** @type {Fit|null} */ (null), refused: /** @type {import('./base.js').Words|null} */ (null) };
  const [answer, setAnswer] = useState(nothing), key = JSON.stringify([model, points]);
  useEffect(() => {
    if (!model || points.length < FIT_LEAST) { setAnswer(nothing); return undefined; }
    let isOver = false;
    askFit({ model, points }).then((fit) => { if (!isOver) setAnswer({ fit, refused: null }); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      if (!isOver) setAnswer({ fit: null, refused: error.words });
    });
    return () => { isOver = true; };
  }, [key]);
  return answer;
}

/** A range for these values; it begins at 0 where that is not far. @param {number[]} values @returns {[number, number]} */
function axis(values) {
  if (!values.length) return [0, 1];
  const lo = Math.min(...values), hi = Math.max(...values), air = (hi - lo) * AIR || Math.abs(hi) * AIR || 1;
  return [lo >= 0 && lo < (hi - lo) * NEAR ? 0 : lo - air, hi + air];
}

/** The points as marks with their bars, the curve of the fit, or the mean. @param {ClassPoint[]} points @param {[number, number]} x @param {Fit|null} fit @param {boolean} isPooled */
function picture(points, x, fit, isPooled) {
  const bars = points.flatMap(({ x: at, y, u, group }) => (u ? [{ x: [at, at], y: [y - u, y + u], colour: `var(--c${colourOf(group)})`, width: 2 }] : []));
  const curve = fit && curveOf(fit, read, x[0], x[1]), { mean } = pooled(points.map(({ y }) => y));
  return { dots: points.map((p) => ({ x: p.x, y: p.y, colour: colourOf(p.group), isOpen: isOpenShape(p.group) })),
    lines: [...bars, ...(curve ? [{ ...curve, colour: fit.is_good ? 'var(--ink)' : 'var(--cinnabar)', dash: fit.is_good ? [10, 4] : [2, 4], width: 2 }] : []),
      ...(isPooled ? [{ x: [...x], y: [mean, mean], colour: 'var(--ink)', dash: [10, 4], width: 2 }] : [])] };
}

/** @param {{points: ClassPoint[], fit: Fit|null, refused: import('./base.js').Words|null, model: string|undefined}} p */
function Verdict({ points, fit, refused, model }) {
  const { n, mean, sd } = pooled(points.map(({ y }) => y)), digits = digitsFor(sd || mean);
  if (!model) return n > 1 ? html`<p class="verdict"><${Icon} n="chart"/><span>${t('te_pooled', n, num(mean, digits), num(sd, digits))}</span></p>` : null;
  if (!fit && !refused) return null;
  return html`<p class=${'verdict ' + (fit?.is_good ? 'ok' : 'bad')} data-model=${model}><${Icon} n=${fit?.is_good ? 'check' : 'warn'}/>
    <span>${fit && html`<b class="formula">${fit.formula}</b> `}${say(fit?.sentence ?? refused)}</span></p>`;
}

/** @param {{session: Session, lesson: Lesson|null, results: Result[]}} p */
export function ClassResult({ session, lesson, results }) {
  const [chosen, choose] = useState(''), kept = useKept(session, isOfReadings(lesson));
  const main = lesson?.plot?.y ?? lesson?.needs[0]?.id ?? Object.keys(results.flatMap((r) => r.runs)[0]?.channels ?? {})[0];
  const axes = lesson?.class_plot ?? { x: 'group', y: main ?? '', fits: [] }, fits = axes.fits ?? [], model = fits.includes(chosen) ? chosen : fits[0];
  const points = classPoints(session, lesson, results, kept, axes, read);
  const { fit, refused } = useFit(model, points.map(({ x, y }) => [x, y]));
  /** @type {[number, number]} */ const x = axes.x === 'group' ? [0, session.groups.length + 1] : axis(points.map((p) => p.x));
  const { dots, lines } = picture(points, x, fit, !model && points.length > 1);
  return html`<section class="panel" aria-labelledby="result"><div class="secthead"><h2 id="result">${t('te_result')}</h2>
      ${fits.length > 1 && html`<${Segments} label=${t('te_fits')} value=${model} onPick=${choose} items=${fits.map((f) => [f, modelWord(f)])}/>`}</div>
    <${Plot} label=${t('te_result')} x=${x} y=${axis(points.flatMap(({ y, u }) => [y - (u ?? 0), y + (u ?? 0)]))} xTitle=${titleOf(axes.x, lesson)} yTitle=${titleOf(axes.y, lesson)}
      lines=${lines} dots=${dots}/>
    <div><p>${points.length ? t(isOfReadings(lesson) ? 'te_onePointKept' : 'te_onePoint', points.length) : t('te_noPoint')}</p>
      <${Verdict} points=${points} fit=${fit} refused=${refused} model=${model}/></div></section>`;
}
