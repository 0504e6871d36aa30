// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which points an x–y picture has, and as what each is drawn: a cloud of too many is thinned out, and has in
// each stretch of time a place kept for what the instrument cannot mean. Pure.

/** @typedef {import('./flags.js').Flag} Flag */
/** @typedef {{x: number, y: number, flags: Flag[]}} Point */

/** @param {import('./series.js').Block} block @param {number} across channel @param {number} up channel
 * @param {number} most and as many out of range @param {(i: number) => boolean} isOutAt of a point of the block
 * @param {(i: number) => Flag[]} flagsAt of one that is shown @returns {Point[]} in the order of time */
export function pointsOf(block, across, up, most, isOutAt, flagsAt) {
  const X = block.lanes[across].mid, Y = block.lanes[up].mid, step = Math.max(1, Math.ceil(block.length / most));
  /** @type {Point[]} */ const out = [];
  let hasOut = false;
  for (let i = 0; i < block.length; i++) {
    const isFirst = i % step === 0;
    if (isFirst) hasOut = false;
    if (X[i] !== X[i] || Y[i] !== Y[i]) continue;
    const isOut = !hasOut && isOutAt(i);
    if (isFirst || isOut) out.push({ x: X[i], y: Y[i], flags: flagsAt(i) });
    if (isOut) hasOut = true;
  }
  return out;
}
