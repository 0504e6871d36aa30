// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How good the shown data is: rate, missing readings, precision of the stamps. Three short facts in the
// badge; each is a sentence when the badge is pressed, and on large screens in the lower zone too.
import { html, t, Pop } from './base.js';
import { board } from './board.js';
import { CalibrationFact } from './calibrate.js';
import { useBoard, useReadings, useView } from './hooks.js';
import { Icon } from './icons.js';
import { channelName } from './names.js';
import { digitsOf, num, NB, perSecond, precision, quantity, rate } from './numbers.js';
import { readings } from './readings.js';
import { lostIn } from './series.js';
import { view } from './view.js';

const RATE_OFF = 0.1;                // a rate within 10 % of the wish is the wish

/** What the badge knows. */
export function facts() {
  const { device, stream } = view;
  if (!device || !stream) return null;
  const asked = stream.period_us ? 1e6 / stream.period_us : 0, counted = board.rate(device.id, stream.period_us);
  const isAsRequested = counted == null || (asked > 0 && Math.abs(counted / asked - 1) <= RATE_OFF);
  const got = isAsRequested ? asked : counted;
  const missing = readings.gaps().reduce((sum, gap) => sum + lostIn(gap, stream.period_us), 0);
  const isOff = device.state !== 'ready' || (asked > 0 && !isAsRequested);
  return { asked, got: device.state === 'ready' ? got : 0, isOff, missing, stamps: stream.stamps,
    uncertainty: device.health?.uncertainty_us ?? null, lane: view.mainLane };
}

/** @type {Record<string, 'b_device'|'b_arrival'|'b_kernel'>} whose clock stamps */
const stampWords = { device: 'b_device', arrival: 'b_arrival', kernel: 'b_kernel' };

/** The facts as sentences. */
export function Facts() {
  const f = facts();
  if (!f) return null;
  const rateSays = !f.got ? t('b_rateNone') : !f.asked ? t('b_rateFree', perSecond(f.got))
    : f.isOff ? t('b_rateOff', perSecond(f.asked), perSecond(f.got)) : t('b_rate', perSecond(f.asked));
  return html`<ul class="facts">
    <li class=${f.isOff ? 'warn' : ''}><${Icon} n=${f.isOff ? 'warn' : 'check'} s=${20}/>${rateSays}</li>
    <li class=${f.missing ? 'warn' : ''}><${Icon} n=${f.missing ? 'warn' : 'check'} s=${20}/>${f.missing ? t('b_miss', num(f.missing)) : t('b_miss0')}</li>
    <li><${Icon} n="wait" s=${20}/><span>${f.uncertainty ? t('b_time', precision(f.uncertainty)) : ''}${t(stampWords[f.stamps] ?? 'b_arrival')}</span></li>
    ${f.lane?.channel.resolution && html`<li><${Icon} n="gauge" s=${20}/>${t('b_step', channelName(f.lane.channel),
      quantity(f.lane.channel.resolution, digitsOf(f.lane.channel.resolution), f.lane.unit))}</li>`}
    <${CalibrationFact}/></ul>`;
}

export function Badge() {
  useBoard('health', 'devices');
  useView('what');
  useReadings();
  const f = facts();
  if (!f) return null;
  const face = html`<span class=${f.isOff ? 'warn' : ''}>${f.got ? rate(f.got) : '—'}<${Icon} n=${f.isOff ? 'warn' : 'check'} s=${18}/></span>
    <span class=${f.missing ? 'warn' : ''}>${t('missing')} ${num(f.missing)}<${Icon} n=${f.missing ? 'warn' : 'check'} s=${18}/></span>
    ${f.uncertainty ? html`<span>±${NB}${precision(f.uncertainty)}</span>` : ''}`;
  return html`<${Pop} label=${t('badge')} cls="badge plain" isNamed face=${face}><div tabindex="0" role="group" aria-label=${t('badge')}><${Facts}/></div><//>`;
}
