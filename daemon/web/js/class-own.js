// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What is this browser's own in a class: the channel that its group's lesson is about, what the group guessed, what it
// kept by hand. It also holds the page to the group: its kit is looked at, its runs are shown, and what the teacher does
// to all (freeze, an axis, a replay) is done here.
import { memory, t } from './base.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { getPrediction, getReadings } from './class-api.js';
import { classroom } from './classroom.js';
import { Emitter } from './emitter.js';
import { lanesOf } from './class-lanes.js';
import { channelOf, devicesOf, needOf, sourceFor, unitOf } from './group-view.js';
import { replayOf } from './replay.js';
import { view } from './view.js';

/** @typedef {import('./class-api.js').Lesson} Lesson */
/** @typedef {import('./class-api.js').Prediction} Prediction */
/** @typedef {import('./class-api.js').Reading} Reading */

const A_MINUTE = 60;

/** A number of one digit that is no smaller. @param {number} v */
function roundUp(v) {
  const e = 10 ** Math.floor(Math.log10(v));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((k) => k * e).find((k) => k >= v * 0.999) ?? v;
}

/** @param {unknown} error */
const orNone = (error) => { if (!(error instanceof Refusal)) throw error; return null; };

class Own extends Emitter {
  constructor() {
    super();
    /** @type {Prediction|null} */ this.prediction = null;
    /** @type {Reading[]} of our group, the newest last */ this.kept = [];
    this.key = '';                    // whose prediction and readings these are
    this.isHeld = false;              // the teacher froze all, and this page with them
    this.aim = '';                    // which channel was looked at last, by the lesson's wish
    /** @type {Set<number>} runs of ours that were seen going on */ this.witnessed = new Set();
  }

  start() {
    classroom.on('me', () => this.follow());
    classroom.on('sessions', () => this.follow());
    classroom.on('kept', ({ session, group }) => {
      if (session === classroom.mine?.id && group === classroom.group?.number) this.bringKept(session);
    });
    board.on('devices', () => { this.look(); this.hold(); });
    board.on('runs', (run) => this.watch(run));
    view.on('window', () => this.hold());
    this.follow();
  }

  /** The channel of the lesson, of our group's kits. */
  get source() { return classroom.group ? sourceFor(classroom.group, classroom.lesson) : null; }
  channel() { const { source } = this; return source && channelOf(source); }
  unit() { const { source } = this; return source ? unitOf(source) : ''; }
  /** The newest value of that channel; null: none. @returns {number|null} */
  now() {
    const { source } = this, y = source && board.latest.get(source.stream.id)?.y[source.at];
    return y != null && Number.isFinite(y) ? y : null;
  }

  /** How long a run is meant to last. @param {Lesson} lesson */
  seconds(lesson) { return lesson.record.duration_us ? lesson.record.duration_us / 1e6 : (lesson.minutes ?? 1) * A_MINUTE; }

  /** Values that a guess is drawn among: as the teacher set the axis, as the lesson expects readings to be at all, else about
   * what the kit says now. What comes out is hidden, so the axis must not tell it. @param {Lesson} lesson @returns {[number, number]} */
  range(lesson) {
    const pushed = classroom.mine?.y_range, need = needOf(lesson), accepted = lesson.accept?.find((a) => a.channel === need?.id && a.range)?.range;
    if (pushed) return pushed;
    if (accepted) return accepted;
    const v = this.now();
    if (v == null || v === 0) return [0, 10];
    return v > 0 ? [0, roundUp(v * 1.25)] : [-roundUp(-v * 1.25), 0];
  }

  follow() {
    const { mine, group } = classroom, key = mine && group ? `${mine.id}/${group.number}` : '';
    if (key !== this.key) {
      this.key = key;
      this.prediction = (key && memory.get('guess')?.[key]) || null;
      this.kept = [];
      this.aim = '';
      if (mine && group) this.bring(mine.id, group.number);
    }
    board.isOwn = mine && group ? (run) => run.session === mine.id && run.group === group.number : () => true;
    for (const run of board.runs) if (run.to_us == null && board.isOwn(run)) this.witnessed.add(run.id);
    this.look();
    this.hold();
    board.emit('runs');
    this.emit('change');
  }

  /** What is on the board of our group: a second tablet of it, or this page after a reload, has it from there.
   * @param {number} session @param {number} group */
  async bring(session, group) {
    const { key } = this, [prediction] = await Promise.all([getPrediction(session, group).catch(orNone), this.bringKept(session)]);
    if (key !== this.key) return;
    this.prediction = prediction ?? this.prediction;
    this.hold();
    this.emit('change');
  }

  /** The readings that we may see: the board tells all that there is one more, and us what it is. @param {number} session */
  async bringKept(session) {
    const { key } = this, readings = await getReadings(session).catch(orNone);
    if (key === this.key) for (const reading of readings ?? []) this.take(reading);
  }

  /** @param {Prediction} what */
  setPrediction(what) {
    this.prediction = what;
    memory.set('guess', { ...memory.get('guess'), [this.key]: what });
    this.hold();
    this.emit('change');
  }

  /** @param {Reading} reading */
  take(reading) {
    if (reading.group !== classroom.group?.number || this.kept.some((r) => r.id === reading.id)) return;
    this.kept = [...this.kept, reading].sort((a, b) => a.id - b.id);
    this.emit('change');
  }

  /** Looks at our kit when it is another one than before; a hand may look elsewhere then. */
  look() {
    if (classroom.isOver) return;
    const { source } = this, aim = source ? `${this.key}/${source.device.identity}/${source.stream.name}/${source.at}` : '';
    if (!source || classroom.group?.replay || aim === this.aim) return;
    const isFirst = !memory.get('aim') || memory.get('aim') !== aim;
    this.aim = aim;
    memory.set('aim', aim);
    if (isFirst) this.lookAcross(source);
    if (isFirst) view.set('what', { identity: source.device.identity, streamName: source.stream.name, active: channelOf(source).id });
  }

  /** A lesson whose plot is one reading against another is looked at so. @param {import('./group-view.js').Source} source */
  lookAcross({ stream, at }) {
    const { group, lesson } = classroom, x = lesson?.plot?.x, lane = group && x && x !== 'time' ? lanesOf(devicesOf(group), lesson).find((l) => l.need === x) : null;
    if (!lane || lane.stream !== stream) return;
    view.set('what', { axes: [lane.channel.id, stream.channels[at].id] });
    view.set('tab', { tab: 'xy' });
  }

  /** What the teacher did to the pictures of all, done here. */
  hold() {
    const { group, isOver } = classroom, mine = isOver ? null : classroom.mine, frozen = mine?.is_frozen ? classroom.frozenAt.get(mine.id) ?? board.now() : null;
    const replay = isOver ? null : replayOf(group), source = replay && sourceFor(/** @type {import('./class-api.js').Group} */ (group), classroom.lesson), state = () => JSON.stringify([view.values, view.predicted, view.replay?.run.id, view.replay?.later]), was = state();
    view.values = mine?.y_range ?? null;
    view.predicted = this.prediction?.points ?? null;
    view.replay = replay && source ? { device: source.device, later: replay.later, run: { id: replay.run, number: 0, title: t('replay'), group: null,
      from_us: replay.from, to_us: replay.to, wall_from_us: null, wall_uncertainty_us: null } } : null;
    if (was !== state()) view.emit('what');
    if (frozen == null && this.isHeld) { this.isHeld = false; view.set('window', { frozenAt: null }); }
    if (frozen != null && view.frozenAt == null) { this.isHeld = true; view.set('window', { frozenAt: frozen }); }
  }

  /** A run of ours that we saw go on is over: its receipt is due. @param {import('./board.js').Run|undefined} run */
  watch(run) {
    if (!run || !this.key || !board.isOwn(run)) return;
    if (run.to_us == null) this.witnessed.add(run.id);
    else if (this.witnessed.delete(run.id)) this.emit('receipt', run);
  }
}

export const own = new Own();
