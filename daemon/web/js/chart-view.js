// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The chart in the page: makes the chart's model out of view and readings, draws it ten times a second
// at most, and reads the value under the reading line aloud to those who cannot see it.
import { analysis, curveShown } from './analysis.js';
import { app, html, t, useEffect, useRef, useApp } from './base.js';
import { Chart } from './chart.js';
import { windowOf } from './chart-scale.js';
import { every } from './emitter.js';
import { useAnalysis, useMarks, useReadings, useView } from './hooks.js';
import { limitsAt } from './judge.js';
import { marks, markText } from './marks.js';
import { channelName, quantityName, runName } from './names.js';
import { lasting, quantity, timeOfDay, uncertain } from './numbers.js';
import { readings } from './readings.js';
import { pictureOf } from './series.js';
import { tangentAt } from './slope.js';
import { smoothed } from './smooth.js';
import { perTime } from './units.js';
import { view } from './view.js';

/** @type {Record<string, import('./base.js').Key>} */
const REASON = { unplugged: 'g_unplugged', wire: 'g_wire', device: 'g_device', ring: 'g_ring', stopped: 'g_stopped',
  reset: 'g_reset', store: 'g_store', page: 'g_page', expired: 'g_expired', silent: 'g_silent',
  suspended: 'g_suspended' };

const SPOKEN_MARKS = 10;             // the newest, of a description that somebody listens to

/** @param {import('./series.js').Gap} gap */
export const gapLabel = (gap) => t(REASON[gap.reason] ?? 'g_other', lasting((gap.to_us - gap.from_us) / 1e6));

/** Where the drawn data end: frozen, the end of the run, or now. */
export const shownEnd = () => Math.min(readings.standsAt, readings.end);

/** Seconds from the origin, as the chart counts, and board time. @param {number} us */
const seconds = (us) => (us - readings.origin) / 1e6;
/** @param {number} s */
const boardTime = (s) => readings.origin + s * 1e6;
/** @template {[number, number]|null} T @param {T} ends @param {(v: number) => number} turn @returns {T} */
const both = (ends, turn) => (ends ? /** @type {T} */ ([turn(ends[0]), turn(ends[1])]) : ends);

/** The window that is shown, in microseconds of board time. @returns {[number, number]} */
export function shownWindow() {
  const end = seconds(shownEnd());
  return both(windowOf(view.shownWindow, end, both(view.zoom, seconds), readings.isLive), boardTime);
}

/** Marks up to where the picture ends. */
const shownMarks = () => marks.shown.filter((m) => m.at_us <= shownEnd())
  .map((m) => ({ x: seconds(m.at_us), number: m.number, text: markText(m) }));

const TANGENT_PART = 0.01;           // of the window: readings that far on either side make the tangent

/** The tangent of the main line at an instant, as far as two instants of the chart have it. @param {number} x seconds @param {number} span of the window */
function tangent(x, span) {
  const { series } = readings, main = view.mainLane;
  if (!series || !main) return null;
  const half = span * TANGENT_PART * 1e6, us = boardTime(x), end = Math.min(us + 20 * half, shownEnd());
  const block = series.slice(us - 20 * half, end), line = tangentAt(block, main.at, Math.min(us, block.lastT), half, readings.gaps());
  return line && { x: seconds(line.x), y: line.y, slope: line.slope, text: uncertain(line.slope, line.u, perTime(main.unit, 's')) };
}

/** The picture with its lines smoothed, and these as they are beneath. @param {number} from @param {number} to @param {number} px
 * @param {import('./series.js').Gap[]} gaps */
function pictureShown(from, to, px, gaps) {
  const { series, origin } = readings;
  if (!series) return { x: [], lanes: view.lanes.map(() => ({ lo: [], hi: [], mid: [] })), isBand: false };
  if (!analysis.smooth || view.isOfEvents) return series.picture(from, to, px, origin, gaps, readings.standsAt);
  // Readings beside the window belong to the means at its edges.
  const side = analysis.smooth * Math.max(series.periodUs, (to - from) / px), all = series.seen(from - side, Math.min(to + side, readings.standsAt), readings.standsAt);
  const bare = pictureOf(all, from, to, px, origin, gaps);
  for (const { at } of view.shown) all.lanes[at] = { ...all.lanes[at], mid: smoothed(all, at, analysis.smooth, gaps) };
  return { ...pictureOf(all, from, to, px, origin, gaps), bare };
}

/** @returns {import('./chart.js').Model} */
function model() {
  const { series, origin } = readings, lanes = view.shown, main = view.mainLane;
  const end = shownEnd(), gaps = readings.gaps().filter((g) => g.from_us < end);
  const name = lanes.length === 1 && main ? channelName(main.channel)
    : (main && lanes.every((l) => l.channel.quantity === main.channel.quantity) && quantityName(main.channel.quantity))
      || lanes.map((l) => channelName(l.channel)).join(app.lang === 'zh' ? '、' : ', ');
  return {
    style: [app.theme, app.lang, view.isOfEvents, ...lanes.map((l) => `${l.colour}${l.channel.id}`)].join(),
    version: `${series?.version}/${readings.laid.size}/${origin}/${readings.key}/${marks.known.size}/${analysis.smooth}/${analysis.fit?.key}${analysis.fit?.state}`,
    lines: lanes.map((l) => ({ at: l.at, colour: l.colour, name: channelName(l.channel), unit: l.unit,
      digits: readings.digits(l), step: l.channel.resolution ?? 0, limits: (x) => limitsAt(l, boardTime(x)) })),
    title: (main?.unit ? `${name} / ${main.unit}` : name) + (analysis.smooth && !view.isOfEvents ? ` · ${t('smoothed', analysis.smooth)}` : ''),
    curve: curveShown(seconds), curveAt: boardTime, tangent: analysis.hasTangent ? tangent : null,
    origin, end, window: view.shownWindow, zoom: both(view.zoom, seconds), isGrowing: readings.isLive,
    hasHead: readings.isLive && view.device?.state === 'ready', isOfEvents: view.isOfEvents,
    range: both(view.range, seconds),
    values: view.values, predicted: view.stroke, watermark: view.replay ? t('replay') : '',
    gaps: gaps.map((g) => ({ from: seconds(g.from_us), to: seconds(Math.min(g.to_us, end)), label: gapLabel(g) })),
    marks: shownMarks(),
    overlays: readings.overlays().map(({ run, block }) => {
      const p = pictureOf(block, run.from_us, run.to_us ?? 0, 800, run.from_us, []);
      return { x: p.x, y: p.lanes[main?.at ?? 0]?.mid ?? [], label: runName(run) };
    }),
    picture: (from, to, px) => {
      readings.ensure(from, to, px);
      return pictureShown(from, to, px, gaps);
    },
    timeOfDay: (x) => {
      const wall = readings.wallOf(boardTime(x));
      return wall == null ? '' : timeOfDay(wall);
    },
  };
}

const hands = (/** @type {(text: string) => void} */ read) => ({
  range: (/** @type {[number, number]} */ r) => view.measure(both(r, boardTime)),
  zoom: (/** @type {[number, number]} */ z) => view.look('zoom', both(z, boardTime)),
  all: () => view.look('all'),
  read,
});

/** @type {Chart|null} */ let onPage = null;
/** The chart that is seen now; null: another view is. */
export const shownChart = () => onPage;

export function ChartView() {
  useApp();
  useView('what', 'window');
  useReadings();
  useMarks();
  useAnalysis('tools', 'fit');
  const frame = useRef(/** @type {HTMLElement|null} */ (null)), chart = useRef(/** @type {Chart|null} */ (null));
  const spoken = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    /** @type {any} */ let timer = null;
    const root = /** @type {HTMLElement} */ (frame.current?.firstElementChild);
    const made = onPage = chart.current = new Chart(root, model, hands((text) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (spoken.current && document.activeElement === frame.current) spoken.current.textContent = text;
      }, 400);
    }));
    const ends = [every(100, () => made.draw()), view.on('range', () => { made.m.range = both(view.range, seconds); made.place(); })];
    return () => { clearTimeout(timer); ends.forEach((end) => end()); made.destroy(); onPage = null; };
  }, []);
  useEffect(() => { chart.current?.draw(); chart.current?.place(); });
  const name = view.mainLane ? channelName(view.mainLane.channel) : '';
  const noted = shownMarks(), newest = noted.slice(-SPOKEN_MARKS).map((m) => `${m.text}, ${quantity(m.x, 1, 's')}`).join('; ');
  const press = (/** @type {KeyboardEvent} */ e) => {
    if (e.target === frame.current && chart.current?.key(e)) e.stopPropagation();
  };
  return html`<div class="chart" ref=${frame} tabindex="0" role="application" aria-label=${t('chartAria', name)}
      aria-describedby=${noted.length ? 'chart-marks' : undefined} onKeyDown=${press}>
    <div class="paper"></div><p class="sr" aria-live="polite" ref=${spoken}></p>
    ${noted.length > 0 && html`<p id="chart-marks" hidden>${t('marksAria', noted.length, newest)}</p>`}</div>`;
}
