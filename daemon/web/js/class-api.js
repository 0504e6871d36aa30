// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The class as the board's /api/v1 tells it: lessons, sessions, groups, joining. Like api.js, a refusal becomes a
// Refusal with the board's sentence. Times are microseconds of board time.
import { ask, Refusal } from './api.js';

/** @typedef {import('./base.js').Words} Words */
/** @typedef {{run: number, since_us: number}} Replay a kept run that stands in for a kit, since then */
/** @typedef {{channel: string, n: number, least: number|null, us: number, least_us: number|null, holds: boolean|null, otherwise: Words}} Acceptance whether a run is as
 *   good as the lesson wants it; null: it is not known */
/** @typedef {{channel: string, edge: 'rising'|'falling', level: number, before_us: number}} Trigger */
/** @typedef {{number: number, animal: Words, devices: number[], shared?: number[], joined: number, run: number|null, ends_us?: number|null, armed_us?: number|null,
 *   runs: number[], accept?: Acceptance[]|null, has_prediction: boolean, may_predict: boolean, is_ready: boolean, replay: Replay|null}} Group `run` is the one that goes on, by itself until `ends_us`;
 *   `armed_us`: it waits for its trigger since then; `accept`: of its last run, once that is over; of a project's while it goes on */
/** @typedef {{index: number, since_us: number, paused_us: number|null}} Phase of the lesson clock */
/** @typedef {{id: number, code: string|null, lesson: string|null, title: string, is_project: boolean, state: 'open'|'running'|'ended',
 *   made_us: number, ended_us: number|null, groups: Group[], can_deal: number, phase: Phase|null, is_frozen: boolean, frozen_us?: number|null, y_range: [number, number]|null,
 *   is_revealed: boolean, may_start: 'teacher'|'groups', together?: string}} Session */
/** @typedef {{id: string, name: Words, unit: string, low: number, high: number}} TypedField */
/** @typedef {{id: string, quantity: string, unit?: string|null, channel?: string|null, kits?: (string|{id: string})[],
 *   name?: Words, place?: Words|null}} Need */
/** @typedef {{every_us: number, who?: 'group'|'teacher', text: Words}} Reminder of a project, and who does it */
/** @typedef {{kind: 'none'|'curve'|'value'|'choice', ask: Words, choices?: Words[], unit?: string|null, compare?: string|null, y?: string|null,
 *   range?: [number, number]|null, time_us?: number|null}} Predict of a value its unit, and what it is compared with; of a curve what is drawn, on which axes */
/** @typedef {{id: string, name: Words, unit: string, is: string}} Formula */
/** @typedef {{x: string, y: string, fits: string[]}} Axes ids of needs, typed fields or formulas, or `time`, `group` */
/** @typedef {{id: string, title: Words, question: Words, is_project: boolean, minutes: number|null, needs: Need[],
 *   record: {mode: 'time'|'event'|'edges', period_us?: number|null, duration_us: number|null, trigger?: Trigger|null, typed: TypedField[]}, predict: Predict, formulas: Formula[],
 *   plot: Axes|null, class_plot: Axes|null,
 *   phases: {name: Words, us: number}[], reminders?: Reminder[], accept?: {}[], safety: Words[], student: Words, expect?: {range?: [number, number], unit?: string, because?: Words}[]}} Lesson
 *   `student` is Markdown; `expect` is told once the teacher reveals it */
/** @typedef {{number: number, animal: Words, joined: number}} Place a group that one may join */
/** @typedef {{session: number|null, group: number|null, is_ended?: boolean, groups?: Place[]}} Membership */
/** @typedef {{id: number, group: number, at_us: number, run: number|null, typed: Record<string, number>, values: Record<string, number|null>}} Reading
 *   kept by hand; `values` by "stream:channel" */
/** @typedef {[number, number][]} Curve seconds from the start, value */
/** @typedef {{run: number, streams: {id: number, group: number|null, kit: string,
 *   device: {identity: string, model?: string, sticker?: number|null}, name: string, stamps: string, period_us: number,
 *   channels: Omit<import('./api.js').Channel, 'last'|'calibration'|'is_overdue'>[]}[]}} RunStreams what was recorded in a run, imported ones too */
/** @typedef {{choice?: number, value?: number, points?: Curve}} Prediction */
/** @typedef {{mean: number|null, sd: number|null, n: number, min: number|null, max: number|null, first: number|null, last: number|null}} Summary */
/** @typedef {{number: number, runs: {run: number, typed: Record<string, number>, channels: Record<string, Summary>}[], prediction: Prediction|null}} Result */
/** @typedef {{received: number, stored: number, bad: number, gaps: number, lost_rows: number, shipped: {sink: string, rows_behind: number|null}[],
 *   sha256: string|null, is_complete: boolean}} Receipt */

/** @param {string|number} session */
const at = (session) => `sessions/${encodeURIComponent(session)}`;
/** @param {number} session @param {number} group */
const of = (session, group) => `${at(session)}/groups/${group}`;

/** Those that are open, the newest last. @returns {Promise<Session[]>} */
export const getSessions = async () => (await ask('GET', 'sessions')).sessions;
/** @param {number} id @returns {Promise<Session>} */
export const getSession = (id) => ask('GET', at(id));
/** @param {string} id @returns {Promise<Lesson>} */
export const getLesson = (id) => ask('GET', `lessons/${encodeURIComponent(id)}`);
/** Of all groups; 403 before the teacher reveals it. @param {number} session @returns {Promise<Result[]>} */
export const getResults = async (session) => (await ask('GET', `${at(session)}/results`)).groups;
/** Address of the picture that joins. @param {number} session */
export const qrUrl = (session) => `/api/v1/${at(session)}/qr`;

/** Which group this browser is in. @returns {Promise<Membership>} */
export const getMembership = () => ask('GET', 'join');
/** @param {string} code @param {number} [group] without: which groups there are @returns {Promise<Membership>} */
export const join = (code, group) => ask('POST', 'join', group == null ? { code } : { code, group });
export const leave = () => ask('DELETE', 'join');

/** @param {number} session @param {number} group @param {Prediction} what */
export const predict = (session, group, what) => ask('POST', `${of(session, group)}/prediction`, what);
/** Of our own group, of any for the teacher, of all once revealed. @param {number} session @param {number} group @returns {Promise<Prediction|null>} */
export const getPrediction = async (session, group) => (await ask('GET', `${of(session, group)}/prediction`)).prediction ?? null;
/** @param {number} session @param {number} group @param {Record<string, number>} typed @param {number} us */
export const keepReading = (session, group, typed, us) => ask('POST', `${of(session, group)}/readings`, { typed, at_us: Math.round(us) });
/** All of them, page by page. @param {number} session @returns {Promise<Reading[]>} */
export async function getReadings(session) {
  for (let all = /** @type {Reading[]} */ ([]), before = ''; ; before = `?before=${all[0].id}`) {
    const page = await ask('GET', `${at(session)}/readings${before}`);
    all = [...page.readings, ...all];
    if (!page.has_more) return all;
  }
}
/** @param {number} session @param {number} group @param {'start'|'arm'|'stop'|'resume'} what */
export const runOfGroup = (session, group, what) => ask('POST', `${of(session, group)}/run`, { do: what });
/** @param {number} session @param {number} group @param {string} text @param {number} us */
export const markOfGroup = (session, group, text, us) => ask('POST', `${of(session, group)}/mark`, { text, at_us: Math.round(us) });
/** @param {number} run @returns {Promise<RunStreams>} */
export const getRunStreams = (run) => ask('GET', `runs/${run}/streams`);
/** A run of the board, or one that was imported. @param {number} id @returns {Promise<import('./api.js').Run|undefined>} */
export async function getRun(id) {
  try { return await ask('GET', `runs/${id}`); } catch (error) { if (!(error instanceof Refusal) || error.status !== 404) throw error; }
  return (await ask('GET', 'runs?imported=1')).runs.find((/** @type {import('./api.js').Run} */ run) => run.id === id);
}
/** @param {number} run @returns {Promise<Receipt>} */
export const getReceipt = (run) => ask('GET', `runs/${run}/receipt`);
