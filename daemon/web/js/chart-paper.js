// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What is painted around the lines: graph paper, hatched gaps with their reason, overlaid runs, the
// shape at the newest point, triangles where a value is off the paper. Canvas only; it decides nothing.
import { spaced } from './chart-scale.js';
import { DASH, SHAPE } from './icons.js';

/** @typedef {{from: number, to: number, label: string}} GapMark seconds from the origin */
/** @typedef {{x: number[], y: (number|null)[], label: string}} Overlay */
/** @typedef {Record<string, string>} Colours tokens by name */
/** @typedef {{from: number, to: number, isGood: boolean, y: (us: number) => number}} Curve of a fit, over its range in seconds */

export const ratio = () => devicePixelRatio || 1;

/** Runs `paint` clipped to the plotting area. @param {any} u uPlot @param {(ctx: CanvasRenderingContext2D) => void} paint */
export function inside(u, paint) {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  paint(u.ctx);
  u.ctx.restore();
}

/** Five small squares to one large, as on paper. @param {any} u @param {Colours} colours */
export function paper(u, colours) {
  const { left, top, width, height } = u.bbox;
  inside(u, (ctx) => {
    ctx.strokeStyle = colours.grid2;
    ctx.lineWidth = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    for (const [scale, axis] of [['x', 0], ['y', 1]]) {
      const s = u.axes[axis]._splits;
      if (!s || s.length < 2) continue;
      const step = (s[1] - s[0]) / 5;
      for (let v = s[0] - step * 5; v <= s[s.length - 1] + step * 5; v += step) {
        const at = Math.round(u.valToPos(v, scale, true)) + 0.5;
        if (axis) { ctx.moveTo(left, at); ctx.lineTo(left + width, at); }
        else { ctx.moveTo(at, top); ctx.lineTo(at, top + height); }
      }
    }
    ctx.stroke();
  });
}

/** @param {any} u @param {Colours} colours @param {GapMark[]} gaps */
export function hatches(u, colours, gaps) {
  const { top, height, left, width } = u.bbox, r = ratio();
  inside(u, (ctx) => {
    for (const gap of gaps) {
      const a = u.valToPos(gap.from, 'x', true), w = Math.max(3 * r, u.valToPos(gap.to, 'x', true) - a);
      if (a + w < left || a > left + width) continue;
      const x0 = Math.max(a, left - 20 * r), x1 = Math.min(a + w, left + width + 20 * r);
      ctx.save();
      ctx.beginPath();
      ctx.rect(x0, top, x1 - x0, height);
      ctx.clip();
      ctx.fillStyle = colours.gap + '2e';
      ctx.fillRect(x0, top, x1 - x0, height);
      ctx.strokeStyle = colours.gap + '88';
      ctx.lineWidth = r;
      ctx.setLineDash([]);
      ctx.beginPath();
      const pitch = 9 * r, start = Math.floor((x0 - height) / pitch) * pitch;
      for (let k = start; k < x1; k += pitch) { ctx.moveTo(k, top + height); ctx.lineTo(k + height, top); }
      ctx.stroke();
      ctx.restore();
    }
  });
}

/** A boxed word that stays on the paper; returns its edges so that the next can keep clear.
 * @param {any} u @param {Colours} colours @param {string} font @param {string} text @param {number} x
 * @param {number} y @param {string} edge */
function label(u, colours, font, text, x, y, edge) {
  const { ctx } = u, r = ratio(), { left, width } = u.bbox;
  ctx.font = font.replace('14px', 14 * r + 'px');
  const w = ctx.measureText(text).width + 12 * r;
  const at = Math.max(left + 2, Math.min(left + width - w - 2, x - w / 2));
  ctx.fillStyle = colours.surface;
  ctx.strokeStyle = edge;
  ctx.lineWidth = r;
  ctx.setLineDash([]);
  ctx.beginPath();
  if (ctx.roundRect) ctx.roundRect(at, y - 11 * r, w, 22 * r, 3 * r); else ctx.rect(at, y - 11 * r, w, 22 * r);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = colours.ink;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillText(text, at + 6 * r, y + r);
  return [at, at + w];
}

/** Reasons, each over its gap; where two would touch, the later one goes a row down, or is left out.
 * @param {any} u @param {Colours} colours @param {string} font @param {GapMark[]} gaps @param {number} below pixels kept free above */
export function gapLabels(u, colours, font, gaps, below) {
  const { left, top, width } = u.bbox, r = ratio();
  const taken = [-Infinity, -Infinity, -Infinity];
  inside(u, () => {
    for (const gap of gaps) {
      const a = Math.max(left, u.valToPos(gap.from, 'x', true)), b = Math.min(left + width, u.valToPos(gap.to, 'x', true));
      if (b < left || a > left + width) continue;
      u.ctx.font = font.replace('14px', 14 * r + 'px');
      const half = u.ctx.measureText(gap.label).width / 2 + 8 * r;
      const row = taken.findIndex((edge) => (a + b) / 2 - half > edge);
      if (row < 0) continue;
      taken[row] = label(u, colours, font, gap.label, (a + b) / 2, top + (below + 16 + row * 26) * r, colours.gap)[1];
    }
  });
}

/** @param {any} u @param {Colours} colours @param {string} font @param {Overlay[]} overlays */
export function overlaid(u, colours, font, overlays) {
  const r = ratio(), { left, width } = u.bbox;
  inside(u, (ctx) => {
    overlays.forEach((o, k) => {
      ctx.strokeStyle = colours.ink3;
      ctx.lineWidth = 1.75 * r;
      ctx.setLineDash([[7, 4], [2, 4], [12, 4]][k % 3].map((d) => d * r));
      ctx.beginPath();
      let isOn = false, end = /** @type {number[]|null} */ (null);
      for (let i = 0; i < o.x.length; i++) {
        const y = o.y[i];
        if (y == null) { isOn = false; continue; }
        const at = [u.valToPos(o.x[i], 'x', true), u.valToPos(y, 'y', true)];
        if (isOn) ctx.lineTo(at[0], at[1]); else ctx.moveTo(at[0], at[1]);
        isOn = true;
        if (at[0] <= left + width) end = at;
      }
      ctx.stroke();
      if (end && end[0] > left) label(u, colours, font, o.label, end[0] - 40 * r, end[1] + 18 * r, colours.ink3);
    });
  });
}

/** Readings as they are, beneath a line that is smoothed. @param {any} u @param {string} colour @param {number[]} X @param {(number|null)[]} Y */
export function faint(u, colour, X, Y) {
  inside(u, (ctx) => {
    ctx.strokeStyle = colour + '77';
    ctx.lineWidth = ratio();
    ctx.setLineDash([]);
    ctx.beginPath();
    let isOn = false;
    X.forEach((x, i) => {
      const y = Y[i];
      if (y != null) ctx[isOn ? 'lineTo' : 'moveTo'](u.valToPos(x, 'x', true), u.valToPos(y, 'y', true));
      isOn = y != null;
    });
    ctx.stroke();
  });
}

/** Points of a fit's curve on a window, two pixels apart; those where the model has no value break it.
 * @param {Curve} fit @param {(x: number) => number} at board time of seconds @param {number} from @param {number} to seconds @param {number} px
 * @returns {[number, number][]} */
export function curvePoints(fit, at, from, to, px) {
  const a = Math.max(from, fit.from), b = Math.min(to, fit.to), n = Math.max(2, Math.ceil(px * (b - a) / (to - from) / 2));
  return b <= a ? [] : Array.from({ length: n + 1 }, (_, i) => { const x = a + (b - a) * i / n; return [x, fit.y(at(x))]; });
}

/** The curve of a fit in ink; one that does not fit is dotted red, as nobody should believe it.
 * @param {any} u @param {Colours} colours @param {Curve} fit @param {(x: number) => number} at */
export function curve(u, colours, fit, at) {
  const r = ratio(), { min, max } = u.scales.x;
  inside(u, (ctx) => {
    ctx.strokeStyle = fit.isGood ? colours.ink : colours.cinnabar;
    ctx.lineWidth = (fit.isGood ? 2 : 2.5) * r;
    ctx.setLineDash(fit.isGood ? [] : [2 * r, 5 * r]);
    ctx.lineCap = 'round';
    ctx.beginPath();
    let isOn = false;
    for (const [x, y] of curvePoints(fit, at, min, max, u.bbox.width / r)) {
      const isThere = Number.isFinite(y);
      if (isThere) ctx[isOn ? 'lineTo' : 'moveTo'](u.valToPos(x, 'x', true), u.valToPos(y, 'y', true));
      isOn = isThere;
    }
    ctx.stroke();
  });
}

/** At the newest point, the shape of the channel; it may lean out over the edge of the paper.
 * @param {any} u @param {Colours} colours @param {{colour: number, x: number, y: number}[]} heads */
export function heads(u, colours, heads) {
  const r = ratio(), { ctx, bbox } = u;
  for (const h of heads) {
    const x = u.valToPos(h.x, 'x', true), y = u.valToPos(h.y, 'y', true);
    if (x < bbox.left || x > bbox.left + bbox.width + 1 || y < bbox.top || y > bbox.top + bbox.height) continue;
    const shape = new Path2D(SHAPE[h.colour]);
    ctx.save();
    ctx.setLineDash([]);
    ctx.translate(x, y);
    ctx.scale(1.7 * r, 1.7 * r);
    ctx.lineWidth = 2.4;
    ctx.strokeStyle = colours.surface;
    ctx.stroke(shape);
    ctx.fillStyle = colours['c' + h.colour];
    ctx.fill(shape);
    ctx.restore();
  }
}

/** Events: the channel's shape at each, and no line, as nothing was between two.
 * @param {any} u @param {Colours} colours @param {number} colour @param {number[]} X @param {(number|null)[]} Y */
export function points(u, colours, colour, X, Y) {
  const r = ratio(), shape = new Path2D(SHAPE[colour]);
  inside(u, (ctx) => {
    ctx.fillStyle = colours['c' + colour];
    X.forEach((x, i) => {
      const y = Y[i];
      if (y == null) return;
      ctx.setTransform(1.1 * r, 0, 0, 1.1 * r, u.valToPos(x, 'x', true), u.valToPos(y, 'y', true));
      ctx.fill(shape);
    });
  });
}

/** A cross on each value that the instrument cannot mean. @param {any} u @param {Colours} colours
 * @param {import('./chart-scale.js').Cross[]} marks */
export function crosses(u, colours, marks) {
  const r = ratio(), arm = 5 * r;
  inside(u, (ctx) => {
    ctx.setLineDash([]);
    ctx.beginPath();
    const at = marks.map(([x, y, line]) => /** @type {typeof marks[0]} */ ([u.valToPos(x, 'x', true), u.valToPos(y, 'y', true), line]));
    for (const [x, y] of spaced(at, 8 * r)) {
      ctx.moveTo(x - arm, y - arm); ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x - arm, y + arm); ctx.lineTo(x + arm, y - arm);
    }
    for (const [width, colour] of [[5, 'surface'], [2.5, 'cinnabar']]) {
      ctx.lineWidth = Number(width) * r;
      ctx.strokeStyle = colours[colour];
      ctx.stroke();
    }
  });
}

/** @param {any} u @param {Colours} colours @param {[number, boolean][]} points */
export function strays(u, colours, points) {
  const r = ratio(), { top, height } = u.bbox;
  inside(u, (ctx) => {
    ctx.fillStyle = colours.cinnabar;
    let last = -Infinity;
    for (const [x, isAbove] of points) {
      const at = u.valToPos(x, 'x', true);
      if (at - last < 10 * r) continue;
      last = at;
      const tip = isAbove ? top + 3 * r : top + height - 3 * r, back = isAbove ? 9 * r : -9 * r;
      ctx.beginPath();
      ctx.moveTo(at, tip); ctx.lineTo(at - 6 * r, tip + back); ctx.lineTo(at + 6 * r, tip + back);
      ctx.fill();
    }
  });
}

/** The dash of a channel on this screen. @param {number} colour */
export const dashOf = (colour) => DASH[colour];
