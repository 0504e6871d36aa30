// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The class as this page knows it: which sessions are open, their lessons, and which group this browser is in. One
// object; whoever shows something of it listens to a topic:
//
//   sessions (one began, changed or ended; a lesson's text came)   me (this browser joined a group or left it)
//   kept (a reading was kept by hand)   predict (somebody wants to guess)   ended (the one that we were in)
import { getLesson, getMembership, getSession, getSessions } from './class-api.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { Emitter } from './emitter.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {import('./class-api.js').Lesson} Lesson */

const AGAIN_MS = 2000;

class Classroom extends Emitter {
  constructor() {
    super();
    /** @type {Session[]|null} open ones, the newest last; null: not known yet */ this.sessions = null;
    /** @type {Map<string, Lesson|null>} null: being asked for */ this.lessons = new Map();
    /** @type {{session: number, group: number|null}|null} */ this.me = null;
    /** @type {Session|null} the one that we were in, once it is over: it can be looked at */ this.over = null;
    this.hasMe = false;                             // the board has said who we are
    /** @type {Map<number, number>} since when a session's picture is frozen */ this.frozenAt = new Map();
  }

  start() {
    board.on('catchup', () => { this.fetch(); });
    board.on('session', (session) => this.take(session));
    board.on('reading', (reading) => this.emit('kept', reading));
  }

  /** A board of before has no classes: that is as if none were open. */
  async fetch() {
    try {
      const [sessions, me] = await Promise.all([getSessions(), getMembership()]);
      this.over = me.session != null && me.is_ended ? await getSession(me.session) : null;
      this.sessions = [];
      sessions.forEach((session) => this.put(session));
      this.setMe(me.session == null ? null : { session: me.session, group: me.group });
      this.emit('sessions');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 404) { this.sessions = []; this.setMe(null); this.emit('sessions'); return; }
      setTimeout(() => { if (board.link === 'open') this.fetch(); }, AGAIN_MS);
    }
  }

  /** @param {{session: number, group: number|null}|null} me */
  setMe(me) {
    const isSame = this.hasMe && me?.session === this.me?.session && me?.group === this.me?.group;
    this.me = me;
    this.hasMe = true;
    if (!isSame) this.emit('me');
  }

  /** @param {Session} session */
  put(session) {
    const was = this.session(session.id);
    if (session.is_frozen) this.frozenAt.set(session.id, session.frozen_us ?? this.frozenAt.get(session.id) ?? board.now());
    else this.frozenAt.delete(session.id);
    if (session.id === this.me?.session) this.over = session.state === 'ended' ? session : null;
    const others = (this.sessions ?? []).filter((s) => s.id !== session.id);
    this.sessions = session.state === 'ended' ? others : [...others, session].sort((a, b) => a.id - b.id);
    if (was && was.is_revealed !== session.is_revealed && session.lesson) this.bring(session.lesson);
  }

  /** @param {Session} session */
  take(session) {
    const isOver = session.state === 'ended' && session.id === this.me?.session, isNew = !this.session(session.id);
    this.put(session);
    if (isNew && session.lesson && this.lessons.has(session.lesson)) this.bring(session.lesson); // it may have been mended
    this.emit('sessions', session);
    if (isOver) this.emit('ended');
  }

  /** @param {string} id */
  bring(id) {
    getLesson(id).then((lesson) => { this.lessons.set(id, lesson); this.emit('sessions'); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => { if (!this.lessons.get(id)) this.lessons.delete(id); }, AGAIN_MS);
    });
  }

  /** @param {number|null|undefined} id @returns {Session|undefined} */
  session(id) { return this.sessions?.find((s) => s.id === id); }

  /** The lesson of a session; null: it has none, or its text is not here yet. @param {Session|null|undefined} session */
  lessonOf(session) {
    const id = session?.lesson;
    if (!id) return null;
    if (!this.lessons.has(id)) { this.lessons.set(id, null); this.bring(id); }
    return this.lessons.get(id) ?? null;
  }

  /** The session that this browser is in, also one that is over. @returns {Session|null} */
  get mine() { return this.session(this.me?.session) ?? (this.over && this.over.id === this.me?.session ? this.over : null); }
  /** Is it over? Then nothing is done in it any more, and its runs can be looked at. */
  get isOver() { return this.mine?.state === 'ended'; }
  /** The group that this browser is in. @returns {Group|null} */
  get group() { return this.mine?.groups.find((g) => g.number === this.me?.group) ?? null; }
  get lesson() { return this.lessonOf(this.mine); }

  /** What the big key must know of our group; null: we are in none. @returns {{mustPredict: boolean, mayStart: boolean, isArmed: boolean, isGone: boolean,
   *   pulled: number|null, isReplay: boolean}|null} `pulled`: the number of the first kit of ours that is */
  get duty() {
    const { mine, group, lesson } = this;
    if (!mine || !group || this.isOver) return null;
    const pulled = group.devices.flatMap((id) => { const d = board.device(id); return d?.state === 'gone' ? [d.sticker] : []; });
    const asks = lesson && lesson.predict.kind !== 'none';
    return { mustPredict: !!asks && !group.has_prediction && group.may_predict, mayStart: mine.may_start === 'groups', isArmed: group.armed_us != null, isReplay: !!group.replay,
      isGone: pulled.length > 0 && pulled.length === group.devices.length, pulled: pulled[0] ?? null };
  }
}

export const classroom = new Classroom();
