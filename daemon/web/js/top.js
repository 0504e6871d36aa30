// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Upper zone: which device (and who may act), how good the data is, export, settings; below it the one
// big key and the runs. Its height never depends on the state.
import { app, html, say, setApp, t, Pop } from './base.js';
import { identify, Refusal, startRun, stopRun } from './api.js';
import { board } from './board.js';
import { Badge } from './badge.js';
import { runOfGroup } from './class-api.js';
import { ClassPart } from './class-part.js';
import { classroom } from './classroom.js';
import { Hour } from './clock.js';
import { openDialog } from './dialogs.js';
import { useBoard, useClass, useText, useView } from './hooks.js';
import { Icon, Sample } from './icons.js';
import { later } from './later.js';
import { mayStop } from './long-run.js';
import { deviceName, runName } from './names.js';
import { clock } from './numbers.js';
import { phaseOf } from './phase.js';
import { askPin, sentence, signOut, withTeacher } from './pin.js';
import { refusals } from './refusals.js';
import { toast } from './toast.js';
import { triggerText } from './trigger-words.js';
import { view } from './view.js';

/** @typedef {import('./api.js').Device} Device */

const REST_MS = 1000;                // the big key rests after an answer

/** The phase of the page, from what is known now. */
export const phaseNow = () => phaseOf({ link: board.link, hasLoaded: !!board.devices && !!board.status,
  devices: board.devices ?? [], run: view.run, isRecording: !!board.running, duty: classroom.duty });

/** @type {Record<string, [import('./icons.js').IconName, import('./base.js').Key]>} */
const STATE = { ready: ['check', 'kitReady'], silent: ['warn', 'kitSilent'], gone: ['unplug', 'kitGone'] };

async function blink(/** @type {Device} */ device) {
  try {
    if (await withTeacher(() => identify(device.id).then(() => true))) toast(t('blinking', device.sticker));
  } catch (error) {
    refusals.tell(error instanceof Refusal && error.status === 409 ? t('noBlink', device.sticker) : sentence(error));
  }
}

/** How a kit is, or what to do with it. @param {{device: Device}} p */
function KitState({ device: { state, problem, streams } }) {
  const part = problem ? null : streams.find((s) => s.problem), words = problem ?? part?.problem;
  const isTold = state !== 'gone' && words, [icon, key] = isTold ? STATE.silent : STATE[state] ?? STATE.silent;
  return html`<small class=${'st-' + (isTold ? 'silent' : state)}><${Icon} n=${icon} s=${16}/><span>${!isTold ? t(key) : part?.label ? t('kitPart', say(part.label), say(words)) : say(words)}</span></small>`;
}

function Identity() {
  useBoard('devices', 'status');
  useView('what');
  useClass('sessions', 'me');
  // In a class the kits of our group come first; the others stay within reach.
  const ours = classroom.group?.devices ?? [], isOurs = (/** @type {Device} */ d) => Number(ours.includes(d.id)), shown = view.device;
  const devices = (board.devices ?? []).filter((d) => d.streams.length).sort((a, b) => isOurs(b) - isOurs(a)), n = devices.filter(isOurs).length;
  const face = (/** @type {Device} */ d) => html`<b>${t('kitN', d.sticker)}</b><span class="model">${deviceName(d)}</span>`;
  if (!shown) return html`<span class="gb"><img src="/img/icon.svg" alt="" width="26" height="26"/><b>kitlog</b></span>`;
  if (devices.length < 2 && !board.isTeacher) return html`<span class="gb">${face(shown)}</span>`;
  return html`<${Pop} label=${t('kits')} cls="gb" isNamed side="left" face=${html`${face(shown)}<${Icon} n="down" s=${18}/>`}>
    ${devices.map((d, i) => html`${n > 0 && i === n && html`<h2>${t('otherKits')}</h2>`}<div class="kitrow" key=${d.identity}>
      <button class="item" data-close aria-pressed=${d === shown} onClick=${() => view.chooseDevice(d)}>
        <b class="sticker">${d.sticker}</b>
        <span>${deviceName(d)}<${KitState} device=${d}/></span>
        ${d === shown && html`<${Icon} n="check"/>`}</button>
      ${board.isTeacher && d.state !== 'gone' && html`<button class="btn sq plain" aria-label=${t('blink', d.sticker)}
        title=${t('blink', d.sticker)} onClick=${() => blink(d)}><${Icon} n="lamp"/></button>`}</div>`)}<//>`;
}

const Exports = later(() => import('./export-menu.js').then((m) => m.Exports));

const Export = () => html`<${Pop} label=${t('export')} cls="out" face=${html`<${Icon} n="out"/><span class="tx">${t('export')}</span>`}><${Exports}/><//>`;

function Menu() {
  useBoard('status');
  const other = app.lang === 'zh' ? 'en' : 'zh', isDark = app.theme === 'dark';
  const leave = () => signOut().catch((e) => refusals.tell(sentence(e)));
  return html`<${Pop} label=${t('menu')} cls="sq" face=${html`<${Icon} n="more"/>`}>
    <button class="item" lang=${other === 'en' ? 'en' : 'zh-CN'} onClick=${() => setApp('lang', other)}><${Icon} n="lang"/>${t('otherLang')}</button>
    <button class="item" onClick=${() => setApp('theme', isDark ? 'light' : 'dark')}><${Icon} n=${isDark ? 'sun' : 'moon'}/>${t(isDark ? 'light' : 'dark')}</button>
    <button class="item" onClick=${() => setApp('keys', app.keys === 'on' ? 'off' : 'on')}><${Icon} n="keyboard"/><span>${t(app.keys === 'on' ? 'keysOff' : 'keysOn')}<small>${t('keysHint')}</small></span></button>
    <button class="item" data-close onClick=${() => openDialog('keys')}><${Icon} n="keyboard"/>${t('ky_title')}</button>
    <hr/>
    <${ClassPart} name="Leave"/>
    ${board.isTeacher && html`<a class="item" href="/teacher"><${Icon} n="teacher"/>${t('toTeach')}</a>`}
    ${board.isTeacher ? html`<button class="item" data-close onClick=${leave}><${Icon} n="teacher"/>${t('teacherOut')}</button>`
    : html`<button class="item" data-close onClick=${askPin}><${Icon} n="lock"/>${t('teacherIn')}</button>`}
    <${KitsLeft}/>
    <${Hour}/>
    ${board.status && html`<p class="dim">${t('aboutBoard', board.name, board.status.version)}</p>`}<//>`;
}

/** Descriptions of kits that could not be used: for a teacher, since such a kit is plugged in and nothing comes. */
function KitsLeft() {
  const problems = board.isTeacher ? board.status?.kits?.problems ?? [] : [];
  if (!problems.length) return null;
  return html`<details class="about kitsleft"><summary><${Icon} n="warn"/>${t('kitsLeft', problems.length)}</summary><p>${t('kitsLeftDo')}</p>
    <ul>${problems.map((problem) => html`<li>${say(problem)}</li>`)}</ul></details>`;
}

const TITLE_MAX = 31;                // characters; each has at most 3 of the 95 bytes that the board takes
let nextTitle = '';

/** What the next run will be called, if the teacher says so. */
const Title = () => html`<input class="title" type="text" maxlength=${TITLE_MAX} autocomplete="off" placeholder=${t('nextTitle')}
  aria-label=${t('nextTitle')} value=${nextTitle} onInput=${(/** @type {any} */ e) => { nextTitle = e.target.value; }}/>`;

/** The big key was pressed, and neither its answer nor what it did is a second old. */
export let isBusy = false;

/** Does a press do nothing? What the teacher starts for all, only the teacher stops. @param {import('./phase.js').Phase} phase */
const isIdle = (phase) => phase === 'wait' || phase === 'noKit' || phase === 'await' || phase === 'gone' || phase === 'replay' || (!!classroom.duty && !classroom.duty.mayStart && phase !== 'predict');

/** Our group's run begins or ends; the board tells which one it is. Where the lesson has a trigger a press waits for it, and
 * the next one waits no longer. @returns {Promise<null>} */
async function ofGroup() {
  const { mine, group, lesson } = classroom, isWaited = lesson?.record.trigger && group?.armed_us == null;
  if (mine && group) await runOfGroup(mine.id, group.number, board.running ? 'stop' : isWaited ? 'arm' : 'start');
  view.show(null);
  return null;
}

/** Starts or stops, as the key does; a double tap is one press. */
export async function pressKey() {
  const phase = phaseNow(), { running } = board;
  if (isBusy || isIdle(phase)) return;
  if (phase === 'predict') { classroom.emit('predict'); return; }
  isBusy = true;
  if (running && (!await mayStop([running]) || !board.running)) { isBusy = false; return; }
  /** @type {any} */ let resting = null;
  const rest = () => { resting ??= setTimeout(() => { isBusy = false; }, REST_MS); };
  // The answer waits for the card; what was done is told before, and who sees it may press again.
  const end = board.on('runs', () => { if (phaseNow() !== phase) rest(); });
  try {
    const run = await (classroom.duty ? ofGroup : withTeacher)(() => (running ? stopRun(running.id) : startRun(nextTitle)));
    if (!run) return;
    if (running || board.runs.every((r) => r.id !== run.id)) board.setRun(run);    // what was told of it since is newer
    if (running) return;
    nextTitle = '';
    view.show(null);
  } catch (error) {
    refusals.tell(error instanceof Refusal && error.status === 409 && !running ? t('otherRun') : sentence(error));
  } finally {
    end();
    rest();
  }
}

/** @type {Record<string, {icon: import('./icons.js').IconName, does: import('./base.js').Key, name: import('./base.js').Key}>} */
const FACE = {
  wait: { icon: 'wait', name: 'wait', does: 'waitDo' }, noKit: { icon: 'plug', name: 'noKit', does: 'noKitDo' },
  ready: { icon: 'play', name: 'ready', does: 'readyDo' }, rec: { icon: 'rec', name: 'rec', does: 'recDo' },
  done: { icon: 'check', name: 'done', does: 'doneDo' },
  predict: { icon: 'pen', name: 'predict', does: 'predictDo' }, await: { icon: 'check', name: 'ready', does: 'awaitDo' },
  armed: { icon: 'wait', name: 'armed', does: 'armedDo' }, gone: { icon: 'unplug', name: 'kitGone', does: 'noKitDo' },
  replay: { icon: 'replay', name: 'replay', does: 'replayDo' }, part: { icon: 'unplug', name: 'kitPulled', does: 'partDo' },
};

function StateKey() {
  useBoard('link', 'devices', 'runs', 'status');
  useView('what');
  useClass('sessions', 'me');
  const phase = phaseNow(), face = FACE[phase], isOff = phase === 'wait' || phase === 'noKit' || phase === 'gone', isHeld = isIdle(phase);
  const does = useText(1000, () => {
    const ends = phase === 'rec' ? classroom.group?.ends_us : null;
    if (phase === 'armed') return [triggerText(classroom.lesson), isHeld ? '' : t('armedDo')].filter(Boolean).join(t('cal_comma2'));
    if (ends != null) return t(isHeld ? 'recLeft' : 'recLeftDo', clock(Math.max(0, ends - board.now()) / 1e6));
    return t(!isHeld || isOff || phase === 'replay' || phase === 'part' ? face.does : phase === 'rec' ? 'recHeld' : 'awaitDo', Math.floor((performance.now() - board.since) / 1000));
  });
  const time = useText(250, () => {
    const run = phase === 'armed' || phase === 'replay' ? null : board.running ?? view.run, until = run?.to_us ?? Math.min(board.now(), classroom.group?.ends_us ?? Infinity);
    return run && !isOff ? clock((until - run.from_us) / 1e6) : '';
  });
  return html`<button class=${'state ' + phase + (isOff ? ' off' : '')} aria-disabled=${isHeld} data-phase=${phase} onClick=${pressKey}>
    <span class=${phase === 'rec' ? 'rec-lamp' : ''}><${Icon} n=${face.icon}/></span>
    <span class="words"><b>${t(face.name, classroom.duty?.pulled)}</b><small><span ref=${does}></span>${!isOff && !board.isTeacher && !classroom.duty && html`
      <span class="pinned" title=${t('needsPin')}><${Icon} n="lock" s=${16}/><span class="sr">${t('needsPin')}</span></span>`}</small></span>
    <span class="clk" ref=${time}></span></button>`;
}

function Runs() {
  useBoard('runs', 'devices', 'status');
  useView('what');
  const shown = view.run, colour = view.mainLane?.colour ?? 1, all = [...board.ownRuns].reverse();
  if (!all.length && !board.isTeacher) return null;
  return html`<div class="runs" role="group" aria-label=${t('runs')} tabindex="0">
    ${!board.running && board.isTeacher && html`<${Title}/>`}
    ${!board.running && all.length > 0 && html`<button class=${'run c' + colour} aria-pressed=${!shown} onClick=${() => view.show('live')}><${Icon} n="live" s=${20}/><b>${t('live')}</b></button>`}
    ${all.map((run) => html`<span class="runbox" key=${run.id}><button class=${'run c' + colour} aria-pressed=${run.id === shown?.id} onClick=${() => view.show(run.id)}>
        <${Sample} k=${colour} dash=${run.id === shown?.id ? [] : [7, 4]}/><b>${runName(run)}</b><small>${run.to_us == null ? t('now') : clock((run.to_us - run.from_us) / 1e6)}</small></button>
      ${run.to_us != null && run.id !== shown?.id && html`<button class="lay" aria-pressed=${view.overlays.includes(run.id)}
        aria-label=${t('layOver', runName(run))} title=${t('layOver', runName(run))} onClick=${() => view.overlay(run.id)}><${Icon} n="layers" s=${20}/></button>`}</span>`)}
  </div>`;
}

export function Top() {
  useBoard('status');
  return html`<header class="ztop"><div class="idbar"><${Identity}/><${ClassPart} name="Title" or=${html`<h1>${board.name || 'kitlog'}</h1>`}/>
      ${board.isTeacher && html`<span class="who"><${Icon} n="teacher" s=${20}/><span>${t('teacher')}</span></span>`}
      <span class="grow"></span><${Badge}/><${Export}/><${Menu}/></div>
    <div class="staterow"><${StateKey}/><${Runs}/></div></header>`;
}
