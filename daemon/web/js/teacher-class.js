// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A lesson that is open: its clock, what the teacher does to all groups, and four looks at it: the kits, the groups, the
// reveal, the log. The one big key starts the groups that can, or stops all; it stands always in the same place.
import { html, Pop, say, Segments, t, useLayoutEffect, useRef, useState } from './base.js';
import { board } from './board.js';
import { qrUrl } from './class-api.js';
import { Animal, colourOf } from './animals.js';
import { boards } from './boards.js';
import { useBoards, useLasting } from './other-groups.js';
import { begin, How, left, waiting } from './teacher-begin.js';
import { triggerText } from './trigger-words.js';
import { blink, canStart, endLesson, isOnAll, mark, perform, show, startAll, stopAll, takeIn, zeroAll } from './deeds.js';
import { desk } from './desk.js';
import { devicesOf } from './group-view.js';
import { useText } from './hooks.js';
import { Icon } from './icons.js';
import { clock } from './numbers.js';
import { nextAction, devicesIn, Kits, kitsFor } from './teacher-kits.js';
import { LessonClock } from './teacher-clock.js';
import { Log } from './teacher-log.js';
import { Notes } from './teacher-notes.js';
import { StartBar, Tick, useDesk } from './teacher-parts.js';
import { Range } from './teacher-range.js';
import { Reveal } from './teacher-reveal.js';
import { BoardPanel, SavedPanel, Shelf } from './teacher-shelf.js';
import { Stepper } from './teacher-choose.js';
import { Wall } from './teacher-wall.js';
import { Wifi } from './teacher-wifi.js';
import { hostForOthers } from './way-in.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

/** What a lesson is called here. @param {Session} session */
export const sessionName = (session) => [say(desk.cards?.find((c) => c.id === session.lesson)?.title) || (session.lesson ?? t('te_free')), session.title].filter(Boolean).join(' · ');

/** A mark for all: the instant is that of the press, the words come after. @param {{session: Session}} p */
function MarkAll({ session }) {
  const [text, setText] = useState(''), [at, setAt] = useState(0);
  const go = () => { mark(session, text.trim() || t('te_markWord'), at || board.now()); setText(''); };
  // A form that is taken away by the press that submits it submits nothing: the button acts, and Enter presses it.
  const enter = (/** @type {any} */ e) => { e.preventDefault(); e.currentTarget.querySelector('[data-close]').click(); };
  return html`<span onClickCapture=${(/** @type {any} */ e) => { if (e.target.closest('[aria-expanded=false]')) setAt(board.now()); }}>
    <${Pop} label=${t('te_markAll')} isNamed side="left" face=${html`<${Icon} n="flag" s=${20}/><span>${t('te_markAll')}</span>`}>
      <form class="field" onSubmit=${enter}><label><span>${t('te_markWhat')}</span><input type="text" maxlength="63" autocomplete="off" placeholder=${t('te_markWord')} value=${text}
        onInput=${(/** @type {any} */ e) => setText(e.target.value)}/></label><button type="button" class="btn main" data-close onClick=${go}>${t('te_markGo')}</button></form><//></span>`;
}

const MINUTE_US = 60e6;

/** What was forgotten: a start in the past, of what goes on still or of what is over. @param {{session: Session}} p */
const Before = ({ session }) => html`<${Pop} label=${t('te_forgot')} isNamed cls="forgot" face=${html`<${Icon} n="undo" s=${20}/><span>${t('te_forgot')}</span>`}>
  <h2>${t('te_forgotD')}</h2>${[1, 2, 5, 10].map((min) => html`<button class="item" data-close key=${min} onClick=${() => startAll(session, board.now() - min * MINUTE_US)}>
    <${Icon} n="wait"/><span>${t('te_minAgo', min)}</span></button>`)}
  <h2>${t('te_forgotOver')}</h2>${[1, 5, 10].map((min) => html`<button class="item over" data-close key=${min} onClick=${() => startAll(session, board.now() - min * MINUTE_US, board.now())}>
    <${Icon} n="check"/><span>${t('te_lastMin', min)}</span></button>`)}<//>`;

/** @param {{session: Session, lesson: Lesson|null}} p */
function Actions({ session, lesson }) {
  const freeze = () => show(session, 'freeze', !session.is_frozen);
  return html`<div class="acts"><${MarkAll} session=${session}/>
    <button class="btn" aria-pressed=${session.is_frozen} onClick=${freeze}><${Icon} n="freeze" s=${20}/><span>${t(session.is_frozen ? 'te_frozen' : 'te_freeze')}</span></button>
    <${Range} session=${session} lesson=${lesson}/>
    <${Segments} label=${t('views')} value=${desk.view} onPick=${(/** @type {any} */ view) => desk.set({ view })}
      items=${[['kits', t('te_vKits')], ['groups', t('te_vGroups')], ['reveal', t('te_vReveal')], ['log', t('te_vLog')]]}/></div>`;
}

/** The way in for students, and who is there. @param {{session: Session}} p */
function Join({ session }) {
  const here = session.groups.filter((g) => g.joined > 0).length, at = hostForOthers();
  return html`<section class="panel join first" aria-labelledby="join"><${Wifi}/><h2 id="join">${t('te_scan')}</h2><img class="qr" src=${qrUrl(session.id)} alt=${t('te_qrAlt')} width="184" height="184"/>
    <p class="dim">${at ? t('te_orOpen', at) : t('te_orType')}</p><p class="code">${session.code}</p>
    <div class="gdots" role="img" aria-label=${t('te_joined', here, session.groups.length)}>${session.groups.map((g) => html`<span key=${g.number} class=${g.joined ? 'c' + colourOf(g.number) : 'no'}>
      <${Animal} animal=${g.animal} s=${26}/><small>${g.number}</small></span>`)}</div><p>${t('te_joined', here, session.groups.length)}</p>
    <a class="btn" href="/screen" target="_blank" rel="noopener"><${Icon} n="screen"/>${t('te_screen')}</a></section>`;
}

/** How many groups there are, and who may start. @param {{session: Session}} p */
const Settings = ({ session }) => html`<section class="panel" aria-labelledby="settings"><h2 id="settings">${t('te_about')}</h2>
  <label class="field"><span>${t('te_class')}</span><input type="text" maxlength="31" autocomplete="off" placeholder=${t('te_classHint')} value=${session.title}
    onChange=${(/** @type {any} */ e) => perform(session, { do: 'title', title: e.target.value.trim() })}/></label>
  <${Stepper} groups=${session.groups.length} onChange=${(/** @type {number} */ groups) => perform(session, { do: 'groups', groups })}/>
  <${Tick} isOn=${session.may_start === 'groups'} words=${t('te_mayStart')}
    onChange=${(/** @type {boolean} */ on) => perform(session, { do: 'may_start', who: on ? 'groups' : 'teacher' })}/></section>`;

/** @param {{session: Session, lesson: Lesson|null}} p */
function KitsView({ session, lesson }) {
  return html`<div class="tcols"><${Join} session=${session}/><div class="main"><div class="secthead"><h2 class="step">${t('te_step2')}</h2><div class="acts">
      ${session.can_deal > 0 && html`<button class="btn main" onClick=${() => perform(session, { do: 'deal' })}><${Icon} n="hand" s=${20}/>${t('te_deal', session.can_deal)}</button>`}
      <button class="btn" onClick=${() => blink(devicesIn(session))}><${Icon} n="lamp" s=${20}/>${t('te_blinkAllDo')}</button></div></div>
    <${Kits} devices=${kitsFor(lesson, session)} lesson=${lesson} session=${session}/>${lesson && html`<${Notes} lesson=${lesson}/>`}</div>
    <div class="rail"><${Settings} session=${session}/><${Shelf}/><${SavedPanel}/><${BoardPanel}/></div></div>`;
}

/** @param {{session: Session}} p */
function Leave({ session }) {
  const isIdle = session.state === 'open' && session.groups.every((g) => !g.runs.length);
  const mates = boards.mates(session), others = boards.joined.filter((b) => !mates.includes(b)).map((b) => b.name).join(t('te_list'));
  return html`<${Pop} label=${t('te_end')} isNamed cls="end" face=${html`<span>${t('te_end')}</span>`}><h2>${t(session.is_project ? 'te_endProject' : 'te_endAsk')}</h2>
    <p>${t(isIdle ? 'te_endIdle' : 'te_endD')}</p>${isOnAll(session) && html`<p class="where">${t('bo_endsOn', sessionName(session), [board.name, ...mates.map((b) => b.name)].join(t('te_list')))}${others && ` ${t('bo_staysOn', others)}`}</p>`}<button class="item" data-close onClick=${() => endLesson(session)}><${Icon} n="check"/>${t('te_endGo')}</button>
    <button class="item" data-close onClick=${() => desk.leave()}><${Icon} n="left"/><span>${t('te_back')}<small>${t('te_backD')}</small></span></button><//>`;
}

const REST_MS = 600;

/** The one big key. When another teacher's press makes it another key, a press that is on its way to the old one does nothing:
 * "start" that comes late is not "stop". @param {{face: 'start'|'stop'|'noWait', icon: import('./icons.js').IconName, words: string, isOff?: boolean, onPress: () => unknown}} p */
function BigKey({ face, icon, words, isOff = false, onPress }) {
  const was = useRef(face), [rests, setRests] = useState(false);
  useLayoutEffect(() => {
    if (was.current === face) return undefined;
    was.current = face;
    setRests(true);
    const timer = setTimeout(() => setRests(false), REST_MS);
    return () => clearTimeout(timer);
  }, [face]);
  return html`<button key=${face} class=${'btn main big' + (face === 'start' ? '' : ' stop')} style=${rests ? { pointerEvents: 'none' } : null} disabled=${isOff} onClick=${onPress}><${Icon} n=${icon}/><span>${words}</span></button>`;
}

const NEWS_MS = 3000;                // until it is known here what other boards did with a stop: told once a second, then asked for

/** Boards that record while ours does not. @param {Session} session */
const stillOn = (session) => boards.mates(session).filter((b) => b.state === 'here' && b.groups.some((g) => g.phase === 'running')).map((b) => b.name).join(t('te_list'));

/** A board that did not hear our stop records on: it is said again, and stops those only. @param {{session: Session, names: string}} p */
const StopOthers = ({ session, names }) => html`<button class="btn stopothers" onClick=${() => stopAll(session)}><${Icon} n="stop" s=${20}/><span>${t('bo_stopOthers', names)}</span></button>`;

/** Boards that came later, or were silent when it was opened. @param {{session: Session}} p */
function TakeIn({ session }) {
  const names = boards.joined.filter((b) => b.state === 'here' && (!session.together || b.together !== session.together) && (!b.lesson || (b.lesson === session.lesson && !b.together))).map((b) => b.name).join(t('te_list'));
  const isSure = useLasting(boards.isAll && session.lesson && !session.is_project ? names : '', NEWS_MS);
  return isSure && html`<button class="btn takein" onClick=${() => takeIn(session)}><${Icon} n="board" s=${20}/><span>${t('bo_takeIn', names)}</span></button>`;
}

/** @param {{session: Session, lesson: Lesson|null}} p */
function Foot({ session, lesson }) {
  const isRunning = session.groups.some((g) => g.run != null), isLeft = session.groups.some((g) => g.run == null && g.devices.length), ready = session.groups.filter((g) => g.run == null && g.armed_us == null && canStart(g)).length, here = session.groups.filter((g) => g.joined > 0).length;
  const ill = session.groups.filter((g) => !g.replay && devicesOf(g).some((d) => nextAction(d))).length, run = board.runs.find((r) => r.id === session.groups.find((g) => g.run != null)?.run);
  const time = useText(250, () => (isRunning && run ? [clock((board.now() - run.from_us) / 1e6), left(session)].filter(Boolean).join(' · ') : ''));
  const inAll = (useBoards(), isOnAll(session) ? boards.mates(session).length + 1 : 0), isWaiting = !isRunning && waiting(session).length > 0, start = () => begin(session, lesson), isArming = !!lesson?.record.trigger;
  const still = inAll > 0 && !isRunning && !isWaiting ? stillOn(session) : '', isStill = useLasting(still, NEWS_MS);
  return html`<${StartBar} label=${t('te_class')}>${isRunning && html`<span class="rec-lamp bad-c"><${Icon} n="rec" s=${28}/></span>`}
    <div class="grow"><strong class=${isRunning ? '' : 'name'}>${isRunning ? t('rec') : isWaiting ? triggerText(lesson) || t('armed') : sessionName(session)} <span ref=${time}></span></strong>
      <p class="dim" role="status">${isRunning || isWaiting ? t('te_joined', here, session.groups.length) : t('te_ready', ready)}${ill > 0 && html` · <span class="warn-c">${t('te_ill', ill)}</span>`}</p></div>
    ${isRunning || isWaiting ? null : html`<${How} session=${session} lesson=${lesson}/><button class="btn" onClick=${() => zeroAll(devicesIn(session), lesson, session)}><${Icon} n="zero" s=${20}/><span>${t('te_zeroAll')}</span></button>`}
    ${(isLeft || !isRunning) && html`<${Before} session=${session}/>`}
    ${waiting(session).length > 0 && html`<button class="btn atonce" onClick=${() => begin(session, lesson, true)}><${Icon} n="play" s=${20}/><span>${t('te_now')}</span></button>`}
    ${(isRunning || isWaiting) && ready > 0 && html`<button class="btn some" onClick=${start}><${Icon} n=${isArming ? 'wait' : 'play'} s=${20}/><span>${t(isArming ? 'te_arm' : 'te_startLeft', ready)}</span></button>`}
    ${isStill && html`<${StopOthers} session=${session} names=${still}/>`}
    ${!isRunning && !isWaiting && html`<${TakeIn} session=${session}/>`}
    <${Leave} session=${session}/>
    ${isRunning ? html`<${BigKey} face="stop" icon="stop" words=${inAll ? t('bo_stopAll', inAll) : t('te_stopAll')} onPress=${() => stopAll(session)}/>`
    : isWaiting ? html`<${BigKey} face="noWait" icon="cross" words=${t('te_noWait')} onPress=${() => stopAll(session)}/>`
    : html`<${BigKey} face="start" icon=${isArming ? 'wait' : 'play'} isOff=${!ready || still !== ''} onPress=${start} words=${isStill ? t('bo_stillOn', still) : ready && isArming ? t('te_arm', ready) : !ready ? t('te_noStart') : inAll ? t('bo_startAll', inAll)
      : ready === session.groups.length ? t('te_startAll', ready) : t('te_startSome', ready)}/>`}<//>`;
}

/** @param {{session: Session}} p */
export function Class({ session }) {
  useDesk();
  const lesson = desk.text(session.lesson), { view } = desk;
  return html`<main class="inclass"><${LessonClock} session=${session} lesson=${lesson}/>
    <div class="secthead"><h1>${sessionName(session)}</h1><${Actions} session=${session} lesson=${lesson}/></div>
    ${view === 'kits' ? html`<${KitsView} session=${session} lesson=${lesson}/>` : html`<div>${view === 'groups' ? html`<${Wall} session=${session} lesson=${lesson}/>`
    : view === 'reveal' ? html`<${Reveal} session=${session} lesson=${lesson}/>` : html`<${Log} session=${session}/>`}</div>`}</main>
    <${Foot} session=${session} lesson=${lesson}/>`;
}
