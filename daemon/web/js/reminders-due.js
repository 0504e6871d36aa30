// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// When a reminder of a project is due, and by which mark of that project it is known to be done. Pure.

/** @typedef {{every_us: number, who?: 'group'|'teacher', text: {zh: string, en: string}}} Reminder */

const MARK_MOST = 60;                // letters: a mark holds 191 bytes, and Han takes 3 of them

/** The last time when it was due, null before the first, and the next one. @param {Reminder} reminder @param {number} begun @param {number} now */
export function dueAt({ every_us: every }, begun, now) {
  const times = Math.floor((now - begun) / every);
  return { due: times > 0 ? begun + times * every : null, next: begun + (Math.max(0, times) + 1) * every };
}

/** @param {string} words */
const cut = (words) => [...words].slice(0, MARK_MOST).join('');
/** The name of the mark that says that it is done: Chinese on every page, so that it is one. @param {Reminder} reminder */
export const markOf = ({ text }) => cut(text.zh || text.en);
/** Does a mark say that it is done in this session? Another class has jars of its own, and what is the teacher's no group does.
 * @param {Reminder} reminder @param {number} session @param {{text: string, session: number|null, author: string}} mark */
export const isDone = (reminder, session, mark) => mark.session === session && mark.text === markOf(reminder) && (reminder.who !== 'teacher' || mark.author === 'teacher');
