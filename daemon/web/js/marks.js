// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Marks, notes pinned to an instant, as a press of a button: those of the shown time are asked for, new ones
// come as events. They belong to no stream, so that a press is seen beside whatever was measured meanwhile.
import { getMarks, Refusal } from './api.js';
import { say, t } from './base.js';
import { board } from './board.js';
import { classroom } from './classroom.js';
import { Emitter } from './emitter.js';
import { isMarkOf } from './mark-of.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./api.js').Mark} Mark */
/** @typedef {Mark & {number: number}} Numbered from 1, in the order of time */

class Marks extends Emitter {
  constructor() {
    super();
    /** @type {Map<number, Mark>} heard of so far */ this.known = new Map();
    /** @type {AbortController|null} */ this.asking = null;
    // As with readings: what was before `joined` must come from the card, which may have it a minute later.
    /** @type {number|null} */ this.joined = null;
    this.filled = -Infinity;
  }

  start() {
    board.on('mark', (mark) => this.take([mark]));
    board.on('unmark', (mark) => { if (this.known.delete(mark.id)) this.emit('change'); });
    board.on('catchup', () => { this.joined = null; this.load(); });
    board.on('health', () => this.fill());
    readings.on('series', () => this.load());
  }

  /** Those of the shown time: of a run its own, else of the group that this browser is in, else all. @returns {Numbered[]} */
  get shown() {
    const { from, to } = readings, { run } = view, { group } = classroom, mine = classroom.isOver ? null : classroom.mine;
    const isOurs = (/** @type {Mark} */ m) => (run ? isMarkOf(m, run.session, run.group) : !mine || isMarkOf(m, mine.id, group?.number));
    return [...this.known.values()].filter((m) => m.at_us >= from && m.at_us < (to ?? Infinity) && isOurs(m))
      .sort((a, b) => a.at_us - b.at_us || a.id - b.id).map((m, i) => ({ ...m, number: i + 1 }));
  }

  /** @param {Mark[]} marks */
  take(marks) {
    const before = this.known.size;
    for (const mark of marks) this.known.set(mark.id, mark);
    if (this.known.size > before) this.emit('change');
  }

  fill() {
    this.joined ??= board.now();
    if (!this.asking && this.filled < this.joined && board.durableUs >= this.joined) this.load();
  }

  /** Asks for those of the shown time; fill() asks again where there was no answer. */
  async load() {
    this.asking?.abort();
    this.filled = -Infinity;
    if (!readings.series) return;
    const asking = this.asking = new AbortController(), durable = board.durableUs;
    try {
      for await (const marks of getMarks(readings.from, readings.to ?? board.now() + 1e6, asking.signal)) this.take(marks);
      this.filled = durable;
    } catch (error) {
      if (!(error instanceof Refusal) && !asking.signal.aborted) throw error;
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }
}

export const marks = new Marks();

/** "Mark 2: Push button, kit 1". A kit signs with its name in both languages; the page speaks one.
 * @param {Numbered} mark */
export function markText({ number, author, text }) {
  const sticker = /^kit (\d+)$/.exec(author)?.[1];
  if (!sticker) return t('mark', number, text);
  const name = board.devices?.find((d) => d.sticker === Number(sticker))?.name;
  return t('markKit', number, sticker, name && text === `${name.zh} / ${name.en}` ? say(name) : text);
}
