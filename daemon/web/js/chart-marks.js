// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Marks on the chart: a thin line at the instant, a numbered flag on top. Flags fly to the left, as the newest
// mark stands at the right edge of a live picture; those that would touch are one flag, "2–4". Canvas only.
import { inside, ratio } from './chart-paper.js';

/** @typedef {{x: number, number: number, text: string}} Mark seconds from the origin */
/** @typedef {{x: number, first: number, last: number}} Flag x in pixels of the canvas */

export const FLAG_PX = 20;
const TIP_PX = 5, AIR_PX = 10;

const words = (/** @type {Flag} */ f) => (f.first === f.last ? String(f.last) : `${f.first}–${f.last}`);

/** @param {Flag[]} marks in the order of time @param {(text: string) => number} widthOf of a flag
 * @param {number} left edge of the paper @returns {(Flag & {width: number, way: 1|-1})[]} the newest first. Pure. */
export function flagsOf(marks, widthOf, left) {
  /** @type {(Flag & {width: number, way: 1|-1})[]} */ const flags = [];
  const fly = (/** @type {Flag} */ f) => {
    const width = widthOf(words(f));
    return { ...f, width, way: /** @type {1|-1} */ (f.x - width < left ? 1 : -1) };
  };
  for (const mark of [...marks].reverse()) {
    const next = flags[flags.length - 1], flag = fly(mark), end = flag.way > 0 ? flag.x + flag.width : flag.x;
    if (next && end >= (next.way < 0 ? next.x - next.width : next.x)) flags[flags.length - 1] = fly({ ...next, first: mark.first });
    else flags.push(flag);
  }
  return flags;
}

/** @param {any} u uPlot @param {import('./chart-paper.js').Colours} colours @param {string} font @param {Mark[]} marks */
export function flags(u, colours, font, marks) {
  const { left, top, width, height } = u.bbox, r = ratio();
  const seen = marks.map(({ x, number }) => ({ x: Math.round(u.valToPos(x, 'x', true)), first: number, last: number }))
    .filter(({ x }) => x >= left && x <= left + width);
  inside(u, (ctx) => {
    ctx.setLineDash([]);
    ctx.strokeStyle = ctx.fillStyle = colours.ink2;
    ctx.lineWidth = 1.25 * r;
    ctx.beginPath();
    for (const { x } of seen) { ctx.moveTo(x, top); ctx.lineTo(x, top + height); }
    ctx.stroke();
    ctx.font = '600 ' + font.replace('14px', 14 * r + 'px');
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    for (const flag of flagsOf(seen, (text) => ctx.measureText(text).width + (AIR_PX + TIP_PX) * r, left)) {
      const { x, way } = flag, cloth = x + way * (flag.width - TIP_PX * r), tip = x + way * flag.width, middle = top + FLAG_PX / 2 * r;
      ctx.fillStyle = colours.ink2;
      ctx.beginPath();
      ctx.moveTo(x, top); ctx.lineTo(cloth, top); ctx.lineTo(tip, middle); ctx.lineTo(cloth, top + FLAG_PX * r); ctx.lineTo(x, top + FLAG_PX * r);
      ctx.fill();
      ctx.fillStyle = colours.surface;
      ctx.fillText(words(flag), (x + cloth) / 2, middle + r);
    }
  });
}
