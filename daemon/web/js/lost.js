// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The slip over the page while the board cannot be reached: three things to check with hands, one button.
// The page tries by itself all the while; the chart already drawn stays, and can be looked at.
import { html, t, useEffect, useRef, useState } from './base.js';
import { board } from './board.js';
import { useBoard } from './hooks.js';
import { Icon } from './icons.js';
import { readings } from './readings.js';

/** @type {import('./base.js').Key[]} */
const STEPS = ['e1', 'e2'];

/** @param {{last?: import('./base.js').Key}} p `last`: the step of whoever sees this page */
export function Lost({ last = 'e3' }) {
  useBoard('link');
  const [isAside, setAside] = useState(false), isLost = board.link === 'lost', isShown = isLost && !isAside;
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => { if (!isLost) setAside(false); }, [isLost]);
  useEffect(() => { if (isShown) box.current?.showModal(); else box.current?.close(); }, [isShown]);
  return html`<dialog class="slip bad" role="alertdialog" ref=${box} aria-labelledby="lost-title"
      onClose=${() => setAside(board.link === 'lost')}>
    <h2 id="lost-title"><${Icon} n="warn" s=${28}/>${t('e_net')}</h2><p class="dim">${t('e_netD')}</p>
    <ol class="steps">${[...STEPS, last].map((key, i) => html`<li key=${key}><i>${i + 1}</i>${t(key)}</li>`)}</ol>
    <p class="dim selfretry"><span class="rec-lamp"><${Icon} n="wait" s=${18}/></span>${t('retrySelf')}</p>
    <div class="acts">${readings.series && html`<button class="btn" onClick=${() => box.current?.close()}>${t('see')}</button>`}
      <button class="btn main" autofocus onClick=${() => board.retry()}>${t('retry')}</button></div></dialog>`;
}
