// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The readings of one stream as this page knows them, in typed arrays. Three blocks, one picture:
//
//   base    what the board answered for the whole range: rows, or columns of min, max and mean
//   detail  the same for a window that base shows too coarsely (a zoom into an hour)
//   tail    what came live since then, appended
//
// Stamps rise strictly within a stream, so every merge is one comparison and doing it twice changes
// nothing: an answer that overlaps the live data, a replay after sleep, a second fetch are harmless.
// Times are microseconds of board time; they are whole numbers below 2^53, so doubles hold them.
// Pure: no DOM, no network.

import { decimalsOf } from './numbers.js';

/** @typedef {{from_us: number, to_us: number, reason: string, lost_rows: number}} Gap */
/** @typedef {{lo: Float64Array, hi: Float64Array, mid: Float64Array}} Lane values of one channel */
/** @typedef {{x: number[], lanes: {lo: (number|null)[], hi: (number|null)[], mid: (number|null)[]}[],
 *             isBand: boolean, bare?: Picture}} Picture what a chart draws; `bare`: the same before it was smoothed */

const nan = (/** @type {number|null} */ v) => (v == null ? NaN : v);

/** Points in arrays that grow: a stamp, how many rows it stands for, and min, max, mean per channel. */
export class Block {
  /** @param {number} channels @param {number} [room] */
  constructor(channels, room = 256) {
    this.length = 0;
    this.t = new Float64Array(room);
    this.n = new Float64Array(room);
    /** @type {Lane[]} */
    this.lanes = Array.from({ length: channels }, () => (
      { lo: new Float64Array(room), hi: new Float64Array(room), mid: new Float64Array(room) }));
  }

  /** Makes room for `more` points. @param {number} more */
  reserve(more) {
    const need = this.length + more;
    if (need <= this.t.length) return;
    const room = Math.max(need, this.t.length * 2);
    const grown = (/** @type {Float64Array} */ a) => { const b = new Float64Array(room); b.set(a); return b; };
    this.t = grown(this.t);
    this.n = grown(this.n);
    for (const lane of this.lanes) {
      lane.lo = grown(lane.lo); lane.hi = grown(lane.hi); lane.mid = grown(lane.mid);
    }
  }

  get firstT() { return this.length ? this.t[0] : NaN; }
  get lastT() { return this.length ? this.t[this.length - 1] : NaN; }

  /** Takes rows or columns as the board sends them, as far as they are newer than what is here.
   * @param {{t: number[], n?: number[], y?: (number|null)[][], min?: (number|null)[][],
   *          max?: (number|null)[][], mean?: (number|null)[][]}} frame */
  append(frame) {
    const last = this.lastT;
    let from = 0;
    while (from < frame.t.length && frame.t[from] <= last) from++;
    this.reserve(frame.t.length - from);
    for (let i = from; i < frame.t.length; i++) {
      const k = this.length++;
      this.t[k] = frame.t[i];
      this.n[k] = frame.n ? frame.n[i] : 1;
      this.lanes.forEach((lane, c) => {
        const mid = nan((frame.y ?? frame.mean)?.[c]?.[i] ?? null);
        lane.mid[k] = mid;
        lane.lo[k] = frame.min ? nan(frame.min[c]?.[i] ?? null) : mid;
        lane.hi[k] = frame.max ? nan(frame.max[c]?.[i] ?? null) : mid;
      });
    }
  }

  /** Copies points [i, j) of another block to the end. @param {Block} other @param {number} i @param {number} j */
  take(other, i, j) {
    if (j <= i) return;
    this.reserve(j - i);
    this.t.set(other.t.subarray(i, j), this.length);
    this.n.set(other.n.subarray(i, j), this.length);
    this.lanes.forEach((lane, c) => {
      const from = other.lanes[c];
      lane.lo.set(from.lo.subarray(i, j), this.length);
      lane.hi.set(from.hi.subarray(i, j), this.length);
      lane.mid.set(from.mid.subarray(i, j), this.length);
    });
    this.length += j - i;
  }

  /** First point later than t. @param {number} t */
  after(t) {
    let a = 0, b = this.length;
    while (a < b) { const m = (a + b) >> 1; if (this.t[m] <= t) a = m + 1; else b = m; }
    return a;
  }

  /** Forgets the points up to t. @param {number} t */
  dropUntil(t) {
    const i = this.after(t);
    if (!i) return;
    const rest = new Block(this.lanes.length, Math.max(256, (this.length - i) * 2));
    rest.take(this, i, this.length);
    Object.assign(this, rest);
  }
}

/** A block out of the body of GET streams/{id}/columns. @param {any} body @param {number} channels */
export function blockOf(body, channels) {
  const block = new Block(channels, Math.max(16, body.t_us.length));
  const pick = (/** @type {string} */ key) => body.channels.map((/** @type {any} */ c) => c[key]);
  block.append(body.is_raw ? { t: body.t_us, y: pick('y') }
    : { t: body.t_us, n: body.n, min: pick('min'), max: pick('max'), mean: pick('mean') });
  return block;
}

/** Rows that a gap lost: the board's count, else what the period says; NaN: nobody knows. @param {Gap} gap @param {number} periodUs */
export const lostIn = (gap, periodUs) => gap.lost_rows
  || (periodUs ? Math.max(0, Math.round((gap.to_us - gap.from_us) / periodUs) - 1) : NaN);

/** What of a gap is in [from, to]. One that was cut has lost what the period says, but no more than the whole of it.
 * @param {Gap} gap @param {number} from @param {number} to @param {number} periodUs @returns {Gap} */
export function gapWithin(gap, from, to, periodUs) {
  if (gap.from_us >= from && gap.to_us <= to) return gap;
  const from_us = Math.max(gap.from_us, from), to_us = Math.min(gap.to_us, to);
  const rows = periodUs ? Math.floor((to_us - from_us) / periodUs) : 0;
  return { ...gap, from_us, to_us, lost_rows: Math.min(gap.lost_rows, rows) };
}

/** One list of gaps by time, each once. @param {Gap[]} gaps @param {Gap[]} more */
export function mergeGaps(gaps, more) {
  const all = [...gaps];
  for (const g of more) {
    const i = all.findIndex((k) => k.from_us === g.from_us && k.reason === g.reason);
    if (i < 0) all.push(g); else if (g.to_us >= all[i].to_us) all[i] = g;
  }
  return all.sort((a, b) => a.from_us - b.from_us);
}

/** Wall time of an instant by the board's pieces, or null where nobody has told the hour. Board time stands
 * still while the board is off, so each boot has pieces of its own; after a clock was set back, wall time
 * runs at half speed for a while.
 * @param {{from_us: number, wall_us: number|null, speed?: number}[]} pieces ascending @param {number} us */
export function wallAt(pieces, us) {
  let piece = null;
  for (const p of pieces) { if (p.from_us > us) break; piece = p; }
  return piece?.wall_us == null ? null : piece.wall_us + (us - piece.from_us) * (piece.speed ?? 1);
}

const RECENT = 50;                   // points whose decimals are looked at
const TAIL_MAX = 6000, TAIL_KEPT = 3000;
const TAIL_ROOM = 150000;            // a minute of 1 000 rows a second between two commits, and as much again

export class Series {
  /** @param {number} channels @param {number} periodUs 0: irregular @param {(block: Block) => void} [extend] gives what is looked at more
   * channels, which are made of these */
  constructor(channels, periodUs, extend = () => {}) {
    this.channels = channels;
    this.periodUs = periodUs;
    this.extend = extend;
    this.base = new Block(channels);
    this.tail = new Block(channels);
    /** @type {Block|null} */ this.detail = null;
    this.detailFrom = 0;
    /** @type {Gap[]} */ this.gaps = [];
    /** @type {Gap|null} live rows that the page let go before the board could give them back */ this.dropped = null;
    /** @type {{from_us: number, wall_us: number|null, speed?: number}[]} */ this.wall = [];
    this.wallTo = -Infinity;          // up to here `wall` tells the wall time
    /** @type {(import('./flags.js').Piece[]|undefined)[]} by channel; empty: not told yet */ this.limits = [];
    /** @type {number|null} when the kit was last plugged in before the gaps; null: unknown */ this.began = null;
    /** @type {number|null} how exact the stamps of base are at worst, microseconds; null: unknown */ this.uncertainty = null;
    this.isLoaded = false;
    this.version = 0;                 // grows with every change
  }

  get firstT() { return this.base.length ? this.base.firstT : this.tail.firstT; }
  get lastT() { return this.tail.length ? this.tail.lastT : this.base.lastT; }
  /** The tail has grown so much that the board's columns are the better memory. */
  get isLong() { return this.tail.length > TAIL_MAX; }

  /** Live rows. @param {any} frame */
  appendLive(frame) {
    if (!this.tail.length && frame.t[frame.t.length - 1] <= this.base.lastT) return;
    this.tail.append(frame);
    if (this.tail.length > TAIL_ROOM) this.dropOldest();
    this.version++;
  }

  /** The card takes nothing, so the board has no columns to give for a tail that grows and grows: the oldest
   * quarter goes, and a gap says so until the board has it. */
  dropOldest() {
    const n = this.tail.length >> 2, from = this.dropped?.from_us ?? this.tail.firstT;
    const rows = this.tail.n.subarray(0, n).reduce((sum, v) => sum + v, 0);
    this.tail.dropUntil(this.tail.t[n - 1]);
    this.dropped = { from_us: from, to_us: this.tail.firstT, reason: 'page', lost_rows: (this.dropped?.lost_rows ?? 0) + rows };
  }

  /** Live rows may have been missed from here on: what is known goes into base, a new tail begins. */
  fold() {
    const known = this.known(-Infinity, Infinity);
    this.base = known;
    this.tail = new Block(this.channels);
    this.version++;
  }

  /** The board's answer for the whole range; the tail stays, as it is finer. @param {any} body */
  setBase(body) {
    const base = blockOf(body, this.channels);
    if (this.tail.length > TAIL_MAX) {
      this.tail.dropUntil(Math.min(base.lastT, this.tail.t[this.tail.length - TAIL_KEPT]));
    }
    if (this.dropped && base.lastT >= this.dropped.to_us - this.periodUs) this.dropped = null;
    // What came live and was folded may be newer than what the card has.
    base.take(this.base, this.base.after(base.lastT), this.tail.length ? this.base.after(this.tail.firstT - 1) : this.base.length);
    this.base = base;
    this.wall = body.wall ?? [];
    this.wallTo = body.wall ? body.to_us : -Infinity;
    this.gaps = mergeGaps(this.gaps, body.gaps ?? []);
    this.limits = body.channels.map((/** @type {any} */ c) => c.limits);
    this.began = body.began_us ?? null;
    this.uncertainty = body.uncertainty_us ?? null;
    this.isLoaded = true;
    this.version++;
  }

  /** The board's answer for a window. @param {any} body @param {number} from */
  setDetail(body, from) {
    this.detail = blockOf(body, this.channels);
    this.detailFrom = from;
    this.gaps = mergeGaps(this.gaps, body.gaps ?? []);
    this.version++;
  }

  /** @param {Gap} gap */
  addGap(gap) { this.gaps = mergeGaps(this.gaps, [gap]); this.version++; }

  /** All that is known in the order of time: ranges [i, j) of blocks. The tail is finest, then detail.
   * @returns {[Block, number, number][]} */
  parts() {
    const { base, tail, detail } = this, live = tail.length ? tail.firstT - 1 : Infinity, old = base.after(live);
    /** @type {[Block, number, number]} */ const newest = [tail, 0, tail.length];
    if (!detail?.length) return [[base, 0, old], newest];
    return [[base, 0, Math.min(old, base.after(this.detailFrom - 1))], [detail, 0, detail.after(live)],
      [base, Math.min(old, base.after(detail.lastT)), old], newest];
  }

  /** The best that is known of [from, to], with all channels; `margin` points more at either side let a line reach the
   * edges. @param {number} from @param {number} to @param {0|1} [margin] */
  slice(from, to, margin = 0) {
    const out = this.known(from, to, margin);
    this.extend(out);
    return out;
  }

  /** The newest n points at or before an instant. @param {number} us @param {number} n */
  recent(us, n) {
    let left = n, from = us;
    for (const [b, i, j] of this.parts().reverse()) {
      const k = Math.min(j, b.after(us)), a = Math.max(i, k - left);
      if (k > i && left > 0) { from = b.t[a]; left -= k - a; }
    }
    return this.slice(from, us);
  }

  /** The same, of the stream's own channels. @param {number} from @param {number} to @param {0|1} [margin] */
  known(from, to, margin = 0) {
    const out = new Block(this.channels, 1024), parts = this.parts().filter(([, i, j]) => j > i);
    let before = null, after = null;
    const inside = parts.map(([b, i, j]) => [b, Math.max(i, b.after(from - 1)), Math.min(j, b.after(to))]);
    for (const [b, i, j] of parts) { const k = Math.min(j, b.after(from - 1)) - 1; if (k >= i) before = [b, k]; }
    for (const [b, , j] of parts) { const k = b.after(to); if (k < j && !after) after = [b, k]; }
    if (margin && before) out.take(/** @type {Block} */ (before[0]), +before[1], +before[1] + 1);
    for (const [b, i, j] of inside) out.take(/** @type {Block} */ (b), +i, +j);
    if (margin && after) out.take(/** @type {Block} */ (after[0]), +after[1], +after[1] + 1);
    return out;
  }

  /** The last row at or before an instant, a column's means where there are columns; null: none is here.
   * @param {number} us @returns {{t: number, y: number[]}|null} */
  rowAt(us) {
    for (const [b, i, j] of this.parts().reverse()) {
      const k = Math.min(j, b.after(us)) - 1;
      if (k >= i) return { t: b.t[k], y: b.lanes.map((lane) => lane.mid[k]) };
    }
    return null;
  }

  /** The last value of a channel at or before an instant, which need not be in the last row; null: none is here.
   * @param {number} channel @param {number} us @returns {{t: number, y: number}|null} */
  valueAt(channel, us) {
    for (const [b, i, j] of this.parts().reverse()) {
      const { mid } = b.lanes[channel];
      for (let k = Math.min(j, b.after(us)) - 1; k >= i; k--) if (mid[k] === mid[k]) return { t: b.t[k], y: mid[k] };
    }
    return null;
  }

  /** The most decimals that a channel's newest readings have. Lows and highs are readings; means are not.
   * @param {number} channel */
  decimals(channel) {
    let most = 0, left = RECENT;
    for (const [b, i, j] of this.parts().reverse()) {
      const { lo, hi } = b.lanes[channel];
      for (let k = j - 1; k >= i && left > 0; k--, left--) most = Math.max(most, decimalsOf(lo[k]), decimalsOf(hi[k]));
    }
    return most;
  }

  /** Is [from, to] worth asking the board again, for `px` pixels? Yes, when there are columns of many
   * rows in it and fewer of them than pixels, or it lies within one. @param {number} from @param {number} to @param {number} px */
  isCoarse(from, to, px) {
    const b = this.known(from, to), live = this.tail.length ? this.tail.firstT : Infinity;
    if (b.length >= px) return false;
    if (!b.length) {
      const around = this.known(from, to, 1);
      return around.length === 2 && around.n[0] > 1 && around.t[1] < live;
    }
    for (let k = 0; k < b.length && b.t[k] < live; k++) if (b.n[k] > 1) return true;
    return false;
  }

  /** The picture of [from, to] on `px` pixels, times in seconds from `origin`; gaps break the line,
   * and nothing after `end` is in it: the picture stands still there.
   * @param {number} from @param {number} to @param {number} px @param {number} origin
   * @param {Gap[]} gaps @param {number} [end] @returns {Picture} */
  picture(from, to, px, origin, gaps, end = Infinity) {
    return pictureOf(this.seen(from, to, end), from, to, px, origin, gaps);
  }

  /** What a picture of [from, to] that stands still at `end` is of. @param {number} from @param {number} to @param {number} end */
  seen(from, to, end) {
    const block = this.slice(from, to, 1);
    if (block.lastT > end) block.length--;               // the margin
    return block;
  }
}

/** @param {Block} b @param {number} from @param {number} to @param {number} px @param {number} origin
 * @param {Gap[]} gaps @returns {Picture} */
export function pictureOf(b, from, to, px, origin, gaps) {
  /** @type {Picture} */
  const out = { x: [], lanes: b.lanes.map(() => ({ lo: [], hi: [], mid: [] })), isBand: false };
  const isMany = b.length > px * 1.5, width = (to - from) / px;
  const value = (/** @type {number} */ v) => (v === v ? v : null);
  let g = 0, last = -Infinity, i = 0;
  while (i < b.length) {
    let j = i + 1;
    while (g < gaps.length && gaps[g].to_us <= last) g++;
    const gap = g < gaps.length && gaps[g].from_us <= b.t[i] ? gaps[g] : null;
    if (gap && last > -Infinity && gap.to_us > last && gap.from_us < b.t[i]) {   // a hole in the line
      out.x.push((Math.max(gap.from_us, last) + Math.min(gap.to_us, b.t[i])) / 2e6 - origin / 1e6);
      for (const lane of out.lanes) { lane.lo.push(null); lane.hi.push(null); lane.mid.push(null); }
    }
    if (isMany) {
      const limit = from + (Math.floor((b.t[i] - from) / width) + 1) * width;
      const stop = gaps.find((k) => k.from_us >= b.t[i])?.from_us ?? Infinity;
      while (j < b.length && b.t[j] < limit && b.t[j] <= stop) j++;
    }
    out.x.push(((b.t[i] + b.t[j - 1]) / 2 - origin) / 1e6);
    out.lanes.forEach((lane, c) => {
      const { lo, hi, mid } = b.lanes[c];
      let a = Infinity, z = -Infinity, sum = 0, n = 0;
      for (let k = i; k < j; k++) {
        if (mid[k] !== mid[k]) continue;
        if (lo[k] < a) a = lo[k];
        if (hi[k] > z) z = hi[k];
        sum += mid[k] * b.n[k]; n += b.n[k];
      }
      lane.lo.push(n ? a : null); lane.hi.push(n ? z : null); lane.mid.push(value(sum / n));
      if (z > a) out.isBand = true;
    });
    last = b.t[j - 1];
    i = j;
  }
  return out;
}
