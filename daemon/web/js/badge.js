// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How good the shown data is: rate (or when the last event was), missing readings, precision of the stamps,
// and whether the kit is warm. Short facts in the badge; each is a sentence when the badge is pressed, and on
// large screens in the lower zone too.
import { html, say, t, Pop } from './base.js';
import { About } from './about.js';
import { agoText } from './ago.js';
import { board } from './board.js';
import { CalibrationFact } from './calibrate.js';
import { useBoard, useReadings, useView } from './hooks.js';
import { Icon } from './icons.js';
import { rangeOf, warmingLeft } from './judge.js';
import { channelName } from './names.js';
import { decimalsOf, digitsOf, num, NB, perSecond, precision, quantity, rate } from './numbers.js';
import { readings } from './readings.js';
import { lostIn } from './series.js';
import { view } from './view.js';

/** What there is to know of the kit now. */
function factsOfNow() {
  const { device, stream } = view;
  if (!device || !stream) return null;
  const asked = stream.period_us ? 1e6 / stream.period_us : 0, isQuiet = device.state !== 'ready' || !!stream.problem;
  const pace = device.streams.length > 1 ? null : board.pace(device.id, stream.period_us);   // it counts a whole kit
  const isAsRequested = !pace || (asked > 0 && !pace.isOff), got = isAsRequested ? asked : pace.hertz;
  const lost = readings.gaps().reduce((sum, gap) => sum + lostIn(gap, stream.period_us), 0);
  const missing = stream.problem && !lost ? NaN : lost;          // NaN: some, nobody knows how many
  const isOff = isQuiet || (asked > 0 && !isAsRequested);
  return { asked, got: isQuiet ? 0 : got, isOff, missing, stamps: stream.stamps,
    uncertainty: device.health?.uncertainty_us ?? null, lane: view.mainLane };
}

/** What the badge knows. A kit of which nobody asked for a rate has none until its readings were counted for a while, and
 * one of several that are counted together never has. */
export function facts() {
  const f = factsOfNow(), { device, stream } = view;
  if (!f || !device || !stream) return null;
  const isCounted = f.got > 0 || f.isOff || (device.streams.length === 1 && !!board.pace(device.id, stream.period_us));
  return { ...f, isCounted };
}

/** @type {Record<string, 'b_device'|'b_arrival'|'b_kernel'>} whose clock stamps */
const stampWords = { device: 'b_device', arrival: 'b_arrival', kernel: 'b_kernel' };

/** How often readings come. @param {NonNullable<ReturnType<typeof facts>>} f */
const rateWords = (f) => (!f.got ? t('b_rateNone') : !f.asked ? t('b_rateFree', perSecond(f.got))
  : f.isOff ? t('b_rateOff', perSecond(f.asked), perSecond(f.got)) : t('b_rate', perSecond(f.asked)));

/** The sign beside it: a silence is no fault of a kit that nobody asked for a rate, but nothing to tick off.
 * @param {NonNullable<ReturnType<typeof facts>>} f */
const rateIcon = (f) => (f.isOff ? 'warn' : f.got || view.isOfEvents ? 'check' : 'wait');

/** @param {number} missing NaN: some, nobody knows how many */
const missingWords = (missing) => (Number.isNaN(missing) ? t('b_missSome') : missing ? t('b_miss', num(missing)) : t('b_miss0'));

/** What a channel can say: its smallest step, its range. @param {{lane: import('./view.js').Lane}} p */
function Scale({ lane: { channel, unit } }) {
  const { resolution } = channel, [low, high] = rangeOf(channel), name = channelName(channel);
  const end = (/** @type {number} */ v) => quantity(v, decimalsOf(v), unit);
  const step = resolution ? t('b_step', name, quantity(resolution, digitsOf(resolution), unit)) : '';
  const range = low != null && high != null && low < high ? t('b_range', end(low), end(high)) : '';
  return step || range ? html`<li><${Icon} n="gauge" s=${20}/><span>${step}${range}</span></li>` : null;
}

/** What is wrong with the shown stream or its kit, in the board's words. */
const problem = () => view.stream?.problem ?? view.device?.problem;

/** The facts as sentences. First what a hand can do something about. */
export function Facts() {
  const f = facts(), left = warmingLeft();
  if (!f) return null;
  const rateSays = view.isOfEvents ? t('e_each', agoText()) : f.isCounted ? rateWords(f) : '';
  return html`<ul class="facts">
    ${problem() && html`<li class="warn"><${Icon} n="warn" s=${20}/>${say(problem())}</li>`}
    <${CalibrationFact}/>
    ${left && html`<li class="warn"><${Icon} n="wait" s=${20}/>${t('b_warm', left)}</li>`}
    ${rateSays && html`<li class=${f.isOff ? 'warn' : ''}><${Icon} n=${rateIcon(f)} s=${20}/>${rateSays}</li>`}
    <li class=${f.missing !== 0 ? 'warn' : ''}><${Icon} n=${f.missing !== 0 ? 'warn' : 'check'} s=${20}/>${missingWords(f.missing)}</li>
    <li><${Icon} n="wait" s=${20}/><span>${f.uncertainty ? t('b_time', precision(f.uncertainty)) : ''}${t(stampWords[f.stamps] ?? 'b_arrival')}</span></li>
    ${f.lane && html`<${Scale} lane=${f.lane}/>`}</ul><${About}/>`;
}

export function Badge() {
  useBoard('health', 'devices');
  useView('what');
  useReadings();
  const f = facts();
  if (!f) return null;
  const left = warmingLeft(), often = !view.isOfEvents ? (f.got ? rate(f.got) : '—') : html`<span class="tx">${t('lastOne')}</span>${agoText()}`;
  const face = html`${left && html`<span class="warn hot"><span class="tx">${t('f_warm')}</span>${left}<${Icon} n="wait" s=${18}/></span>`}
    <span class=${'often' + (f.isOff ? ' warn' : '')}>${often}${(f.isCounted || view.isOfEvents) && html`<${Icon} n=${rateIcon(f)} s=${18}/>`}</span>
    <span class=${'lost' + (f.missing !== 0 ? ' warn' : '')}>${t('missing')} ${Number.isNaN(f.missing) ? '?' : num(f.missing)}<${Icon} n=${f.missing !== 0 ? 'warn' : 'check'} s=${18}/></span>
    ${f.uncertainty ? html`<span class="fine">±${NB}${precision(f.uncertainty)}</span>` : ''}`;
  return html`<${Pop} label=${t('badge')} cls="badge plain" isNamed face=${face}><div tabindex="0" role="group" aria-label=${t('badge')}><${Facts}/></div><//>`;
}
