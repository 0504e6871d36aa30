// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The teacher's desk: which lesson is chosen, for how many groups and which class, which session this page is in and what
// of it is looked at; the lessons the board knows. Kept in the tab, so that a reload loses nothing. Topics:
//
//   desk (something was chosen)   lessons (other ones can run now, or one's text is here)
import { memory } from './base.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { classroom } from './classroom.js';
import { Emitter } from './emitter.js';
import { getLesson, getLessons, getSession } from './teacher-api.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Card} Card */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */
/** @typedef {'kits'|'groups'|'reveal'|'log'} View */

const NAME = 'desk', AGAIN_MS = 3000, NEWS_MS = 500;
export const GROUPS_MOST = 12;

class Desk extends Emitter {
  constructor() {
    super();
    const kept = memory.get(NAME) ?? {};
    /** @type {string} '' : all */ this.stage = kept.stage ?? '';
    /** @type {string} '' : all */ this.subject = kept.subject ?? '';
    /** @type {string|null|undefined} the chosen lesson; null: none, a free recording; undefined: nothing chosen yet */
    this.lesson = 'lesson' in kept ? kept.lesson : undefined;
    this.isProject = kept.isProject ?? false;          // of a free recording
    /** @type {number|null} null: as many as the kits suffice for */ this.groups = kept.groups ?? null;
    this.title = kept.title ?? '';
    /** @type {number|null} */ this.session = kept.session ?? null;
    /** @type {{lesson: string, us: number}|null} how long runs of a lesson last from now on; null: as it says */ this.lasts = kept.lasts ?? null;
    /** @type {View} */ this.view = kept.view ?? 'kits';
    /** @type {number|null} the one that was just ended, here or by another teacher */ this.over = kept.over ?? null;
    /** @type {Session|null} the same, once it is known */ this.ended = null;
    /** @type {Card[]|null} */ this.cards = null;
    /** of the lessons, whose texts are remembered */ this.edition = '';
    /** @type {import('./base.js').Words[]} why lessons are not among them */ this.problems = [];
    /** @type {Map<string, Lesson>} */ this.texts = new Map();
    /** @type {string|undefined} which kits the open sessions have */ this.taken = undefined;
    /** @type {any} */ this.timer = null;
  }

  start() {
    for (const topic of ['catchup', 'lessons', 'devices']) board.on(topic, () => this.soon());
    classroom.on('sessions', (session) => this.watch(session));
    board.on('catchup', () => this.recall());
    board.on('status', () => { if (board.isTeacher && [...this.texts.values()].some((l) => l.teacher === undefined)) this.texts.clear(); });
  }

  /** @param {Partial<Desk>} patch */
  set(patch) {
    Object.assign(this, patch);
    const { stage, subject, lesson, isProject, groups, title, session, lasts, view, over } = this;
    memory.set(NAME, { stage, subject, lesson, isProject, groups, title, session, lasts, view, over });
    this.emit('desk');
  }

  /** The open session that this page is in. @returns {Session|null} */
  get current() { return classroom.session(this.session) ?? null; }
  /** @returns {Card|undefined} */
  get card() { return this.cards?.find((c) => c.id === this.lesson); }

  /** @param {Session|undefined} session what changed; none: all may have */
  watch(session) {
    // Kits that a session took or let go are others' to use, or not, whoever did it and on which page.
    const taken = JSON.stringify(classroom.sessions?.map((s) => [s.id, s.groups.map((g) => g.devices)]));
    if (taken !== this.taken) { this.taken = taken; this.soon(); }
    if (session?.state === 'ended' && session.id === this.session) this.close(session);
    else if (!session && this.session && classroom.sessions && !this.current) { this.set({ over: this.session, session: null }); this.recall(); }
  }

  /** After a reload: the session that is over, as the board keeps it. */
  async recall() {
    if (!this.over || this.ended) return;
    try {
      this.set({ ended: await getSession(this.over) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 404) this.set({ over: null });
    }
  }

  /** @param {Session} session */
  close(session) { this.set({ ended: session, over: session.id, session: null }); }
  /** Back to the lessons. */
  put() { this.set({ ended: null, over: null, session: null }); }

  soon() { this.timer ??= setTimeout(() => { this.timer = null; this.load(); }, NEWS_MS); }

  async load() {
    try {
      const { lessons, problems, edition } = await getLessons();
      if (edition !== this.edition) this.texts.clear();
      this.edition = edition;
      Object.assign(this, { cards: lessons, problems });
      this.emit('lessons');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => { if (board.link === 'open') this.soon(); }, AGAIN_MS);
    }
  }

  /** A lesson with all its texts; null: not here yet, or there is none. @param {string|null|undefined} id @returns {Lesson|null} */
  text(id) {
    if (!id) return null;
    const known = this.texts.get(id);
    if (known || this.asking.has(id)) return known ?? null;
    this.asking.add(id);
    getLesson(id).then((lesson) => { this.texts.set(id, lesson); this.asking.delete(id); this.emit('lessons'); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => this.asking.delete(id), AGAIN_MS);
    });
    return null;
  }

  /** @type {Set<string>} */ asking = new Set();

  /** Goes into a session. @param {Session} session */
  enter(session) { this.set({ session: session.id, ended: null, over: null, view: session.state === 'running' ? 'groups' : 'kits' }); }
  leave() { this.set({ session: null }); }
}

export const desk = new Desk();
