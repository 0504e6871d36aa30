// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The lesson clock: which phase a session is in, and how much of it is left. Pure.

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Lesson} Lesson */

/** @param {Session} session @param {Lesson|null} lesson @param {number} now microseconds of board time
 * @returns {{index: number, name: import('./base.js').Words, leftUs: number, isPaused: boolean}|null} null: no clock runs; negative: over time */
export function phaseAt({ phase }, lesson, now) {
  const named = phase && lesson?.phases[phase.index];
  if (!phase || !named) return null;
  return { index: phase.index, name: named.name, leftUs: named.us - ((phase.paused_us ?? now) - phase.since_us), isPaused: phase.paused_us != null };
}
