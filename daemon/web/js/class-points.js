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

/** In a lesson of events each reading that a group kept by hand stands for a run, with the values of that instant.
 * @param {import('./class-api.js').Reading[]} readings @param {Map<string, string>} needs the need that "stream:channel" serves @returns {Result[]} */
export const runsOfReadings = (readings, needs) => readings.map((r) => ({ number: r.group, prediction: null, runs: [{ run: r.run ?? 0, typed: r.typed,
  channels: Object.fromEntries(Object.entries(r.values).flatMap(([place, value]) => {
    const need = needs.get(place);
    return need && value != null ? [[need, { mean: value, sd: null, n: 1, min: value, max: value, first: value, last: value }]] : [];
  })) }] }));

/** What an id of the lesson is made of: itself, or what its formula speaks of. @param {string} id @param {Formula[]} formulas @returns {string[]} */
function sourcesOf(id, formulas) {
  const at = formulas.findIndex((f) => f.id === id);
  if (at < 0) return [id];
  return (formulas[at].is.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []).flatMap((name) => sourcesOf(name, formulas.slice(0, at)));   // of formulas before it only
}

/** The groups that have no point yet, and what their last run lacks for one; `of` null: they have no run.
 * @param {number[]} groups @param {ClassPoint[]} points @param {Result[]} results @param {{x: string, y: string}} axes
 * @param {{formulas: Formula[], needs: {id: string}[], typed: {id: string}[]}} lesson
 * @returns {{groups: number[], of: string|null, why: 'run'|'typed'|'read'|'value'}[]} those of one reason together */
export function absentOf(groups, points, results, axes, { formulas, needs, typed }) {
  /** @type {ReturnType<typeof absentOf>} */ const out = [];
  const has = (/** @type {{id: string}[]} */ list, /** @type {string} */ id) => list.some((one) => one.id === id);
  for (const group of groups.filter((number) => !points.some((p) => p.group === number))) {
    const run = results.filter((r) => r.number === group).flatMap((r) => r.runs).pop(), wanted = [axes.x, axes.y].flatMap((id) => sourcesOf(id, formulas));
    const untyped = wanted.find((id) => has(typed, id) && run?.typed[id] == null), unread = wanted.find((id) => has(needs, id) && run?.channels[id]?.mean == null);
    /** @type {Omit<typeof out[0], 'groups'>} */
    const why = !run ? { of: null, why: 'run' } : untyped ? { of: untyped, why: 'typed' } : unread ? { of: unread, why: 'read' } : { of: axes.y, why: 'value' };
    const same = out.find((one) => one.of === why.of && one.why === why.why);
    if (same) same.groups.push(group);
    else out.push({ groups: [group], ...why });
  }
  return out;
}

/** What a guessed value is compared with: a parameter of the class's fit, else a statistic of each run, their mean; null: nothing yet.
 * @param {string} compare as a lesson writes it: "class_plot.k", "T.mean" @param {Result[]} results @param {Formula[]} formulas @param {Reader} read
 * @param {{parameters: {id: string, value: number, error: number|null}[]}|null} fit @returns {{value: number, u: number|null}|null} */
export function comparedOf(compare, results, formulas, read, fit) {
  const [of, part] = compare.split('.');
  if (of === 'class_plot') {
    const found = fit?.parameters.find(({ id }) => id === part);
    return found ? { value: found.value, u: found.error } : null;
  }
  const each = results.flatMap((result) => result.runs.map((run) => {
    const told = /** @type {Record<string, number|null>|undefined} */ (run.channels[of]);
    return told ? told[part] ?? NaN : valuesOf(result, run, formulas, read)[of];
  })).filter((v) => Number.isFinite(v)), { n, mean, sd } = pooled(each);
  return n ? { value: mean, u: n > 1 ? sd / Math.sqrt(n) : null } : null;
}

const FAR = 3, BINS = 24;

/** Guesses as piles of marks over one axis: each at its value, on top of those that are near. What is far from most stands at the edge.
 * @template {{value: number}} T @param {T[]} guesses @param {number|null} came what they are compared with; it is on the axis, too
 * @returns {{x: [number, number], most: number, piled: (T & {x: number, level: number, isFar: boolean})[]}} */
export function pilesOf(guesses, came) {
  const all = [...guesses.map(({ value }) => value), ...(came == null ? [] : [came])].sort((a, b) => a - b), middle = came ?? all[all.length >> 1] ?? 0;
  const away = all.map((v) => Math.abs(v - middle)).sort((a, b) => a - b), reach = FAR * (away[Math.floor((away.length - 1) * 0.75)] || away[away.length - 1] || 0);
  const lo = Math.max(all[0] ?? 0, middle - reach), hi = Math.min(all[all.length - 1] ?? 0, middle + reach), air = (hi - lo) * 0.08 || Math.abs(hi) * 0.5 || 1;
  /** @type {Map<number, number>} */ const levels = new Map();
  const piled = [...guesses].sort((a, b) => a.value - b.value).map((guess) => {
    const x = Math.min(hi, Math.max(lo, guess.value)), bin = Math.round((x - lo) / (hi - lo || 1) * BINS), level = (levels.get(bin) ?? 0) + 1;
    levels.set(bin, level);
    return { ...guess, x, level, isFar: x !== guess.value };
  });
  return { x: [lo - air, hi + air], most: Math.max(0, ...levels.values()), piled };
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
