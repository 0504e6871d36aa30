// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How good the shown data is: rate (or when the last event was), missing readings, precision of the stamps,
// and whether the kit is warm. Short facts in the badge; each is a sentence when the badge is pressed, and on
// large screens in the lower zone too.
import { html, say, t, Pop } from './base.js';
import { agoText } from './ago.js';
import { board } from './board.js';
import { CalibrationFact } from './calibration.js';
import { useBoard, useReadings, useView } from './hooks.js';
import { Icon } from './icons.js';
import { warmingLeft } from './judge.js';
import { later } from './later.js';
import { channelName } from './names.js';
import { decimalsOf, digitsOf, lasting, num, NB, perSecond, perSecondExactly, precision, quantity, rate } from './numbers.js';
import { rateOf } from './pace.js';
import { paceOfRun, pastRun, rangeShown, warmingOfRun } from './past.js';
import { readings } from './readings.js';
import { lostIn } from './series.js';
import { view } from './view.js';

const About = later(() => import('./about.js').then((m) => m.About));

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
  if (pastRun()) return factsOfRun(f, stream, device.sticker);
  const isCounted = f.got > 0 || f.isOff || (device.streams.length === 1 && !!board.pace(device.id, stream.period_us));
  return { ...f, isCounted, rows: NaN, isPast: false, blank: '' };
}

/** The same of a run that is over, with the worst that its stamps were.
 * @param {NonNullable<ReturnType<typeof factsOfNow>>} f @param {import('./api.js').Stream} stream @param {number} sticker */
function factsOfRun(f, stream, sticker) {
  const pace = paceOfRun(f.asked), { rows = NaN, got = 0, isOff = false } = pace ?? {};
  const missing = stream.problem && !readings.gaps().length ? 0 : f.missing;      // the trouble is of now
  return { ...f, got, isOff, isCounted: got > 0, rows, isPast: true, missing,
    uncertainty: readings.series?.uncertainty ?? null, blank: rows === 0 ? t('empty', sticker) : '' };
}

/** @type {Record<string, 'b_device'|'b_arrival'|'b_kernel'>} whose clock stamps */
const stampWords = { device: 'b_device', arrival: 'b_arrival', kernel: 'b_kernel' };

/** Of a stream that comes as it was asked to: exactly how often, by the stamps of the last half minute; what was asked for
 * while there is too little to say. @param {number} asked a second */
function exactRate(asked) {
  const tail = readings.series?.tail;
  if (!tail?.length) return asked;
  const from = tail.after(tail.lastT - 30e6), length = tail.length - from;
  const block = { t: tail.t.subarray(from, tail.length), n: tail.n.subarray(from, tail.length), length };
  return length < 20 ? asked : rateOf(block, readings.gaps()) || asked;
}

/** How often readings come. @param {NonNullable<ReturnType<typeof facts>>} f */
const rateWords = (f) => (f.isPast ? (f.isOff ? t('b_rateRunOff', perSecond(f.asked), perSecond(f.got))
    : f.asked ? t('b_rateRunOff', perSecondExactly(f.asked), perSecondExactly(f.got)) : t('b_rateRun', perSecond(f.got)))
  : !f.got ? t('b_rateNone') : !f.asked ? t('b_rateFree', perSecond(f.got))
  : f.isOff ? t('b_rateOff', perSecond(f.asked), perSecond(f.got)) : t('b_rate', perSecondExactly(f.asked), perSecondExactly(exactRate(f.asked))));

/** The same of a kit of events. @param {NonNullable<ReturnType<typeof facts>>} f */
const eventWords = (f) => (!f.isPast ? t('e_each', agoText()) : f.rows > 0 ? t('e_run', num(f.rows)) : '');

/** What there is to say of warming up, briefly and as a sentence; null: it is warm, or was. */
function warming() {
  if (!pastRun()) { const left = warmingLeft(); return left ? { brief: left, words: t('b_warm', left) } : null; }
  const { us, isAll } = warmingOfRun(), brief = lasting(us / 1e6);
  return us > 0 ? { brief, words: isAll ? t('b_warmAll') : t('b_warmPart', brief) } : null;
}

/** The sign beside it: a silence is no fault of a kit that nobody asked for a rate, but nothing to tick off.
 * @param {NonNullable<ReturnType<typeof facts>>} f */
const rateIcon = (f) => (f.isOff ? 'warn' : f.got || view.isOfEvents ? 'check' : 'wait');

/** @param {number} missing NaN: some, nobody knows how many */
const missingWords = (missing) => (Number.isNaN(missing) ? t('b_missSome') : missing ? t('b_miss', num(missing)) : t('b_miss0'));

/** What a channel can say: its smallest step, its range. @param {{lane: import('./view.js').Lane}} p */
function Scale({ lane }) {
  const { channel, unit } = lane, { resolution } = channel, [low, high] = rangeShown(lane), name = channelName(channel);
  const end = (/** @type {number} */ v) => quantity(v, decimalsOf(v), unit);
  const step = resolution ? t('b_step', name, quantity(resolution, digitsOf(resolution), unit)) : '';
  const range = low != null && high != null && low < high ? t('b_range', end(low), end(high)) : '';
  return step || range ? html`<li><${Icon} n="gauge" s=${20}/><span>${step}${range}</span></li>` : null;
}

/** What is wrong with the shown stream or its kit now, in the board's words. */
const problem = () => (pastRun() ? null : view.stream?.problem ?? view.device?.problem);

/** The facts as sentences. First what a hand can do something about. */
export function Facts() {
  const f = facts(), warm = warming();
  if (!f) return null;
  const rateSays = view.isOfEvents ? eventWords(f) : f.isCounted ? rateWords(f) : '';
  const missing = html`<li class=${f.missing !== 0 ? 'warn' : ''}><${Icon} n=${f.missing !== 0 ? 'warn' : 'check'} s=${20}/>${missingWords(f.missing)}</li>`;
  if (f.blank) {
    return html`<ul class="facts"><li class="warn"><${Icon} n="warn" s=${20}/>${f.blank}</li>${f.missing !== 0 && missing}</ul><${About}/>`;
  }
  return html`<ul class="facts">
    ${problem() && html`<li class="warn"><${Icon} n="warn" s=${20}/>${say(problem())}</li>`}
    <${CalibrationFact}/>
    ${warm && html`<li class="warn"><${Icon} n="wait" s=${20}/>${warm.words}</li>`}
    ${rateSays && html`<li class=${f.isOff ? 'warn' : ''}><${Icon} n=${rateIcon(f)} s=${20}/>${rateSays}</li>`}
    ${missing}
    <li><${Icon} n="wait" s=${20}/><span>${f.uncertainty ? t(f.isPast ? 'b_timeRun' : 'b_time', precision(f.uncertainty)) : ''}${t(stampWords[f.stamps] ?? 'b_arrival')}</span></li>
    ${f.lane && html`<${Scale} lane=${f.lane}/>`}</ul><${About}/>`;
}

export function Badge() {
  useBoard('health', 'devices');
  useView('what');
  useReadings();
  const f = facts();
  if (!f) return null;
  const warm = f.blank ? null : warming(), isTicked = !f.blank && (f.isCounted || view.isOfEvents);
  const often = !view.isOfEvents || f.blank ? (f.got ? rate(f.got) : '—')
    : f.isPast ? t('b_points', num(f.rows)) : html`<span class="tx">${t('lastOne')}</span>${agoText()}`;
  const face = html`${warm && html`<span class="warn hot"><span class="tx">${t('f_warm')}</span>${warm.brief}<${Icon} n="wait" s=${18}/></span>`}
    <span class=${'often' + (f.isOff ? ' warn' : '')}>${often}${isTicked && html`<${Icon} n=${rateIcon(f)} s=${18}/>`}</span>
    ${(!f.blank || f.missing !== 0) && html`<span class=${'lost' + (f.missing !== 0 ? ' warn' : '')}>${t('missing')} ${Number.isNaN(f.missing) ? '?' : num(f.missing)}<${Icon} n=${f.missing !== 0 ? 'warn' : 'check'} s=${18}/></span>`}
    ${f.uncertainty ? html`<span class="fine">±${NB}${precision(f.uncertainty)}</span>` : ''}`;
  return html`<${Pop} label=${t('badge')} cls="badge plain" isNamed face=${face}><div tabindex="0" role="group" aria-label=${t('badge')}><${Facts}/></div><//>`;
}
