// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The readings of several streams at once, each as one line: what tiles of groups and the screen on the wall draw. Where
// readings.js follows the one stream that a student looks at, here is one Trace for each that is shown; who no longer asks
// for one lets it go. A trace is asked for once, grows live, and is asked for again when readings may have been missed.
import { getColumns, Refusal } from './api.js';
import { board } from './board.js';
import { Series } from './series.js';

/** @typedef {import('./api.js').Stream} Stream */

const COLUMNS = 800, KEPT_MS = 15000, TIDY_MS = 10000, AGAIN_MS = 3000;

class Trace {
  /** @param {Stream} stream @param {number} from microseconds @param {number|null} to null: it grows */
  constructor(stream, from, to) {
    this.stream = stream;
    this.from = from;
    this.to = to;
    this.series = new Series(stream.channels.length, stream.period_us);
    this.isAsking = false;
    this.askedAt = this.usedAt = performance.now();
    /** @type {number|null} from here on nothing is missed, as it comes live */ this.joined = null;
    this.filled = -Infinity;
  }

  async load() {
    if (this.isAsking) return;
    const durable = board.durableUs, { series } = this;
    this.isAsking = true;
    this.askedAt = performance.now();
    try {
      series.setBase(await getColumns(this.stream.id, this.from, this.to ?? board.now() + 1e6, COLUMNS));
      this.filled = durable;
      board.emit('trace');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 404) { series.isLoaded = true; this.filled = durable; }   // nothing of it is kept yet
    } finally {
      this.isAsking = false;
    }
  }

  /** Each second: is on the card now what we missed, was there no answer, has the tail grown long? */
  fill() {
    const now = performance.now();
    this.joined ??= Math.min(board.now(), this.to ?? Infinity);
    const isMissing = this.filled < this.joined && (board.durableUs >= this.joined || !this.series.isLoaded);
    if ((isMissing && now - this.askedAt > AGAIN_MS) || (this.series.isLong && now - this.askedAt > TIDY_MS)) this.load();
  }

  again() {
    this.series.fold();
    this.joined = null;
    this.filled = -Infinity;
    this.load();
  }
}

/** @type {Map<string, Trace>} */
const traces = new Map();

/** The trace of [from, to) of a stream; `to` null: until now, and on. Ask for it whenever it is drawn. @param {Stream} stream
 * @param {number} from microseconds @param {number|null} to */
export function traceOf(stream, from, to) {
  const name = `${stream.id}/${Math.round(from)}`, known = traces.get(name);
  if (known) {
    known.usedAt = performance.now();
    known.to = to;
    return known;
  }
  const made = new Trace(stream, from, to);
  // A window that moved on has most of it already: nothing flickers while the board is asked.
  const before = [...traces.values()].find((t) => t.stream.id === stream.id && t.to == null && t.from <= from);
  if (before && to == null) made.series.base = before.series.slice(from, Infinity);
  traces.set(name, made);
  made.load();
  return made;
}

export function startTraces() {
  board.on('rows', (frames) => {
    for (const frame of frames) for (const trace of traces.values()) {
      if (trace.stream.id === frame.s && trace.to == null) trace.series.appendLive(frame);
    }
  });
  board.on('gap', (gap) => {
    for (const { stream, series } of traces.values()) if (gap.stream === stream.id || gap.stream === 0) series.addGap(gap);
  });
  board.on('catchup', () => { for (const trace of traces.values()) trace.again(); });
  board.on('calibration', () => traces.clear());
  board.on('health', () => {
    const old = performance.now() - KEPT_MS;
    for (const [name, trace] of traces) if (trace.usedAt < old) traces.delete(name); else trace.fill();
  });
}
