// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The board's /api/v1 as functions. A refusal becomes a Refusal that carries the board's sentence in
// both languages; no answer at all becomes a Refusal with status 0.

/** @typedef {import('./base.js').Words} Words */
// What has a `?` is not told by boards of before.
/** @typedef {{absolute: number, relative: number, is_greater: boolean}} Accuracy the greater of both, else their sum */
/** @typedef {{id: string, name: Words, quantity: string, unit: string, resolution: number|null,
 *             low: number|null, high: number|null, least?: number|null, most?: number|null, last: number|null, calibration: Calibration|null,
 *             is_overdue: boolean, accuracy?: Accuracy|null}} Channel */
/** @typedef {{id: number, kind: string, name: string, made_us: number, wall_made_us: number|null, low?: number|null,
 *             high?: number|null}} Calibration `low` and `high` are the channel's as it shows them */
/** @typedef {{raw: number, true: number}} Point what a sensor said, and what it was */
/** @typedef {{id: number, name: string, stamps: string, period_us: number, channels: Channel[],
 *             label?: Words|null, problem?: Words|null}} Stream `label` tells it from its neighbours on one adapter */
/** @typedef {{bytes: number, rows: number, bad_frames: number, unanswered: number, lost_rows: number, uncertainty_us: number|null,
 *             round_trip_us: number|null, rate_ppm: number|null, trouble: string, rate_hz?: number|null}} Health */
/** @typedef {{id: number, sticker: number, identity: string, kit: string, model: string, port: string,
 *             family: string, state: string, health: Health, streams: Stream[], name?: Words, problem?: Words|null,
 *             warming_until_us?: number|null, is_described?: boolean}} Device */
/** @typedef {{id: string, name: Words, printed: string, family: string, warm_up_us: number, wiring: Words[],
 *             safety: Words[], traps: Words[], unverified: Words[]}} Kit */
/** @typedef {{id: number, at_us: number, wall_us: number|null, author: string, text: string,
 *   session: number|null, group: number|null}} Mark whose it is; null: everybody's, or of all groups */
/** @typedef {{id: number, number: number, title: string, group: number|null, from_us: number,
 *             to_us: number|null, wall_from_us: number|null,
 *             wall_uncertainty_us: number|null, session?: number|null, lesson?: string|null, streams?: number[]}} Run */
/** @typedef {{name: string, state: string, rows_behind: number, sentence: Words|null}} Sink */
/** @typedef {{path: string, is_open: boolean, speed: number|null, problem: Words|null, state: string}} Port */
/** @typedef {{board: string, version: string, now_us: number, wall_us: number|null, wall_source: string|null,
 *   wall_uncertainty_us: number|null, started_us: number, is_teacher: boolean, viewers: number,
 *   store: {problem: Words|null, durable_us: number}, ports: Port[], kits?: {known: number, problems: Words[]}, config_problem?: Words|null}} Status
 *   `problems`: sentences on descriptions that could not be used */

const ROOT = '/api/v1/';

export class Refusal extends Error {
  /** @param {number} status @param {(Words & {code: string})|null} words @param {number} [wait] s, until it may be asked again */
  constructor(status, words, wait = 0) {
    super(words?.en ?? `HTTP ${status}`);
    this.status = status;
    this.words = words;
    this.wait = wait;
  }
}

/** @param {string} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal] */
export async function ask(method, path, body, signal) {
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, signal, cache: 'no-store', credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, null);
  }
  const text = answer.status === 204 ? '' : await answer.text();
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { if (answer.ok) throw new Refusal(answer.status, null); }
  if (!answer.ok) throw new Refusal(answer.status, value?.error ?? null, Number(answer.headers.get('retry-after')));
  return value;
}

/** @returns {Promise<Status>} */
export const getStatus = () => ask('GET', 'status');
/** @returns {Promise<{now_us: number, wall_us: number|null, source: string|null, uncertainty_us: number|null}>} */
export const getClock = () => ask('GET', 'clock');
/** @param {{at_us: number, wall_ms: number, round_trip_us: number}} claim @returns {Promise<{uncertainty_us: number}>} */
export const tellClock = (claim) => ask('POST', 'clock', claim);
/** @returns {Promise<Device[]>} */
export const getDevices = async () => (await ask('GET', 'devices')).devices;
/** @returns {Promise<Run[]>} */
export const getRuns = async () => (await ask('GET', 'runs')).runs;
/** At most so many before one, the newest last. @param {number} before a run @param {number} limit @returns {Promise<Run[]>} */
export const getRunsBefore = async (before, limit) => (await ask('GET', `runs?before=${before}&limit=${limit}`)).runs;
/** @param {string} title at most 95 bytes of UTF-8 @returns {Promise<Run>} */
export const startRun = (title) => ask('POST', 'runs', { title });
/** @param {number} id @returns {Promise<Run>} */
export const stopRun = (id) => ask('POST', `runs/${id}/stop`, {});
/** @param {string} pin */
export const login = (pin) => ask('POST', 'login', { pin, remember: true });
export const logout = () => ask('DELETE', 'login');
/** @param {string} id @returns {Promise<Kit>} */
export const getKit = (id) => ask('GET', `kits/${encodeURIComponent(id)}`);
/** @param {number} device */
export const identify = (device) => ask('POST', `devices/${device}/identify`, { seconds: 3 });

/** Means of the last second, before any calibration. @param {number} stream
 * @returns {Promise<{id: string, mean: number|null, n: number}[]>} */
export const getRaw = async (stream) => (await ask('GET', `streams/${stream}/raw`)).channels;
/** A calibration by points. `name` has at most 63 bytes of UTF-8; is_sure: what the board doubts is meant.
 * @param {{stream: number, channel: string, kind: string, points: Point[], name: string, is_sure: boolean}} what */
export const calibrate = (what) => ask('POST', 'calibrations', what);
/** @param {{stream: number, channel: string, is_sure: boolean}} what */
export const zero = (what) => ask('POST', 'calibrations/zero', what);
/** @typedef {Calibration & {stream: string, channel: string, from_us: number, to_us: number|null, points: Point[], is_withdrawn: boolean, is_current?: boolean,
 *             is_overdue?: boolean, wall_due_us?: number|null}} Recorded as in the list; what has a `?` is not told by boards of before */
/** The newest of a device, the newest last. @param {number} device @returns {Promise<Recorded[]>} */
export const getCalibrationsOf = async (device) => (await ask('GET', `calibrations?device=${device}`)).calibrations;
/** @param {number} id */
export const withdraw = (id) => ask('POST', `calibrations/${id}/withdraw`, {});

/** @param {number} stream @param {number} from @param {number} to @param {number} columns @param {AbortSignal} [signal] */
export const getColumns = (stream, from, to, columns, signal) => ask('GET',
  `streams/${stream}/columns?from_us=${Math.floor(from)}&to_us=${Math.ceil(to)}&columns=${Math.round(columns)}`,
  undefined, signal);

/** @typedef {{id: string, value: number, error: number|null, unit?: string|null}} FitParameter */
/** @typedef {{model: string, n: number, parameters: FitParameter[], sigma: number|null, degrees: number, r2: number|null, is_good: boolean, why: string,
 *   better?: string|null, sentence: Words, residuals: {x: number[], y: number[]}|null, formula: string, expression?: string|null,
 *   x_zero_us?: number|null}} FitAnswer `expression` is of x, in seconds from x_zero_us (of given points: as they are), and of the parameters' ids;
 *   `better`: a model that was tried and fits */
/** Fits a range of a channel, or points. @param {{model: string, among?: string[], points: [number, number][], x_is_time: boolean, x_unit: string, y_unit: string}|{model: string, among?: string[], stream: number, channel: string, from_us: number,
 *   to_us: number, x?: {stream: number, channel: string}}} what @param {AbortSignal} [signal] @returns {Promise<FitAnswer>} */
export const askFit = (what, signal) => ask('POST', 'fits', what, signal);

/** All of [from, to), in the order of time, page by page; one at the seam may come twice. @param {number} from @param {number} to
 * @param {AbortSignal} [signal] @returns {AsyncGenerator<Mark[]>} */
export async function* getMarks(from, to, signal) {
  for (let first = Math.floor(from), hasMore = true; hasMore && first < to;) {
    const { marks, has_more: more } = await ask('GET', `marks?from_us=${first}&to_us=${Math.ceil(to)}`, undefined, signal);
    yield marks;
    hasMore = more;
    first = Math.max(first + 1, marks[marks.length - 1]?.at_us ?? to);
  }
}

/** Address of a download. @param {'csv'|'xlsx'|'lp'} format @param {{run: number}|{stream: number, from: number, to?: number}} what
 * without `to`: until now @param {'even'} [stamps] else those that are usual */
export const exportUrl = (format, what, stamps) => `${ROOT}export?format=${format}&` + (stamps ? `stamps=${stamps}&` : '') + ('run' in what ? `run=${what.run}`
  : `stream=${what.stream}&from_us=${Math.floor(what.from)}` + (what.to == null ? '' : `&to_us=${Math.ceil(what.to)}`));

/** A run as a zip, or as a page to print. @param {number} run @param {'package'|'report'} what @param {string} [language] zh or en */
export const runUrl = (run, what, language) => `${ROOT}runs/${run}/${what}` + (language ? `?language=${language}` : '');
