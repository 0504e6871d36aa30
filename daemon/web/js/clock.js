// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The board's hour: who told it, how sure it is, and telling it by the clock of this device. A board has no clock
// battery; a teacher who opens the page of a board that knows no hour has told it by that, and is told so.
import { html, t } from './base.js';
import { getClock, Refusal, tellClock } from './api.js';
import { board } from './board.js';
import { useBoard } from './hooks.js';
import { Icon } from './icons.js';
import { lasting, NB } from './numbers.js';
import { sentence, withTeacher } from './pin.js';
import { refusals } from './refusals.js';
import { toast } from './toast.js';

const PINGS = 8, GAP_MS = 60, JITTER_MS = 40;   // so that they beat with nothing: Wi-Fi beacons, the board's own ticks
const UNSURE_US = 5e6;

/** @typedef {{at_us: number, wall_ms: number, round_trip_us: number}} Ping when the board answered, and this device's clock
 *   half-way between asking and hearing */

/** @returns {Promise<Ping>} */
async function ping() {
  const asked = performance.now(), wall = Date.now();
  const { now_us: at } = await getClock();
  const took = performance.now() - asked;
  return { at_us: at, wall_ms: Math.round(wall + took / 2), round_trip_us: Math.ceil(took * 1e3) };
}

/** The quickest of several: its answer was delayed the least. */
async function measure() {
  let best = await ping();
  for (let i = 1; i < PINGS; i++) {
    await new Promise((done) => { setTimeout(done, GAP_MS + Math.random() * JITTER_MS); });
    const next = await ping();
    if (next.round_trip_us < best.round_trip_us) best = next;
  }
  return best;
}

let isBusy = false;

async function tell() {
  if (isBusy) return;
  isBusy = true;
  try {
    const told = await withTeacher(async () => tellClock(await measure()));
    if (told) toast(t('h_told', lasting(told.uncertainty_us / 1e6)));
  } catch (error) {
    refusals.tell(sentence(error));
  } finally {
    isBusy = false;
  }
}

let hasTried = false;

/** Once on a page: a device whose clock the board refuses is not asked again and again. */
async function tellUnasked() {
  if (hasTried || !board.isTeacher || !board.status) return;
  hasTried = true;
  try {
    const { wall_us: wall } = await getClock();   // the status may be a while old
    if (wall == null) await tell();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    hasTried = false;
  }
}

export const clock = {
  start() { board.on('status', tellUnasked); },
};

/** @type {Record<string, import('./base.js').Key>} */
const SOURCES = { system: 'h_system', ntp: 'h_ntp', rtc: 'h_rtc', gps: 'h_gps', pps: 'h_pps', browser: 'h_browser', person: 'h_person',
  carried: 'h_carried', between: 'h_between' };

/** Whole milliseconds are enough for eyes. @param {number} us */
const doubt = (us) => (us < 1e5 ? Math.max(1, Math.round(us / 1e3)) + NB + 'ms' : lasting(us / 1e6));

const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
/** @param {number} wallUs */
function minuteOf(wallUs) {
  const d = new Date(wallUs / 1e3);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** What hour it is on the board, for everybody; for a teacher a way to set it where nobody is sure. */
export function Hour() {
  useBoard('status', 'hour');
  const { status } = board;
  if (!status) return null;
  const wall = board.wallOf(board.now()), { wall_uncertainty_us: unsure, wall_source: source } = status;
  const isKnown = wall != null && source != null && unsure != null;
  return html`<p class="dim hour">${isKnown ? t('h_known', minuteOf(wall), t(SOURCES[source] ?? 'h_other'), doubt(unsure)) : t('h_none')}</p>
    ${(!isKnown || unsure > UNSURE_US) && html`<button class="item sethour" data-close onClick=${tell}>
      <${Icon} n="wait"/><span>${t('h_set')}<small>${t('h_setD')}</small></span></button>`}`;
}
