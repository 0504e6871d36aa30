// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What this tab has laid over the readings: how much the line is smoothed, whether the reading line carries a tangent, and
// the fit of the selected range. Topics:
//
//   tools (smoothing, tangent)   fit
//
// A fit is of a range and a channel: when either changes it is asked for again, as the hand rests; when the range goes, so
// does it. The daemon fits (GSL); the page only draws the curve, by the expression that comes with it.
import jsep from '/vendor/jsep.js';
import { memory } from './base.js';
import { askFit, Refusal } from './api.js';
import { Emitter } from './emitter.js';
import { formulaOf, Unreadable } from './formula.js';
import { allowedFits } from './lesson-fits.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./api.js').FitAnswer} FitAnswer */
/** @typedef {{model: string, key: string, state: 'asking'|'done'|'refused', answer: FitAnswer|null, words: import('./base.js').Words|null,
 *   curve: ((x: number) => number)|null, range: [number, number], isXY: boolean}} Fit `key`: range and channel it is of; state refused: `words` say
 *   why; the curve is by board time, or of x–y by x */

const NAME = 'analysis', REST_MS = 250, POINTS = 1500, DIGITS = 12;     // a question is 65536 bytes at most
export const SMOOTHING = [0, 5, 11, 25, 51];

/** The curve of an answer, by board time, or by x. @param {FitAnswer} answer @param {number|null} zero where x counts from, if the answer is
 * silent; null: by x */
export function curveOf({ expression, parameters, x_zero_us }, zero) {
  if (!expression) return null;
  const from = x_zero_us ?? zero, values = Object.fromEntries(parameters.map((p) => [p.id, p.value]));
  try {
    const formula = formulaOf(jsep, expression, ['x', ...Object.keys(values)]);
    return (/** @type {number} */ x) => formula.value({ ...values, x: from == null ? x : (x - from) / 1e6 });
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Analysis extends Emitter {
  constructor() {
    super();
    const kept = memory.get(NAME) ?? {};
    /** @type {number} points; 0: as it is */ this.smooth = SMOOTHING.includes(kept.smooth) ? kept.smooth : 0;
    this.hasTangent = !!kept.hasTangent;
    /** @type {string|null} the chosen model; '': one is being chosen */ this.model = kept.model ?? null;
    /** @type {Fit|null} */ this.fit = null;
    /** @type {AbortController|null} */ this.asking = null;
    /** @type {any} */ this.timer = null;
    for (const topic of ['range', 'what', 'tab']) view.on(topic, () => this.follow());
    readings.on('loaded', () => this.follow());
  }

  keep() { memory.set(NAME, { smooth: this.smooth, hasTangent: this.hasTangent, model: this.model }); }

  /** @param {{smooth?: number, hasTangent?: boolean}} patch */
  set(patch) { Object.assign(this, patch); this.keep(); this.emit('tools'); }

  /** Chooses a model; '': the choice is shown; null: no fit. @param {string|null} model */
  choose(model) {
    this.model = model;
    this.fit = null;
    this.keep();
    this.follow(0);
    this.emit('fit');
  }

  /** What is fitted: a channel against time, or what the x–y picture shows. @returns {{x: import('./view.js').Lane|null, y: import('./view.js').Lane}|null} */
  get lanes() {
    const [x, y] = view.tab === 'xy' ? view.across : [null, view.mainLane];
    return y ? { x: x ?? null, y } : null;
  }

  get key() {
    const { lanes } = this;
    return view.range && lanes ? [view.range, lanes.y.channel.id, lanes.x?.channel.id, readings.key, readings.loads].join() : '';
  }

  /** Something it depends on may be another. @param {number} [rest] ms */
  follow(rest = REST_MS) {
    clearTimeout(this.timer);
    if (!this.model || !view.range) {
      if (this.fit) { this.asking?.abort(); this.fit = null; this.emit('fit'); }
      return;
    }
    if (this.fit?.key === this.key && this.fit.model === this.model) return;
    this.timer = setTimeout(() => this.ask(), rest);
  }

  async ask() {
    const { model, key, lanes } = this, range = view.range, stream = view.stream;
    if (!model || !range || !lanes || !stream || !readings.series?.isLoaded) return;
    const { x, y } = lanes, isXY = !!x;
    this.asking?.abort();
    const asking = this.asking = new AbortController();
    /** @type {Fit} */ const fit = { model, key, state: 'asking', answer: null, words: null, curve: null, range, isXY };
    if (this.fit?.model !== model || this.fit.isXY !== isXY) { this.fit = fit; this.emit('fit'); }      // else the old one stands until the new is here
    try {
      const points = x?.column || y.column ? await pointsOf(x?.at ?? -1, y.at, range, asking.signal) : null;
      const among = allowedFits(), answer = await askFit({ model, ...(among && { among }), ...(points ? { points, x_is_time: !x, x_unit: x ? x.channel.unit : 's', y_unit: y.channel.unit }
        : { stream: stream.id, channel: y.channel.id, from_us: Math.floor(range[0]), to_us: Math.ceil(range[1]), ...(x && { x: { stream: stream.id, channel: x.channel.id } }) }) }, asking.signal);
      this.fit = { ...fit, state: 'done', answer, curve: curveOf(answer, isXY ? null : range[0]) };
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof Refusal)) throw error;
      this.fit = { ...fit, state: 'refused', words: error.words, curve: null };
    }
    this.emit('fit');
  }
}

/** Points of calculated columns, the time in seconds from the begin of the range. @param {number} across -1: the time @param {number} up
 * @param {[number, number]} range @param {AbortSignal} signal @returns {Promise<[number, number][]>} */
async function pointsOf(across, up, [from, to], signal) {
  const block = await readings.fine(from, to, POINTS, signal);
  /** @type {[number, number][]} */ const out = [];
  if (!block) return out;
  for (let i = block.after(from - 1), j = block.after(to); i < j; i++) {
    const x = across < 0 ? (block.t[i] - from) / 1e6 : block.lanes[across].mid[i], y = block.lanes[up].mid[i];
    if (x === x && y === y) out.push([+x.toPrecision(DIGITS), +y.toPrecision(DIGITS)]);
  }
  const step = Math.ceil(out.length / POINTS);
  return step > 1 ? out.filter((_, i) => i % step === 0) : out;
}

export const analysis = new Analysis();

/** What is drawn of it on the chart. @param {(us: number) => number} seconds */
export function curveShown(seconds) {
  const { fit } = analysis;
  if (!fit?.curve || fit.isXY) return null;
  const { curve, range, answer } = fit;
  return { from: seconds(range[0]), to: seconds(range[1]), isGood: answer?.is_good ?? true, y: (/** @type {number} */ us) => curve(us) };
}
