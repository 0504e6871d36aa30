// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Calculated columns: what somebody made of a kit's channels by a formula, or as the rate of change of one. They are
// channels of the shown stream like its own (chart, digits, table, x–y, statistics, fits), and are made of its readings
// whenever these are looked at: of what somebody made here the board knows nothing, and no file has it (those of a lesson
// are in files, by the same rule: export/formula_columns.c). Kept in this browser, for all kits of a kind. What a lesson calculates may be of several kits of a group: those beside the shown one are read at its
// instants (joined.js).
//
// Of columns (means of many readings) the formula of the means is told, and least and greatest are those of its corners:
// exact where the formula only rises or only falls in each name, as nearly all do in class.
import jsep from '/vendor/jsep.js';
import { serving } from './class-lanes.js';
import { Emitter } from './emitter.js';
import { formulaOf, Unreadable } from './formula.js';
import { joined } from './joined.js';
import { digitsFor, digitsOf } from './numbers.js';
import { ratesOf } from './slope.js';
import { perTime, unitText } from './units.js';

/** @typedef {import('./api.js').Channel} Channel */
/** @typedef {import('./series.js').Block} Block */
/** @typedef {{id: string, kind: 'formula'|'rate', name: string|import('./base.js').Words, unit: string, is: string}} Made `is`: the formula, or the
 *   name of the channel whose rate of change it is */
/** @typedef {{formulas: {id: string, name: import('./base.js').Words, unit: string, is: string}[],
 *   needs: import('./class-lanes.js').Need[]}} Taught what a lesson calculates of what it needs */
/** @typedef {{need: string, stream: import('./api.js').Stream, at: number, block: (from: number, to: number) => Block, now: () => number}} Served a channel of a
 *   group's kits that serves a need; its readings of [from, to] and one more at either side; its newest value */
/** @typedef {{made: Made, at: number, of: {name: string, at: number, other?: Served}[], value: ((values: Record<string, number>) => number)|null}} Column
 *   `at`: its place behind the stream's own channels; `of`: what it is made of, -1: the time, `other`: of another kit; value null: a rate */

const NAME = 'kitlog.columns', TIME = 'time', ELSEWHERE = -2;
const CORNERS = 3;                   // names whose corners are tried: 2^3 values for each column
const AROUND = Math.sqrt(10);        // the root of sum (k - mean)^2 of five neighbours: u of their slope is u / (step * this)

/** What a channel is called in a formula. @param {{id: string}} channel */
export const symbolOf = ({ id }) => id.replace(/[^\p{L}\p{N}_]/gu, '_').replace(/^(?=\d)/, '_');

/** Which channel serves which need of a lesson: as the kits of the group do, if this is one of them; else as if it were all there is. @param {import('./api.js').Stream} stream @param {Taught['needs']} needs @param {Served[]} served @returns {[string, number][]} */
function servingOf(stream, needs, served) {
  if (served.some((s) => s.stream.id === stream.id)) return served.map((s) => [s.need, s.stream.id === stream.id ? s.at : ELSEWHERE]);
  const alone = /** @type {import('./api.js').Device} */ (/** @type {unknown} */ ({ streams: [stream] }));
  return [...serving([alone], needs, [])].map(([{ id }, { at }]) => [id, at]);
}

/** Names of a stream's channels and the columns before one, with their places. @param {import('./api.js').Stream} stream @param {Made[]} made
 * @param {Taught['needs']} [needs] of the lesson @param {Served[]} [served] */
export const namesOf = (stream, made, needs = [], served = []) => new Map([
  ...servingOf(stream, needs, served), ...stream.channels.map((c, at) => /** @type {[string, number]} */ ([symbolOf(c), at])),
  ...made.map((m, i) => /** @type {[string, number]} */ ([m.id, stream.channels.length + i])), [TIME, -1]]);

class Columns extends Emitter {
  constructor() {
    super();
    /** @type {Record<string, Made[]>} by kit and stream */ this.all = {};
    try { this.all = JSON.parse(localStorage.getItem(NAME) ?? '{}'); } catch { /* private mode, or not ours */ }
    /** @type {Taught|null} of the lesson */ this.taught = null;
    /** @type {Served[]} by the kits of our group */ this.served = [];
    /** @type {{key: string, plan: Column[]}} */ this.known = { key: '', plan: [] };
  }

  /** What the lesson calculates; null: no lesson. @param {Taught|null} taught */
  teach(taught) {
    if (JSON.stringify(taught) === JSON.stringify(this.taught)) return;
    this.taught = taught;
    this.emit('change');
  }

  /** By which kits of our group the lesson is served. @param {Served[]} served */
  serve(served) {
    const places = (/** @type {Served[]} */ all) => JSON.stringify(all.map(({ need, stream, at }) => [need, stream.id, at])), isSame = places(served) === places(this.served);
    this.served = served;
    if (!isSame) this.emit('change');
  }

  /** @param {{kit: string}|undefined} device @param {{name: string}|undefined} stream @returns {Made[]} */
  made(device, stream) { return (device && stream && this.all[`${device.kit}/${stream.name}`]) || []; }

  /** @param {{kit: string}} device @param {{name: string}} stream @param {Made[]} made */
  keep(device, stream, made) {
    this.all = { ...this.all, [`${device.kit}/${stream.name}`]: made };
    try { localStorage.setItem(NAME, JSON.stringify(this.all)); } catch { /* private mode */ }
    this.emit('change');
  }

  /** @returns {Made[]} */
  lessons() { return taughtOf(this.taught?.formulas ?? []); }

  /** The columns that can be made; one whose channel is gone, or whose formula is wrong, is left out and stays in the list.
   * @param {import('./api.js').Device|undefined} device @param {import('./api.js').Stream|undefined} stream @returns {Column[]} */
  plan(device, stream) {
    const made = [...this.lessons(), ...this.made(device, stream)], key = made.length && stream ? JSON.stringify([stream.id, stream.channels.map((c) => c.id), made, this.served.map((s) => [s.need, s.stream.id, s.at])]) : '';
    if (key !== this.known.key) this.known = { key, plan: stream ? planOf(stream, made, this.taught?.needs, this.served) : [] };
    return this.known.plan;
  }
}

/** What a lesson calculates, as columns. @param {Taught['formulas']} formulas @returns {Made[]} */
export const taughtOf = (formulas) => formulas.map((f) => ({ ...f, kind: 'formula', unit: unitText(f.unit) }));

/** @param {import('./api.js').Stream} stream @param {Made[]} made @param {Taught['needs']} [needs] @param {Served[]} [served] @returns {Column[]} */
export function planOf(stream, made, needs = [], served = []) {
  /** @type {Column[]} */ const plan = [];
  for (const one of made) {
    const names = namesOf(stream, plan.map((c) => c.made), needs, served), at = stream.channels.length + plan.length;
    try {
      const formula = one.kind === 'formula' ? formulaOf(jsep, one.is, names.keys()) : null, of = formula?.names ?? [one.is];
      if (of.some((name) => !names.has(name))) continue;
      plan.push({ made: one, at, of: of.map((name) => ({ name, at: /** @type {number} */ (names.get(name)), ...(names.get(name) === ELSEWHERE && { other: served.find((s) => s.need === name) }) })), value: formula?.value ?? null });
    } catch (error) { if (!(error instanceof Unreadable)) throw error; }
  }
  return plan;
}

/** A column as a channel. @param {Column} column @param {Channel[]} before all channels before it @returns {Channel} */
export function channelOf({ made, of, value }, before) {
  const unit = value ? before.find((c) => c.unit && unitText(c.unit) === made.unit)?.unit ?? made.unit
    : perTime(unitText(before[of[0].at]?.unit), 's');
  return { id: made.id, name: typeof made.name === 'string' ? { zh: made.name, en: made.name } : made.name, quantity: '', unit, resolution: null, low: null, high: null, last: null, calibration: null,
    is_overdue: false };
}

/** Gives a block its calculated columns. @param {Block} block @param {Column[]} plan @param {import('./series.js').Gap[]} gaps
 * @param {number} origin where the time counts from, microseconds */
export function extend(block, plan, gaps, origin) {
  /** @type {Map<Served, import('./series.js').Lane>} */ const beside = new Map();
  for (const { other } of plan.flatMap(({ of }) => of)) {
    if (other && !beside.has(other)) beside.set(other, joined(block, other.block(block.firstT, block.lastT), other.at, other.stream.period_us));
  }
  for (const { at, of: parts, value } of plan) {
    if (!value) {
      const rates = ratesOf(block, parts[0].at, gaps);
      block.lanes[at] = { lo: rates, hi: rates, mid: rates };
      continue;
    }
    const of = parts.map(({ name, at: from, other }) => ({ name, lane: from === -1 ? null : (other && beside.get(other)) ?? block.lanes[from] }));
    const n = block.length, mid = new Float64Array(n);
    let lo = mid, hi = mid;
    /** @type {Record<string, number>} */ const values = {};
    for (let i = 0; i < n; i++) {
      for (const { name, lane } of of) values[name] = lane ? lane.mid[i] : (block.t[i] - origin) / 1e6;
      mid[i] = value(values);
      const ends = block.n[i] > 1 && mid[i] === mid[i] ? corners(i, of, value, values) : null;
      if (ends && lo === mid) { lo = mid.slice(); hi = mid.slice(); }
      lo[i] = ends ? Math.min(mid[i], ends[0]) : mid[i];
      hi[i] = ends ? Math.max(mid[i], ends[1]) : mid[i];
    }
    block.lanes[at] = { lo, hi, mid };
  }
}

/** Least and greatest where every name is at either of its ends. @param {number} i @param {{name: string, lane: import('./series.js').Lane|null}[]} of
 * @param {(values: Record<string, number>) => number} value @param {Record<string, number>} values at the means
 * @returns {[number, number]|null} */
function corners(i, of, value, values) {
  const free = of.flatMap(({ name, lane }) => (lane && lane.hi[i] > lane.lo[i] ? [{ name, lane }] : []));
  if (!free.length || free.length > CORNERS) return null;
  const some = { ...values };
  let lo = Infinity, hi = -Infinity;
  for (let which = 0; which < 2 ** free.length; which++) {
    free.forEach(({ name, lane }, k) => { some[name] = lane[which >> k & 1 ? 'hi' : 'lo'][i]; });
    const v = value(some);
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  return hi >= lo ? [lo, hi] : null;
}

/** Decimals that a column deserves: as the resolution of what it is made of says, root sum square of what one step of each
 * does to it; where none is known, four digits. @param {Column} column @param {(number|null)[]} steps resolutions by place
 * @param {number[]} now newest values by place @param {number} periodUs @returns {number} */
export function digitsOfColumn({ at, of, value }, steps, now, periodUs) {
  let square = 0;
  const here = Object.fromEntries(of.map(({ name, at: k, other }) => [name, other ? other.now() : now[k]]));
  for (const { name, at: k, other } of of) {
    const step = other ? other.stream.channels[other.at].resolution : steps[k];
    if (!step) continue;
    square += value ? (value({ ...here, [name]: here[name] + step }) - value(here)) ** 2 : (step / (AROUND * periodUs / 1e6)) ** 2;
  }
  const step = Math.sqrt(square);
  return step > 0 && Number.isFinite(step) ? digitsOf(step) : digitsFor(now[at]);
}

export const columns = new Columns();
