// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Axes of a small SVG picture: x–y, histogram, spectrum. Who draws in it gets the places of its values in pixels.
import { html, useEffect, useRef, useState } from './base.js';
import { num, ticks } from './numbers.js';

/** @typedef {{px: (v: number) => number, py: (v: number) => number, left: number, top: number, right: number, bottom: number}} Place in pixels */

/** Width and height of an element, as they change. @param {{current: HTMLElement|null}} ref */
function useSize(ref) {
  const [size, setSize] = useState([0, 0]);
  useEffect(() => {
    const watch = new ResizeObserver(([e]) => setSize([Math.round(e.contentRect.width), Math.round(e.contentRect.height)]));
    if (ref.current) watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return size;
}

/** Least and greatest with some air. @param {number[]} values @returns {[number, number]} */
export function spread(values) {
  let lo = Infinity, hi = -Infinity;
  for (const v of values) { if (v < lo) lo = v; if (v > hi) hi = v; }
  if (!(hi >= lo)) return [0, 1];
  const air = (hi - lo) * 0.06 || Math.abs(hi) * 0.01 || 1;
  return [lo - air, hi + air];
}

/** @param {{x: [number, number], y: [number, number], xTitle?: string, yTitle: string, label: string, top?: number, hasX?: boolean,
 *   onRead?: (x: number|null) => void, draw: (place: Place) => any}} p `onRead`: where a pointer is, in x */
export function Graph({ x: [x0, x1], y: [y0, y1], xTitle = '', yTitle, label, top = 48, hasX = true, onRead, draw }) {
  const frame = useRef(/** @type {HTMLElement|null} */ (null)), [width, height] = useSize(frame);
  const [ys, yd] = ticks(y0, y1, Math.max(2, height / 44)), [xs, xd] = ticks(x0, x1, Math.max(2, width / 90));
  const left = 18 + 8.4 * Math.max(3, ...ys.map((v) => num(v, yd).length)), right = width - 16, bottom = height - (xTitle ? 50 : 30);
  const px = (/** @type {number} */ v) => left + (v - x0) / (x1 - x0) * (right - left), py = (/** @type {number} */ v) => top + (1 - (v - y0) / (y1 - y0)) * (bottom - top);
  const read = (/** @type {any} */ e) => {
    const at = e.clientX - /** @type {HTMLElement} */ (frame.current).getBoundingClientRect().left, v = x0 + (at - left) / (right - left) * (x1 - x0);
    onRead?.(v >= x0 && v <= x1 ? v : null);
  };
  return html`<div class="plot" ref=${frame} role="img" aria-label=${label} onPointerMove=${onRead && read} onPointerDown=${onRead && read}
    onPointerLeave=${onRead && (() => onRead(null))}>${width > 60 && height > 60 && html`<svg width=${width} height=${height} aria-hidden="true">
    ${ys.map((v) => html`<path class="gr" d=${`M${left} ${py(v)}H${right}`}/><text x=${left - 6} y=${py(v) + 5} text-anchor="end">${num(v, yd)}</text>`)}
    ${hasX && xs.map((v) => html`<path class="gr" d=${`M${px(v)} ${top}V${bottom}`}/><text x=${px(v)} y=${bottom + 20} text-anchor="middle">${num(v, xd)}</text>`)}
    <path class="ax" fill="none" d=${`M${left} ${top}V${bottom}H${right}`}/>
    <text class="ytitle" x="4" y=${top - 14}>${yTitle}</text>
    ${xTitle && html`<text x=${right} y=${bottom + 42} text-anchor="end">${xTitle}</text>`}
    ${draw({ px, py, left, top, right, bottom })}</svg>`}</div>`;
}
