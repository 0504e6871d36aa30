// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A small drawing of lines and points in SVG, where no hand touches the picture: tiles of groups, the screen on the
// wall, results of the class. Sizes are real pixels, so text keeps its size. x and y are what the axes count.
import { html, useEffect, useRef, useState } from './base.js';
import { SHAPE } from './icons.js';
import { num, ticks } from './numbers.js';

/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number|null>, colour?: string, width?: number, dash?: number[], cls?: string,
 *   lo?: ArrayLike<number|null>, hi?: ArrayLike<number|null>, isPoints?: boolean}} Line `lo`, `hi`: a band about it; null breaks it;
 *   `isPoints`: events, of which nothing is between two */
/** @typedef {{x: number, y: number, colour: number, size?: number, isOpen?: boolean, label?: string}} Dot with the shape of its colour, 1…6 */
/** @typedef {{label: string, x: [number, number], y: [number, number], xTitle?: string, yTitle?: string, lines?: Line[], dots?: Dot[],
 *   gaps?: {from: number, to: number}[], marks?: {x: number, text: string}[], font?: number, most?: [number, number], cls?: string,
 *   watermark?: string}} Props `most`: ticks on x and y */

/** Width and height of an element, as they change. @param {{current: HTMLElement|null}} ref */
export function useSize(ref) {
  const [size, setSize] = useState([0, 0]);
  useEffect(() => {
    const watch = new ResizeObserver(([e]) => setSize([Math.round(e.contentRect.width), Math.round(e.contentRect.height)]));
    if (ref.current) watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return size;
}

/** @typedef {(v: number) => number} Scale */

/** The path of a line; it is broken where there is no value. @param {Line} line @param {Scale} X @param {Scale} Y */
function pathOf({ x, y }, X, Y) {
  let d = '', isOn = false;
  for (let i = 0; i < x.length; i++) {
    const v = y[i];
    if (v == null || v !== v) { isOn = false; continue; }
    d += (isOn ? 'L' : 'M') + X(x[i]).toFixed(1) + ' ' + Y(v).toFixed(1);
    isOn = true;
  }
  return d;
}

/** A point at each value: lines of no length with round ends. @param {Line} line @param {Scale} X @param {Scale} Y */
function pointsOf({ x, y }, X, Y) {
  let d = '';
  for (let i = 0; i < x.length; i++) { const v = y[i]; if (v != null && v === v) d += `M${X(x[i]).toFixed(1)} ${Y(v).toFixed(1)}h0`; }
  return d;
}

/** The band of lowest and highest, a piece for each stretch without a hole. @param {Line} line @param {Scale} X @param {Scale} Y */
function bandOf({ x, lo, hi }, X, Y) {
  let d = '', from = -1;
  const close = (/** @type {number} */ to) => {
    if (from < 0 || to - from < 2 || !lo || !hi) { from = -1; return; }
    for (let i = from; i < to; i++) d += (i === from ? 'M' : 'L') + X(x[i]).toFixed(1) + ' ' + Y(Number(hi[i])).toFixed(1);
    for (let i = to - 1; i >= from; i--) d += 'L' + X(x[i]).toFixed(1) + ' ' + Y(Number(lo[i])).toFixed(1);
    d += 'Z';
    from = -1;
  };
  for (let i = 0; i < x.length; i++) {
    if (lo?.[i] == null || hi?.[i] == null) close(i); else if (from < 0) from = i;
  }
  close(x.length);
  return d;
}

/** About how wide a text is, in its height: Han is as wide as high. @param {string} text */
const breadthOf = (text) => [...text].reduce((sum, c) => sum + (c > '\u2e7f' ? 1 : 0.56), 0);

/** @param {Dot} dot @param {number} i @param {Scale} X @param {Scale} Y @param {number} font @param {number} end where the drawing ends */
const dotOf = (dot, i, X, Y, font, end) => html`<g key=${i} class=${'c' + dot.colour} transform=${`translate(${X(dot.x).toFixed(1)} ${Y(dot.y).toFixed(1)})`}>
  <path d=${SHAPE[dot.colour]} transform=${`scale(${dot.size ?? 1.7})`} fill=${dot.isOpen ? 'var(--surface)' : 'currentColor'} stroke=${dot.isOpen ? 'currentColor' : 'var(--surface)'} stroke-width=${dot.isOpen ? 1.6 : 0.8}/>
  ${dot.label && html`<text x=${font * (X(dot.x) + font * (breadthOf(dot.label) + 1) > end ? -0.7 : 0.7)} y=${font * 1.1} text-anchor=${X(dot.x) + font * (breadthOf(dot.label) + 1) > end ? 'end' : 'start'} style=${{ fontSize: font + 'px' }}>${dot.label}</text>`}</g>`;

const SHORT = 2;                     // a bare unit ("min") stands at the end of the row of numbers; a title has the row below it

/** Where the axes lie, in a box of this size. @param {Props} p @param {number} width @param {number} height */
export function layoutOf({ x, y, xTitle = '', yTitle, font = 14, most = [6, 5] }, width, height) {
  const [ys, yDigits] = ticks(y[0], y[1], Math.max(2, Math.min(most[1], height / (font * 2.8)))), isLong = breadthOf(xTitle) > SHORT;
  const left = font * 0.62 * Math.max(2, ...ys.map((v) => num(v, yDigits).length)) + font * 0.8;
  const top = yTitle ? font * 2 : font * 0.7, right = font * 0.9, foot = font * (isLong ? 3.2 : 1.9);
  const [xs, xDigits] = ticks(x[0], x[1], Math.max(2, Math.min(most[0], width / (font * 5))));
  const X = (/** @type {number} */ v) => left + (v - x[0]) / (x[1] - x[0]) * (width - left - right);
  const Y = (/** @type {number} */ v) => top + (1 - (v - y[0]) / (y[1] - y[0])) * (height - top - foot);
  // A number stays in the drawing, and is left out where the unit stands; its line of the grid is drawn all the same.
  const clear = isLong || !xTitle ? Infinity : width - font * (breadthOf(xTitle) + 0.5);
  const numbers = xs.flatMap((v) => {
    const text = num(v, xDigits), half = font * breadthOf(text) / 2;
    return X(v) + half < clear ? [{ text, at: Math.min(X(v), width - half) }] : [];
  });
  return { xs, numbers, ys, yDigits, left, right, top, foot, X, Y };
}

/** @param {Props} p */
export function Plot(p) {
  const { label, xTitle = '', yTitle = '', lines = [], dots = [], gaps = [], marks = [], font = 14, cls = '', watermark = '' } = p;
  const ref = useRef(/** @type {HTMLElement|null} */ (null)), [width, height] = useSize(ref);
  const id = useRef('clip' + Math.random().toString(36).slice(2));
  const { xs, numbers, ys, yDigits, left, right, top, foot, X, Y } = layoutOf(p, width, height), size = { fontSize: font + 'px' };
  const bottom = height - foot, end = width - right, isDrawn = width > font * 5 && bottom > top;
  return html`<div class=${'plot ' + cls} ref=${ref} role="img" aria-label=${label}>${isDrawn && html`<svg width=${width} height=${height} aria-hidden="true">
    <clipPath id=${id.current}><rect x=${left} y=${top} width=${Math.max(0, end - left)} height=${Math.max(0, bottom - top)}/></clipPath>
    ${ys.map((v) => html`<path class="gr" d=${`M${left} ${Y(v)}H${end}`}/><text x=${left - 6} y=${Y(v) + font * 0.36} text-anchor="end" style=${size}>${num(v, yDigits)}</text>`)}
    ${xs.map((v) => html`<path class="gr" d=${`M${X(v)} ${top}V${bottom}`}/>`)}
    <g data-axis="x">${numbers.map(({ text, at }) => html`<text x=${at} y=${bottom + font * 1.35} text-anchor="middle" style=${size}>${text}</text>`)}</g>
    <path class="ax" fill="none" d=${`M${left} ${top}V${bottom}H${end}`}/>
    ${yTitle && html`<text x="2" y=${font * 1.15} style=${size}>${yTitle}</text>`}
    ${xTitle && html`<text x=${width - 2} y=${height - font * 0.55} text-anchor="end" style=${size}>${xTitle}</text>`}
    <g clip-path=${`url(#${id.current})`}>
      ${gaps.map((g) => html`<rect class="gap" x=${X(g.from)} y=${top} width=${Math.max(3, X(g.to) - X(g.from))} height=${bottom - top}/>`)}
      ${watermark && html`<text class="watermark" x=${(left + end) / 2} y=${(top + bottom) / 2} text-anchor="middle" dominant-baseline="middle" style=${{ fontSize: Math.min((end - left) / 5, (bottom - top) / 2) + 'px' }}>${watermark}</text>`}
      ${marks.map((m) => html`<path class="mk" d=${`M${X(m.x)} ${top}V${bottom}`}/><text x=${X(m.x) + (X(m.x) > width * 0.75 ? -5 : 5)} y=${top + font} text-anchor=${X(m.x) > width * 0.75 ? 'end' : 'start'} style=${size}>${m.text}</text>`)}
      ${lines.map((line) => line.lo && html`<path class="band" d=${bandOf(line, X, Y)} fill=${line.colour ?? 'currentColor'}/>`)}
      ${lines.map((line) => html`<path class=${'ln ' + (line.cls ?? '')} d=${line.isPoints ? pointsOf(line, X, Y) : pathOf(line, X, Y)} stroke=${line.colour ?? 'currentColor'} stroke-width=${(line.width ?? 2.25) * (line.isPoints ? 2.5 : 1)} stroke-dasharray=${line.isPoints ? '' : (line.dash ?? []).join(' ')} fill="none"/>`)}
    </g>${dots.map((dot, i) => dotOf(dot, i, X, Y, font, width))}</svg>`}</div>`;
}
