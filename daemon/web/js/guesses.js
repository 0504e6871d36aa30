// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the groups thought before, against what came, as every page shows it: curves, pale, under the measured ones on the
// same axes; numbers in piles beside the class's own, in its unit; or who chose what.
import { html, say, t } from './base.js';
import { colourOf, groupName, GroupShape, isOpenShape } from './animals.js';
import { comparedOf, distance, pilesOf } from './class-points.js';
import { read, titleOf, unitOf } from './class-result.js';
import { planUnit } from './chart-scale.js';
import { pictureOf } from './group-columns.js';
import { useEvery } from './hooks.js';
import { DASH, Sample } from './icons.js';
import { decimalsOf, digitsFor, quantity, uncertain } from './numbers.js';
import { Plot } from './plot.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {import('./class-result.js').Found} Found */
/** @typedef {import('./class-result.js').Lesson} Lesson */
/** @typedef {{found: Found, lesson: Lesson, results: Result[], font: number, mine: number|null}} Props `font`: more than a page's is for a wall; `mine`: the
 *   group that looks */

const PAPER = 14, DRAW_MS = 1000;

/** @param {{numbers: number[]}} p */
const Legend = ({ numbers }) => html`<div class="legend">${numbers.map((number) => html`<span key=${number} class=${'c' + colourOf(number)}>
  <${Sample} k=${colourOf(number)}/><${GroupShape} number=${number} s=${14}/><b>${groupName(number)}</b></span>`)}</div>`;

/** The least range of values that holds them all, with air. @param {(number|null)[]} values @returns {[number, number]} */
function around(values) {
  let lo = Infinity, hi = -Infinity;
  for (const v of values) { if (v != null && v < lo) lo = v; if (v != null && v > hi) hi = v; }
  const air = (hi - lo) * 0.08 || Math.abs(hi) * 1e-3 || 1;
  return hi >= lo ? [lo - air, hi + air] : [0, 1];
}

/** @param {Props} p */
function Curves({ found: { session }, lesson, results, font, mine }) {
  useEvery(DRAW_MS);
  const { y: id, time_us: us } = lesson.predict, groups = session.groups.filter((g) => mine == null || g.number === mine), scale = font / PAPER;
  const came = id ? groups.flatMap((group) => { const picture = pictureOf(group, lesson, id); return picture ? [{ n: group.number, ...picture }] : []; }) : [];
  const before = results.flatMap(({ number: n, prediction }) => (prediction?.points && groups.some((g) => g.number === n) ? [{ n, points: prediction.points }] : []));
  const seconds = Math.max((us ?? 0) / 1e6, ...came.map(({ x }) => x[x.length - 1] ?? 0), ...before.map(({ points }) => points[points.length - 1]?.[0] ?? 0), 1), [unit, per] = planUnit(seconds);
  const range = around([...came.flatMap(({ lo, hi }) => [...lo, ...hi]), ...before.flatMap(({ points }) => points.map(([, y]) => y))]), ink = (/** @type {number} */ n) => `var(--c${colourOf(n)})`;
  const off = before.map(({ n, points }) => ({ n, d: distance(points, came.find((c) => c.n === n) ?? { x: [], mid: [] }) })).filter(({ d }) => Number.isFinite(d)).sort((a, b) => a.d - b.d)[0];
  const lines = [...before.map(({ n, points }) => ({ x: points.map(([x]) => x / per), y: points.map(([, y]) => y), colour: ink(n), width: 6 * scale, cls: 'pred' })),
    ...came.map(({ n, x, mid, isPoints }) => ({ x: x.map((s) => s / per), y: mid, isPoints, colour: ink(n), dash: DASH[colourOf(n)].map((d) => d * scale), width: 2.25 * scale }))];
  const title = id ? titleOf(id, lesson, session) : '', sign = id ? unitText(unitOf(id, lesson, session)) : '';
  return html`<${Plot} label=${t('cr_preds')} font=${font} x=${[0, seconds / per]} y=${range} xTitle=${`${t('time')} / ${unit}`} yTitle=${title} lines=${lines}/>
    <div>${groups.length > 1 && html`<${Legend} numbers=${groups.map((g) => g.number)}/>`}${before.length > 0 && html`<p>${t('cr_predNote')}</p>`}
      ${off && html`<p class="near">${mine == null ? t('cr_nearest', groupName(off.n), quantity(off.d, digitsFor(off.d), sign)) : t('cr_off', quantity(off.d, digitsFor(off.d), sign))}</p>`}</div>`;
}

/** As somebody typed it. @param {number} v @param {string} [unit] */
const guessed = (v, unit = '') => quantity(v, decimalsOf(v), unit);

/** @param {Props} p */
function Values({ found, lesson, results, font, mine }) {
  const { unit: ucum, compare } = lesson.predict, unit = unitText(ucum ?? ''), came = compare ? comparedOf(compare, found.runs, lesson.formulas, read, found.fit) : null;
  const guesses = results.flatMap(({ number, prediction }) => (prediction?.value == null ? [] : [{ number, value: prediction.value }])), { x, most, piled } = pilesOf(guesses, came?.value ?? null);
  const isWall = font > PAPER, dots = piled.map(({ number, value, x: at, level, isFar }) => ({ x: at, y: level, colour: colourOf(number), isOpen: isOpenShape(number),
    size: (isWall ? font / 9 : 2.2) * (number === mine ? 1.5 : 1), label: isFar ? value > at ? `${guessed(value)} →` : `← ${guessed(value)}` : number === mine ? t('cr_we') : isWall ? String(number) : '' }));
  const near = came && [...guesses].sort((a, b) => Math.abs(a.value - came.value) - Math.abs(b.value - came.value))[0], own = guesses.find((g) => g.number === mine);
  return html`<${Plot} label=${t('cr_preds')} font=${font} most=${[6, 3]} x=${x} y=${[0, Math.max(3, most + 1)]} xTitle=${t('cr_preds1') + (unit && ` / ${unit}`)} yTitle=${t('cr_groups')}
      dots=${dots} marks=${came ? [{ x: came.value, text: t('cr_came') }] : []}/>
    <div><p class="sr">${guesses.map((g) => `${groupName(g.number)}: ${guessed(g.value, unit)}`).join('; ')}</p>
      ${own && html`<p>${t('cr_our', guessed(own.value, unit))}</p>`}
      <p>${came ? t('cr_class', uncertain(came.value, came.u, unit)) : t('cr_noClass')}</p>
      ${near && came && mine == null && html`<p class="near">${t('cr_nearestN', groupName(near.number), guessed(near.value, unit))}</p>`}</div>`;
}

/** @param {Props} p */
const Choices = ({ lesson, results, mine }) => html`<ul class="votes">${(lesson.predict.choices ?? []).map((words, i) => {
  const who = results.filter((r) => r.prediction?.choice === i), isOurs = who.some((r) => r.number === mine);
  return html`<li key=${i} class=${isOurs ? 'ours' : ''}><span>${say(words)}${isOurs && html` <em>${t('cr_we')}</em>`}</span>
    <span class="marks">${who.map(({ number }) => html`<span key=${number} title=${groupName(number)}><${GroupShape} number=${number} s=${20}/><span class="sr">${groupName(number)}</span></span>`)}</span><b>${who.length}</b></li>`;
})}</ul>`;

/** Is there anything to compare? @param {Lesson|null} lesson @param {Result[]} results */
export const hasGuesses = (lesson, results) => !!lesson && lesson.predict.kind !== 'none' && results.some((r) => r.prediction);

/** @param {{found: Found, lesson: Lesson, results: Result[], font?: number, mine?: number|null}} p */
export function Guesses({ found, lesson, results, font = PAPER, mine = null }) {
  const How = { curve: Curves, value: Values, choice: Choices, none: null }[lesson.predict.kind];
  return How && html`<${How} found=${found} lesson=${lesson} results=${results} font=${font} mine=${mine}/>`;
}
