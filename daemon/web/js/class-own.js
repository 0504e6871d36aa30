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
import { channelOf, lanesOfGroup, sourceFor, unitOf } from './group-view.js';
import { servedBy } from './group-columns.js';
import { columns } from './columns.js';
import { readings } from './readings.js';
import { replayOf } from './replay.js';
import { startTraces } from './traces.js';
import { view } from './view.js';

/** @typedef {import('./class-api.js').Lesson} Lesson */
/** @typedef {import('./class-api.js').Prediction} Prediction */
/** @typedef {import('./class-api.js').Reading} Reading */

const WITNESSED = 'going';

/** @param {unknown} error @returns {undefined} what is, is not known */
const orUnknown = (error) => { if (!(error instanceof Refusal)) throw error; };
/** Of another browser of our group: none of ours. @param {unknown} error */
const orOthers = (error) => (error instanceof Refusal && error.words?.code === 'has_guessed' ? null : orUnknown(error));

class Own extends Emitter {
  constructor() {
    super();
    /** @type {Prediction|null} */ this.prediction = null;
    /** @type {Reading[]} of our group, the newest last */ this.kept = [];
    this.key = '';                    // whose prediction and readings these are
    this.asked = this.told = 0;       // lists of readings, in the order of asking: an answer that comes late is not put over a newer one
    this.hasGuess = this.isRevealed = false;    // as the board says
    this.isHeld = false;              // the teacher froze all, and this page with them
    this.aim = '';                    // which channel was looked at last, by the lesson's wish
    /** @type {Set<number>} runs of ours that were seen going on, until their receipt was closed */ this.witnessed = new Set(memory.get(WITNESSED));
  }

  start() {
    classroom.on('me', () => this.follow());
    classroom.on('sessions', () => this.follow());
    board.on('catchup', () => { const { mine, group } = classroom; if (this.key && mine && group) this.bring(mine.id, group.number); });
    classroom.on('kept', ({ session, group }) => {
      if (session === classroom.mine?.id && group === classroom.group?.number) this.bringKept(session);
    });
    board.on('devices', () => { this.look(); this.serve(); this.hold(); });
    board.on('runs', () => this.watch());
    board.on('trace', () => { if (columns.served.length) readings.touch(); });
    startTraces();
    view.on('window', () => this.hold());
    this.follow();
  }

  /** The channel of the lesson, of our group's kits: that of which a curve was guessed, else that of its plot. */
  get source() {
    const { group, lesson } = classroom;
    return group ? this.laneOf(lesson?.predict.y) ?? sourceFor(group, lesson) : null;
  }
  /** Has another browser of our group guessed? It and the teacher know what, until all is revealed. */
  get isOthers() { return !!classroom.group?.has_prediction && !this.prediction && !classroom.mine?.is_revealed; }
  /** The channel that serves a need. @param {string|null|undefined} need */
  laneOf(need) {
    const { group, lesson } = classroom;
    return (need && group && lesson && lanesOfGroup(group, lesson).find((lane) => lane.need === need)) || null;
  }
  channel() { const { source } = this; return source && channelOf(source); }
  unit() { const { source } = this; return source ? unitOf(source) : ''; }
  /** The newest value of what serves a need; null: none. @param {string|null|undefined} need @returns {number|null} */
  now(need) {
    const lane = this.laneOf(need), y = lane && board.latest.get(lane.stream.id)?.y[lane.at];
    return y != null && Number.isFinite(y) ? y : null;
  }

  /** Formulas of the lesson may be of all kits of our group. */
  serve() {
    const { group, lesson } = classroom;
    columns.serve(group && lesson ? servedBy(group, lesson, () => readings) : []);
  }

  follow() {
    const { mine, group } = classroom, key = mine && group ? `${mine.id}/${group.number}` : '';
    if (key !== this.key) {
      this.key = key;
      this.prediction = (key && memory.get('guess')?.[key]) || null;
      this.kept = [];
      this.aim = '';
      this.hasGuess = !!group?.has_prediction;
      this.isRevealed = !!mine?.is_revealed;
      if (mine && group) this.bring(mine.id, group.number);
    } else if (mine && group && (group.has_prediction !== this.hasGuess || mine.is_revealed !== this.isRevealed)) {
      this.hasGuess = group.has_prediction;
      this.isRevealed = mine.is_revealed;
      if (!this.hasGuess) this.forgetPrediction();                                  // the teacher took it back
      else if (!this.prediction) this.bring(mine.id, group.number);                 // another tablet of ours drew it: shown once all is revealed
    }
    board.isOwn = mine && group ? (run) => run.session === mine.id && run.group === group.number : () => true;
    this.look();
    this.serve();
    this.hold();
    board.emit('runs');
    this.emit('change');
  }

  /** What is on the board of our group: this page after a reload, and once all is revealed a second tablet, has it from there.
   * @param {number} session @param {number} group */
  async bring(session, group) {
    const { key } = this, was = this.prediction, [prediction] = await Promise.all([getPrediction(session, group).catch(orOthers), this.bringKept(session)]);
    if (key !== this.key || prediction === undefined || was !== this.prediction) return;    // guessed meanwhile
    if (!prediction) this.forgetPrediction();
    this.prediction = prediction;
    this.hold();
    this.emit('change');
  }

  /** The readings that we may see: the board tells all that there are others, and us what they are. One that was taken back is gone.
   * @param {number} session */
  async bringKept(session) {
    const { key } = this, turn = ++this.asked, readings = await getReadings(session).catch(orUnknown);
    if (key !== this.key || !readings || turn <= this.told) return;
    this.told = turn;
    this.kept = readings.filter((r) => r.group === classroom.group?.number).sort((a, b) => a.id - b.id);
    this.emit('change');
  }

  forgetPrediction() {
    const { [this.key]: _, ...others } = memory.get('guess') ?? {};
    memory.set('guess', others);
    this.prediction = null;
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
    this.told = this.asked;           // lists asked for so far may lack it
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
    // What is calculated is a channel, too: until the other kits are there, the kit's own is shown.
    const { lesson } = classroom, wanted = lesson?.predict.y ?? lesson?.plot?.y ?? lesson?.class_plot?.y, made = lesson?.formulas.find(({ id }) => id === wanted);
    if (isFirst) view.set('what', { identity: source.device.identity, streamName: source.stream.name, active: made?.id ?? channelOf(source).id });
  }

  /** A lesson whose plot is one reading against another is looked at so. @param {import('./group-view.js').Source} source */
  lookAcross({ stream, at }) {
    const { group, lesson } = classroom, x = lesson?.plot?.x, lane = group && x && x !== 'time' ? lanesOfGroup(group, lesson).find((l) => l.need === x) : null;
    if (!lane || lane.stream !== stream) return;
    view.set('what', { axes: [lane.channel.id, stream.channels[at].id] });
    view.set('tab', { tab: 'xy' });
  }

  /** What the teacher did to the pictures of all, done here. */
  hold() {
    const { group, isOver } = classroom, mine = isOver ? null : classroom.mine, frozen = mine?.is_frozen ? classroom.frozenAt.get(mine.id) ?? board.now() : null;
    const replay = isOver ? null : replayOf(group), source = replay && sourceFor(/** @type {import('./class-api.js').Group} */ (group), classroom.lesson), state = () => JSON.stringify([view.values, view.predicted, view.replay?.run.id, view.replay?.later]), was = state();
    view.values = mine?.y_range ?? null;
    const points = this.prediction?.points, y = classroom.lesson?.predict.y, lane = this.laneOf(y);
    view.predicted = points && y ? { points, stream: lane?.stream.id ?? null, channel: lane ? channelOf(lane).id : y } : null;
    view.replay = replay && source ? { device: source.device, later: replay.later, run: { id: replay.run, number: 0, title: t('replay'), group: null,
      from_us: replay.from, to_us: replay.to, wall_from_us: null, wall_uncertainty_us: null } } : null;
    if (was !== state()) view.emit('what');
    if (frozen == null && this.isHeld) { this.isHeld = false; view.set('window', { frozenAt: null }); }
    if (frozen != null && view.frozenAt == null) { this.isHeld = true; view.set('window', { frozenAt: frozen }); }
  }

  /** A run of ours that we saw go on is over: its receipt is due, also where it ended while this page was away. */
  watch() {
    if (!this.key) return;
    for (const run of board.ownRuns) if (run.to_us == null) this.witnessed.add(run.id);
    const [due, ...older] = board.ownRuns.filter((run) => run.to_us != null && this.witnessed.has(run.id)).reverse();
    this.seen(...older);
    if (due) this.emit('receipt', due);
  }

  /** Their receipts were looked at. @param {...import('./board.js').Run} runs */
  seen(...runs) {
    for (const { id } of runs) this.witnessed.delete(id);
    memory.set(WITNESSED, [...this.witnessed]);
  }
}

export const own = new Own();
