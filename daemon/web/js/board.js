// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What this page knows of the board: is it reachable, what is plugged in, which runs there are, how its
// stores do, and what time it is there. One object; whoever shows something of it listens to a topic:
//
//   link  devices  runs  health  status  rows  gap  mark  catchup (readings may be missing: ask for them)
//   calibration (readings of a device's past and present are others now)
//   hour (somebody told the board the hour, or corrected it)
import { getDevices, getRuns, getStatus, Refusal } from './api.js';
import { Emitter } from './emitter.js';
import { countOf, isOff } from './pace.js';
import { listen } from './stream.js';

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./api.js').Run} Run */

const LOST_AFTER_MS = 2500;         // a short loss mends itself unseen
const STATUS_EVERY_MS = 15000;
const RATES = 60;
const HOUR_STEP_US = 1e6;

/** @typedef {{t: number, y: number[], at: number[]}} Latest when the newest row came; the newest value of each column, NaN:
 *   none yet, and when that came: a column need not be in every row */

/** The last place that has a value, else -1. @param {(number|null)[]} column */
function lastKnown(column) {
  let i = column.length - 1;
  while (i >= 0 && column[i] == null) i--;
  return i;
}

class Board extends Emitter {
  constructor() {
    super();
    /** @type {'connecting'|'open'|'lost'} */ this.link = 'connecting';
    this.since = performance.now();
    this.name = '';
    this.isTeacher = false;
    /** @type {import('./api.js').Status|null} */ this.status = null;
    /** @type {Device[]|null} */ this.devices = null;
    /** @type {Run[]} */ this.runs = [];
    /** @type {import('./api.js').Sink[]} */ this.sinks = [];
    /** @type {import('./base.js').Words|null} */ this.storeProblem = null;
    /** @type {Map<number, Latest>} by stream */ this.latest = new Map();
    /** @type {Map<number, number[]>} rates of the last seconds, by device */ this.rates = new Map();
    /** @type {Map<number, boolean>} what was said of them last */ this.isOffPace = new Map();
    this.ahead = NaN;               // board time minus performance.now(), in microseconds
    this.wallAhead = NaN;           // wall time minus board time now, microseconds; NaN: unknown
    /** Is a run this page's? A class leaves it those of its group. @type {(run: Run) => boolean} */ this.isOwn = () => true;
    this.durableUs = 0;             // readings of before are on the card
    /** @type {any} */ this.lostTimer = null;
    /** @type {import('./stream.js').Line|null} */ this.line = null;
  }

  start() {
    this.line = listen((type, value) => this.hear(type, value));
    this.lose();
    setInterval(() => { if (this.link === 'open' && !document.hidden) this.fetchStatus(); }, STATUS_EVERY_MS);
  }

  /** Board time now, microseconds. */
  now() { return performance.now() * 1e3 + this.ahead; }

  /** Wall time of an instant since the daemon started, or null: nobody has told the board the hour, or the
   * instant is older. Board time stands still while the board is off, so it has another offset then.
   * @param {number} us */
  wallOf(us) { return Number.isFinite(this.wallAhead) && us >= (this.status?.started_us ?? Infinity) ? us + this.wallAhead : null; }

  /** @param {number|undefined} id */
  device(id) { return this.devices?.find((d) => d.id === id); }

  /** How many rows of late, and whether that is not the rate that was asked for; null: too early to say.
   * @param {number} id of the device @param {number} periodUs of its stream; 0: no rate was asked for */
  pace(id, periodUs) {
    const count = countOf(this.rates.get(id) ?? [], periodUs), hertz = count ? count.rows / count.seconds : 0;
    const isPaceOff = !!count && periodUs > 0 && isOff(this.isOffPace.get(id) ?? false, count, periodUs);
    this.isOffPace.set(id, isPaceOff);
    return count && { hertz, isOff: isPaceOff };
  }

  get ownRuns() { return this.runs.filter(this.isOwn); }
  get running() { return this.ownRuns.find((r) => r.to_us == null); }

  /** @param {string} type @param {any} value */
  hear(type, value) {
    switch (type) {
      case 'open': this.opened(); break;
      case 'lost': this.lose(); break;
      case 'hello': this.setTime(value); this.name = value.board; this.emit('status'); break;
      case 'rows': this.setRows(value); break;
      case 'devices': this.setDevices(value.devices); break;
      case 'health': this.setHealth(value); break;
      case 'run': this.setRun(value); break;
      case 'gap': this.emit('gap', value); break;
      case 'mark': this.emit(value.is_withdrawn ? 'unmark' : 'mark', value); break;
      case 'calibration': this.latest.clear(); this.emit('calibration', value); break;
      case 'reset': this.emit('catchup'); break;
      default: this.emit(type, value);           // of the class: classroom.js
    }
  }

  opened() {
    clearTimeout(this.lostTimer);
    this.lostTimer = null;
    this.setLink('open');
    this.fetchAll();
    this.emit('catchup');
  }

  lose() {
    this.lostTimer ??= setTimeout(() => this.setLink('lost'), LOST_AFTER_MS);
  }

  /** @param {'connecting'|'open'|'lost'} link */
  setLink(link) {
    if (link === this.link) return;
    this.link = link;
    this.since = performance.now();
    this.emit('link');
  }

  retry() { this.line?.retry(); }

  async fetchAll() {
    try {
      const [, devices, runs] = await Promise.all([this.fetchStatus(), getDevices(), getRuns()]);
      this.runs = runs;
      this.emit('runs');
      this.setDevices(devices);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => { if (this.link === 'open') this.fetchAll(); }, 2000);
    }
  }

  async fetchStatus() {
    try {
      const status = await getStatus();
      this.status = status;
      this.name = status.board;
      this.isTeacher = status.is_teacher;
      this.storeProblem = status.store?.problem ?? null;
      this.setTime(status);
      this.emit('status');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;   // the event stream is what says "lost"
    }
  }

  /** The least delayed news of the board's clock is the truest; a jump (sleep, restart) starts anew.
   * @param {{now_us: number, wall_us?: number|null}} news */
  setTime(news) {
    if (news.now_us == null) return;
    const ahead = news.now_us - performance.now() * 1e3, late = this.ahead - ahead;
    this.ahead = !(late > 0) || late > 5e5 ? ahead : this.ahead - late * 0.02;
    const was = this.wallAhead;
    this.wallAhead = news.wall_us == null ? NaN : news.wall_us - news.now_us;
    if (!Object.is(was, this.wallAhead) && !(Math.abs(was - this.wallAhead) < HOUR_STEP_US)) this.emit('hour');
  }

  /** @param {any[]} frames */
  setRows(frames) {
    for (const f of frames) {
      if (!f.t.length) continue;
      const columns = /** @type {(number|null)[][]} */ (f.y ?? f.mean), was = this.latest.get(f.s);
      const last = columns.map(lastKnown);
      this.latest.set(f.s, { t: f.t[f.t.length - 1], y: last.map((i, c) => (i < 0 ? was?.y[c] : columns[c][i]) ?? NaN),
        at: last.map((i, c) => (i < 0 ? was?.at[c] : f.t[i]) ?? NaN) });
    }
    this.emit('rows', frames);
  }

  /** @param {Device[]} devices */
  setDevices(devices) {
    this.devices = [...devices].sort((a, b) => a.sticker - b.sticker);
    this.emit('devices');
  }

  /** @param {any} news */
  setHealth(news) {
    this.setTime(news);
    let isChanged = false;
    for (const h of news.devices ?? []) {
      const device = this.device(h.id);
      if (!device) { isChanged = true; continue; }
      if (h.state && h.state !== device.state) { device.state = h.state; isChanged = true; }
      device.health = { ...device.health, ...h };
      // The first count after a pause is of a part of a second: it begins the list, but is not in it.
      const rates = this.rates.get(h.id);
      if (device.state !== 'ready' || h.rate_hz == null) this.rates.delete(h.id);
      else this.rates.set(h.id, rates ? [...rates, h.rate_hz].slice(-RATES) : []);
    }
    this.storeProblem = news.store?.problem ?? null;
    this.durableUs = news.store?.durable_us ?? this.durableUs;
    this.sinks = news.sinks ?? [];
    if (isChanged) this.emit('devices');
    this.emit('health');
  }

  /** @param {Run} run */
  setRun(run) {
    const i = this.runs.findIndex((r) => r.id === run.id);
    if (i < 0) this.runs = [...this.runs, run];
    else this.runs = this.runs.map((r) => (r.id === run.id ? run : r));
    this.emit('runs', run);
  }
}

export const board = new Board();
