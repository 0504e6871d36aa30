// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One range of values on every chart of the class: what the wall shows now, or what is typed; or each as it likes.
import { html, Pop, t, useRef, useState } from './base.js';
import { perform } from './deeds.js';
import { Icon } from './icons.js';
import { num } from './numbers.js';
import { typed } from './typed.js';
import { wall } from './teacher-wall.js';

/** @param {{session: import('./class-api.js').Session, lesson: unknown}} p */
export function Range({ session }) {
  const [bad, setBad] = useState(''), low = useRef(/** @type {HTMLInputElement|null} */ (null)), high = useRef(/** @type {HTMLInputElement|null} */ (null));
  const now = session.y_range ?? wall.range, digits = now ? Math.max(0, 2 - Math.floor(Math.log10(Math.max(1e-6, now[1] - now[0])))) : 0;
  const push = (/** @type {Event} */ e) => {
    e.preventDefault();
    const a = typed(low.current?.value ?? ''), b = typed(high.current?.value ?? '');
    if (!('value' in a) || !('value' in b) || !(a.value < b.value)) { setBad(t('te_rangeBad')); return; }
    setBad('');
    perform(session, { do: 'range', low: a.value, high: b.value });
  };
  const field = (/** @type {any} */ ref, /** @type {import('./base.js').Key} */ key, /** @type {0|1} */ end) => html`<label><span>${t(key)}</span>
    <input ref=${ref} type="text" inputmode="decimal" autocomplete="off" defaultValue=${now ? num(now[end], digits) : ''}/></label>`;
  return html`<${Pop} label=${t('te_axes')} isNamed cls=${'axes' + (session.y_range ? ' on' : '')} face=${html`<${Icon} n="axis" s=${20}/><span>${t('te_axes')}</span>`}>
    <form class="field" onSubmit=${push}><p>${t('te_axesD')}</p><div class="pair">${field(low, 'te_low', 0)}${field(high, 'te_high', 1)}</div>
      <p class="pinbad" role="alert">${bad}</p><button class="btn main">${t('te_axesGo')}</button>
      ${session.y_range && html`<button type="button" class="btn" data-close onClick=${() => perform(session, { do: 'range' })}>${t('te_axesFree')}</button>`}</form><//>`;
}
