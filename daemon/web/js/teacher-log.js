// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What was done in a session, by whom, the newest first; what can be undone has a button.
import { html, say, t, useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { classroom } from './classroom.js';
import { perform } from './deeds.js';
import { Icon } from './icons.js';
import { timeOfDay } from './numbers.js';
import { getLog } from './teacher-api.js';

/** @typedef {import('./teacher-api.js').Act} Act */

const MOST = 200;

/** @param {string} who */
function whoWord(who) {
  const group = who.match(/^group (\d+)$/);
  return group ? t('groupN', group[1]) : t(who === 'teacher' ? 'teacher' : 'te_board');
}

/** @param {{session: import('./class-api.js').Session}} p */
export function Log({ session }) {
  const [acts, setActs] = useState(/** @type {Act[]|null} */ (null));
  useEffect(() => {
    let isOver = false;
    const look = () => getLog(session.id).then((all) => { if (!isOver) setActs(all); }, (error) => { if (!(error instanceof Refusal)) throw error; });
    look();
    const end = classroom.on('sessions', look);
    return () => { isOver = true; end(); };
  }, [session.id]);
  if (!acts) return html`<p class="dim" role="status">${t('te_wait')}</p>`;
  const when = (/** @type {Act} */ { wall_us: wall, at_us: at }) => (wall == null ? t('te_agoMin', Math.max(0, Math.round((board.now() - at) / 60e6))) : timeOfDay(wall));
  return html`<div class="panel logv" tabindex="0" role="group" aria-label=${t('te_vLog')}><table><thead><tr><th>${t('te_logWhen')}</th><th>${t('te_logWho')}</th><th>${t('te_logWhat')}</th><th><span class="sr">${t('te_undo')}</span></th></tr></thead>
    <tbody>${[...acts].reverse().slice(0, MOST).map((a) => html`<tr key=${a.id} class=${a.is_undone ? 'undone' : ''}><td>${when(a)}</td><td>${whoWord(a.who)}</td><td>${say(a.words)}${a.is_undone && html` <span class="dim">${t('te_undone')}</span>`}</td>
      <td>${a.may_undo && html`<button class="btn" aria-label=${t('te_undoOf', say(a.words))} onClick=${() => perform(session, { do: 'undo', act: a.id })}><${Icon} n="undo" s=${18}/>${t('te_undo')}</button>`}</td></tr>`)}</tbody></table></div>`;
}
