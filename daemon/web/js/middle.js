// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Middle zone: tabs, window and freeze; the readout line, which is also the only place where a notice
// appears, so that a notice never pushes or covers the chart; the chart, digits, table or x–y.
import { html, say, t, useAgain, useApp, useEffect, useMemo, useRef, useState, Segments } from './base.js';
import { board } from './board.js';
import { ClassPart } from './class-part.js';
import { ChartView } from './chart-view.js';
import { useBoard, useEvery, useReadings, useText, useView } from './hooks.js';
import { Icon, Shape } from './icons.js';
import { ageText, agoText } from './ago.js';
import { Age, Flag } from './flag.js';
import { flagOfNow } from './judge.js';
import { later } from './later.js';
import { channelName } from './names.js';
import { lasting, num, quantity, timeOfDay } from './numbers.js';
import { noticeOf } from './phase.js';
import { eventsInRun } from './past.js';
import { readings } from './readings.js';
import { refusals } from './refusals.js';
import { Tools } from './tools.js';
import { phaseNow } from './top.js';
import { view } from './view.js';

const HEALED_FOR_US = 60e6, HEALED_MIN_US = 2e6;
const OTHER_FOR_MS = 15000;          // the list of kits says it further on

const Gauges = later(() => import('./gauge.js').then((m) => m.Gauges));
const HistogramView = later(() => import('./histogram-view.js').then((m) => m.HistogramView));
const Table = later(() => import('./table.js').then((m) => m.Table));
const XY = later(() => import('./xy.js').then((m) => m.XY));
const SpectrumView = later(() => import('./spectrum-view.js').then((m) => m.SpectrumView));

/** The fourth is for where the name is too long. @type {[string, import('./base.js').Key, import('./icons.js').IconName, import('./base.js').Key?][]} */
const TABS = [['chart', 'vChart', 'chart'], ['digits', 'vDigits', 'digits'], ['table', 'vTable', 'table'], ['xy', 'vXY', 'xy'],
  ['gauge', 'vGauge', 'gauge'], ['histogram', 'vHistogram', 'histogram', 'vBars'], ['spectrum', 'vSpectrum', 'wave']];
/** Nothing is between two events: they have no frequencies to be found by even steps. */
const tabs = () => TABS.filter(([k]) => (k !== 'xy' || view.lanes.length > 1) && (k !== 'spectrum' || !view.isOfEvents));
/** The view of a digit key, wherever it stands now. @param {string} key */
export const tabOfKey = (key) => tabs().find((tab) => tab === TABS[Number(key) - 1])?.[0];
export const shownTab = () => (tabs().some(([k]) => k === view.tab) ? view.tab : 'chart');

function ViewBar() {
  useView('tab', 'window', 'what');
  useBoard('runs', 'devices');
  const tab = shownTab(), window = view.shownWindow;
  const arrows = (/** @type {any} */ e) => {
    const next = e.key === 'ArrowRight' ? e.target.nextElementSibling : e.key === 'ArrowLeft' ? e.target.previousElementSibling : null;
    if (next) { e.stopPropagation(); next.focus(); next.click(); }
  };
  return html`<div class="viewbar"><div class="seg tabs" role="tablist" aria-label=${t('views')}>${tabs().map(([k, key, icon, brief]) => html`
      <button role="tab" key=${k} id=${'tab-' + k} aria-selected=${tab === k} tabindex=${tab === k ? 0 : -1} aria-controls="stage"
        onClick=${() => view.set('tab', { tab: k })} onKeyDown=${arrows}><${Icon} n=${icon} s=${18}/>${brief ? html`<span class="long">${t(key)}</span><span class="brief">${t(brief)}</span>` : t(key)}</button>`)}</div>
    <${Segments} label=${t('window')} value=${window} onPick=${(/** @type {any} */ k) => view.look(k, k === 'zoom' ? view.zoom : null)}
      items=${[['30', t('win30')], ['all', t('winAll')], ...(window === 'zoom' ? [['zoom', t('winZoom')]] : [])]}/>
    <button class="btn freeze" aria-pressed=${view.frozenAt != null} disabled=${!readings.isLive && view.frozenAt == null}
      onClick=${() => view.freeze()}><${Icon} n="freeze" s=${20}/><span>${t(view.frozenAt == null ? 'freeze' : 'frozen')}</span></button><${Tools}/></div>`;
}

/** A gap of the shown stream that closed a moment ago: a silence is told while it lasts, too. */
function healed() {
  const now = board.now(), last = readings.series?.lastT ?? NaN;
  const gap = (readings.series?.gaps ?? []).filter((g) => g.to_us > now - HEALED_FOR_US && g.to_us <= last && g.to_us - g.from_us > HEALED_MIN_US
    && ['unplugged', 'silent', 'reset'].includes(g.reason)).pop();
  return gap ? { id: `gap-${gap.from_us}`, lasted: lasting((gap.to_us - gap.from_us) / 1e6) } : null;
}

function rowsSince(/** @type {number|null} */ at) {
  const block = at == null || !readings.series ? null : readings.series.slice(at, Infinity);
  let n = 0;
  for (let i = 0; block && i < block.length; i++) n += block.n[i];
  return block ? num(n) : null;
}

/** Notices of other kits that were told long enough, as long as these are not well: their names. @param {import('./view.js').Device[]} kits */
function useTold(kits) {
  const told = useRef(/** @type {Map<string, number>} */ (new Map())), again = useAgain();
  const isWell = (/** @type {number} */ id) => kits.some((d) => d.id === id && d.state === 'ready' && !d.problem && !d.streams.some((s) => s.problem));
  for (const [name, id] of told.current) if (isWell(id)) told.current.delete(name);
  return { has: (/** @type {string} */ name) => told.current.has(name), add: (/** @type {string} */ name, /** @type {number} */ id) => { told.current.set(name, id); again(); } };
}

/** A value of a notice as text: words are said in the page's language. @param {any} value */
const worded = (value) => (value?.zh != null ? say(value) : value);

function Notice() {
  useBoard('health', 'devices', 'status', 'link', 'runs');
  useView('window', 'what');
  useReadings();
  useEvery(1000);
  const again = useAgain();
  useEffect(() => refusals.on('told', again), []);
  const [closed, setClosed] = useState(/** @type {string[]} */ ([]));
  const { device } = view, last = board.latest.get(view.stream?.id ?? 0)?.t ?? readings.series?.lastT ?? NaN;
  const ports = board.status?.ports ?? [], kits = board.devices ?? [], told = useTold(kits);
  const portIs = (/** @type {string} */ state) => ports.find((p) => p.state === state && !kits.some((d) => d.port === p.path))?.path.split('/').pop() ?? null;
  const n = board.link !== 'open' ? null : noticeOf({ device, stream: view.stream, others: kits.filter((d) => d !== device),
    quietSeconds: (board.now() - last) / 1e6, frozenRows: rowsSince(view.frozenAt), storeProblem: board.storeProblem,
    portState: ports.find((p) => p.path === device?.port)?.state ?? null, garbled: portIs('garbled'), text: portIs('text'), sinks: board.sinks, healed: healed(),
    isRecording: !!board.running, refused: refusals.text ? { id: `told-${refusals.number}`, words: { zh: refusals.text, en: refusals.text } } : null },
  (id) => closed.includes(id) || told.has(id));
  useEffect(() => {
    if (n?.other == null) return undefined;
    const { id, other } = n, timer = setTimeout(() => told.add(id, other), OTHER_FOR_MS);
    return () => clearTimeout(timer);
  }, [n?.id]);
  const text = !n ? '' : n.words ? say(n.words) : t(/** @type {import('./base.js').Key} */ (n.key), ...n.values.map(worded));
  // Spoken once when it comes; the seconds and rows that it counts are for eyes only.
  const spoken = useMemo(() => text, [n?.id]);
  return html`<p class="sr" role="status">${spoken}</p>${n && html`<div class=${`notice ${n.kind}${n.other == null ? '' : ' other'}`} data-notice=${n.id}><${Icon} n=${n.icon}/><span>${text}</span>
    ${n.kind !== 'bad' && n.id !== 'frozen' && html`<button class="btn plain sq" aria-label=${t('closeN')} title=${t('closeN')}
      onClick=${() => setClosed([...closed, n.id])}><${Icon} n="cross" s=${18}/></button>`}</div>`}`;
}

/** @param {{lane: import('./view.js').Lane, isMain: boolean}} p */
function Value({ lane, isMain }) {
  const value = useText(250, () => quantity(readings.value(lane), readings.digits(lane), lane.unit));
  return html`<div class=${isMain ? 'big' : 'small'}><span class="nm">${channelName(lane.channel)}</span>
    <b class=${'c' + lane.colour} ref=${value}></b><${Flag} lane=${lane}/><${Age} lane=${lane}/></div>`;
}

function Readout() {
  useBoard('devices');
  useView('what');
  const main = view.mainLane, lanes = view.shown.filter((l) => l !== main && l.at !== main?.at);
  const time = useText(500, () => {
    const n = view.isOfEvents ? eventsInRun() : null;
    if (n != null) return readings.isLive ? t('e_count', num(n), n ? agoText() : '—') : t('e_total', num(n));
    if (view.isOfEvents && readings.isLive) return t('e_last', agoText());
    const at = readings.row?.t, wall = at == null ? null : readings.wallOf(at);
    return wall == null ? '' : timeOfDay(wall);
  });
  const spoken = useText(5000, () => {
    const y = main && board.running ? readings.value(main) : null;
    return main && y != null ? `${channelName(main.channel)} ${quantity(y, readings.digits(main), main.unit)} ${flagOfNow(main)} ${ageText(main)}` : '';
  });
  return html`<div class="readout">${main && html`<${Value} key=${main.channel.id} lane=${main} isMain/>`}
    ${lanes.slice(0, 3).map((lane) => html`<${Value} key=${lane.channel.id} lane=${lane}/>`)}
    <span class=${'dim when' + (view.isOfEvents ? ' events' : '')} ref=${time}></span><${Notice}/><p class="sr" aria-live="polite" ref=${spoken}></p></div>`;
}

function Digits() {
  useView('what');
  useBoard('devices');
  return html`<div class=${'digitsv n' + Math.min(4, view.shown.length)}>${view.shown.slice(0, 4).map((lane) => html`<${Digit} key=${lane.channel.id} lane=${lane}/>`)}</div>`;
}

/** @param {{lane: import('./view.js').Lane}} p */
function Digit({ lane }) {
  const value = useText(250, () => num(readings.value(lane), readings.digits(lane)));
  return html`<div class="digit"><b class=${view.shown.length > 1 ? 'c' + lane.colour : ''} ref=${value}></b><${Flag} lane=${lane}/><${Age} lane=${lane}/>
    <p>${view.shown.length > 1 && html`<${Shape} k=${lane.colour} s=${22}/>`}${channelName(lane.channel)}${lane.unit && ` / ${lane.unit}`}</p></div>`;
}

/** @type {import('./base.js').Key[]} */
const PLUG = ['k1', 'k2', 'k3'];

function Empty() {
  const phase = phaseNow();
  if (phase === 'noKit' && !readings.series) {
    return html`<div class="full" tabindex="0" role="region" aria-label=${t('noKit')}><div class="card"><h2>${t('k_title')}</h2>
      <ol class="steps">${PLUG.map((key, i) => html`<li key=${key}><i>${i + 1}</i>${t(key)}</li>`)}</ol></div></div>`;
  }
  const isOpen = board.link === 'open';
  return html`<div class="full" tabindex="0" role="region" aria-label=${t('wait')}><div class="card"><h2>${t('c_title')}</h2><ol class="steps">
    <li class="ok"><i><${Icon} n="check"/></i>${t('c1')}</li>
    <li class=${isOpen ? 'ok' : 'now'}><i class=${isOpen ? '' : 'rec-lamp'}><${Icon} n=${isOpen ? 'check' : 'wait'}/></i>${t('c2')}</li>
    <li class=${isOpen ? 'now' : ''}><i class=${isOpen ? 'rec-lamp' : ''}>${isOpen ? html`<${Icon} n="wait"/>` : '3'}</i>${t('c3')}</li></ol></div></div>`;
}

function Stage() {
  useBoard('link', 'devices', 'runs', 'status');
  useView('tab', 'what');
  useReadings();
  const tab = shownTab(), hasPicture = !!readings.series;
  const isBlank = hasPicture && !!view.run?.to_us && readings.series?.isLoaded && !readings.series.base.length;
  return html`<div class="stage" id="stage" role="tabpanel" aria-labelledby=${'tab-' + tab}>
    ${!hasPicture ? html`<${Empty}/>` : tab === 'chart' ? html`<${ChartView}/>` : tab === 'digits' ? html`<${Digits}/>`
    : tab === 'table' ? html`<${Table}/>` : tab === 'gauge' ? html`<${Gauges}/>` : tab === 'histogram' ? html`<${HistogramView}/>`
    : tab === 'spectrum' ? html`<${SpectrumView}/>` : html`<${XY}/>`}
    ${isBlank && tab === 'chart' && html`<p class="blank">${t('empty', view.device?.sticker)}</p>`}</div>`;
}

export function Middle() {
  useApp();
  return html`<main class="zmid"><${ViewBar}/><${Readout}/><${ClassPart} name="Bar"/><${Stage}/></main>`;
}
