// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The readings behind the picture: keeps one Series for what the view shows, asks the board for what
// is missing, appends what comes live. The questions are few: one for the whole range when the view
// changes or readings may have been missed, one for a window that is too coarse.
import { getColumns, Refusal } from './api.js';
import { board } from './board.js';
import { columns, digitsOfColumn, extend } from './columns.js';
import { view } from './view.js';
import { Emitter } from './emitter.js';
import { decimalsOf, digitsOf } from './numbers.js';
import { Series, blockOf, gapWithin, mergeGaps, wallAt } from './series.js';

/** @typedef {import('./series.js').Gap} Gap */

const TIDY_MS = 5000;        // how often a tail that grew long may be exchanged for columns
const DIGITS_EVERY_MS = 1000; // digits of a calculated column are looked at again
const ASK_EVERY_MS = 150;    // a hand that zooms goes through many windows
const SILENT_PERIODS = 8;
const OLD_US = 2e6;          // a value is told with its age from then on

class Readings extends Emitter {
  constructor() {
    super();
    /** @type {Series|null} */ this.series = null;
    this.key = '';
    this.from = this.origin = 0;                    // origin: where the seconds that are shown count from
    this.isPlaced = false;
    /** @type {number|null} */ this.to = null;
    /** @type {AbortController|null} */ this.asking = null;
    this.columns = 1200;
    this.loads = 0;                                 // answers taken; grows when older readings may be others
    // From `joined` on nothing is missed: it comes live. What is older must come from the card, which may
    // have it much later (`commit` is up to a minute); `filled` is how far the card was at our last question.
    /** @type {number|null} */ this.joined = null;
    this.filled = -Infinity;
    this.tidied = 0;
    this.asked = { from: 0, to: 0, at: -Infinity };
    /** @type {any} */ this.retry = null;
    /** @type {Map<string, {at: number, digits: number}>} of calculated columns */ this.deserved = new Map();
    /** @type {Map<string, import('./series.js').Block>} */ this.laid = new Map();
  }

  start() {
    const follow = () => this.follow();
    view.on('what', follow);
    columns.on('change', () => { this.laid.clear(); this.deserved.clear(); if (this.series) this.series.version++; view.set('what', {}); });
    for (const topic of ['devices', 'runs', 'status']) board.on(topic, follow);
    board.on('rows', (frames) => this.append(frames));
    board.on('gap', (gap) => {
      if (gap.stream === view.stream?.id || gap.stream === 0) this.series?.addGap(gap);
    });
    board.on('catchup', () => this.missed());
    board.on('hour', () => this.load());
    board.on('calibration', (made) => { if (made.identity === view.device?.identity) this.again(); });
    board.on('health', () => this.fill());
  }

  /** Is the shown range still growing? */
  get isLive() { return this.to == null; }
  /** Where the picture ends now: the end of the run, or the board's present. */
  get end() { return Math.min(this.to ?? Math.max(board.now(), this.origin), this.replayed); }
  /** How far a replay has come; Infinity: it is none. */
  get replayed() { return view.replay ? Math.max(this.origin, board.now() - view.replay.later) : Infinity; }
  /** Where it stands still, frozen or at the end of the run; Infinity while it moves. */
  get standsAt() { return Math.min((view.frozenAt ?? Infinity) - (view.replay?.later ?? 0), this.to ?? Infinity, this.replayed); }

  /** The row that the numbers beside the picture are of: the newest, or the last of a picture that stands still
   * (frozen, a finished run). Null while there is none, or the device is silent. */
  get row() {
    const { device, stream } = view;
    if (this.standsAt < Infinity) return this.series?.rowAt(this.standsAt) ?? null;
    if (!stream || device?.state !== 'ready') return null;
    return board.latest.get(stream.id) ?? { t: NaN, y: stream.channels.map((c) => c.last ?? NaN) };
  }

  /** A channel's newest value up to that row, and when it came; null: none. A column need not be in every row, as of a
   * board that says only what is new. @param {import('./view.js').Lane} lane @returns {{t: number, y: number}|null} */
  reading({ at, channel, column }) {
    const { row, series } = this, { stream } = view;
    if (!row || !stream) return null;
    if (column) return this.calculated(at);
    if (this.standsAt < Infinity) return series?.valueAt(at, this.standsAt) ?? null;
    const latest = board.latest.get(stream.id);
    if (latest && Number.isFinite(latest.y[at])) return { t: latest.at[at], y: latest.y[at] };
    const before = series?.valueAt(at, Infinity) ?? null;           // of before this page; perhaps a mean
    return channel.last == null ? before : { t: before?.t ?? NaN, y: channel.last };
  }

  /** The newest value of a calculated column, which is of the newest row that has one. @param {number} at */
  calculated(at) {
    const block = this.series?.recent(Math.min(this.standsAt, Number.MAX_SAFE_INTEGER), 12);
    for (let i = (block?.length ?? 0) - 1; block && i >= 0; i--) {
      const y = block.lanes[at]?.mid[i];
      if (y === y && y !== undefined) return { t: block.t[i], y };
    }
    return null;
  }

  /** @param {import('./view.js').Lane} lane */
  value(lane) { return this.reading(lane)?.y ?? null; }

  /** When the channel's value came, where newer rows came without one; else null. @param {import('./view.js').Lane} lane */
  oldSince(lane) {
    const since = this.reading(lane)?.t ?? NaN, newest = this.row?.t ?? NaN;
    return newest - since > Math.max(OLD_US, (this.series?.periodUs ?? 0) * 2) ? since : null;
  }

  /** Decimals for readings of a channel: as its resolution says, else as many as its readings have.
   * @param {import('./view.js').Lane} lane */
  digits({ at, channel, column }) {
    if (column) {
      const held = this.deserved.get(channel.id);
      if (held && performance.now() - held.at < DIGITS_EVERY_MS) return held.digits;
      const digits = this.digitsOfColumn(at, column);
      this.deserved.set(channel.id, { at: performance.now(), digits });
      return digits;
    }
    return channel.resolution ? digitsOf(channel.resolution)
      : Math.max(decimalsOf(channel.last), this.series?.decimals(at) ?? 0);
  }

  /** Of a calculated column: it takes a slice of the readings, and a table asks for each cell. @param {number} at
   * @param {import('./columns.js').Column} column */
  digitsOfColumn(at, column) {
    const { lanes } = view, now = lanes.map((l) => (l.at === at || column.of.some((k) => k.at === l.at) ? this.value(l) ?? NaN : NaN));
    return digitsOfColumn(column, lanes.map((l) => l.channel.resolution), now, this.series?.periodUs ?? 0);
  }

  follow() {
    const stream = view.stream, run = view.run;
    if (!stream || !board.status) { if (this.series && !stream) this.clear(); return; }
    const key = [stream.id, run ? run.id : 'live', run?.from_us ?? board.status.started_us].join();
    const hasEnded = this.to == null && run?.to_us != null;
    this.to = run ? run.to_us : null;
    this.overlay();
    if (key === this.key) {
      if (hasEnded) this.missed();                     // its last rows may come after the news of its end
      return;
    }
    this.key = key;
    this.series = this.begin(stream);
    this.from = this.origin = run ? run.from_us : board.status.started_us;
    this.isPlaced = false;
    this.join();
    view.keyed(key);
    this.emit('series');
  }

  /** @param {import('./view.js').Stream} stream */
  begin(stream) {
    /** @type {Series} */ const series = new Series(stream.channels.length, stream.period_us,
      (block) => extend(block, columns.plan(view.device, view.stream), series.gaps, this.origin));
    return series;
  }

  /** What is known is no longer true: begins anew. */
  again() {
    const stream = view.stream;
    if (!this.series || !stream) return;
    this.series = this.begin(stream);
    this.laid.clear();
    this.join();
    this.emit('series');
  }

  /** What is made of these readings and of others may be another. */
  touch() {
    if (!this.series) return;
    this.series.version++;
    this.loads++;
    this.laid.clear();
    this.emit('loaded');
  }

  clear() { this.series = null; this.key = ''; this.emit('series'); }

  /** Asks for all, and again when what we may have missed until now is on the card. */
  join() {
    this.joined = null;
    this.filled = -Infinity;
    this.load();
  }

  /** Live rows may be missing from here on. */
  missed() {
    this.series?.fold();
    this.join();
  }

  /** Each second: have readings that we missed reached the card since we asked, or was there no answer? */
  fill() {
    this.joined ??= Math.min(board.now(), this.to ?? Infinity);
    if (!this.asking && this.filled < this.joined && (board.durableUs >= this.joined || !this.series?.isLoaded)) this.load();
  }

  async load() {
    const { series, key } = this, stream = view.stream, durable = board.durableUs;
    if (!series || !stream) return;
    this.asking?.abort();
    const asking = this.asking = new AbortController();
    try {
      const body = await getColumns(stream.id, this.from, this.to ?? board.now() + 1e6, this.columns, asking.signal);
      if (key !== this.key || this.series !== series) return;
      series.setBase(body);
      this.loads++;
      this.filled = durable;
      this.place();
      this.emit('loaded');
    } catch (error) {
      if (!(error instanceof Refusal)) { if (!asking.signal.aborted) throw error; return; }
      if (error.status !== 404) return;                // fill() asks again
      series.isLoaded = true;                          // known, but nothing of it is kept yet
      this.filled = durable;
      this.emit('loaded');
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }

  /** Live readings count their seconds from the first of them. Once it is certain which that is, zero stays:
   * later answers have wider columns, and the middle of the first would slide. */
  place() {
    const first = this.series?.firstT ?? NaN;
    if (view.run || this.isPlaced || !Number.isFinite(first)) return;
    this.origin = Math.max(this.from, first);
    this.isPlaced = this.filled >= (this.joined ?? Infinity);
  }

  /** @param {any[]} frames */
  append(frames) {
    const { series } = this, id = view.stream?.id;
    if (!series || !this.isLive) return;
    for (const frame of frames) if (frame.s === id) series.appendLive(frame);
    if (!series.base.length) this.place();
    if (series.isLong && !this.asking && this.tidied + TIDY_MS < performance.now()) {
      this.tidied = performance.now();
      this.load();
    }
  }

  /** The chart says what it is about to draw; a window that is too coarse is asked for.
   * @param {number} from @param {number} to @param {number} px */
  async ensure(from, to, px) {
    const { series, key } = this, stream = view.stream, now = performance.now();
    clearTimeout(this.retry);
    if (!series?.isLoaded || !stream) return;
    if (now - this.asked.at < ASK_EVERY_MS) {          // a chart that stands still comes here once only
      this.retry = setTimeout(() => this.ensure(from, to, px), ASK_EVERY_MS - (now - this.asked.at));
      return;
    }
    if (!series.isCoarse(from, to, px)) return;
    const isSame = Math.abs(from - this.asked.from) + Math.abs(to - this.asked.to) < (to - from) * 0.02;
    if (isSame && now - this.asked.at < 5000) return;
    this.asked = { from, to, at: now };
    const side = (to - from) * 0.1;
    const start = Math.max(this.from, from - side);
    try {
      const body = await getColumns(stream.id, start, to + side, Math.min(4000, Math.ceil(px * 1.25)));
      if (key === this.key && this.series === series) series.setDetail(body, start);
    } catch (error) { if (!(error instanceof Refusal)) throw error; }
  }

  /** Readings of [from, to] as fine as they can be had, for statistics and tables.
   * @param {number} from @param {number} to @param {number} columns @param {AbortSignal} [signal] */
  async fine(from, to, columns, signal) {
    const { series } = this, stream = view.stream;
    if (!series || !stream) return null;
    const known = series.slice(from, to), live = Math.min(to, series.tail.length ? series.tail.firstT - 1 : Infinity);
    let isRaw = true;
    for (let i = 0; i < known.length && isRaw; i++) isRaw = known.n[i] === 1;
    if ((isRaw && series.isLoaded) || live < from) return known;
    const block = blockOf(await getColumns(stream.id, from, live, columns, signal), series.channels);
    block.take(known, known.after(live), known.length);   // the card may not have it yet
    series.extend(block);
    return block;
  }

  /** Wall time of an instant, or null where nobody has told the board the hour. @param {number} us */
  wallOf(us) {
    const { series } = this, run = view.run;
    if (series && us <= series.wallTo) return wallAt(series.wall, us);
    return board.wallOf(us) ?? (run?.wall_from_us == null ? null : run.wall_from_us + (us - run.from_us));
  }

  /** Gaps of the shown stream as far as they are shown, and the one that is open now: a device, or a slave, that says nothing. @returns {Gap[]} */
  gaps() {
    const { series } = this, device = view.device;
    if (!series) return [];
    const end = this.end, all = series.dropped ? mergeGaps(series.gaps, [series.dropped]) : series.gaps;
    const known = all.filter((g) => g.to_us > this.from && g.from_us < end)
      .map((g) => gapWithin(g, this.from, end, series.periodUs));
    const last = series.lastT, isQuiet = device && (device.state !== 'ready' || view.stream?.problem) && board.link === 'open';
    const patience = Math.max(1.5e6, series.periodUs * SILENT_PERIODS);
    if (!this.isLive || !isQuiet || end - last <= patience) return known;
    // The board tells a gap while it lasts, too; until readings come again the newest reaches to now.
    const isMute = Number.isNaN(last);                             // it never said anything
    const begun = known.filter((g) => (isMute ? ['silent', 'unplugged'].includes(g.reason) : g.from_us >= last - 1)).pop();
    if (isMute && !begun) return known;
    const reason = begun?.reason ?? (device.state === 'gone' ? 'unplugged' : 'silent');
    return [...known.filter((g) => g !== begun), { from_us: begun?.from_us ?? last, to_us: end, reason, lost_rows: 0 }];
  }

  /** Fetches the runs that are laid over and not here yet. */
  overlay() {
    const stream = view.stream;
    for (const id of view.overlays) {
      const run = board.runs.find((r) => r.id === id), name = `${stream?.id}/${id}`;
      if (!run?.to_us || !stream || this.laid.has(name)) continue;
      getColumns(stream.id, run.from_us, run.to_us, 800).then((body) => {
        const block = blockOf(body, stream.channels.length);
        extend(block, columns.plan(view.device, stream), body.gaps ?? [], run.from_us);
        this.laid.set(name, block);
        this.emit('loaded');
      }, () => {});
    }
  }

  /** Finished runs laid over the shown one. */
  overlays() {
    return view.overlays.flatMap((id) => {
      const run = board.runs.find((r) => r.id === id), block = this.laid.get(`${view.stream?.id}/${id}`);
      return run && block && run.id !== view.run?.id ? [{ run, block }] : [];
    });
  }
}

export const readings = new Readings();
