// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The picture that is shown, as a file: PNG or SVG, with its title, axes with units, and a line that says where it comes
// from. Loaded when somebody asks for one.
import './strings-later.js';
import { t, token } from './base.js';
import { board } from './board.js';
import { calibrationOf } from './past.js';
import { shownChart, shownWindow } from './chart-view.js';
import { tickText, timeUnit } from './chart-scale.js';
import { curvePoints } from './chart-paper.js';
import { DASH, SHAPE } from './icons.js';
import { channelName, deviceName, runName } from './names.js';
import { perSecond } from './numbers.js';
import { canvasPen, svgPen } from './pens.js';
import { readings } from './readings.js';
import { analysis } from './analysis.js';
import { view } from './view.js';

/** @typedef {import('./pens.js').Pen} Pen */
/** @typedef {{width: number, height: number, draw: (pen: Pen) => void}} Drawing */

const HEAD = 40, LINE = 20, MARGIN = 16, SHARP = 2;

const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
const moment = (/** @type {number} */ wallUs) => {
  const d = new Date(wallUs / 1000);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
};

/** What it shows. */
function title() {
  const run = view.run, names = view.shown.map((l) => channelName(l.channel)).join(', ');
  return run ? `${runName(run)} · ${names}` : names;
}

/** Where it comes from, in parts. */
function provenance() {
  const { device, stream, mainLane: lane } = view, [from, to] = shownWindow(), out = [board.name];
  if (!device || !stream) return out;
  out.push(`${t('kitN', device.sticker)} ${deviceName(device)}${device.model && device.model !== deviceName(device) ? ` (${device.model})` : ''}`);
  const a = readings.wallOf(Math.max(from, readings.from)), b = readings.wallOf(Math.min(to, readings.end));
  if (a != null && b != null) out.push(`${moment(a)} – ${moment(b)}`);
  if (stream.period_us) out.push(`${perSecond(1e6 / stream.period_us)} Hz`);
  const held = lane && !lane.column ? calibrationOf(lane) : null;
  if (held?.by) out.push(t('p_calibrated', held.by.name || moment(held.by.wall_made_us ?? 0)));
  for (const l of view.shown) if (l.column) out.push(`${channelName(l.channel)} = ${l.column.made.kind === 'rate' ? t('col_rateOf', l.column.made.is) : l.column.made.is}`);
  if (analysis.smooth && view.tab === 'chart' && !view.isOfEvents) out.push(t('smoothed', analysis.smooth));
  const { fit } = analysis;
  if (fit?.answer && view.tab === 'chart') out.push(t(fit.answer.is_good ? 'p_fit' : 'p_fitPoor', fit.answer.formula));
  if (board.status) out.push(`kitlog ${board.status.version}`);
  return out;
}

/** Parts in lines that are not too long. @param {string[]} parts @param {(text: string) => number} widthOf @param {number} most */
export function wrapped(parts, widthOf, most) {
  /** @type {string[]} */ const lines = [];
  for (const part of parts) {
    const last = lines.length ? `${lines[lines.length - 1]} · ${part}` : part;
    if (lines.length && widthOf(last) <= most) lines[lines.length - 1] = last; else lines.push(part);
  }
  return lines;
}

const trace = (/** @type {(readonly [number, number]|null)[]} */ points) => {
  let d = '', isOn = false;
  for (const p of points) {
    if (p && Number.isFinite(p[1])) d += `${isOn ? 'L' : 'M'}${p[0].toFixed(2)} ${p[1].toFixed(2)}`;
    isOn = !!p && Number.isFinite(p[1]);
  }
  return d;
};

/** The chart: the same window, values and points as its canvas has. @param {import('./chart.js').Chart} chart @returns {Drawing} */
function chartDrawing({ m, u, picture: p, window: [x0, x1], values: [y0, y1], root, span, outside }) {
  const width = root.clientWidth, height = root.clientHeight, r = devicePixelRatio || 1, { left, top, width: w, height: h } = u.bbox;
  const L = left / r, T = top / r, W = w / r, H = h / r, ink = token('--ink'), ink2 = token('--ink2'), colour = (/** @type {number} */ k) => token('--c' + k);
  const px = (/** @type {number} */ x) => L + (x - x0) / (x1 - x0) * W, py = (/** @type {number} */ y) => T + (1 - (y - y0) / (y1 - y0)) * H;
  const at = (/** @type {number[]} */ X, /** @type {(number|null)[]} */ Y) => X.map((x, i) => (Y[i] == null ? null : /** @type {const} */ ([px(x), py(/** @type {number} */ (Y[i]))])));
  const splits = (/** @type {number} */ axis) => /** @type {number[]} */ (u.axes[axis]._splits ?? []);
  return { width, height, draw(pen) {
    const xs = splits(0).filter((x) => x >= x0 && x <= x1), ys = splits(1).filter((y) => y >= y0 && y <= y1);
    pen.path(xs.map((x) => `M${px(x)} ${T}V${T + H}`).join('') + ys.map((y) => `M${L} ${py(y)}H${L + W}`).join(''), { stroke: token('--grid') });
    pen.path(`M${L} ${T}V${T + H}H${L + W}`, { stroke: token('--edge') });
    tickText(splits(0), timeUnit(span)[1]).forEach((s, i) => { if (xs.includes(splits(0)[i])) pen.text(px(splits(0)[i]), T + H + 20, s, { fill: ink2, anchor: 'middle' }); });
    tickText(splits(1)).forEach((s, i) => { if (ys.includes(splits(1)[i])) pen.text(L - 8, py(splits(1)[i]) + 5, s, { fill: ink2, anchor: 'end' }); });
    pen.text(16, T - 10, m.title, { fill: ink2 });
    pen.text(L + W, height - 4, `${t('time')} / ${timeUnit(span)[0]}`, { fill: ink2, anchor: 'end' });
    pen.clip(L, T, W, H, () => {
      for (const g of m.gaps) pen.path(`M${px(g.from)} ${T}H${Math.max(px(g.from) + 3, px(g.to))}V${T + H}H${px(g.from)}z`, { fill: token('--gap') + '44' });
      for (const o of m.overlays) pen.path(trace(at(o.x, o.y)), { stroke: token('--ink3'), width: 1.75, dash: [7, 4] });
      for (const line of m.lines) {
        const { lo, hi, mid } = p.lanes[line.at], stroke = colour(line.colour);
        if (p.bare) pen.path(trace(at(p.bare.x, p.bare.lanes[line.at].mid)), { stroke: stroke + '77' });
        if (p.isBand) pen.path(p.x.map((x, i) => (lo[i] == null ? '' : `M${px(x)} ${py(/** @type {number} */ (lo[i]))}V${py(/** @type {number} */ (hi[i])) - 0.5}`)).join(''), { stroke: stroke + '66', width: Math.max(1, W / Math.max(1, p.x.length)) });
        if (!m.isOfEvents) pen.path(trace(at(p.x, mid)), { stroke, width: 2.25, dash: DASH[line.colour] });
        else for (const q of at(p.x, mid)) if (q) pen.at(q[0], q[1], () => pen.path(SHAPE[line.colour], { fill: stroke }));
      }
      if (m.curve) pen.path(trace(curvePoints(m.curve, m.curveAt, x0, x1, W).map(([x, y]) => [px(x), py(y)])), m.curve.isGood ? { stroke: ink, width: 2 } : { stroke: token('--cinnabar'), width: 2.5, dash: [2, 5], cap: 'round' });
      for (const [x, y] of outside) pen.path(`M${px(x) - 5} ${py(y) - 5}l10 10m0 -10l-10 10`, { stroke: token('--cinnabar'), width: 2.5 });
      for (const k of m.marks) pen.path(`M${px(k.x)} ${T}V${T + H}`, { stroke: token('--azurite'), dash: [4, 3] });
    });
    for (const k of m.marks) if (k.x >= x0 && k.x <= x1) pen.text(px(k.x) - 4, T + 14, String(k.number), { fill: token('--azurite'), anchor: 'end', weight: 600 });
    for (const g of m.gaps) if (g.to > x0 && g.from < x1) pen.text(px(Math.max(x0, Math.min(x1, (g.from + g.to) / 2))), T + 32, g.label, { fill: ink, anchor: 'middle' });
  } };
}

/** A picture of the page that is SVG already. @param {SVGSVGElement} svg @returns {Drawing} */
function svgDrawing(svg) {
  const { width, height } = svg.getBoundingClientRect();
  return { width, height, draw(pen) {
    for (const e of svg.querySelectorAll('path, circle, text')) {
      const css = getComputedStyle(e), number = (/** @type {string} */ k) => Number(e.getAttribute(k) ?? 0);
      const ink = { fill: css.fill, stroke: css.stroke, width: parseFloat(css.strokeWidth), cap: /** @type {CanvasLineCap} */ (css.strokeLinecap),
        dash: css.strokeDasharray === 'none' ? [] : css.strokeDasharray.split(/[, ]+/).map(parseFloat) };
      if (e.tagName === 'path') pen.path(e.getAttribute('d') ?? '', ink);
      else if (e.tagName === 'circle') { const [x, y, r] = [number('cx'), number('cy'), number('r')]; pen.path(`M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`, ink); }
      else if (css.display !== 'none') pen.text(number('x'), number('y'), e.textContent ?? '', { fill: css.fill, size: parseFloat(css.fontSize), anchor: /** @type {'start'} */ (css.textAnchor) });
    }
  } };
}

/** @returns {Drawing|null} null: this view has no picture */
function drawing() {
  const chart = shownChart(), svg = /** @type {SVGSVGElement|null} */ (document.querySelector('.stage .plot svg'));
  return chart?.u ? chartDrawing(chart) : svg ? svgDrawing(svg) : null;
}

/** Makes the file. @param {'png'|'svg'} kind @returns {Promise<{blob: Blob, name: string}|null>} */
export async function pictureFile(kind) {
  const what = drawing();
  if (!what) return null;
  const font = token('--han'), canvas = document.createElement('canvas'), ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const measuring = canvasPen(ctx, font), name = title(), small = { size: 13 };
  const lines = wrapped(provenance(), (s) => measuring.widthOf(s, small), what.width - 2 * MARGIN), height = Math.ceil(HEAD + what.height + 8 + lines.length * LINE + 8), width = Math.ceil(what.width);
  const all = (/** @type {Pen} */ pen) => {
    pen.path(`M0 0H${width}V${height}H0z`, { fill: token('--surface') });
    pen.text(MARGIN, 26, name, { size: 18, weight: 600, fill: token('--ink'), most: width - 2 * MARGIN });
    pen.at(0, HEAD, () => what.draw(pen));
    lines.forEach((s, i) => pen.text(MARGIN, HEAD + what.height + 8 + (i + 1) * LINE - 5, s, { ...small, fill: token('--ink2'), most: width - 2 * MARGIN }));
  };
  const stem = `kitlog-${moment(Date.now() * 1000).replace(/[- :]/g, '').replace(/^(\d{8})/, '$1-')}`;
  if (kind === 'svg') {
    const pen = svgPen(width, height, font, measuring.widthOf);
    all(pen);
    return { blob: new Blob([pen.file(name)], { type: 'image/svg+xml' }), name: `${stem}.svg` };
  }
  canvas.width = width * SHARP;
  canvas.height = height * SHARP;
  ctx.scale(SHARP, SHARP);
  all(canvasPen(ctx, font));
  const blob = await new Promise((/** @type {(blob: Blob|null) => void} */ done) => canvas.toBlob(done, 'image/png'));
  return blob && { blob, name: `${stem}.png` };
}

/** Gives it to the browser as a download. @param {'png'|'svg'} kind */
export async function savePicture(kind) {
  const file = await pictureFile(kind);
  if (!file) return false;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file.blob);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return true;
}
