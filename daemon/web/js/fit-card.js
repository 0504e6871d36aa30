// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The fit card: which model, its equation, its parameters with their uncertainties, what that means in a sentence, and
// what is left of the readings. A model that does not fit keeps its numbers in grey, as nobody should believe them.
import './strings-later.js';
import { html, say, t, useEffect, useRef } from './base.js';
import { analysis } from './analysis.js';
import { useAnalysis, useView } from './hooks.js';
import { Icon } from './icons.js';
import { allowedFits } from './lesson-fits.js';
import { num, quantity, uncertain } from './numbers.js';
import { readings } from './readings.js';
import { Residuals } from './residuals.js';
import { unitText } from './units.js';
import { view } from './view.js';

/** @type {[string, import('./base.js').Key][]} */
export const MODELS = [['proportional', 'm_proportional'], ['linear', 'm_linear'], ['quadratic', 'm_quadratic'], ['power', 'm_power'],
  ['exponential', 'm_exponential'], ['decay', 'm_decay'], ['logarithm', 'm_logarithm'], ['sine', 'm_sine'], ['damped', 'm_damped'], ['gaussian', 'm_gaussian'],
  ['poisson', 'm_poisson']];

/** @param {string} model */
const modelName = (model) => t(MODELS.find(([id]) => id === model)?.[1] ?? 'fit');

/** Signs as they stand on paper. @param {string} text */
const paper = (text) => text.replace(/\btau\b/g, 'τ').replace(/\bphi\b/g, 'φ').replace(/\bmu\b/g, 'μ').replace(/\bsigma\b/g, 'σ').replace(/(\d) pi\b/g, '$1π')
  .replace(/\^2\b/g, '²').replace(/-/g, '\u2212');

/** @param {{onPick: (model: string) => void}} p */
function Choice({ onPick }) {
  const allowed = allowedFits(), shown = MODELS.filter(([id]) => !allowed || allowed.includes(id));
  return html`<p class="dim">${t(allowed ? 'fitLesson' : 'fitAll')}</p><div class="models" role="group" aria-label=${t('fitChoose')}>
    ${shown.map(([id, key]) => html`<button class="btn" key=${id} onClick=${() => onPick(id)}>${t(key)}</button>`)}</div>`;
}

/** @param {{fit: import('./analysis.js').Fit}} p */
function Answer({ fit }) {
  const { answer, state } = fit;
  if (state === 'asking') return html`<p class="dim fitwait">${t('fitAsking')}</p>`;
  const words = answer ? say(answer.sentence) : fit.words ? say(fit.words) : t('noAnswer'), isGood = !!answer?.is_good;
  const unit = analysis.lanes?.y.unit ?? '', zero = answer?.x_zero_us ?? (fit.isXY ? null : fit.range[0]);
  return html`<div class="fitbody"><div class="fitleft">
      <p class=${'verdict' + (isGood ? ' good' : ' poor')}><${Icon} n=${isGood ? 'check' : 'warn'} s=${20}/><span>${words}</span></p>
      ${answer && html`<dl class=${'params' + (isGood ? '' : ' grey')}>${answer.parameters.map((p) => html`<div key=${p.id}><dt>${paper(p.id)}</dt>
        <dd>${uncertain(p.value, p.error, unitText(p.unit))}</dd></div>`)}</dl>`}
      ${!isGood && answer?.better && html`<button class="btn better" onClick=${() => analysis.choose(answer.better ?? '')}>${t('fitTry', modelName(answer.better))}</button>`}
      ${zero != null && answer && html`<p class="dim fitzero">${t('fitZero', quantity((zero - readings.origin) / 1e6, 2, 's'))}</p>`}</div>
    ${answer?.residuals && answer.residuals.x.length > 2 && html`<div class="fitright"><h3>${t('residuals')}${answer.sigma ? html`<span class="q">±${quantity(answer.sigma, Math.max(0, 1 - Math.floor(Math.log10(answer.sigma))), unit)}</span>` : ''}
      <span class="q">n ${num(answer.n)}</span></h3>
      <${Residuals} x=${answer.residuals.x} y=${answer.residuals.y} sigma=${answer.sigma}/></div>`}</div>`;
}

/** Lies over the lower zone while a model is chosen or shown. */
export function FitCard() {
  useAnalysis('fit');
  useView('range', 'what');
  const box = useRef(/** @type {HTMLElement|null} */ (null)), { model, fit } = analysis, isOpen = model != null && !!view.range;
  useEffect(() => { if (isOpen) /** @type {HTMLElement|null|undefined} */ (box.current?.querySelector('.models button, .fithead .btn'))?.focus({ preventScroll: true }); }, [isOpen, model === '']);
  if (!isOpen) return null;
  return html`<section class="fit" ref=${box} aria-label=${t('fit')}><div class="fithead"><h2><span>${model ? modelName(model) : t('fitChoose')}</span>${fit?.answer && html`<span class="eq">${paper(fit.answer.formula)}</span>`}</h2>
      ${model && html`<button class="btn" onClick=${() => analysis.choose('')}>${t('fitOther')}</button>`}
      <button class="btn plain sq" aria-label=${t('fitClose')} title=${t('fitClose')} onClick=${() => analysis.choose(null)}><${Icon} n="cross" s=${18}/></button></div>
    <div class="fitscroll" tabindex="0" role="group" aria-label=${t('fit')}>${!model ? html`<${Choice} onPick=${(/** @type {string} */ id) => analysis.choose(id)}/>` : fit && html`<${Answer} fit=${fit}/>`}</div>
    <p class="sr" role="status">${fit?.state === 'done' && fit.answer ? say(fit.answer.sentence) : fit?.words ? say(fit.words) : ''}</p></section>`;
}
