// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Every key of the page in one place, and the switch for those that are single letters (WCAG 2.1.4).
import './strings-later.js';
import { app, html, setApp, t, useApp, useEffect, useRef } from './base.js';
import { Icon } from './icons.js';

/** @type {[import('./base.js').Key, [string, import('./base.js').Key][]][]} */
const MAP = [
  ['ky_page', [['R', 'ky_run'], ['F', 'ky_freeze'], ['A', 'ky_all'], ['L', 'ky_last'], ['T', 'ky_tangent'], ['P', 'ky_play'], ['1–7', 'ky_views'], ['?', 'ky_this'], ['Esc', 'ky_clear']]],
  ['ky_chart', [['← →', 'ky_line'], ['Shift ← →', 'ky_range'], ['+ −', 'ky_zoom'], ['Home End', 'ky_ends'], ['M, Shift M', 'ky_marks']]],
  ['ky_hands', [['ky_drag', 'ky_range'], ['ky_wheel', 'ky_zoom'], ['ky_twice', 'ky_all']]],
];

/** @param {{onClose: () => void}} p */
export function KeysDialog({ onClose }) {
  useApp();
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => { box.current?.showModal(); }, []);
  const word = (/** @type {string} */ k) => (k.startsWith('ky_') ? html`<span>${t(/** @type {import('./base.js').Key} */ (k))}</span>` : html`<kbd>${k}</kbd>`);
  return html`<dialog class="slip calib keys" ref=${box} aria-labelledby="keys-title" onClose=${onClose}><h2 id="keys-title"><${Icon} n="keyboard" s=${26}/>${t('ky_title')}</h2>
    ${MAP.map(([title, rows]) => html`<h3>${t(title)}</h3><dl>${rows.map(([k, what]) => html`<div><dt>${word(k)}</dt><dd>${t(what)}</dd></div>`)}</dl>`)}
    <div class="acts"><button class="btn" onClick=${() => setApp('keys', app.keys === 'on' ? 'off' : 'on')}>${t(app.keys === 'on' ? 'keysOff' : 'keysOn')}</button>
      <button class="btn main" autofocus onClick=${() => box.current?.close()}>${t('closeN')}</button></div></dialog>`;
}
