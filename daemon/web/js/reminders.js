// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a long project has to be done now and then. Each is due again and again, counted from the begin of the project; it is
// done when somebody of its class sets the mark of that name, so everybody sees it, and the chart and the exports have it.
import { getMarks, Refusal } from './api.js';
import { html, say, t, useAgain, useEffect } from './base.js';
import { board } from './board.js';
import { useEvery } from './hooks.js';
import { Icon } from './icons.js';
import { lasting } from './numbers.js';
import { dueAt, isDone, markOf } from './reminders-due.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Reminder} Reminder */
/** @typedef {import('./api.js').Mark} Mark */

/** Marks heard of, of all projects of the page. @type {Map<number, Mark>} */
const heard = new Map();

/** When it was done last; -Infinity: never. @param {Session} session @param {Reminder} reminder */
const doneAt = (session, reminder) => [...heard.values()].reduce((last, mark) => (isDone(reminder, session.id, mark) ? Math.max(last, mark.at_us) : last), -Infinity);

/** Those of a project, in the order of the lesson, with since when each is due; null: it is not.
 * @param {Session} session @param {Reminder[]} reminders */
export const remindersNow = (session, reminders) => reminders.map((reminder) => {
  const { due, next } = dueAt(reminder, session.made_us, board.now());
  return { reminder, next, since: due != null && doneAt(session, reminder) < due ? due : null };
});

/** Hears of marks, also of those that were set before this page was opened. @param {Session|null} session @param {Reminder[]} reminders */
export function useReminders(session, reminders) {
  const again = useAgain(), dues = session ? reminders.map((r) => dueAt(r, session.made_us, board.now()).due ?? Infinity) : [], from = Math.min(...dues, Infinity);
  useEvery(10000);
  useEffect(() => {
    const ends = [board.on('mark', (mark) => { heard.set(mark.id, mark); again(); }), board.on('unmark', ({ id }) => { heard.delete(id); again(); })];
    return () => ends.forEach((end) => end());
  }, []);
  useEffect(() => {
    const look = async () => {
      if (!Number.isFinite(from)) return;
      try {
        for await (const marks of getMarks(from, board.now())) for (const mark of marks) heard.set(mark.id, mark);
        again();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;      // asked again when the board is back
      }
    };
    look();
    return board.on('catchup', () => { heard.clear(); look(); });
  }, [from]);
}

/** @param {{session: Session, reminders: Reminder[], isTeacher?: boolean, onDone: (text: string) => void}} p */
export function Reminders({ session, reminders, isTeacher = false, onDone }) {
  useReminders(session, reminders);
  if (!reminders.length) return null;
  return html`<ul class="reminders" aria-label=${t('re_title')}>${remindersNow(session, reminders).map(({ reminder, since, next }) => html`<li key=${reminder.text.en} class=${since == null ? 'dim' : ''}>
    <${Icon} n=${since == null ? 'check' : 'warn'} s=${18}/><span>${say(reminder.text)}<small>${since == null ? t('re_next', lasting((next - board.now()) / 1e6)) : t('re_due', lasting((board.now() - since) / 1e6))}</small></span>
    ${since != null && (isTeacher || reminder.who !== 'teacher' ? html`<button class="btn" onClick=${() => onDone(markOf(reminder))}>${t('re_done')}</button>` : html`<small>${t('re_teacher')}</small>`)}</li>`)}</ul>`;
}
