// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What only the teacher's page asks of the board: lessons with what is plugged in, sessions made and changed, the log
// of a class, fits over the groups, imports. What groups and the screen ask too is in class-api.js.
import { ask, Refusal } from './api.js';

/** @typedef {import('./base.js').Words} Words */
/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {{need: string, quantity: string, name: Words, kits: {id: string, name: Words}[]}} Missing */
/** @typedef {{state: 'ready'|'trouble'|'missing', groups: number, devices: number[], missing: Missing[], sentence: Words|null}} Readiness
 *   `groups`: how many the plugged-in devices suffice for, `devices` in the order in which they are dealt to groups; the
 *   sentence names the next thing to do with hands */
/** @typedef {{id: string, title: Words, question: Words, stage: string[], subject: string, theme: Words|null, catalogue?: string|null,
 *   mode: 'time'|'event'|'edges', minutes: number|null, is_project: boolean, predict: string, has_sample: boolean,
 *   problem: Words|null, readiness: Readiness}} Card */
/** @typedef {{id: string, name: Words, quantity: string, unit: string|null, groups_share: number, is_optional: boolean, place: Words|null}} Need */
/** @typedef {{what: string, range: [number, number], unit: string, because: Words}} Expected */
/** @typedef {Omit<import('./class-api.js').Lesson, 'needs'|'expect'> & {needs: Need[], samples: string[], expect?: Expected[],
 *   slips?: {see: Words, then: Words}[], teacher?: Words, extension?: Words[]}} Lesson as the teacher sees it; `teacher` is Markdown */
/** @typedef {{id: number, at_us: number, wall_us: number|null, who: string, do: string, words: Words, may_undo: boolean, is_undone: boolean}} Act */

/** The folders of lessons, read again: what is different, by their ids.
 * @returns {Promise<{added: string[], changed: string[], removed: string[], waiting: string[]}>} */
export const reloadLessons = () => ask('POST', 'lessons/reload', {});

/** `edition`: another one when a lesson was added, changed or removed; `problems`: mistakes in the files of lessons that were left out for it. @returns {Promise<{lessons: Card[], problems: import('./base.js').Words[], edition: string}>} */
export const getLessons = () => ask('GET', 'lessons');
/** @param {string} id @returns {Promise<Lesson>} */
export const getLesson = (id) => ask('GET', `lessons/${encodeURIComponent(id)}`);

/** @param {{lesson?: string, title: string, groups: number, is_project: boolean}} what without `lesson`: a free recording
 * @returns {Promise<Session>} */
export const makeSession = (what) => ask('POST', 'sessions', what);
export { getSession } from './class-api.js';
/** @typedef {{do: string, [more: string]: unknown}} Deed */
/** @param {number} session @param {Deed} deed @returns {Promise<Session>} */
export const act = (session, deed) => ask('POST', `sessions/${session}/acts`, deed);
/** @param {number} session @returns {Promise<Act[]>} */
export const getLog = async (session) => (await ask('GET', `sessions/${session}/log`)).acts;

/** A lesson's sample as runs, which can be replayed. @param {string} lesson @param {string} sample @returns {Promise<number[]>} */
export const importSample = async (lesson, sample) => (await ask('POST', 'import', { lesson, sample })).runs
  .map((/** @type {number|{id: number}} */ run) => (typeof run === 'number' ? run : run.id));

/** Runs that were imported, the newest last. @returns {Promise<(import('./api.js').Run & {bytes?: number})[]>} */
export const getImported = async () => (await ask('GET', 'runs?imported=1')).runs;
/** One that was imported, for good. @param {number} run */
export const deleteRun = (run) => ask('DELETE', `runs/${run}`);
/** A package comes in. fetch() does not tell how much of it is there, the older way does. @param {Blob} zip
 * @param {(part: number) => void} told 0 to 1 @returns {Promise<import('./api.js').Run[]>} */
export const importPackage = (zip, told) => new Promise((done, fail) => {
  const line = new XMLHttpRequest();
  line.upload.onprogress = (e) => { if (e.lengthComputable) told(e.loaded / e.total); };
  line.responseType = 'json';
  line.onload = () => { if (line.status < 300 && line.response) done(line.response.runs); else fail(new Refusal(line.status, line.response?.error ?? null)); };
  line.onerror = () => fail(new Refusal(0, null));
  line.open('POST', '/api/v1/import');
  line.setRequestHeader('content-type', 'application/zip');
  line.send(zip);
});

/** Address of all that a class recorded, in one file. @param {number} session */
export const packageUrl = (session) => `/api/v1/sessions/${session}/package`;
/** Address of the figures for the school's assessment. */
export const ACTIVITY_URL = '/api/v1/activity?format=csv';
