// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Other boards in the room, on the teacher's page: the key with their number, the list behind it (how each is; join by its
// PIN; forget), whether the lesson is taught on all of them; and their groups.
import { html, say, t, useEffect, useLayoutEffect, useRef, useState } from './base.js';
import { board } from './board.js';
import { boards } from './boards.js';
import { Emitter } from './emitter.js';
import { Icon } from './icons.js';
import { lasting } from './numbers.js';
import { isAlike } from './other-axes.js';
import { OtherCard, OtherHead, statedText, useBoards } from './other-groups.js';
import { sentence, usePinField, withTeacher } from './pin.js';
import { Tick } from './teacher-parts.js';

/** @typedef {import('./boards.js').OtherBoard} OtherBoard */

/** @type {Record<OtherBoard['state'], [import('./icons.js').IconName, string, import('./base.js').Key]>} */
const STATE = { here: ['check', 'ok-c', 'bo_here'], locked: ['lock', 'warn-c', 'bo_locked'], found: ['wait', 'dim', 'bo_found'],
  missing: ['unplug', 'bad-c', 'bo_missing'], other: ['warn', 'warn-c', 'bo_other'] };

/** Types the PIN of another board; its own limits and sentences hold. @param {{to: OtherBoard, onDone: () => void}} p */
function JoinForm({ to, onDone }) {
  const pin = usePinField(async (digits) => {
    const isJoined = await withTeacher(() => boards.join(to.id, digits).then(() => true));
    if (isJoined) onDone();
    return !!isJoined;
  });
  useLayoutEffect(() => { pin.input.current?.focus(); }, []);
  return html`<form class="joinform" onSubmit=${pin.onSubmit}><label><span>${t('bo_pin', to.name)}</span><input ...${pin.field} aria-describedby="join-bad"/></label>
    <button class="btn main" disabled=${pin.isBusy}>${t('pinGo')}</button><button type="button" class="btn" onClick=${onDone}>${t('cancel')}</button>
    ${pin.told('join-bad')}</form>`;
}

/** @param {{of: OtherBoard, isJoining: boolean, onJoin: (id: string) => void}} p */
function Row({ of, isJoining, onJoin }) {
  const [icon, colour, key] = STATE[of.state], isJoined = boards.joined.includes(of), [bad, setBad] = useState('');
  const forget = async () => { try { await withTeacher(() => boards.forget(of.id)); } catch (error) { setBad(sentence(error)); } };
  return html`<li data-board=${of.id} data-state=${of.state}><div class="what"><strong>${of.name}</strong><span class=${'sign ' + colour}><${Icon} n=${icon} s=${20}/>${t(key)}</span>
      ${of.state === 'here' && of.stated_us != null && html`<span class="dim">${t('bo_stated', statedText(of.stated_us))}</span>`}
      ${of.state === 'here' && html`<span class=${of.hour_within_us == null ? 'warn-c' : 'dim'}>${of.hour_within_us == null ? t('bo_noHour') : t('bo_hour', lasting(of.hour_within_us / 1e6))}</span>`}
      ${of.sentence && html`<p>${say(of.sentence)}</p>`}${bad && html`<p class="bad-c" role="alert">${bad}</p>`}
      ${isJoined && of.lesson && html`<p class="pupils">${t('bo_pupils')} <a href=${of.address}>${of.address}</a> · <a href=${of.address + 'screen'} target="_blank" rel="noopener">${t('te_screen')}</a></p>`}</div>
    ${isJoining ? html`<${JoinForm} to=${of} onDone=${() => onJoin('')}/>` : html`<div class="acts">
      ${of.state === 'locked' && html`<button class="btn main" onClick=${() => onJoin(of.id)}><${Icon} n="lock" s=${20}/>${t('bo_join')}</button>`}
      ${isJoined && html`<button class="btn" onClick=${forget}>${t('bo_forget')}</button>`}</div>`}</li>`;
}

/** @param {{onClose: () => void}} p */
function Place({ onClose }) {
  const { list, trouble, joined, isTogether } = useBoards(), box = useRef(/** @type {HTMLDialogElement|null} */ (null)), [joining, setJoining] = useState('');
  useLayoutEffect(() => { box.current?.showModal(); boards.load(); }, []);
  return html`<dialog class="slip sheet boardsheet" ref=${box} aria-labelledby="boards-title" onClose=${onClose}>
    <header><h2 id="boards-title"><${Icon} n="board" s=${26}/><span>${t('bo_title')}</span></h2>
      <button class="btn plain sq" aria-label=${t('closeN')} title=${t('closeN')} onClick=${() => box.current?.close()}><${Icon} n="cross"/></button></header>
    <p class="dim">${t('bo_about')}</p>
    ${joined.length > 0 && html`<${Tick} isOn=${isTogether} words=${t('bo_together')} onChange=${(/** @type {boolean} */ on) => boards.setTogether(on)}/>`}
    <ul class="boardlist">${list.map((of) => html`<${Row} key=${of.id} of=${of} isJoining=${joining === of.id} onJoin=${setJoining}/>`)}</ul>
    ${!list.length && html`<p>${t('bo_none')}</p>`}${trouble && html`<p class="dim">${say(trouble)}</p>`}</dialog>`;
}

/** What is shown here is of this board: where the rest is. @param {{of: OtherBoard[], words: string}} p */
export const Elsewhere = ({ of, words }) => html`<div class="elsewhere"><p>${words}</p><ul>${of.map((b) => html`<li key=${b.id} data-board=${b.id}>
  <a class="btn" href=${b.address + 'teacher'} target="_blank" rel="noopener"><${Icon} n="board" s=${20}/><span>${t('bo_dataOf', b.name)}<small>${b.address}</small></span></a></li>`)}</ul></div>`;

const opener = new Emitter();

/** The list, where somebody opened it. */
export function BoardsPlace() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => opener.on('open', () => setOpen(true)), []);
  return isOpen && html`<${Place} onClose=${() => setOpen(false)}/>`;
}

/** The key, where there is another board at all. */
export function BoardsKey() {
  const { list, joined } = useBoards();
  if (!board.isTeacher || !list.length) return null;
  const away = joined.filter((b) => b.state === 'missing').length, words = t('bo_key', list.length, joined.length) + (away ? t('cal_comma2') + t('bo_away', away) : '');
  return html`<button class=${'btn boardskey' + (away ? ' warn' : '')} aria-label=${words} title=${words} onClick=${() => opener.emit('open')}><${Icon} n=${away ? 'unplug' : 'board'}/><b>${list.length}</b></button>`;
}

/** Our own groups, and those of boards that obey, under a heading each; ours alone need none. @param {{children?: any, lesson: string|null, unit: string|null,
 *   shared: import('./other-axes.js').Shared}} p `shared`: the axes of all that read the same in our lesson */
export function AllBoards({ children, lesson, unit, shared }) {
  const { joined } = useBoards();
  if (!joined.length) return children;
  return html`<div class="allboards"><section class="boardgroups"><h2 class="boardname"><${Icon} n="board"/><span>${board.name}</span></h2>${children}</section>
    ${joined.map((of) => html`<section class="boardgroups" key=${of.id} data-board=${of.id}><${OtherHead} board=${of}/>
      ${of.groups.length > 0 && html`<div class="wall">${of.groups.map((group) => html`<${OtherCard} key=${group.number} group=${group} board=${of} shared=${isAlike(of, group, lesson, unit) ? shared : null} isLong/>`)}</div>`}</section>`)}</div>`;
}
