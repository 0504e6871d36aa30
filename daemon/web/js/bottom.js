// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Lower zone: the six numbers of a dragged range on the left; on the right what this kit measures (which
// channel is the big number, which are drawn) and how good its data is.
import { html, t, useApp, useEffect, useState } from './base.js';
import { analysis } from './analysis.js';
import { Refusal } from './api.js';
import { Facts } from './badge.js';
import { CalibrationMark } from './calibration.js';
import { shownEnd } from './chart-view.js';
import { timeUnit } from './chart-scale.js';
import { openDialog } from './dialogs.js';
import { Age, Flag } from './flag.js';
import { useAnalysis, useBoard, useEvery, useReadings, useText, useView } from './hooks.js';
import { Icon, Sample, Shape } from './icons.js';
import { limitsAt } from './judge.js';
import { later } from './later.js';
import { channelName, streamName } from './names.js';
import { change, digitsFor, digitsOfError, NB, num, quantity, uncertain } from './numbers.js';
import { readings } from './readings.js';
import { describe } from './stats.js';
import { perTime, timesTime } from './units.js';
import { view } from './view.js';

const FitCard = later(() => import('./fit-card.js').then((m) => m.FitCard));
const WAIT_MS = 120;                 // a range is measured when the hand rests

/** Statistics of the range, once the readings are there. */
function useStats() {
  const [stats, setStats] = useState(/** @type {import('./stats.js').Stats|null} */ (null));
  useView('range', 'what');
  useReadings();
  useEvery(1000);
  const { range } = view, lane = view.mainLane, { series } = readings;
  const reached = range && series ? Math.min(range[1], series.lastT) : 0;    // readings may still come into it
  const key = [range, lane?.channel.id, readings.key, readings.loads, reached, series?.isLoaded].join();
  useEffect(() => {
    if (!range || !lane || !series?.isLoaded) { setStats(null); return undefined; }
    const [from, to] = range, stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const block = await readings.fine(from, to, 4000, stop.signal);
        if (!block || stop.signal.aborted) return;
        setStats(describe(block, lane.at, from, to, readings.gaps(), (us) => limitsAt(lane, us)));
      } catch (error) { if (!(error instanceof Refusal) && !stop.signal.aborted) throw error; }
    }, WAIT_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [key]);
  return range ? stats : null;
}

function Statistics() {
  useApp();
  const s = useStats(), { range } = view, lane = view.mainLane;
  useBoard('devices');
  useAnalysis('fit');
  // Not finer than the scatter allows, nor than a mean of whole steps deserves.
  const unit = lane?.unit ?? '', most = lane ? Math.min(6, readings.digits(lane) + 1) : 2;
  const digits = (/** @type {number} */ u) => Math.max(0, Math.min(most, digitsOfError(u)));
  const shown = range?.map((us) => (us - readings.origin) / 1e6);
  const span = shown ? shown[1] - shown[0] : 0, [tick, per] = timeUnit(span);
  const time = tick === 's' ? 's' : 'min', seconds = tick === 's' ? 1 : 60, about = s?.isApproximate ? '≈' + NB : '';
  const outside = s && (s.isOutsideAtLeast ? '≥' + NB : '') + num(s.outside);
  const slope = s ? s.slope * seconds : 0, area = s ? s.area / seconds : 0, u = s ? { ...s.u, slope: s.u.slope * seconds, area: s.u.area / seconds } : null;
  const fineSlope = u && u.slope > 0 ? Math.max(0, Math.min(9, digitsOfError(u.slope))) : Math.max(most, digitsFor(slope) - 1);
  /** Key, what stands there, and the same with its uncertainty. @type {[import('./base.js').Key, string|null, string?][]} */
  const cells = [
    ['mean', s && quantity(s.mean, digits(s.u.mean), unit), u ? uncertain(s?.mean ?? NaN, u.mean, unit) : ''],
    ['sd', s && about + quantity(s.sd, Math.max(0, Math.min(most, digitsOfError(s.u.sd))), unit), u ? uncertain(s?.sd ?? NaN, u.sd, unit) : ''],
    ['delta', s && about + change(s.delta, digits(s.u.delta), unit), u ? uncertain(s?.delta ?? NaN, u.delta, unit) : ''],
    ['slope', s && about + change(slope, fineSlope, perTime(unit, time)), u ? uncertain(slope, u.slope, perTime(unit, time)) : ''],
    [s?.hasGap ? 'areaGaps' : 'area', s && about + quantity(area, u && u.area > 0 ? Math.max(0, Math.min(digitsFor(area), digitsOfError(u.area))) : Math.min(2, digitsFor(area)), timesTime(unit, time)), u ? uncertain(area, u.area, timesTime(unit, time)) : ''],
    ['n', s && num(s.n)],
  ];
  const all = () => view.measure([readings.origin, shownEnd()]);
  const fine = span / per < 10 ? 2 : 1;
  return html`<div class="stat"><h2>${shown ? html`<span class="tx">${t('range')}</span>
      <span class="q">${num(shown[0] / per, fine)}–${quantity(shown[1] / per, fine, tick)}</span>
      ${s?.outside ? html`<span class="flag" title=${t('f_outN', outside)}><span aria-hidden="true">${outside}</span><span class="sr">${t('f_outN', outside)}</span></span>` : ''}
      <button class="btn fitbtn" aria-expanded=${analysis.model != null} onClick=${() => analysis.choose('')}><${Icon} n="fit" s=${20}/>${t('fit')}</button>
      <button class="btn plain sq" aria-label=${t('clear')} title=${t('clear')} onClick=${() => view.measure(null)}><${Icon} n="cross" s=${18}/></button>`
    : html`<${Icon} n="hand"/><span class="hint">${t('rangeHint')}</span>
      ${readings.series && html`<button class="btn" onClick=${all}>${t('rangeAll')}</button>`}`}</h2>
    <dl class=${'stats' + (s ? '' : ' none')}>${cells.map(([key, text, full]) => html`<div key=${key} title=${s && full ? full : undefined}><dt>${t(key)}</dt><dd>${text || '—'}</dd></div>`)}</dl></div>`;
}

/** @param {{lane: import('./view.js').Lane}} p */
function LaneRow({ lane }) {
  const { channel } = lane, isMain = lane.at === view.mainLane?.at, name = channelName(channel);
  const isDrawn = view.shown.some((l) => l.at === lane.at);
  const value = useText(250, () => quantity(readings.value(lane), readings.digits(lane), lane.unit));
  return html`<div class="lane"><button class="pickl" aria-pressed=${isMain} title=${t('mainLine', name)} onClick=${() => view.choose(lane)}>
      <${Shape} k=${lane.colour}/>${isDrawn && !view.isOfEvents ? html`<${Sample} k=${lane.colour}/>` : html`<span class="dash"></span>`}<${CalibrationMark} lane=${lane}/>
      <span class="nv"><span class="nm">${name}</span><span class="v"><${Flag} lane=${lane}/><${Age} lane=${lane}/><span ref=${value}></span></span></span></button>
    ${!view.isBeside(lane) ? view.lanes.some((l) => view.isBeside(l)) && html`<span class="eye"></span>` : html`<button class="btn sq plain eye" aria-pressed=${isDrawn} aria-label=${t(isDrawn ? 'hideLine' : 'drawLine', name)}
      title=${t(isDrawn ? 'hideLine' : 'drawLine', name)} onClick=${() => view.toggle(lane)}><${Icon} n="eye" s=${20}/></button>`}</div>`;
}

function Channels() {
  useBoard('devices', 'health');
  useView('what');
  useReadings();
  const { device } = view, lanes = view.lanes;
  if (!device) return html`<div class="kitside"></div>`;
  return html`<div class=${'kitside' + (lanes.length > 1 ? ' many' : '')}><div class="lanes" role="group" aria-label=${t('channels')}>
      <h2><span class="tx">${t('channels')}</span>${device.streams.length > 1 && html`<select aria-label=${t('streams')} title=${t('streams')}
        value=${view.stream?.name} onChange=${(/** @type {any} */ e) => view.chooseStream(e.target.value)}>
        ${device.streams.map((s) => html`<option key=${s.id} value=${s.name} selected=${s === view.stream}>${streamName(s, device)}${s.problem ? ' ⚠' : ''}</option>`)}</select>`}</h2>
      <div class="lanelist">${lanes.map((lane) => html`<${LaneRow} key=${`${view.stream?.id}/${lane.at}`} lane=${lane}/>`)}
        <button class="btn plain addcol" aria-label=${t('col_title')} onClick=${() => openDialog('columns')}><${Icon} n="calc" s=${20}/><span class="tx">${t('col_title')}</span></button></div></div>
    <div class="quality"><h2>${t('dataFacts')}</h2><div class="scroll" tabindex="0" role="group" aria-label=${t('dataFacts')}><${Facts}/></div></div></div>`;
}

export function Bottom() {
  useAnalysis('fit');
  useView('range');
  const hasFit = analysis.model != null && !!view.range;
  return html`<section class="zbot" aria-label=${t('range')}><${Statistics}/><${Channels}/>${hasFit && html`<${FitCard}/>`}</section>`;
}
