// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The grid of kits: the number on its label first, whether it is well, its value as it moves, how fast and how exact it
// is, when it was calibrated, which group has it. One that is not well says what to do with hands instead of a value.
import { html, say, t } from './base.js';
import { zero } from './api.js';
import { board } from './board.js';
import { lanesOf } from './class-lanes.js';
import { blink, doing, isZeroable, kitsFree, perform } from './deeds.js';
import { devicesOf } from './group-view.js';
import { useBoard, useEvery, useText } from './hooks.js';
import { Icon } from './icons.js';
import { channelName, deviceName, isClock, streamName } from './names.js';
import { decimalsOf, digitsOf, lasting, perSecond, precision, quantity, timeOfDay } from './numbers.js';
import { isWell, preflight } from './preflight.js';
import { Spark } from './spark.js';
import { Replays } from './teacher-replay.js';
import { toast } from './toast.js';
import { unitText } from './units.js';

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */
/** @typedef {import('./class-lanes.js').Lane} Lane */

/** Which kits a teacher sees: those of the session's groups, also when they were unplugged, and what else is plugged in,
 * what the lesson needs first. @param {Lesson|null} lesson @param {Session|null} session @returns {Device[]} */
export function kitsFor(lesson, session) {
  const used = new Set(session?.groups.flatMap((g) => g.devices)), all = kitsFree(session).filter((d) => d.streams.length || d.problem);
  const serves = (/** @type {Device} */ d) => !lesson || lesson.needs.length === 0 || lanesOf([d], lesson).some((l) => l.need);
  const rank = (/** @type {Device} */ d) => (used.has(d.id) ? 0 : serves(d) ? 1 : 2);
  return all.filter((d) => used.has(d.id) || d.state !== 'gone').sort((a, b) => rank(a) - rank(b) || a.sticker - b.sticker);
}

/** Those that the lesson uses. @param {Device[]} devices @param {Lesson|null} lesson @param {Session|null} session */
export const usedBy = (devices, lesson, session) => devices.filter((d) => (session ? session.groups.some((g) => g.devices.includes(d.id))
  : !lesson?.needs.length || lanesOf([d], lesson).some((l) => l.need)));

/** What to do with hands about a kit; "": it is well. @param {Device} device */
export function nextAction(device) {
  if (device.state === 'gone') return t('te_gone');
  const part = device.streams.find((s) => s.problem);
  if (device.problem) return say(device.problem);
  if (part?.problem) return part.label ? t('kitPart', say(part.label), say(part.problem)) : say(part.problem);
  return device.state === 'silent' ? t('te_silent') : '';
}

/** The state of a kit as class, sign and word. @param {Device} device @returns {[string, import('./icons.js').IconName, string]} */
function stateOf(device) {
  if (device.state === 'gone') return ['out', 'unplug', t('te_out')];
  if (isWell(device)) return ['ok', 'check', t('kitReady')];
  return ['slow', 'warn', device.state === 'silent' ? t('kitSilent') : t('te_look')];
}

/** Decimals of a channel's values. @param {import('./api.js').Channel} channel @param {number|null} value */
export const digitsFor = ({ resolution }, value) => (resolution ? digitsOf(resolution) : Math.min(3, decimalsOf(value)));

/** A channel's newest value, with its unit. @param {Lane} lane */
export function valueText({ stream, at, channel }) {
  const value = board.latest.get(stream.id)?.y[at] ?? channel.last ?? null;
  return quantity(value, digitsFor(channel, value), unitText(channel.unit));
}

/** @param {{lane: Lane}} p */
function Value({ lane }) {
  return html`<span class="val" ref=${useText(250, () => valueText(lane))}></span>`;
}

/** How fast, how exact, when calibrated: what a look before the lesson wants to know. @param {{lane: Lane}} p */
function Facts({ lane: { device, stream, channel } }) {
  useEvery(2000);
  const pace = board.pace(device.id, stream.period_us), asked = stream.period_us ? 1e6 / stream.period_us : 0, made = channel.calibration?.wall_made_us;
  const speed = !asked ? '' : !pace ? t('te_asked', perSecond(asked)) : pace.isOff ? t('te_paceOff', perSecond(pace.hertz), perSecond(asked)) : t('te_pace', perSecond(asked));
  const uncertainty = device.health?.uncertainty_us, day = made == null ? '' : new Date(made / 1e3).toISOString().slice(0, 10);
  const calibrated = channel.is_overdue ? t('te_calOld', day) : channel.calibration ? t('te_cal', day || timeOfDay(channel.calibration.made_us)) : t('te_calNone');
  return html`<p class="kitfacts"><span class=${pace?.isOff ? 'warn-c' : ''}>${speed}</span>${uncertainty != null && html`<span>±${precision(uncertainty)}</span>`}
    <span class=${channel.is_overdue ? 'warn-c' : ''}>${calibrated}</span></p>`;
}

/** Which group has it. @param {{device: Device, session: Session}} p */
function GroupOf({ device, session }) {
  const owners = session.groups.filter((g) => g.devices.includes(device.id)), has = owners.length === 1 ? owners[0] : null;
  const give = async (/** @type {number} */ number) => {
    const group = session.groups.find((g) => g.number === number);
    for (const owner of owners) await perform(session, { do: 'assign', group: owner.number, devices: owner.devices.filter((id) => id !== device.id) });
    if (group) await perform(session, { do: 'assign', group: number, devices: [...group.devices, device.id] });
  };
  return html`<select class="giveto" aria-label=${t('te_groupOf', device.sticker)} onChange=${(/** @type {any} */ e) => give(+e.target.value)}>
    ${owners.length > 1 && html`<option value="" disabled selected>${t('te_sharedKit', owners.length)}</option>`}
    <option value="0" selected=${!owners.length}>${t('te_unused')}</option>
    ${session.groups.map((g) => html`<option key=${g.number} value=${g.number} selected=${g === has}>${t('groupN', g.number)} ${say(g.animal)}</option>`)}</select>`;
}

/** @param {{lane: Lane|undefined}} p */
function Zero({ lane }) {
  if (!lane || !isZeroable(lane.channel)) return null;
  const act = async () => {
    const { stream, channel } = lane;
    if (await doing(`zero ${stream.id}`, () => zero({ stream: stream.id, channel: channel.id, is_sure: false }).then(() => true))) toast(t('cal_zeroed', channelName(channel)));
  };
  return html`<button class="btn" onClick=${act}><${Icon} n="zero" s=${18}/>${t('te_zero')}</button>`;
}

/** @param {{device: Device, lesson: Lesson|null, session: Session|null}} p */
function Kit({ device, lesson, session }) {
  const [lane] = lanesOf([device], lesson), group = session?.groups.find((g) => g.devices.includes(device.id)), [cls, icon, word] = stateOf(device), action = nextAction(device);
  const place = say(lesson?.needs.find((n) => n.id === lane?.need)?.place);
  const parts = lane && device.streams.length > 1 ? streamName(lane.stream, device) : lane && !isClock(lane.channel) ? channelName(lane.channel) : '';
  return html`<article class=${`kit ${group?.replay ? 'replay' : cls}`} aria-label=${t('kitN', device.sticker)} data-sticker=${device.sticker}>
    <div class="head"><span class="no">${device.sticker}</span><span class="what"><span class="nm">${deviceName(device)}</span><small>${parts}</small></span>
      <span class="st"><${Icon} n=${group?.replay ? 'replay' : icon} s=${20}/>${group?.replay ? t('replay') : word}</span></div>
    ${place && html`<p class="whereto"><${Icon} n="pin" s=${16}/><span>${place}</span></p>`}
    ${action ? html`<p class="fix">${action}</p>` : lane && html`<div class="body"><${Value} lane=${lane}/><${Spark} stream=${lane.stream} at=${lane.at}/></div>`}
    ${!action && lane && html`<${Facts} lane=${lane}/>`}
    ${session && html`<${GroupOf} device=${device} session=${session}/>`}
    <div class="acts">${device.state !== 'gone' && html`<button class="btn" aria-label=${t('blink', device.sticker)} onClick=${() => blink([device])}><${Icon} n="lamp" s=${18}/>${t('te_blink')}</button>`}
      ${group && session && (action || group.replay) ? html`<${Replays} session=${session} group=${group} lesson=${lesson}/>` : html`<${Zero} lane=${lane}/>`}</div></article>`;
}

/** The look over everything, one line each. @param {{devices: Device[], lesson: Lesson|null}} p */
function Checks({ devices, lesson }) {
  useEvery(2000);
  useBoard('status', 'health');
  const pace = (/** @type {Device} */ d) => (d.streams[0] ? board.pace(d.id, d.streams[0].period_us) : null);
  const us = lesson?.record.period_us, wanted = us ? { us, words: lasting(us / 1e6) } : null;
  const status = board.status && { ...board.status, store: { ...board.status.store, problem: board.storeProblem } };
  return html`<ul class="checks" aria-label=${t('te_checks')}>${preflight({ devices, pace, wanted, status }).map(({ id, isGood, key, values }) => html`
    <li key=${id} data-check=${id} class=${isGood ? 'ok' : 'warn'}><${Icon} n=${isGood ? 'check' : 'warn'} s=${18}/><span>${t(key, ...values.map((v) => (Array.isArray(v) ? v.join(t('te_list')) : typeof v === 'object' ? say(/** @type {any} */ (v)) : v)))}</span></li>`)}</ul>`;
}

/** Kits that are plugged in, and cannot be understood. */
function Ports() {
  const ill = (board.status?.ports ?? []).filter((p) => p.problem);
  return ill.map((p) => html`<p class="notice warn" key=${p.path}><${Icon} n="warn"/><span>${say(p.problem)}</span></p>`);
}

/** @type {import('./base.js').Key[]} */
const STEPS = ['te_k1', 'te_k2', 'te_k3'];

/** @param {{devices: Device[], lesson: Lesson|null, session: Session|null}} p */
export function Kits({ devices, lesson, session }) {
  if (!devices.length) return html`<div class="panel"><h3>${t('k_title')}</h3><ol class="steps">${STEPS.map((key, i) => html`<li key=${key}><i>${i + 1}</i>${t(key)}</li>`)}</ol><${Ports}/></div>`;
  return html`<${Checks} devices=${usedBy(devices, lesson, session)} lesson=${lesson}/><${Ports}/>
    <div class="kits">${devices.map((device) => html`<${Kit} key=${device.identity} device=${device} lesson=${lesson} session=${session}/>`)}</div>`;
}

/** Devices of all groups. @param {Session} session */
export const devicesIn = (session) => [...new Set(session.groups.flatMap(devicesOf))];
