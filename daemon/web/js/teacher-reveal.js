// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The reveal: what the groups thought before beside what came, and the result of the class as a plot that grows, one point
// for each run of a group, with the fit that the lesson names. The teacher sees it at any time; the class when it is shown.
import jsep from '/vendor/jsep.js';
import { html, say, Segments, t, useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { colourOf, groupName, GroupShape, isOpenShape } from './animals.js';
import { board } from './board.js';
import { getReadings, getResults } from './class-api.js';
import { classroom } from './classroom.js';
import { lanesOf } from './class-lanes.js';
import { curveOf, distance, pointsOf, pointsOfReadings, pooled } from './class-points.js';
import { perform } from './deeds.js';
import { formulaOf } from './formula.js';
import { devicesOf } from './group-view.js';
import { useEvery } from './hooks.js';
import { DASH, Icon, Sample } from './icons.js';
import { channelName } from './names.js';
import { digitsFor, num, quantity } from './numbers.js';
import { Plot } from './plot.js';
import { fit as askFit } from './teacher-api.js';
import { picturesOf, rangeOf, sourcesOf, spanSeconds } from './teacher-wall.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */
/** @typedef {import('./teacher-api.js').Fit} Fit */

const AGAIN_MS = 3000, FIT_LEAST = 2;

/** @type {import('./class-points.js').Reader} */
const read = (text, names) => formulaOf(jsep, text, names).value;

/** What the groups found; asked for again while somebody looks. @param {Session} session */
function useResults(session) {
  const [all, setAll] = useState(/** @type {Result[]|null} */ (null));
  useEffect(() => {
    let isOver = false;
    const look = () => getResults(session.id).then((results) => { if (!isOver) setAll(results); }, (error) => { if (!(error instanceof Refusal)) throw error; });
    look();
    const timer = setInterval(() => { if (!document.hidden) look(); }, AGAIN_MS), ends = [classroom.on('sessions', look), board.on('reading', look)];
    return () => { isOver = true; clearInterval(timer); ends.forEach((end) => end()); };
  }, [session.id]);
  return all;
}

/** Readings that groups kept by hand, of a lesson of events. @param {Session} session @param {boolean} isEvents */
function useKept(session, isEvents) {
  const [all, setAll] = useState(/** @type {import('./class-api.js').Reading[]} */ ([]));
  useEffect(() => {
    if (!isEvents) return undefined;
    let isOver = false;
    const look = () => getReadings(session.id).then((kept) => { if (!isOver) setAll(kept); }, (error) => { if (!(error instanceof Refusal)) throw error; });
    look();
    const end = board.on('reading', look);
    return () => { isOver = true; end(); };
  }, [session.id, isEvents]);
  return all;
}

/** Which need a channel of the class serves. @param {Session} session @param {Lesson|null} lesson */
const needsOf = (session, lesson) => new Map(session.groups.flatMap((g) => lanesOf(devicesOf(g), lesson).flatMap((l) => (
  l.need ? [/** @type {[string, string]} */ ([`${l.stream.id}:${l.channel.id}`, l.need])] : []))));

/** @param {{session: Session}} p */
const Legend = ({ session }) => html`<div class="legend">${session.groups.map(({ number }) => html`<span key=${number} class=${'c' + colourOf(number)}>
  <${Sample} k=${colourOf(number)}/><${GroupShape} number=${number} s=${14}/><b>${groupName(number)}</b></span>`)}</div>`;

/** Curves drawn before, pale, under what came. @param {{session: Session, lesson: Lesson|null, results: Result[]}} p */
function Curves({ session, lesson, results }) {
  useEvery(1000);
  const drawn = session.groups.map((group) => ({ group, all: picturesOf(group, sourcesOf(group, lesson).slice(0, 1)) })), every = drawn.flatMap(({ all }) => all);
  const before = new Map(results.flatMap(({ number, prediction }) => (prediction?.points ? [[number, prediction.points]] : [])));
  const seconds = spanSeconds(every, lesson), unit = seconds > 180 ? 60 : 1, came = rangeOf(every), thought = [...before.values()].flat().map(([, y]) => y);
  const range = /** @type {[number, number]} */ (came || thought.length ? [Math.min(came?.[0] ?? Infinity, ...thought), Math.max(came?.[1] ?? -Infinity, ...thought)] : [0, 1]);
  if (!(range[1] > range[0])) range[1] = range[0] + 1;
  const source = every[0]?.source, channel = source?.stream.channels[source.at], name = channel ? channelName(channel) : '', sign = channel ? unitText(channel.unit) : '';
  const far = drawn.flatMap(({ group, all: [one] }) => { const d = one && before.has(group.number) ? distance(before.get(group.number) ?? [], { x: one.picture.x, y: one.picture.mid }) : NaN; return Number.isFinite(d) ? [{ n: group.number, d }] : []; })
    .sort((a, b) => a.d - b.d)[0];
  const lines = [...[...before].map(([n, points]) => ({ x: points.map(([x]) => x / unit), y: points.map(([, y]) => y), colour: `var(--c${colourOf(n)})`, width: 6, cls: 'pred' })),
    ...drawn.flatMap(({ group, all }) => all.map(({ picture }) => ({ x: picture.x.map((x) => x / unit), y: picture.mid, colour: `var(--c${colourOf(group.number)})`, dash: DASH[colourOf(group.number)] })))];
  return html`<section class="panel" aria-labelledby="curves"><h2 id="curves">${t('te_preds')}</h2><${Plot} label=${t('te_preds')} x=${[0, seconds / unit]} y=${range} xTitle=${`${t('time')} / ${unit === 60 ? 'min' : 's'}`}
      yTitle=${name + (sign && ` / ${sign}`)} lines=${lines}/>
    <div><${Legend} session=${session}/>${before.size > 0 && html`<p>${t('te_predNote')}</p>`}
      ${far && html`<p class="verdict ok"><${Icon} n="check"/><span>${t('te_closest', groupName(far.n), quantity(far.d, digitsFor(far.d), sign))}</span></p>`}</div></section>`;
}

/** Which groups chose what. @param {{lesson: Lesson, results: Result[]}} p */
function Choices({ lesson, results }) {
  const choices = lesson.predict.choices ?? [], of = (/** @type {number} */ i) => results.filter((r) => r.prediction?.choice === i);
  return html`<section class="panel" aria-labelledby="choices"><h2 id="choices">${t('te_preds')}</h2><p>${say(lesson.predict.ask)}</p>
    <ul class="choices">${choices.map((words, i) => html`<li key=${i}><span class="grow">${say(words)}</span><span class="votes">${of(i).map((r) => html`<span key=${r.number} class=${'c' + colourOf(r.number)} title=${groupName(r.number)}>
      <${GroupShape} number=${r.number} s=${20}/><span class="sr">${groupName(r.number)}</span></span>`)}</span><b>${of(i).length}</b></li>`)}</ul></section>`;
}

/** Predicted numbers beside what came. @param {{lesson: Lesson, results: Result[]}} p */
function Values({ lesson, results }) {
  const id = lesson.plot?.y ?? lesson.needs[0]?.id, last = (/** @type {Result} */ r) => r.runs[r.runs.length - 1]?.channels[id]?.mean ?? null;
  return html`<section class="panel" aria-labelledby="values"><h2 id="values">${t('te_preds')}</h2><p>${say(lesson.predict.ask)}</p><table><thead><tr><th>${t('te_group')}</th><th>${t('te_thought')}</th><th>${t('te_came')}</th></tr></thead>
    <tbody>${results.map((r) => html`<tr key=${r.number}><td>${groupName(r.number)}</td><td>${r.prediction?.value == null ? '—' : String(r.prediction.value)}</td><td>${num(last(r), digitsFor(last(r)))}</td></tr>`)}</tbody></table></section>`;
}

/** What an id of the lesson is called, with its unit. @param {string} id @param {Lesson|null} lesson @returns {string} */
function titleOf(id, lesson) {
  if (id === 'group') return t('te_group');
  const found = [...(lesson?.formulas ?? []), ...(lesson?.record.typed ?? []), ...(lesson?.needs ?? [])].find((k) => k.id === id);
  if (!found) return id;
  const unit = unitText(found.unit), name = say(found.name) || id;
  return name + (unit && ` / ${unit}`);
}

/** The fit of the class, asked for when the points are others. @param {string|undefined} model @param {[number, number][]} points */
function useFit(model, points) {
  const [fit, setFit] = useState(/** @type {{fit: Fit|null, refused: import('./base.js').Words|null}} */ ({ fit: null, refused: null })), key = JSON.stringify([model, points]);
  useEffect(() => {
    if (!model || points.length < FIT_LEAST) { setFit({ fit: null, refused: null }); return undefined; }
    let isOver = false;
    askFit({ model, points }).then((fit) => { if (!isOver) setFit({ fit, refused: null }); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      if (!isOver) setFit({ fit: null, refused: error.words });
    });
    return () => { isOver = true; };
  }, [key]);
  return fit;
}

/** @param {number[]} values @returns {[number, number]} */
function axis(values) {
  const lo = Math.min(...values), hi = Math.max(...values), air = (hi - lo) * 0.1 || Math.abs(hi) * 0.1 || 1;
  // A plot of proportions shows its origin, unless the values are far from it.
  return [lo > 0 && lo < (hi - lo) * 1.5 ? 0 : lo - air, hi + air];
}

/** @param {{session: Session, lesson: Lesson|null, results: Result[]}} p */
function ClassPlot({ session, lesson, results }) {
  const plot = lesson?.class_plot, main = lesson?.plot?.y ?? lesson?.needs[0]?.id ?? Object.keys(results[0]?.runs[0]?.channels ?? {})[0];
  const axes = plot ?? { x: 'group', y: main ?? '', fits: [] }, [model, setModel] = useState(''), fits = axes.fits, chosen = fits.includes(model) ? model : fits[0];
  const isEvents = lesson?.record.mode === 'event', kept = useKept(session, isEvents), formulas = lesson?.formulas ?? [];
  const points = isEvents && plot ? pointsOfReadings(kept, axes, formulas, read, needsOf(session, lesson)) : pointsOf(results, axes, formulas, read), { fit, refused } = useFit(chosen, points.map(({ x, y }) => [x, y])), values = points.map(({ y }) => y), all = pooled(values);
  const x = points.length ? (axes.x === 'group' ? /** @type {[number, number]} */ ([0, session.groups.length + 1]) : axis(points.map((p) => p.x))) : /** @type {[number, number]} */ ([0, 1]);
  const curve = fit && curveOf(fit, read, x[0], x[1]), y = values.length ? axis([...values, ...(points.flatMap((p) => (p.u ? [p.y - p.u, p.y + p.u] : [])))]) : /** @type {[number, number]} */ ([0, 1]);
  const bars = points.flatMap((p) => (p.u ? [{ x: [p.x, p.x], y: [p.y - p.u, p.y + p.u], colour: `var(--c${colourOf(p.group)})`, width: 2 }] : []));
  const lines = [...bars, ...(curve ? [{ ...curve, colour: fit?.is_good ? 'var(--ink)' : 'var(--cinnabar)', dash: fit?.is_good ? [10, 4] : [2, 4], width: 2 }] : []),
    ...(!fits.length && values.length > 1 ? [{ x: [x[0], x[1]], y: [all.mean, all.mean], colour: 'var(--ink)', dash: [10, 4], width: 2 }] : [])];
  const dots = points.map((p) => ({ x: p.x, y: p.y, colour: colourOf(p.group), isOpen: isOpenShape(p.group) })), digits = digitsFor(all.sd || all.mean);
  return html`<section class="panel" aria-labelledby="class"><div class="secthead"><h2 id="class">${t('te_result')}</h2>${fits.length > 1 && html`<${Segments} label=${t('te_fits')} value=${chosen} onPick=${setModel} items=${fits.map((f) => [f, modelWord(f)])}/>`}</div>
    <${Plot} label=${t('te_result')} x=${x} y=${y} xTitle=${titleOf(axes.x, lesson)} yTitle=${titleOf(axes.y, lesson)} lines=${lines} dots=${dots}/>
    <div><p>${points.length ? t(isEvents ? 'te_onePointKept' : 'te_onePoint', points.length) : t('te_noPoint')}</p>
      ${!fits.length && values.length > 1 && html`<p class="verdict"><${Icon} n="chart"/><span>${t('te_pooled', all.n, num(all.mean, digits), num(all.sd, digits))}</span></p>`}
      ${(fit || refused) && html`<p class=${'verdict ' + (fit?.is_good ? 'ok' : 'bad')} data-model=${chosen}><${Icon} n=${fit?.is_good ? 'check' : 'warn'}/><span>${fit && html`<b class="formula">${fit.formula}</b> `}${say(fit?.sentence ?? refused)}</span></p>`}</div></section>`;
}

/** @type {Record<string, import('./base.js').Key>} */
const MODELS = { proportional: 'te_mProportional', linear: 'te_mLinear', quadratic: 'te_mQuadratic', power: 'te_mPower', exponential: 'te_mExponential', decay: 'te_mDecay', logarithm: 'te_mLogarithm',
  sine: 'te_mSine', damped: 'te_mDamped', gaussian: 'te_mGaussian', poisson: 'te_mPoisson' };
const modelWord = (/** @type {string} */ model) => (MODELS[model] ? t(MODELS[model]) : model);

/** What should come, which only the teacher knows until now. @param {{lesson: Lesson}} p */
const Expected = ({ lesson }) => (lesson.expect?.length ? html`<section class="panel expect" aria-labelledby="expect"><h2 id="expect">${t('te_expect')}</h2>
  <ul>${lesson.expect.map((e) => html`<li><b>${num(e.range[0], digitsFor(e.range[0]))} – ${quantity(e.range[1], digitsFor(e.range[1]), unitText(e.unit))}</b> <span class="dim">${e.what}</span> ${say(e.because)}</li>`)}</ul></section>` : null);

/** @param {{session: Session, lesson: Lesson|null}} p */
export function Reveal({ session, lesson }) {
  const results = useResults(session), kind = lesson?.predict.kind;
  if (!results) return html`<p class="dim" role="status">${t('te_wait')}</p>`;
  return html`<div class="secthead"><p class="dim">${t(session.is_revealed ? 'te_isShown' : 'te_isHidden')}</p>
      <button class="btn main" aria-pressed=${session.is_revealed} onClick=${() => perform(session, { do: 'reveal', on: !session.is_revealed })}><${Icon} n="eye" s=${20}/>${t(session.is_revealed ? 'te_hide' : 'te_show')}</button></div>
    <div class="revealgrid">${kind === 'choice' && lesson ? html`<${Choices} lesson=${lesson} results=${results}/>` : kind === 'value' && lesson ? html`<${Values} lesson=${lesson} results=${results}/>`
      : html`<${Curves} session=${session} lesson=${lesson} results=${results}/>`}<${ClassPlot} session=${session} lesson=${lesson} results=${results}/></div>
    ${lesson && html`<${Expected} lesson=${lesson}/>`}`;
}
