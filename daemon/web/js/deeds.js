// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the teacher does: each deed asks for the PIN where it must, tells in one sentence why it was refused, and takes
// the session as it is afterwards. One after the other; the same again while it goes on is a double tap, and is one.
import { t } from './base.js';
import { identify, Refusal, zero } from './api.js';
import { board } from './board.js';
import { boards } from './boards.js';
import { classroom } from './classroom.js';
import { lanesOf } from './class-lanes.js';
import { desk } from './desk.js';
import { devicesOf } from './group-view.js';
import { mayStop } from './long-run.js';
import { sentence, withTeacher } from './pin.js';
import { refusals } from './refusals.js';
import { act, getSession, makeSession, reloadLessons } from './teacher-api.js';
import { toast } from './toast.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {import('./api.js').Device} Device */

/** @type {Promise<unknown>} the last deed, as far as it is done */ let last = Promise.resolve();
/** @type {Set<string>} */ const going = new Set();

/** @template T @param {string} name what it is, so that a double tap is known @param {() => Promise<T>} deed
 * @returns {Promise<T|null>} null: refused, or it goes on already */
export async function doing(name, deed) {
  if (going.has(name)) return null;
  going.add(name);
  const before = last, mine = (async () => { await before; return withTeacher(deed); })();
  last = mine.catch(() => {});
  try {
    return await mine;
  } catch (error) {
    refusals.tell(sentence(error));
    return null;
  } finally {
    going.delete(name);
  }
}

/** @param {Session} session @param {import('./teacher-api.js').Deed} what @returns {Promise<Session|null>} */
export async function perform(session, what) {
  const after = await doing(`${session.id} ${JSON.stringify(what)}`, () => act(session.id, what));
  if (after) classroom.take(after);
  return after;
}

/** Would a start record something of this group? @param {Group} group */
export const canStart = (group) => !group.replay && devicesOf(group).some((d) => d.state === 'ready' && !d.problem);

/** Kits that no other open session has: a kit of a long project is not for a lesson. @param {Session|null} session @returns {Device[]} */
export function kitsFree(session) {
  const taken = new Set((classroom.sessions ?? []).filter((s) => s.id !== session?.id).flatMap((s) => s.groups.flatMap((g) => g.devices)));
  return (board.devices ?? []).filter((d) => !taken.has(d.id));
}

/** Is what is done to a session done on all boards that were joined? Those have it that it was begun on at once; a long project,
 * a free recording, and what was opened here alone are this board's. @param {Session} session */
export const isOnAll = (session) => boards.isAll && !!session.together;
/** What became of it is told board by board (boards-told.js). @param {Parameters<typeof boards.act>[0]} what
 * @returns {Promise<import('./boards.js').Result|null>} of this board */
export async function onAll(what) {
  const outcome = await doing(`all ${JSON.stringify(what)}`, () => boards.act(what));
  return outcome?.boards[0] ?? null;
}

/** What the class sees of its lesson: held still or moving, revealed or hidden; on each board where it is taught. @param {Session} session
 * @param {'freeze'|'reveal'} what @param {boolean} on */
export const show = (session, what, on) => (isOnAll(session) ? onAll({ do: what, on, session: session.id }) : perform(session, { do: what, on }));

/** Would the chosen lesson be opened on all boards? A free recording is of what is plugged in here. */
export const opensOnAll = () => boards.isAll && !!desk.card && !desk.card.is_project;

/** Opens the chosen lesson for a class, which the board deals its kits. @param {number} groups */
export async function openLesson(groups) {
  const { lesson = null, title, isProject, card } = desk;
  if (lesson && opensOnAll()) {
    const mine = await onAll({ do: 'begin', lesson, title: title.trim() }), id = mine?.ok ? mine.session : null;
    const session = id == null ? null : await doing('enter', () => getSession(id));
    if (!session) return;
    classroom.take(session);
    desk.enter(session);
    if (desk.groups != null && session.state === 'open' && session.groups.length !== groups) await perform(session, { do: 'groups', groups });
    return;
  }
  const made = await doing('open', () => makeSession({ ...(lesson == null ? {} : { lesson }), title: title.trim(), groups,
    is_project: card?.is_project ?? (lesson == null && isProject) }));
  if (!made) return;
  classroom.take(made);
  desk.enter(made);
}

/** The lessons are read from their files again, and the page has them by the event that follows. */
export async function rereadLessons() {
  const now = await doing('reload', reloadLessons);
  if (!now) return;
  const { added, changed, removed, waiting } = now;
  const isSame = !added.length && !changed.length && !removed.length;
  toast((isSame ? t('te_reloadSame') : t('te_reloaded', added.length, changed.length, removed.length)) + (waiting.length ? t('te_reloadWaits', waiting.length) : ''));
  desk.soon();
}

/** Could a start in the past name something of this group? What its kits sent until they were pulled is kept. @param {Group} group */
const hasPast = (group) => !group.replay && group.devices.length > 0;

/** How long the next runs last, where somebody chose it: in microseconds, 0 until they are stopped; null: as the lesson has it.
 * @param {Session} session */
export const chosenLength = (session) => (desk.lasts?.lesson === session.lesson ? desk.lasts.us : null);

/** How long a run that began in the past lasts: as chosen, but what began so long ago goes on. @param {Session} session @param {number} fromUs */
function lengthSince(session, fromUs) {
  const us = chosenLength(session);
  return us == null ? {} : { lasts_us: us > board.now() - fromUs ? us : 0 };
}

/** Starts the groups that can, all at one instant. @param {Session} session @param {number} [fromUs] an instant that is past:
 * somebody forgot to start @param {number} [toUs] it is over already */
export async function startAll(session, fromUs, toUs) {
  const groups = session.groups.filter((g) => g.run == null && (fromUs == null ? canStart(g) : hasPast(g))).map((g) => g.number);
  if (!groups.length && fromUs != null) refusals.tell(t('te_noPast'));
  const span = { ...(fromUs == null ? {} : { from_us: Math.round(fromUs), ...(toUs == null ? lengthSince(session, fromUs) : { to_us: Math.round(toUs) }) }) };
  const after = groups.length ? await perform(session, { do: 'start', groups, ...span }) : null;
  if (after && desk.view !== 'groups') desk.set({ view: 'groups' });
}

/** @param {Session} session */
export async function stopAll(session) {
  if (await mayStop(session.groups.map((g) => board.runs.find((r) => r.id === g.run)))) await (isOnAll(session) ? onAll({ do: 'stop', session: session.id }) : perform(session, { do: 'stop' }));
}

/** @param {Session} session */
export async function endLesson(session) {
  // The slip comes with the session that is over (desk.watch), by the stream or by the answer: whoever left it before the
  // answer came is not led back.
  await (isOnAll(session) ? onAll({ do: 'end', session: session.id }) : perform(session, { do: 'end' }));
}

/** Takes the end back, wherever it ended at once. @param {Session} session @returns {Promise<Session|null>} */
export async function reopenAll(session) {
  const mine = await onAll({ do: 'reopen', session: session.id });
  return mine?.ok ? doing('enter', () => getSession(session.id)) : null;
}

/** Opens it on boards that lack it, too. @param {Session} session */
export const takeIn = (session) => onAll({ do: 'begin', lesson: session.lesson ?? '', title: session.title, session: session.id });

/** Lets the channels that a lesson reads show 0 now, as far as their kits allow it. @param {Device[]} devices @param {import('./teacher-api.js').Lesson|null} lesson
 * @param {Session} session */
export async function zeroAll(devices, lesson, session) {
  // Other boards zero what their kits say can be, whatever the lesson reads: only where that has a zero that a hand can make.
  if (isOnAll(session) && lesson?.needs.every((need) => ZEROED.includes(need.quantity))) { await onAll({ do: 'zero', session: session.id }); return; }
  const lanes = devices.flatMap((d) => lanesOf([d], lesson).slice(0, 1)).filter(({ channel, device }) => isZeroable(channel) && device.state === 'ready');
  let done = 0;
  await doing('zero all', async () => {
    for (const { stream, channel } of lanes) { await zero({ stream: stream.id, channel: channel.id, is_sure: false }); done++; }
    return true;
  });
  if (done || !lanes.length) toast(done ? t('te_zeroed', done) : t('te_noZero'));
}
/** Quantities whose zero a hand can make: nothing hangs there, nothing moves, no current flows. A temperature has none. */
const ZEROED = ['force', 'mass', 'weight', 'distance', 'length', 'position', 'angle', 'velocity', 'speed', 'acceleration', 'voltage', 'current', 'field', 'torque'];
/** @param {import('./api.js').Channel & {is_zeroable?: boolean}} channel */
export const isZeroable = (channel) => channel.is_zeroable === true && ZEROED.includes(channel.quantity);

/** @param {Device} device */
async function lit(device) {
  try {
    await identify(device.id);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 409) return false;   // it has no lamp
    throw error;
  }
}
/** Lets kits blink. @param {Device[]} devices */
export async function blink(devices) {
  const there = devices.filter((d) => d.state !== 'gone');
  const all = await doing('blink', () => Promise.all(there.map(lit)));
  if (!all) return;
  const dark = there.filter((_, i) => !all[i]).map((d) => d.sticker).join(t('te_list'));
  if (dark) refusals.tell(t('noBlink', dark));
  else if (there.length === 1) toast(t('blinking', there[0].sticker));
  else toast(t('te_blinkAll'));
}

/** Of all groups. @param {Session} session @param {string} text @param {number} at_us the instant when the button was pressed */
export async function mark(session, text, at_us) {
  if (await perform(session, { do: 'mark', text, at_us: Math.round(at_us) })) toast(t('te_marked', text));
}
