// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What several parts of the teacher's page use: rendering again when the class changes, the menu, the one notice line,
// the bar at the foot, a group's name.
import { app, html, Pop, setApp, t, useAgain, useEffect, useState } from './base.js';
import { board } from './board.js';
import { BoardsTold } from './boards-told.js';
import { Hour } from './clock.js';
import { desk } from './desk.js';
import { Emitter } from './emitter.js';
import { useBoard, useClass } from './hooks.js';
import { Icon } from './icons.js';
import { later } from './later.js';
import { NB, num } from './numbers.js';
import { sentence, signOut } from './pin.js';
import { refusals } from './refusals.js';
import { ACTIVITY_URL } from './teacher-api.js';

/** Renders again when something of the class, of the desk or of the kits changes. */
export function useDesk() {
  const again = useAgain();
  useClass('sessions', 'me');
  useBoard('devices', 'runs');
  useEffect(() => { const ends = ['desk', 'lessons'].map((k) => desk.on(k, again)); return () => ends.forEach((end) => end()); }, []);
  return desk;
}

export function Menu() {
  useBoard('status');
  const other = app.lang === 'zh' ? 'en' : 'zh', isDark = app.theme === 'dark';
  return html`<${Pop} label=${t('menu')} cls="sq" face=${html`<${Icon} n="more"/>`}>
    <button class="item" lang=${other === 'en' ? 'en' : 'zh-CN'} onClick=${() => setApp('lang', other)}><${Icon} n="lang"/>${t('otherLang')}</button>
    <button class="item" onClick=${() => setApp('theme', isDark ? 'light' : 'dark')}><${Icon} n=${isDark ? 'sun' : 'moon'}/>${t(isDark ? 'light' : 'dark')}</button><hr/>
    <a class="item" href="/"><${Icon} n="chart"/>${t('te_toStudents')}</a>
    ${board.isTeacher && html`<a class="item" data-close download href=${ACTIVITY_URL}><${Icon} n="table"/><span>${t('te_activity')}<small>${t('te_activityD')}</small></span></a>
      <button class="item" data-close onClick=${() => signOut().catch((e) => refusals.tell(sentence(e)))}><${Icon} n="teacher"/>${t('teacherOut')}</button>`}
    <${Hour}/>
    ${board.status && html`<p class="dim">${t('aboutBoard', board.name, board.status.version)}</p>`}<//>`;
}

/** Why something was not done; it goes by itself or is closed. */
function Refused() {
  const again = useAgain();
  useEffect(() => refusals.on('told', again), []);
  return html`<div class="refused" role="alert">${refusals.text && html`<p class="notice warn" data-notice="refused" key=${refusals.number}>
    <${Icon} n="warn"/><span>${refusals.text}</span><button class="btn plain sq" aria-label=${t('closeN')} onClick=${() => refusals.tell('')}><${Icon} n="cross" s=${18}/></button></p>`}</div>`;
}

/** The bar at the foot, always in the same place: what is, then the deeds, the one big key last. @param {{label: string, children?: any}} p */
export const StartBar = ({ label, children }) => html`<footer class="startbar" aria-label=${label}><${BoardsTold}/><${Refused}/><div class="row">${children}</div></footer>`;

const opener = new Emitter(), Dialog = later(() => import('./teacher-saved.js').then((m) => m.SavedDialog));
/** Opens the saved runs. @param {number|null} group for whose kit one is to stand in, if that is known */
export const openSaved = (group) => opener.emit('open', { group });
export function SavedRuns() {
  const [open, setOpen] = useState(/** @type {{group: number|null}|null} */ (null));
  useEffect(() => opener.on('open', setOpen), []);
  return open && html`<${Dialog} group=${open.group} onClose=${() => setOpen(null)}/>`;
}

/** How much of the card. @param {number} bytes */
export const size = (bytes) => (bytes < 1e6 ? num(bytes / 1e3) + NB + 'kB' : bytes < 1e9 ? num(bytes / 1e6, bytes < 1e7 ? 1 : 0) + NB + 'MB' : num(bytes / 1e9, 1) + NB + 'GB');

/** A choice that is on or off. @param {{isOn: boolean, words: string, onChange: (on: boolean) => void}} p */
export const Tick = ({ isOn, words, onChange }) => html`<button class="btn plain tick" role="checkbox" aria-checked=${isOn} onClick=${() => onChange(!isOn)}>
  <span class="box">${isOn && html`<${Icon} n="check" s=${20}/>`}</span><span>${words}</span></button>`;
