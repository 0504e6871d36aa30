// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How groups begin: all at one instant, each at its own trigger, for how long. A lesson says what is usual; here the teacher
// says otherwise, from now on, for this lesson.
import { html, Pop, t } from './base.js';
import { board } from './board.js';
import { canStart, chosenLength, isOnAll, onAll, perform } from './deeds.js';
import { refusals } from './refusals.js';
import { desk } from './desk.js';
import { Icon } from './icons.js';
import { lasting } from './numbers.js';
import { triggerText } from './trigger-words.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

/** Groups that wait for their trigger. @param {Session} session */
export const waiting = (session) => session.groups.filter((g) => g.run == null && g.armed_us != null);

/** How long runs last when nobody says otherwise, in microseconds; 0: until they are stopped. As the board has it.
 * @param {Session} session @param {Lesson|null} lesson */
const usual = (session, lesson) => (lesson?.record.mode === 'time' && !lesson.is_project && !session.is_project ? lesson.record.duration_us ?? 0 : 0);

/** Starts the groups that can, or lets them wait; at once, of some that wait, those. @param {Session} session @param {Lesson|null} lesson @param {boolean} [isAtOnce] */
export async function begin(session, lesson, isAtOnce = false) {
  const wait = isAtOnce ? waiting(session) : [], able = session.groups.filter((g) => g.run == null && g.armed_us == null && canStart(g));
  const groups = (wait.length ? wait : able).map((g) => g.number);
  const isArming = !!lesson?.record.trigger && !isAtOnce;
  const chosen = chosenLength(session), lasts = chosen == null ? {} : { lasts_us: chosen };
  // Those that are left are added to what goes on here: no instant of all boards.
  if (isOnAll(session) && !isAtOnce && !isArming && session.groups.every((g) => g.run == null)) {
    if (await onAll({ do: 'start', session: session.id, ...lasts }) && desk.view !== 'groups') desk.set({ view: 'groups' });
    return;
  }
  const after = groups.length ? await perform(session, { do: isArming ? 'arm' : 'start', groups, ...lasts }) : null;
  if (after && isArming && isOnAll(session)) refusals.tell(t('bo_trigger'));
  if (after && desk.view !== 'groups') desk.set({ view: 'groups' });
}

/** What the next start does. @param {{session: Session, lesson: Lesson|null}} p */
export function How({ session, lesson }) {
  const us = lesson?.record.duration_us, trigger = triggerText(lesson);
  if (!lesson || (!us && !trigger)) return null;
  const lasts = chosenLength(session) ?? usual(session, lesson);
  const lengths = us ? [...new Set([us / 2, us, us * 2, lasts])].filter((v) => v > 0).sort((a, b) => a - b) : [];
  const item = (/** @type {number} */ v, /** @type {string} */ words) => html`<button class="item" data-close key=${v} aria-pressed=${v === lasts} onClick=${() => desk.set({ lasts: { lesson: lesson.id, us: v } })}>
    <${Icon} n=${v === lasts ? 'check' : 'wait'}/><span>${words}</span></button>`;
  const face = lasts ? t('te_lasts', lasting(lasts / 1e6)) : t('te_untilStop');
  return html`<${Pop} label=${t('te_how')} isNamed cls="how" face=${html`<${Icon} n="wait" s=${20}/><span>${face}</span>`}>
    ${us && html`<h2>${t('te_howLong')}</h2>${lengths.map((v) => item(v, t('te_lasts', lasting(v / 1e6))))}${item(0, t('te_untilStop'))}`}
    ${trigger && html`<h2>${trigger}</h2><button class="item now" data-close onClick=${() => begin(session, lesson, true)}><${Icon} n="play"/><span>${t('te_now')}</span></button>`}<//>`;
}

/** How much of a run is left, in words; "": it ends when it is stopped. @param {Session} session */
export function left(session) {
  const ends = Math.min(...session.groups.map((g) => (g.run != null && g.ends_us != null ? g.ends_us : Infinity)));
  return Number.isFinite(ends) ? t('te_left', lasting(Math.max(0, ends - board.now()) / 1e6)) : '';
}
