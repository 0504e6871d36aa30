// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What this tab looks at: which device and channels, live or which run, which window of time. The
// board knows none of it; the tab remembers it through a reload. Changes are told by topic:
//
//   what (device, channels, run)   window (zoom, freeze)   range   tab
import { board } from './board.js';
import { memory } from './base.js';
import { channelOf, columns } from './columns.js';
import { Emitter } from './emitter.js';
import { isClock } from './names.js';
import { unitText } from './units.js';

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./api.js').Stream} Stream */
/** @typedef {import('./api.js').Channel} Channel */
/** @typedef {'30'|'all'|'zoom'} Window */
/** @typedef {{at: number, channel: Channel, unit: string, colour: number, column?: import('./columns.js').Column}} Lane a channel of the
 *   shown stream: its place in the rows, and its colour, shape and dash (1…6); `column`: somebody made it of the others */

const NAME = 'view';
const RECENT_US = 2 * 3600e6;          // a run that ended longer ago is no longer shown by itself
export const COLOURS = 6;

class View extends Emitter {
  constructor() {
    super();
    const kept = memory.get(NAME) ?? {};
    /** @type {string|null} */ this.identity = kept.identity ?? null;
    /** @type {string|null} */ this.streamName = kept.streamName ?? null;
    /** @type {Record<string, string[]>} channels switched off, by stream */ this.hidden = kept.hidden ?? {};
    /** @type {string|null} */ this.active = kept.active ?? null;
    /** @type {number|'live'|null} null: what is going on decides */ this.main = kept.main ?? null;
    /** @type {number|null} the last run that went on while this tab was open */ this.witnessed = kept.witnessed ?? null;
    /** @type {number[]} */ this.overlays = kept.overlays ?? [];
    /** @type {Window|null} */ this.window = kept.window ?? null;
    /** @type {string} what zoom and range were chosen on: stream, and run or boot */ this.key = kept.key ?? '';
    /** @type {[number, number]|null} board time */ this.zoom = kept.zoom ?? null;
    /** @type {number|null} board time */ this.frozenAt = kept.frozenAt ?? null;
    /** @type {[number, number]|null} board time */ this.range = kept.range ?? null;
    /** @type {string} */ this.tab = kept.tab ?? 'chart';
    // Of the class, by class-own.js: the axis that the teacher set, what was drawn before the start (seconds, value), and a
    // kept run that is shown as if it were recorded `later`.
    /** @type {[number, number]|null} */ this.values = null;
    /** @type {{points: [number, number][], stream: number|null, channel: string}|null} `stream` null: of what is calculated */ this.predicted = null;
    /** @type {{run: import('./api.js').Run, device: Device, later: number}|null} */ this.replay = null;
    /** @type {{run: import('./api.js').Run, device: Device}|null} a saved run that the page was opened on, until something else is chosen */ this.looked = null;
    /** @type {[string, string]|null} channels of the x–y picture */ this.axes = kept.axes ?? null;
    board.on('runs', () => this.witness());
  }

  keep() {
    const { identity, streamName, hidden, active, main, witnessed, overlays, window, key, zoom, frozenAt, range, tab, axes } = this;
    memory.set(NAME, { identity, streamName, hidden, active, main, witnessed, overlays, window, key, zoom, frozenAt, range, tab, axes });
  }

  /** @param {'what'|'window'|'range'|'tab'} topic @param {Partial<View>} patch */
  set(topic, patch) {
    Object.assign(this, patch);
    this.keep();
    this.emit(topic);
  }

  /** @returns {Device|undefined} */
  get device() {
    const kept = this.looked ?? this.replay;
    if (kept) return kept.device;
    const all = (board.devices ?? []).filter((d) => d.streams.length);
    const chosen = all.find((d) => d.identity === this.identity);
    if (chosen) return chosen;
    const first = all.find((d) => d.state === 'ready') ?? all[0];
    if (first) this.identity = first.identity;       // stays, also when it is unplugged
    return first;
  }

  /** @returns {Stream|undefined} */
  get stream() {
    const streams = this.device?.streams ?? [];
    return streams.find((s) => s.name === this.streamName) ?? streams[0];
  }

  /** Does a row of the shown stream stand for an event, so that nothing is between two? The kernel stamps edges,
   * and a stream without a period waits for them. */
  get isOfEvents() { return this.stream?.stamps === 'kernel' && !this.stream.period_us; }

  /** All channels of the shown stream, calculated ones behind. @returns {Lane[]} */
  get lanes() {
    const channels = [...this.stream?.channels ?? []], plan = columns.plan(this.device, this.stream), own = channels.length;
    for (const column of plan) channels.push(channelOf(column, channels));
    return channels.map((channel, at) => ({ at, channel, unit: unitText(channel.unit), colour: at % COLOURS + 1, column: plan[at - own] }));
  }

  /** What the chart draws: those that share the unit of the active channel and are not switched off. */
  get shown() {
    const main = this.mainLane, hidden = this.hidden[String(this.stream?.id)] ?? [];
    return this.lanes.filter((lane) => lane.at === main?.at || (this.isBeside(lane) && !hidden.includes(lane.channel.id)));
  }

  /** The channel of the big number and of the statistics; a board's clock only where somebody chose it, or
   * there is nothing else. @returns {Lane|undefined} */
  get mainLane() {
    return this.lanes.find((l) => l.channel.id === this.active) ?? this.lanes.find((l) => !isClock(l.channel)) ?? this.lanes[0];
  }

  /** The stroke that was drawn before, where what it is about is shown. */
  get stroke() {
    const { predicted: p } = this;
    return p && this.run && p.channel === this.mainLane?.channel.id && (p.stream == null || p.stream === this.stream?.id) ? p.points : null;
  }

  /** What the x–y picture has across and up; undefined: there are no two. @returns {[Lane|undefined, Lane|undefined]} */
  get across() {
    const { lanes, axes } = this, of = (/** @type {number} */ i) => lanes.find((l) => l.channel.id === axes?.[i]) ?? lanes[i];
    return [of(0), of(1)];
  }

  witness() {
    if (!board.running || board.running.id === this.witnessed) return;
    this.witnessed = board.running.id;
    this.keep();
  }

  /** The run that the page shows, or null for live readings. Who saw a run go on sees how it ended; who
   * comes later sees the line move. @returns {import('./api.js').Run|null} */
  get run() {
    const kept = this.looked ?? this.replay;
    if (kept) return kept.run;
    if (this.main === 'live') return null;
    const chosen = board.runs.find((r) => r.id === this.main);
    if (chosen) return chosen;
    if (board.running) return board.running;
    const seen = board.runs.find((r) => r.id === this.witnessed);
    return seen?.to_us != null && seen.to_us > board.now() - RECENT_US ? seen : null;
  }

  /** @returns {Window} */
  get shownWindow() { return this.window ?? (this.run || this.isOfEvents ? 'all' : '30'); }

  /** @param {Device} device */
  chooseDevice(device) { this.set('what', { identity: device.identity, streamName: null, active: null, looked: null }); }

  /** @param {string} name */
  chooseStream(name) { this.set('what', { streamName: name, active: null }); }

  /** Other readings are shown: a range and a zoom that were chosen on others end. @param {string} key */
  keyed(key) {
    if (key === this.key) return;
    this.set('range', { key, range: null, zoom: null, window: this.window === 'zoom' ? null : this.window });
    this.emit('window');
  }

  /** @param {Lane} lane */
  choose(lane) { this.set('what', { active: lane.channel.id }); this.emit('range'); }

  /** May a channel be drawn beside the active one? A clock would flatten readings that share its axis, as would what a lesson calculates: the
   * difference of two pressures. @param {Lane} lane */
  isBeside(lane) {
    const main = this.mainLane, isTaught = (/** @type {Lane} */ { column }) => !!column && typeof column.made.name !== 'string';
    return !!main && !isTaught(main) && !isTaught(lane) && lane.at !== main.at && lane.channel.unit === main.channel.unit && isClock(lane.channel) === isClock(main.channel);
  }

  /** Draws a channel beside the active one, or leaves it out. @param {Lane} lane */
  toggle(lane) {
    const key = String(this.stream?.id), id = lane.channel.id, off = this.hidden[key] ?? [];
    this.set('what', { hidden: { ...this.hidden, [key]: off.includes(id) ? off.filter((k) => k !== id) : [...off, id] } });
  }

  /** Shows a run, or live readings. @param {number|'live'|null} main */
  show(main) {
    this.set('what', { main, looked: null, frozenAt: null, window: null, overlays: this.overlays.filter((id) => id !== main) });
    this.emit('window');
  }

  /** @param {View['looked']} looked */
  lookAt(looked) {
    this.set('what', { looked, frozenAt: null, window: null, overlays: [] });
    this.emit('window');
  }

  /** @param {number} id */
  overlay(id) {
    const on = this.overlays.includes(id);
    this.set('what', { overlays: on ? this.overlays.filter((k) => k !== id) : [...this.overlays, id] });
  }

  /** @param {Window} window @param {[number, number]|null} [zoom] */
  look(window, zoom = null) { this.set('window', { window, zoom }); }

  freeze() { this.set('window', { frozenAt: this.frozenAt == null ? board.now() : null }); }

  /** @param {[number, number]|null} range */
  measure(range) { this.set('range', { range }); }
}

export const view = new View();
