// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The slips of a lesson: one is open at a time, whoever wants one says its name. Esc and its cross close it, the focus
// goes back to where it was.
import { html, t, useAgain, useEffect, useRef } from './base.js';
import { Emitter } from './emitter.js';
import { Icon } from './icons.js';

/** @typedef {'lesson'|'predict'|'kept'|'receipt'|'results'} Name */

const door = new Emitter();
/** @type {Name|null} */ let shown = null;

/** @param {Name|null} name null: close what is open */
export function openSlip(name) { shown = name; door.emit('change'); }
export const shownSlip = () => shown;

/** Renders again when another slip is open. */
export function useSlip() {
  const again = useAgain();
  useEffect(() => door.on('change', again), []);
  return shown;
}

/** @param {{name: Name, title: any, icon: import('./icons.js').IconName, cls?: string, children?: any}} p */
export function Slip({ name, title, icon, cls = '', children }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => { box.current?.showModal(); }, []);
  return html`<dialog class=${'slip sheet ' + cls} ref=${box} aria-labelledby=${'slip-' + name} onClose=${() => { if (shown === name) openSlip(null); }}>
    <header><h2 id=${'slip-' + name}><${Icon} n=${icon} s=${26}/><span>${title}</span></h2>
      <button class="btn plain sq" aria-label=${t('closeN')} title=${t('closeN')} onClick=${() => box.current?.close()}><${Icon} n="cross"/></button></header>
    ${children}</dialog>`;
}
