// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Groups of other boards on the axes of ours: where one lesson is taught on several boards, all groups that read the same are
// drawn over one range of values and one time, as the groups of one board are. Pure.

/** @typedef {import('./boards.js').OtherBoard} OtherBoard */
/** @typedef {import('./boards.js').OtherGroup} OtherGroup */
/** @typedef {{from: number, to: number|null, until: number, isRun: boolean}} Span as group-view.js has it, beginning at 0 */
/** @typedef {{span: Span, picture: {lo: (number|null)[], hi: (number|null)[], mid: (number|null)[]}, step: number}} OtherDrawn */
/** @typedef {{x: [number, number], y: [number, number], unit: string, per: number, end: number, isRun: boolean}} Shared the axes that our groups
 *   and these have; x counts `unit`s of `per` seconds, and where it is no run's (`isRun`), it ends `end` seconds after what is shown began */

const STEP_S = 0.5, RECENT_S = 30;

/** Does this group read what ours do, in the same lesson? @param {OtherBoard} board @param {OtherGroup} group @param {string|null} lesson
 * @param {string|null} unit of ours, in UCUM; null: we have no kit */
export const isAlike = (board, group, lesson, unit) => !!lesson && board.lesson === lesson && group.channels.length > 0
  && (unit == null || group.channels[0].unit === unit);

/** Its run, in seconds since that began; else its last half minute, in seconds until now. @param {OtherGroup} group
 * @returns {{x: number[], y: (number|null)[], isRun: boolean, isOver: boolean}} */
export function lineOf({ course, channels: [main] }) {
  if (course) return { x: course.values.map((_, i) => course.first_s + i * course.step_s), y: course.values, isRun: true, isOver: course.is_over };
  const y = main?.trace ?? [];
  return { x: y.map((_, i) => (i - y.length + 1) * STEP_S), y, isRun: false, isOver: false };
}

/** What a picture of ours is made of, for those that are alike. @param {OtherBoard[]} all @param {string|null} lesson @param {string|null} unit @returns {OtherDrawn[]} */
export const drawnOf = (all, lesson, unit) => all.flatMap((board) => board.groups.filter((group) => isAlike(board, group, lesson, unit)).map((group) => {
  const { x, y, isRun, isOver } = lineOf(group), until = (isRun ? x[x.length - 1] : RECENT_S) * 1e6;
  return { span: { from: 0, to: isOver ? until : null, until, isRun }, picture: { lo: y, hi: y, mid: y }, step: group.channels[0].resolution ?? 0 };
}));

/** Where the points of a line stand on the axis: a run from its beginning, what is none where ours stands that is none.
 * @param {ReturnType<typeof lineOf>} line @param {Pick<Shared, 'x'|'per'|'end'|'isRun'>} shared */
export function placed(line, shared) {
  const later = line.isRun ? 0 : shared.isRun ? RECENT_S : shared.x[0] < 0 ? 0 : shared.end;
  return line.x.map((s) => (s + later) / shared.per);
}
