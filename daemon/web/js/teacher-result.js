// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The result of the class on the teacher's page: a plot that grows, with each model that the lesson allows to choose from.
import { html, say, Segments, t } from './base.js';
import { board } from './board.js';
import { isOfReadings } from './class-found.js';
import { absentWords, FoundPlot, known, verdictOf } from './class-result.js';
import { Icon } from './icons.js';
import { Elsewhere } from './teacher-boards.js';

/** @typedef {import('./class-result.js').Found} Found */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

/** @type {Record<string, import('./base.js').Key>} */
const MODELS = { proportional: 'm_proportional', linear: 'm_linear', quadratic: 'm_quadratic', power: 'm_power', exponential: 'm_exponential',
  decay: 'm_decay', logarithm: 'm_logarithm', sine: 'm_sine', damped: 'm_damped', gaussian: 'm_gaussian', poisson: 'm_poisson' };
const modelWord = (/** @type {string} */ model) => (MODELS[model] ? t(MODELS[model]) : model);

/** @type {Record<string, import('./base.js').Key>} */
const STATISTICS = { mean: 'mean', sd: 'sd', n: 'n', min: 'te_least', max: 'te_most', first: 'te_first', last: 'te_last' };
/** What `what` of an expectation is called: a statistic of what was measured, or a parameter of a fit. @param {string} what @param {Lesson} lesson */
export function expectedName(what, lesson) {
  const [of, part] = what.split('.');
  if (of === 'plot' || of === 'class_plot') return `${t(of === 'plot' ? 'te_fitOwn' : 'te_fitClass')} · ${part}`;
  return `${say(known(of, lesson)?.name) || of} · ${STATISTICS[part] ? t(STATISTICS[part]) : part}`;
}

/** A level line is no fault, and no answer where a slope is looked for: it has no tick. @param {Found} found */
const judged = ({ fit, model }) => (!model || fit?.why === 'flat' ? '' : fit?.is_good ? ' ok' : ' bad');
/** @type {Record<string, string>} */ const SIGNS = { '': 'chart', ' ok': 'check', ' bad': 'warn' };

/** @param {{found: Found}} p */
function Verdict({ found }) {
  const { fit, model } = found, words = verdictOf(found);
  if (!words) return null;
  return html`<p class=${'verdict' + judged(found)} data-model=${model ?? ''}><${Icon} n=${SIGNS[judged(found)]}/>
    <span>${fit && html`<b class="formula">${fit.formula}</b> `}${words}</span></p>`;
}

/** @param {{found: Found, onChoose: (model: string) => void, others: import('./boards.js').OtherBoard[]}} p `others`: boards that have the lesson, too */
export function ClassResult({ found, onChoose, others }) {
  const { axes: { fits }, model, points, lesson } = found;
  return html`<section class="panel" aria-labelledby="result"><div class="secthead"><h2 id="result">${others.length ? t('bo_result', board.name) : t('cr_result')}</h2>
      ${fits.length > 1 && html`<${Segments} label=${t('te_fits')} value=${model} onPick=${onChoose} items=${fits.map((f) => [f, modelWord(f)])}/>`}</div>
    <${FoundPlot} found=${found}/>
    <div><p>${points.length ? t(isOfReadings(lesson) ? 'te_onePointKept' : 'te_onePoint', points.length) : t('te_noPoint')}</p><p class="absent dim">${absentWords(found)}</p>
      <${Verdict} found=${found}/>${others.length > 0 && html`<${Elsewhere} of=${others} words=${t('bo_resultHere', board.name)}/>`}</div></section>`;
}
