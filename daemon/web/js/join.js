// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Joining a lesson: the four digits of the big screen (or its QR code, which has them in the address), then the group.
// No name is asked for. It lies over the page while a lesson is open that this browser is not in; whoever only wants
// to look says so, once for this tab.
import { html, memory, say, t, useEffect, useRef, useState } from './base.js';
import { Animal, colourOf, groupName, GroupShape } from './animals.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { join } from './class-api.js';
import { classroom } from './classroom.js';
import { useBoard, useClass } from './hooks.js';
import { Icon } from './icons.js';
import { digitsOf, sentence } from './pin.js';

/** @typedef {import('./class-api.js').Place} Place */

const LOOKS = 'looksOnly', DIGITS = 4;
/** The digits in the address: the board sends whoever scanned /j/4827 to /?join=4827. */
const asked = new URLSearchParams(location.search).get('join') ?? '';

/** The address of the page itself again, so that a reload joins nothing anew. */
function leaveAddress() {
  const here = new URL(location.href);
  here.searchParams.delete('join');
  if (asked) history.replaceState(null, '', here);
}

/** Is there something to join that this browser is not in? */
function isWanted() {
  const { me, group, sessions, hasMe, isOver } = classroom;
  if ((group && !isOver) || (!hasMe && !asked)) return false;
  if (asked && location.search.includes('join=')) return true;
  // In the class, but in no group yet.
  if (me && classroom.mine && !isOver) return !memory.get(LOOKS);
  return !board.isTeacher && !memory.get(LOOKS) && !!sessions?.some((s) => s.code && !s.is_project);
}

/** Who only looked changes their mind, or changes group. */
export function wantToJoin() {
  memory.set(LOOKS, null);
  isForced = true;
  classroom.emit('me');
}
let isForced = false;

/** @param {{onPlaces: (code: string, places: Place[]) => void, first: string, bad: string}} p */
function Code({ onPlaces, first, bad: told }) {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null)), [bad, setBad] = useState(told), [isBusy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const code = field.current?.value ?? '';
    if (code.length !== DIGITS || isBusy) { setBad(t('j_short')); field.current?.focus(); return; }
    setBusy(true);
    try {
      onPlaces(code, (await join(code)).groups ?? []);
    } catch (error) {
      setBad(sentence(error));
      setBusy(false);
      field.current?.select();
    }
  };
  useEffect(() => field.current?.focus(), []);
  return html`<form onSubmit=${submit}><h1 id="join-title">${t('j_title')}</h1><p class="dim">${t('j_where')}</p>
    <input ref=${field} class="digits4" autofocus inputmode="numeric" pattern="[0-9]*" maxlength=${DIGITS} autocomplete="off" defaultValue=${first} aria-label=${t('j_code')}
      aria-invalid=${bad ? 'true' : 'false'} aria-describedby="join-bad" onInput=${(/** @type {any} */ e) => { e.target.value = digitsOf(e.target.value); setBad(''); }}/>
    <p id="join-bad" class="pinbad" role="alert">${bad && html`<${Icon} n="warn" s=${20}/>${bad}`}</p>
    <button class="btn main wide" disabled=${isBusy}>${t('j_go')}</button></form>`;
}

/** @param {{code: string, places: Place[], onBack: () => void, onIn: () => void}} p */
function Groups({ code, places, onBack, onIn }) {
  const [bad, setBad] = useState(''), session = classroom.sessions?.find((s) => s.code === code), lesson = classroom.lessonOf(session);
  const head = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => head.current?.focus(), []);
  const known = (/** @type {Place} */ p) => session?.groups.find((g) => g.number === p.number) ?? p;
  const choose = async (/** @type {number} */ number) => {
    try {
      const me = await join(code, number);
      onIn();
      classroom.setMe(me.session == null ? null : { session: me.session, group: me.group });
    } catch (error) {
      setBad(sentence(error));
      if (error instanceof Refusal && error.status === 404) onBack();
    }
  };
  return html`<div><h1 id="join-title" tabindex="-1" autofocus ref=${head}>${t('j_which')}</h1><p class="dim">${[lesson && say(lesson.title), session?.title].filter(Boolean).join(' · ')}</p><p class="dim">${t('j_noName')}</p>
    ${bad && html`<p class="pinbad" role="alert"><${Icon} n="warn" s=${20}/>${bad}</p>`}
    <div class="places">${places.map(known).map(({ number, animal, joined }) => html`<button key=${number} class=${'place c' + colourOf(number)} onClick=${() => choose(number)}>
      <${Animal} animal=${animal} s=${56}/><b><${GroupShape} number=${number} s=${18}/>${groupName(number)}</b><span>${say(animal)}</span><small>${joined ? t('j_in', joined) : t('j_nobody')}</small></button>`)}</div></div>`;
}

/** The step of the group, reached: which groups there are. */
export function Join() {
  useClass('sessions', 'me');
  useBoard('status');
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null)), mine = classroom.mine;
  const [step, setStep] = useState(/** @type {{code: string, places: Place[]}|null} */ (null)), [bad, setBad] = useState(''), [isAsking, setAsking] = useState(!!asked);
  const isOpen = isForced || isWanted(), groups = step ?? (mine?.code && !classroom.group ? { code: mine.code, places: mine.groups } : null);
  useEffect(() => {
    if (!asked) return;
    join(asked).then((answer) => {
      if (answer.group != null) { leaveAddress(); classroom.setMe({ session: Number(answer.session), group: answer.group }); }
      else {
        classroom.setMe({ session: Number(answer.session), group: null });
        setStep({ code: asked, places: answer.groups ?? [] });
      }
    }, (error) => setBad(sentence(error))).finally(() => setAsking(false));
  }, []);
  useEffect(() => { if (isOpen) box.current?.showModal(); else box.current?.close(); }, [isOpen]);
  const away = () => {
    if (!isForced && !isWanted()) return;
    isForced = false;
    memory.set(LOOKS, true);
    leaveAddress();
    classroom.emit('me');
  };
  const done = () => { isForced = false; setStep(null); leaveAddress(); };
  return html`<dialog class="join" ref=${box} aria-labelledby="join-title" onClose=${away}>${isOpen && html`
    <header><img src="/img/icon.svg" alt="" width="30" height="30"/><b>kitlog</b><span class="grow"></span>
      <button class="btn" onClick=${() => box.current?.close()}>${t('j_look')}</button></header>
    ${isAsking ? html`<p id="join-title" class="dim">${t('wait')}</p>` : groups ? html`<${Groups} ...${groups} onBack=${() => setStep(null)} onIn=${done}/>`
    : html`<${Code} first=${bad ? asked : ''} bad=${bad} onPlaces=${(/** @type {string} */ code, /** @type {Place[]} */ places) => setStep({ code, places })}/>`}`}</dialog>`;
}
