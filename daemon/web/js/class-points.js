// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One point for each group's run: what the lesson's class plot makes of the mean of each need, of what the group typed in
// and of the lesson's formulas. Without a class plot: the mean of what is measured, by the number of the group. Pure; how a
// formula is read is given, so that node tests it.

/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {{id: string, is: string}} Formula */
/** @typedef {{group: number, run: number, x: number, y: number, u: number|null}} ClassPoint `u`: what the mean of y is sure to, where y is
 *   measured: the standard deviation of the mean */
/** @typedef {(text: string, names: string[]) => ((values: Record<string, number>) => number)} Reader */

/** What there is to know of a run, by the ids of the lesson. @param {Result} result @param {Result['runs'][number]} run @param {Formula[]} formulas @param {Reader} read */
export function valuesOf(result, run, formulas, read) {
  /** @type {Record<string, number>} */ const values = { ...run.typed, group: result.number };
  for (const [need, { mean }] of Object.entries(run.channels)) if (mean != null) values[need] = mean;
  for (const { id, is } of formulas) {
    try { values[id] = read(is, Object.keys(values))(values); } catch { values[id] = NaN; }   // a value that it needs is not there
  }
  return values;
}

/** @param {Result[]} results @param {{x: string, y: string}} axes @param {Formula[]} formulas @param {Reader} read @returns {ClassPoint[]} */
export function pointsOf(results, axes, formulas, read) {
  return results.flatMap((result) => result.runs.flatMap((run) => {
    const values = valuesOf(result, run, formulas, read), x = values[axes.x], y = values[axes.y], { sd = null, n = 0 } = run.channels[axes.y] ?? {};
    return Number.isFinite(x) && Number.isFinite(y) ? [{ group: result.number, run: run.run, x, y, u: sd != null && n > 1 ? sd / Math.sqrt(n) : null }] : [];
  }));
}

/** Points of a lesson of events: each reading that a group kept by hand is one, with the values of that instant.
 * @param {import('./class-api.js').Reading[]} readings @param {{x: string, y: string}} axes @param {Formula[]} formulas @param {Reader} read
 * @param {Map<string, string>} needs the need that "stream:channel" serves @returns {ClassPoint[]} */
export function pointsOfReadings(readings, axes, formulas, read, needs) {
  return pointsOf(readings.map((r) => ({ number: r.group, prediction: null, runs: [{ run: r.run ?? 0, typed: r.typed, channels: Object.fromEntries(Object.entries(r.values).flatMap(([place, value]) => {
    const need = needs.get(place);
    return need && value != null ? [[need, { mean: value, sd: null, n: 1, min: value, max: value, first: value, last: value }]] : [];
  })) }] })), axes, formulas, read);
}

/** Mean, standard deviation and number of values. @param {number[]} values */
export function pooled(values) {
  const n = values.length, mean = values.reduce((s, v) => s + v, 0) / n;
  return { n, mean, sd: n > 1 ? Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1)) : NaN };
}

/** A fit's curve over [from, to], by the expression that the board gives for it; null: it has none.
 * @param {{expression?: string|null, parameters: {id: string, value: number}[]}} fit @param {Reader} read @param {number} from @param {number} to @param {number} [n]
 * @returns {{x: number[], y: number[]}|null} */
export function curveOf({ expression, parameters }, read, from, to, n = 120) {
  if (!expression) return null;
  const known = Object.fromEntries(parameters.map(({ id, value }) => [id, value])), x = Array.from({ length: n + 1 }, (_, i) => from + (to - from) * i / n);
  try {
    const value = read(expression, ['x', ...Object.keys(known)]);
    return { x, y: x.map((v) => value({ ...known, x: v })) };
  } catch {
    return null;
  }
}

/** How far a drawn prediction was from what came, on average; NaN: they share no time. @param {[number, number][]} drawn by x
 * @param {{x: ArrayLike<number>, mid: ArrayLike<number|null>}} came */
export function distance(drawn, { x, mid: y }) {
  let sum = 0, n = 0, k = 1;
  for (let i = 0; i < x.length; i++) {
    const v = y[i];
    if (v == null || !Number.isFinite(v) || drawn.length < 2 || x[i] < drawn[0][0] || x[i] > drawn[drawn.length - 1][0]) continue;
    while (k < drawn.length - 1 && drawn[k][0] < x[i]) k++;
    const [[x0, y0], [x1, y1]] = [drawn[k - 1], drawn[k]];
    sum += Math.abs(y0 + (y1 - y0) * (x1 > x0 ? (x[i] - x0) / (x1 - x0) : 0) - v);
    n++;
  }
  return n ? sum / n : NaN;
}
