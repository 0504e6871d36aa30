// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A line drawn by hand before the start: one value for each of so many steps of time, or none. Drawing again over a part
// corrects that part; a quick hand leaves no holes. Pure.

export const STEPS = 60;

/** @typedef {(number|null)[]} Stroke values at 0…STEPS */

/** @returns {Stroke} */
export const emptyStroke = () => Array.from({ length: STEPS + 1 }, () => null);

/** The step at a place between 0 and 1. @param {number} share */
export const stepAt = (share) => Math.max(0, Math.min(STEPS, Math.round(share * STEPS)));

/** Draws from one place to another, straight. @param {Stroke} stroke @param {{step: number, y: number}|null} from null: the hand
 * was just put down @param {{step: number, y: number}} to @returns {Stroke} */
export function drawn(stroke, from, to) {
  const out = [...stroke], start = from ?? to, way = Math.sign(to.step - start.step);
  for (let k = start.step; k !== to.step; k += way) out[k] = start.y + (to.y - start.y) * (k - start.step) / (to.step - start.step);
  out[to.step] = to.y;
  return out;
}

/** What is sent to the board: seconds and values, only where something was drawn. @param {Stroke} stroke @param {number} seconds at the
 * last step @returns {[number, number][]} */
export const pointsOf = (stroke, seconds) => stroke.flatMap((y, k) => (y == null ? [] : [/** @type {[number, number]} */ ([+(k / STEPS * seconds).toPrecision(9), +y.toPrecision(6)])]));

/** And back. @param {[number, number][]} points @param {number} seconds @returns {Stroke} */
export function strokeOf(points, seconds) {
  const out = emptyStroke();
  for (const [x, y] of points) { const k = Math.round(x / seconds * STEPS); if (k >= 0 && k <= STEPS) out[k] = y; }
  return out;
}

/** Is it enough to compare with? Half the time at least. @param {Stroke} stroke */
export const isEnough = (stroke) => stroke.filter((y) => y != null).length > STEPS / 2;
