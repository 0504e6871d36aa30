// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The other boards in the room as this board sees them: which there are, which of them obey this teacher, what their groups
// read. The board says when something is new; asking keeps its search alive. Topics:
//
//   boards (something is new, or was done on all)
import { ask, Refusal } from './api.js';
import { memory } from './base.js';
import { board } from './board.js';
import { Emitter } from './emitter.js';

/** @typedef {import('./base.js').Words} Words */
/** @typedef {{name: Words, unit: string, value: number|null, resolution: number|null, trace: (number|null)[]}} OtherChannel
 *   `trace`: one each half second, the last is now */
/** @typedef {{number: number, animal: Words, phase: 'running'|'armed'|'ready'|'open', run: number|null, channels: OtherChannel[],
 *   course?: {is_over: boolean, first_s: number, step_s: number, values: (number|null)[]}|null}} OtherGroup `course`: of its run, or of its last one */
/** @typedef {{id: string, name: string, address: string, state: 'found'|'locked'|'here'|'missing'|'other', seen_s: number|null,
 *   stated_us: number|null, lesson: string|null, session: number|null, together: string|null, hour_within_us: number|null, sentence: Words|null, groups: OtherGroup[], has_key: boolean}} OtherBoard
 *   `has_key`: it was joined, also where it does not answer or wants its PIN anew */
/** @typedef {{id: string, name: string, ok: boolean, sentence: Words|null, session: number|null, groups_ready: number|null, from_us: number|null, stated_us: number|null}} Result */
/** @typedef {'begin'|'start'|'stop'|'zero'|'end'|'reopen'|'freeze'|'reveal'} Together */
/** @typedef {{do: Together, lesson?: string, title?: string, lasts_us?: number, on?: boolean, session?: number}} Asked */
/** @typedef {{do: Together, boards: Result[], asked: Asked}} Outcome */

const NAME = 'boards', AGAIN_MS = 20000, WELL_FOR_MS = 20000;

class Boards extends Emitter {
  constructor() {
    super();
    /** @type {OtherBoard[]} by name */ this.list = [];
    /** @type {Words|null} why they are not found by themselves */ this.trouble = null;
    /** @type {number|null} ours, in which acts of all are done */ this.session = null;
    this.isTogether = memory.get(NAME)?.isTogether ?? true;
    /** @type {Outcome|null} of what was done on all last */ this.outcome = null;
    this.isAsking = this.isAskedAgain = false;
  }

  start() {
    for (const topic of ['boards', 'session', 'catchup']) board.on(topic, () => this.load());
    setInterval(() => { if (board.link === 'open' && !document.hidden) this.load(); }, AGAIN_MS);
  }

  /** Those that were joined, whether they answer now or not. A neighbour's board is none of ours. */
  get joined() { return this.list.filter((b) => b.has_key); }
  get isAll() { return this.isTogether && this.joined.length > 0; }

  /** Those that were begun on together with this one, and are in it still: what is done on all is done there. @param {{together?: string}} session */
  mates({ together }) { return together ? this.joined.filter((b) => b.together === together) : []; }

  /** Those where this lesson is taught as well as here, as far as is known. @param {{lesson: string|null, is_project: boolean}} session */
  alsoIn({ lesson, is_project: isProject }) { return lesson && !isProject ? this.joined.filter((b) => b.lesson === lesson) : []; }

  /** @param {boolean} isTogether */
  setTogether(isTogether) { this.isTogether = isTogether; memory.set(NAME, { isTogether }); this.emit('boards'); }

  /** A board of before knows no others. */
  async load() {
    if (this.isAsking) { this.isAskedAgain = true; return; }
    this.isAsking = true;
    try {
      const { boards, trouble, session } = await ask('GET', 'boards');
      Object.assign(this, { list: boards, trouble, session });
      this.emit('boards');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    } finally {
      this.isAsking = false;
    }
    if (this.isAskedAgain) { this.isAskedAgain = false; this.load(); }
  }

  /** @param {string} id @param {string} pin of that board */
  async join(id, pin) { await ask('POST', `boards/${encodeURIComponent(id)}/key`, { pin }); await this.load(); }
  /** @param {string} id */
  async forget(id) { await ask('DELETE', `boards/${encodeURIComponent(id)}/key`); await this.load(); }

  /** Does one thing on this board and on all that obey it, at one instant. @param {Asked} what
   * @returns {Promise<Outcome>} this board first */
  async act(what) {
    /** @type {Outcome} */ const outcome = { ...await ask('POST', 'boards/acts', what), asked: what };
    this.outcome = outcome;
    this.emit('boards');
    this.load();
    // What went well is news for a while; what did not stays until it is read.
    if (outcome.boards.every((b) => b.ok && b.groups_ready !== 0)) setTimeout(() => { if (this.outcome === outcome) this.told(); }, WELL_FOR_MS);
    return outcome;
  }
  /** It was read. */
  told() { this.outcome = null; this.emit('boards'); }
}

export const boards = new Boards();
