// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The arithmetic of the chart, without a canvas: which window of time, which range of values, which
// point is nearest, how ticks are written. Times are seconds from the origin. Pure.
import { isOutside } from './flags.js';
import { num } from './numbers.js';

export const LAST = 30;              // seconds of the "last 30 s" window
export const IN_MINUTES = 180;       // longer windows count minutes, longer still hours
export const IN_HOURS = 3 * 3600, IN_DAYS = 2 * 86400;

/** @param {'30'|'all'|'zoom'} window @param {number} end seconds @param {[number, number]|null} zoom
 * @param {boolean} isGrowing @returns {[number, number]} */
export function windowOf(window, end, zoom, isGrowing) {
  if (window === 'zoom' && zoom) return zoom;
  if (window === '30') return [Math.max(0, end - LAST), Math.max(LAST, end)];
  if (!isGrowing) return [0, Math.max(0.2, end)];
  // In steps, so that the picture does not creep with each reading: 5 % of room at least.
  const room = Math.max(LAST, end * 1.05), e = 10 ** Math.floor(Math.log10(room)) / 10;
  return [0, Math.ceil(room / e) * e];
}

/** Unit of the time axis and how many seconds one is. @param {number} span seconds
 * @returns {['s'|'min'|'h', number]} */
export const timeUnit = (span) => (span > IN_HOURS ? ['h', 3600] : span > IN_MINUTES ? ['min', 60] : ['s', 1]);

/** The same for what is drawn beforehand, and beside that: a project counts days. @param {number} span seconds @returns {[string, number]} */
export const planUnit = (span) => (span > IN_DAYS ? ['d', 86400] : timeUnit(span));

/** Range of values: the middle 98 % and some air; what lies outside is marked at the edge.
 * @param {import('./series.js').Picture} picture @param {number[]} lanes which are drawn
 * @param {number} step smallest air, usually the resolution @param {number[]} [more] values to include
 * @returns {[number, number]} */
export function valueRange(picture, lanes, step, more = []) {
  const all = [];
  for (const c of lanes) {
    const { lo, hi } = picture.lanes[c];
    for (let i = 0; i < lo.length; i++) if (lo[i] != null) all.push(/** @type {number} */ (lo[i]), /** @type {number} */ (hi[i]));
  }
  if (!all.length && !more.length) return [0, 1];
  all.sort((a, b) => a - b);
  const rim = all.length > 200 ? Math.floor(all.length * 0.01) : 0, n = all.length;
  let lo = n ? all[rim] : Infinity, hi = n ? all[n - 1 - rim] : -Infinity;
  // A few strays are cut; a tail that belongs to the curve (a sine's crest, a warm start) is not.
  if (n && all[0] > lo - (hi - lo) * 0.6) lo = all[0];
  if (n && all[n - 1] < hi + (hi - lo) * 0.6) hi = all[n - 1];
  for (const v of more) { lo = Math.min(lo, v); hi = Math.max(hi, v); }
  // A constant of unknown resolution: a thousandth of it either way is a range that ticks can name.
  const air = Math.max((hi - lo) * 0.08, step * 2, step || hi - lo > Math.abs(hi) * 1e-6 ? 0 : Math.max(Math.abs(hi) * 1e-3, 1e-6));
  return [lo - air, hi + air];
}

/** Points of the picture outside the range: [x, is above]. @param {import('./series.js').Picture} picture
 * @param {number[]} lanes @param {[number, number]} range @returns {[number, boolean][]} */
export function clipped(picture, lanes, [lo, hi]) {
  /** @type {[number, boolean][]} */ const out = [];
  for (const c of lanes) {
    const lane = picture.lanes[c];
    picture.x.forEach((x, i) => {
      const top = lane.hi[i], low = lane.lo[i];
      if (top != null && top > hi) out.push([x, true]);
      else if (low != null && low < lo) out.push([x, false]);
    });
  }
  return out.sort((a, b) => a[0] - b[0]);
}

/** @typedef {[x: number, y: number, line: number]} Cross */

/** Points of the picture that an instrument cannot mean, the farther end of a column. In the order of time.
 * @param {import('./series.js').Picture} picture @param {{at: number, limits: (x: number) => import('./flags.js').Limits|null}[]} lines
 * @returns {Cross[]} */
export function outside(picture, lines) {
  /** @type {Cross[]} */ const out = [];
  for (const { at, limits: limitsAt } of lines) {
    const { lo, hi } = picture.lanes[at];
    picture.x.forEach((x, i) => {
      const top = hi[i], low = lo[i], limits = top == null || low == null ? null : limitsAt(x);
      if (top == null || low == null || !limits) return;
      const y = top - limits[1] >= limits[0] - low ? top : low;
      if (isOutside(y, limits)) out.push([x, y, at]);
    });
  }
  return out.sort((a, b) => a[0] - b[0]);
}

/** Without those that would touch the one before on their own line. @param {Cross[]} crosses rising in x
 * @param {number} apart the least step in x */
export function spaced(crosses, apart) {
  /** @type {Map<number, number>} */ const last = new Map();
  return crosses.filter(([x, , line]) => {
    const isClear = x - (last.get(line) ?? -Infinity) >= apart;
    if (isClear) last.set(line, x);
    return isClear;
  });
}

/** Index of the value nearest to x in a rising list. @param {ArrayLike<number>} X @param {number} x */
export function nearest(X, x) {
  let a = 0, b = X.length - 1;
  while (b - a > 1) { const m = (a + b) >> 1; if (X[m] < x) a = m; else b = m; }
  return x - X[a] < X[b] - x ? a : b;
}

/** Steps that the axes may take: 1, 2, 5 of each power of ten from 1e-9 to 1e12. */
export const VALUE_STEPS = Array.from({ length: 66 }, (_, i) => +([1, 2, 5][i % 3] * 10 ** (Math.floor(i / 3) - 9)).toPrecision(3));
/** Time steps for a window: 1, 2, 5 of the unit that its axis counts. @param {number} span seconds */
export const timeSteps = (span) => VALUE_STEPS.map((v) => v * timeUnit(span)[1]);

const FINEST = 9;
const decimals = (/** @type {number} */ v) => {
  for (let d = 0; d < FINEST; d++) {
    const scaled = Math.abs(v) * 10 ** d;
    if (Math.abs(Math.round(scaled) - scaled) < 1e-6 * scaled + 1e-12) return d;
  }
  return FINEST;
};

/** Ticks as text, with the digits that their step needs; a single one, with its own. @param {number[]} splits
 * @param {number} [per] seconds in the unit shown */
export function tickText(splits, per = 1) {
  const d = decimals((splits.length > 1 ? splits[1] - splits[0] : splits[0] ?? 0) / per);
  return splits.map((v) => num(v / per, d));
}
