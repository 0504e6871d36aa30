// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A question before what cannot be taken back. Loaded when it is asked first.
import './strings-later.js';
import { html, render, t, useLayoutEffect, useRef } from './base.js';
import { Icon } from './icons.js';
import { lasting } from './numbers.js';

/** @param {{title: string, words: string, stay: string, go: string, onAnswer: (is: boolean) => void}} p */
function Question({ title, words, stay, go, onAnswer }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null)), answer = useRef(false);
  useLayoutEffect(() => { box.current?.showModal(); }, []);
  const press = (/** @type {boolean} */ is) => { answer.current = is; box.current?.close(); };
  return html`<dialog class="slip sure" ref=${box} aria-labelledby="sure" onClose=${() => onAnswer(answer.current)}>
    <h2 id="sure"><${Icon} n="warn" s=${26}/><span>${title}</span></h2><p>${words}</p>
    <div class="acts"><button class="btn main" onClick=${() => press(false)}>${stay}</button><button class="btn" onClick=${() => press(true)}>${go}</button></div></dialog>`;
}

/** Shall a run that went on for so long end? @param {number} seconds @returns {Promise<boolean>} */
export const sureToStop = (seconds) => new Promise((done) => {
  const place = document.body.appendChild(document.createElement('div'));
  const onAnswer = (/** @type {boolean} */ is) => { render(null, place); place.remove(); done(is); };
  render(html`<${Question} title=${t('su_stop', lasting(seconds))} words=${t('su_stopD')} stay=${t('su_stay')} go=${t('su_go')} onAnswer=${onAnswer}/>`, place);
});
