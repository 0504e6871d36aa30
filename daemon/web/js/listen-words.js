// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a line does, for those who hear it instead: where it begins and ends, its least and greatest, and which way it goes.
// Turns smaller than a sixth of the whole change are noise for this purpose. Pure.

const SMALL = 1 / 6;

/** @typedef {{first: number, last: number, min: number, minAt: number, max: number, maxAt: number, turns: number,
 *   way: 'up'|'down'|'level'|'upDown'|'downUp'|'swings'}} Told */

/** @param {import('./series.js').Block} block @param {number} channel @param {number} from @param {number} to @returns {Told|null} */
export function toldOf(block, channel, from, to) {
  const { t } = block, { lo, hi, mid } = block.lanes[channel];
  const told = { first: NaN, last: NaN, min: Infinity, minAt: 0, max: -Infinity, maxAt: 0 }, bins = /** @type {number[]} */ ([]), n = 60;
  let sum = 0, count = 0, bin = 0;
  const flush = () => { if (count) bins.push(sum / count); sum = count = 0; };
  for (let i = block.after(from - 1), j = block.after(to); i < j; i++) {
    if (mid[i] !== mid[i]) continue;
    if (told.first !== told.first) told.first = mid[i];
    told.last = mid[i];
    if (lo[i] < told.min) { told.min = lo[i]; told.minAt = t[i]; }
    if (hi[i] > told.max) { told.max = hi[i]; told.maxAt = t[i]; }
    const k = Math.floor((t[i] - from) / (to - from || 1) * n);
    if (k !== bin) { flush(); bin = k; }
    sum += mid[i]; count++;
  }
  flush();
  if (!bins.length) return null;
  return { ...told, ...wayOf(bins, told.max - told.min) };
}

/** @param {number[]} bins @param {number} span @returns {{way: Told['way'], turns: number}} */
function wayOf(bins, span) {
  const least = Math.max((Math.max(...bins) - Math.min(...bins)) * SMALL, span * SMALL / 2), legs = /** @type {number[]} */ ([]);
  let top = bins[0], bottom = bins[0], way = 0;
  for (const v of bins) {
    top = Math.max(top, v); bottom = Math.min(bottom, v);
    if (way <= 0 && v - bottom > least) { way = 1; legs.push(1); top = v; }
    if (way >= 0 && top - v > least) { way = -1; legs.push(-1); bottom = v; }
  }
  const turns = Math.max(0, legs.length - 1);
  if (!legs.length || !(span > 0)) return { way: 'level', turns: 0 };
  if (legs.length === 1) return { way: legs[0] > 0 ? 'up' : 'down', turns };
  if (legs.length === 2) return { way: legs[0] > 0 ? 'upDown' : 'downUp', turns };
  return { way: 'swings', turns };
}
