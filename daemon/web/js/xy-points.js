// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which points an x–y picture has, and as what each is drawn: a cloud of too many is thinned out, but not of
// those that the instrument cannot mean. Pure.

/** @typedef {import('./flags.js').Flag} Flag */
/** @typedef {{x: number, y: number, flags: Flag[]}} Point */

/** @param {import('./series.js').Block} block @param {number} across channel @param {number} up channel @param {number} most
 * @param {(i: number) => Flag[]} flagsAt of a point of the block @returns {Point[]} in the order of time */
export function pointsOf(block, across, up, most, flagsAt) {
  const X = block.lanes[across].mid, Y = block.lanes[up].mid, step = Math.max(1, Math.ceil(block.length / most));
  /** @type {Point[]} */ const out = [];
  for (let i = 0; i < block.length; i++) {
    if (X[i] !== X[i] || Y[i] !== Y[i]) continue;
    const flags = flagsAt(i);
    if (i % step === 0 || flags.includes('out-of-range')) out.push({ x: X[i], y: Y[i], flags });
  }
  return out;
}
