// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a lesson calculates of a group's kits, of one or of several: for the page that looks at one kit of the group, and as a
// picture where all groups are shown.
import { board } from './board.js';
import { extend, planOf, taughtOf } from './columns.js';
import { isOfEvents, lanesOfGroup, pictureIn, spanOf } from './group-view.js';
import { pictureOf as drawn } from './series.js';
import { traceOf } from './traces.js';

/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {Pick<import('./class-api.js').Lesson, 'needs'|'formulas'|'plot'>} Lesson as far as its columns go; the teacher's is one, too */
/** @typedef {{x: number[], lo: (number|null)[], mid: (number|null)[], hi: (number|null)[], isPoints: boolean}} Picture x in seconds from where the run
 *   begins; `isPoints`: of events */

const PX = 400;

/** Which channels of a group serve what its lesson needs, and their readings. @param {Group} group @param {Lesson} lesson
 * @param {() => {from: number, to: number|null}} shown what is shown when they are read, microseconds; `to` null: it grows
 * @returns {import('./columns.js').Served[]} */
export function servedBy(group, lesson, shown) {
  const series = (/** @type {import('./api.js').Stream} */ stream) => { const { from, to } = shown(); return traceOf(stream, from, to).series; };
  return lanesOfGroup(group, lesson).flatMap(({ need, stream, at }) => (need ? [{ need, stream, at,
    block: (/** @type {number} */ a, /** @type {number} */ b) => {
      const block = series(stream).known(a, b, 1), { to } = shown();
      while (block.lastT >= (to ?? Infinity)) block.length--;         // it came live, after the run was over
      return block;
    },
    now: () => board.latest.get(stream.id)?.y[at] ?? series(stream).valueAt(at, Infinity)?.y ?? NaN }] : []));
}

/** The picture of a need or a formula in the run of a group that is shown; null: it has no kit for it. @param {Group} group @param {Lesson} lesson
 * @param {string} id @returns {Picture|null} */
export function pictureOf(group, lesson, id) {
  const lanes = lanesOfGroup(group, lesson), own = lanes.find((lane) => lane.need === id);
  if (own) return { ...pictureIn(own, spanOf(group, own.stream, null), PX), isPoints: isOfEvents(own.stream) };
  for (const { stream } of lanes) {
    const span = spanOf(group, stream, null), plan = planOf(stream, taughtOf(lesson.formulas), lesson.needs, servedBy(group, lesson, () => ({ from: span.base, to: span.to })));
    const column = plan.find(({ made }) => made.id === id);
    if (!column) continue;
    const { series } = traceOf(stream, span.base, span.to), block = series.known(span.from, span.until);
    extend(block, plan, series.gaps, span.from);
    const { x, lanes: all } = drawn(block, span.from, span.until, PX, span.from, series.gaps.filter((g) => g.to_us > span.from && g.from_us < span.until));
    return { x, ...all[column.at], isPoints: isOfEvents(stream) };
  }
  return null;
}
