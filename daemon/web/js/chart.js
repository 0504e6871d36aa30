// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The chart: uPlot for axes and lines, chart-paper.js for what is painted around them, chart-touch.js
// for hands and keys. It asks its model for the picture of exactly the window and width it has, so
// what it costs does not depend on how much was recorded. The selection and the reading line are
// elements above the canvas and move without a redraw.
import uPlot from '/vendor/uplot.js';
import { t, token } from './base.js';
import { quantity } from './numbers.js';
import * as paint from './chart-paper.js';
import { ofClass, withPredicted } from './chart-class.js';
import { FLAG_PX, flags } from './chart-marks.js';
import { isOutside } from './flags.js';
import { clipped, nearest, outside, tickText, timeSteps, timeUnit, VALUE_STEPS, valueRange, windowOf } from './chart-scale.js';
import { attachTouch, gripKeys, gripTouch, pressKey } from './chart-touch.js';

/** @typedef {import('./series.js').Picture} Picture */
/** @typedef {{at: number, colour: number, name: string, unit: string, digits: number, step: number,
 *   limits: (x: number) => import('./flags.js').Limits|null}} Line */
/** @typedef {{style: string, version: string, lines: Line[], title: string, origin: number, end: number,
 *   window: '30'|'all'|'zoom', zoom: [number, number]|null, isGrowing: boolean, hasHead: boolean, isOfEvents: boolean,
 *   values?: [number, number]|null, predicted?: [number, number][]|null, watermark?: string,
 *   range: [number, number]|null, gaps: paint.GapMark[], marks: import('./chart-marks.js').Mark[], overlays: paint.Overlay[],
 *   curve: paint.Curve|null, curveAt: (x: number) => number, tangent: ((x: number, span: number) => Tangent|null)|null,
 *   picture: (from: number, to: number, px: number) => Picture, timeOfDay: (x: number) => string}} Model
 *   `style` changes when the chart must be built anew, `version` when it must be drawn again; `origin`
 *   and `end` are microseconds of board time, the rest seconds from the origin */
/** @typedef {{x: number, y: number, slope: number, text: string}} Tangent through (x, y), slope by the second */
/** @typedef {{range: (r: [number, number]) => void, zoom: (z: [number, number]) => void, all: () => void,
 *   read: (text: string) => void}} Hands what a hand on the chart asks for */

const element = (/** @type {string} */ name, cls = '') => {
  const e = document.createElement(name);
  e.className = cls;
  return e;
};
const TOKENS = ['ink', 'ink2', 'ink3', 'grid', 'grid2', 'edge', 'gap', 'surface', 'cinnabar', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
const NEAR_PX = 12;                                // a hand this near to a mark means it

export class Chart {
  /** @param {HTMLElement} root @param {() => Model} model @param {Hands} on */
  constructor(root, model, on) {
    this.root = root;
    this.model = model;
    this.on = on;
    this.m = model();
    /** @type {[number, number]} */ this.window = [0, 30];
    /** @type {[number, number]} */ this.values = [0, 1];
    /** @type {number|null} */ this.cross = null;    // seconds; null: no reading line
    this.isByKey = false;
    this.read = '';                               // what the reading line said last
    this.drawn = '';
    /** @type {Picture} */ this.picture = { x: [], lanes: [], isBand: false };
    /** @type {[number, boolean][]} */ this.strays = [];
    /** @type {import('./chart-scale.js').Cross[]} */ this.outside = [];
    /** @type {any} */ this.u = null;
    this.box = element('div');
    this.valueLabel = element('span', 'ylab');
    this.timeLabel = element('span', 'xlab');
    root.append(this.box, this.valueLabel, this.timeLabel);
    this.sizes = new ResizeObserver(() => this.build());
    this.sizes.observe(root);
  }

  destroy() {
    this.sizes.disconnect();
    this.u?.destroy();
    this.root.replaceChildren();
  }

  get span() { return this.window[1] - this.window[0]; }
  /** Seconds from the origin to where the picture ends. */
  get end() { return (this.m.end - this.m.origin) / 1e6; }

  build() {
    const width = this.root.clientWidth - 8, height = this.root.clientHeight - 4, { m } = this;
    if (width < 80 || height < 60) return;
    this.u?.destroy();
    this.colours = Object.fromEntries(TOKENS.map((k) => [k, token('--' + k)]));
    this.font = '14px ' + token('--han');
    this.style = m.style;
    const c = this.colours, font = this.font;
    const axis = { stroke: c.ink2, font, gap: 4, grid: { stroke: c.grid, width: 1 }, ticks: { stroke: c.edge, size: 5, width: 1 } };
    // Whole pixels (uPlot's default) make steps of a steep line.
    const path = { pxAlign: 0, points: { show: false } };
    /** @type {(line: Line) => any[]} */
    const lane = (line) => [{ ...path, stroke: null }, { ...path, stroke: null },
      { ...path, stroke: m.isOfEvents ? null : c['c' + line.colour], width: 2.25, dash: paint.dashOf(line.colour), spanGaps: false }];
    this.u = new uPlot({
      width, height, padding: [26, 14, 0, 0], legend: { show: false }, cursor: { show: false }, select: /** @type {any} */ ({ show: false }),
      scales: { x: { time: false, range: () => this.window }, y: { range: () => this.values } },
      axes: [
        { ...axis, size: 48, space: 64, incrs: () => timeSteps(this.span), values: (/** @type {any} */ _, /** @type {number[]} */ s) => tickText(s, timeUnit(this.span)[1]) },
        { ...axis, incrs: VALUE_STEPS,
          // A step of 1, 2 or 5 may come out 2.5 times as wide as asked; three have room all the same.
          space: (/** @type {any} */ _u, /** @type {any} */ _a, /** @type {any} */ _lo, /** @type {any} */ _hi, /** @type {number} */ px) => Math.max(20, Math.min(44, px / 7.5)), values: (/** @type {any} */ _, /** @type {number[]} */ s) => tickText(s),
          size: (/** @type {any} */ _, /** @type {string[]} */ v) => Math.max(46, 16 + 8.4 * Math.max(0, ...(v ?? []).map((s) => s.length))) }],
      series: [{}, ...m.lines.flatMap(lane)],
      bands: m.lines.map((line, i) => ({ series: [i * 3 + 2, i * 3 + 1], fill: c['c' + line.colour] + '44' })),
      hooks: { drawClear: [() => this.paintUnder()], draw: [() => this.paintOver()] },
    }, [[0], ...m.lines.flatMap(() => [[null], [null], [null]])], this.box);
    this.u.over.parentNode.style.userSelect = 'none';
    this.over = this.u.over;
    this.selection = element('div', 'sel');
    this.crossLine = element('div', 'cross');
    this.tangentLine = element('i');
    const tangents = element('div', 'tangent');
    tangents.append(this.tangentLine);
    for (const side of ['l', 'r']) {
      const grip = /** @type {HTMLButtonElement} */ (element('button', side));
      grip.type = 'button';
      grip.setAttribute('aria-label', t(side === 'l' ? 'leftEnd' : 'rightEnd'));
      gripTouch(this, grip, side === 'l' ? 0 : 1);
      gripKeys(this, grip, side === 'l' ? 0 : 1);
      this.selection.append(grip);
    }
    this.over.append(tangents, this.crossLine, this.selection);
    attachTouch(this);
    this.drawn = '';
    this.draw();
  }

  /** Draws when something changed since the last time. Cheap to call often. */
  draw() {
    const m = this.m = this.model();
    if (m.style !== this.style) { this.build(); return; }
    if (!this.u) return;
    const end = this.end, seen = withPredicted(windowOf(m.window, end, m.zoom, m.isGrowing), m);
    const drawn = [m.version, seen, m.range, m.window === '30' || m.gaps.length ? end.toFixed(2) : '', m.overlays.length, m.values, m.predicted?.length, m.watermark].join('|');
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.window = seen;
    const us = (/** @type {number} */ s) => m.origin + s * 1e6;
    const p = this.picture = m.picture(us(seen[0]), Math.min(us(seen[1]), m.end), Math.max(60, this.over.clientWidth));
    const lanes = m.lines.map((line) => line.at), more = [];
    if (m.window !== '30') {
      for (const o of m.overlays) for (const v of o.y) if (v != null) more.push(v);
      for (const [, v] of m.predicted ?? []) more.push(v);
    }
    this.values = m.values ?? valueRange(p, lanes, Math.max(0, ...m.lines.map((line) => line.step)), more);
    this.strays = clipped(p, lanes, this.values);
    this.outside = outside(p, m.lines);
    this.valueLabel.textContent = m.title;
    this.timeLabel.textContent = `${t('time')} / ${timeUnit(this.span)[0]}`;
    const none = p.x.map(() => null);
    this.u.setData([p.x, ...lanes.flatMap((c) => (p.isBand ? [p.lanes[c].lo, p.lanes[c].hi] : [none, none]).concat([p.lanes[c].mid]))], true);
    // What is drawn, in words, for whoever looks at the page with a program.
    const i = p.x.length - 1, { dataset } = this.root;
    dataset.last = i < 0 ? '' : [p.x[i], ...lanes.map((c) => p.lanes[c].mid[i])].join();
    dataset.points = String(p.x.length);
    dataset.gaps = String(m.gaps.filter((g) => g.to >= seen[0] && g.from <= seen[1]).length);
    dataset.marks = m.marks.filter((k) => k.x >= seen[0] && k.x <= seen[1]).map((k) => k.number).join();
    dataset.band = String(p.isBand);
    dataset.outside = String(this.outside.length);
    dataset.smoothed = String(!!p.bare);
    dataset.curve = m.curve ? (m.curve.isGood ? 'good' : 'poor') : '';
    dataset.drawn = m.isOfEvents ? 'points' : 'line';
    this.place();
  }

  paintUnder() {
    const c = /** @type {paint.Colours} */ (this.colours);
    paint.paper(this.u, c);
    paint.hatches(this.u, c, this.m.gaps);
    ofClass(this.u, c, this.font ?? '', this.m);
    const { bare } = this.picture;
    if (bare) for (const line of this.m.lines) paint.faint(this.u, c['c' + line.colour], bare.x, bare.lanes[line.at].mid);
  }

  paintOver() {
    const c = /** @type {paint.Colours} */ (this.colours), font = this.font ?? '', { m, picture: p } = this;
    paint.overlaid(this.u, c, font, m.overlays);
    if (m.curve) paint.curve(this.u, c, m.curve, m.curveAt);
    paint.gapLabels(this.u, c, font, m.gaps, m.marks.length ? FLAG_PX : 0);
    if (m.isOfEvents) for (const line of m.lines) paint.points(this.u, c, line.colour, p.x, p.lanes[line.at].mid);
    paint.strays(this.u, c, this.strays);
    paint.crosses(this.u, c, this.outside);
    flags(this.u, c, font, m.marks);
    if (!m.hasHead) return;
    const i = p.x.length - 1;
    paint.heads(this.u, c, m.lines.flatMap((line) => {
      const y = i >= 0 ? p.lanes[line.at].mid[i] : null;
      return y == null ? [] : [{ colour: line.colour, x: p.x[i], y }];
    }));
  }

  /** Puts the selection and the reading line where they belong. */
  place() {
    const { m, u, over, selection, crossLine, tangentLine } = this;
    if (!u || !over || !selection || !crossLine || !tangentLine) return;
    tangentLine.hidden = true;
    const width = over.clientWidth, px = (/** @type {number} */ s) => u.valToPos(s, 'x');
    selection.hidden = !m.range;
    if (m.range) {
      const a = Math.max(-2, px(m.range[0])), b = Math.min(width + 2, px(m.range[1]));
      selection.hidden = b < 0 || a > width;
      selection.style.left = a + 'px';
      selection.style.width = Math.max(0, b - a) + 'px';
    }
    const text = this.cross == null || (m.range && !this.isByKey) ? null : this.reading(this.cross);
    crossLine.hidden = !text;
    if (!text) return;
    const at = px(text.x);
    crossLine.hidden = at < -1 || at > width + 1;
    crossLine.style.left = at + 'px';
    crossLine.classList.toggle('flip', at > width * 0.6);
    const tip = element('p'), tangent = m.tangent && !crossLine.hidden ? m.tangent(text.from, this.span) : null;
    if (tangent) this.lean(tangentLine, tangent);
    for (const part of [...text.values, ...(tangent ? [{ text: tangent.text, colour: 0, y: null }] : [])]) { const b = element('b', part.colour ? 'c' + part.colour : ''); b.textContent = part.text; tip.append(b); }
    const when = element('span');
    when.textContent = text.when;
    tip.append(when);
    const dots = text.values.filter((v) => v.y != null).map((v) => {
      const dot = element('i');
      dot.style.top = u.valToPos(v.y, 'y') + 'px';
      dot.style.marginLeft = px(text.from) - at + 'px';
      return dot;
    });
    const note = element('em');
    note.textContent = text.marks.map((k) => k.text).join('\n');
    crossLine.classList.toggle('noted', text.marks.length > 0);
    if (text.marks.length) tip.append(note);
    crossLine.replaceChildren(...dots, tip);
    const words = [...text.marks.map((k) => k.text), ...text.values.map((v) => v.text), ...(tangent ? [`${t('slope')} ${tangent.text}`] : []), text.when].join(', ');
    if (words !== this.read) this.on.read(this.read = words);
  }

  /** Lays a line along a tangent, across the paper. @param {HTMLElement} line @param {Tangent} at */
  lean(line, { x, y, slope }) {
    const { u } = this, across = this.span, a = [u.valToPos(x, 'x'), u.valToPos(y, 'y')], b = [u.valToPos(x + across, 'x'), u.valToPos(y + slope * across, 'y')];
    const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
    line.hidden = false;
    line.style.left = a[0] + 'px';
    line.style.top = a[1] + 'px';
    line.style.transform = `rotate(${angle}rad)`;
  }

  /** What stands at an instant: a mark that is near, values, or why there is none. On a mark the line keeps to
   * its instant, and the values are of the reading beside it. @param {number} x */
  reading(x) {
    const { picture: p, m } = this, near = NEAR_PX * this.span / (this.over?.clientWidth || 1);
    const marks = m.marks.filter((k) => Math.abs(k.x - x) <= near), mark = marks.length ? marks[nearest(marks.map((k) => k.x), x)] : null;
    const aim = mark ? mark.x : x, gap = m.gaps.find((g) => aim > g.from && aim < g.to);
    const i = p.x.length ? nearest(p.x, aim) : -1, at = mark || gap || i < 0 ? aim : p.x[i];
    const [unit, per] = timeUnit(this.span), clock = m.timeOfDay(at);
    const fine = Math.max(0, Math.min(4, Math.ceil(-Math.log10(this.span / per / 400))));
    const told = { x: at, from: at, marks, when: quantity(at / per, fine, unit) + (clock ? `  ${clock}` : '') };
    if (gap) return { ...told, values: [{ text: gap.label, colour: 0, y: null }] };
    if (mark && !(Math.abs(p.x[i] - at) <= near)) return { ...told, values: [] };
    if (i < 0) return null;
    const values = m.lines.map((line) => {
      const y = p.lanes[line.at].mid[i];
      const { lo, hi } = p.lanes[line.at], limits = line.limits(p.x[i]), flag = isOutside(lo[i], limits) || isOutside(hi[i], limits) ? '  ' + t('f_out') : '';
      return { text: quantity(y, line.digits, line.unit) + flag, colour: m.lines.length > 1 ? line.colour : 0, y };
    });
    return !mark && values.every((v) => v.y == null) ? null : { ...told, from: p.x[i], values };
  }

  /** @param {number} from @param {number} span seconds */
  zoomTo(from, span) {
    const most = Math.max(this.end * 1.02, this.m.isGrowing ? 30 : 0.2);
    const s = Math.max(Math.min(0.05, most), Math.min(most, span));
    const a = Math.max(0, Math.min(most - s, from));
    this.on.zoom([a, a + s]);
  }

  /** @param {KeyboardEvent} e */
  key(e) { return pressKey(this, e); }
}
