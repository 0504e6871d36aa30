// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Hands on the chart. One finger or the mouse selects a range; two fingers or the wheel zoom about the
// place they touch; two fingers or Shift + wheel pan; a tap moves the reading line; a double press
// shows all. Every gesture has a key.

/** @typedef {import('./chart.js').Chart} Chart */

const DRAG_PX = 6;

/** @param {Chart} chart */
export function attachTouch(chart) {
  const over = /** @type {HTMLElement} */ (chart.over);
  const place = () => over.getBoundingClientRect();
  const at = (/** @type {{clientX: number}} */ e) => chart.u.posToVal(e.clientX - place().left, 'x');
  /** @type {Map<number, number>} fingers and where they are */ const fingers = new Map();
  /** @type {{x: number, px: number, isDrag: boolean}|null} */ let press = null;
  /** @type {{distance: number, middle: number, window: [number, number]}|null} */ let pinch = null;

  over.onpointerdown = (e) => {
    if (/** @type {HTMLElement} */ (e.target).tagName === 'BUTTON' || e.button > 0) return;
    over.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, e.clientX);
    if (fingers.size === 2) {
      const [a, b] = fingers.values();
      pinch = { distance: Math.abs(a - b) || 1, middle: (a + b) / 2, window: [...chart.window] };
      press = null;
    } else press = { x: at(e), px: e.clientX, isDrag: false };
  };
  over.onpointermove = (e) => {
    if (!fingers.size) {
      if (e.pointerType === 'mouse') { chart.isByKey = false; chart.cross = at(e); chart.place(); }
      return;
    }
    fingers.set(e.pointerId, e.clientX);
    if (pinch && fingers.size > 1) {
      const [a, b] = fingers.values(), [w0, w1] = pinch.window, box = place();
      const span = (w1 - w0) * pinch.distance / (Math.abs(a - b) || 1);
      const held = w0 + (w1 - w0) * (pinch.middle - box.left) / box.width;
      chart.zoomTo(held - span * ((a + b) / 2 - box.left) / box.width, span);
    } else if (press && (press.isDrag || Math.abs(e.clientX - press.px) > DRAG_PX)) {
      press.isDrag = true;
      const x = at(e), from = Math.max(0, Math.min(press.x, x)), to = Math.min(chart.end, Math.max(press.x, x));
      if (to > from) chart.on.range([from, to]);
    }
  };
  over.onpointerup = over.onpointercancel = (e) => {
    fingers.delete(e.pointerId);
    if (press && !press.isDrag) { chart.cross = press.x; chart.isByKey = true; chart.place(); }
    press = null;
    if (fingers.size < 2) pinch = null;
  };
  over.onpointerleave = (e) => {
    if (e.pointerType === 'mouse' && !fingers.size) { chart.cross = null; chart.place(); }
  };
  over.ondblclick = () => chart.on.all();
  over.addEventListener('wheel', (e) => {
    e.preventDefault();
    const { span } = chart, x = at(e), way = Math.sign(e.deltaY || e.deltaX);
    if (e.shiftKey) { chart.zoomTo(chart.window[0] + way * span * 0.1, span); return; }
    const next = span * Math.exp(way * 0.18);
    chart.zoomTo(x - next * (x - chart.window[0]) / span, next);
  }, { passive: false });
}

/** Moves one end of the range, keeping the two apart. @param {Chart} chart @param {0|1} side @param {number} x */
function moveEnd(chart, side, x) {
  const range = chart.m.range, apart = chart.span / 200;
  if (!range) return;
  chart.on.range(side ? [range[0], Math.min(chart.end, Math.max(x, range[0] + apart))]
    : [Math.max(0, Math.min(x, range[1] - apart)), range[1]]);
}

/** @param {Chart} chart @param {HTMLElement} grip @param {0|1} side */
export function gripTouch(chart, grip, side) {
  grip.onpointerdown = (e) => { e.stopPropagation(); grip.setPointerCapture(e.pointerId); };
  grip.onpointermove = (e) => {
    if (!grip.hasPointerCapture(e.pointerId) || !chart.over) return;
    e.stopPropagation();
    moveEnd(chart, side, chart.u.posToVal(e.clientX - chart.over.getBoundingClientRect().left, 'x'));
  };
}

/** @param {Chart} chart @param {HTMLElement} grip @param {0|1} side */
export function gripKeys(chart, grip, side) {
  grip.onkeydown = (e) => {
    const way = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
    if (!way || !chart.m.range) return;
    e.preventDefault();
    e.stopPropagation();
    moveEnd(chart, side, chart.m.range[side] + way * chart.span / (e.shiftKey ? 10 : 100));
  };
}

/** Moves the reading line to the mark after it, or before it. @param {Chart} chart @param {number} cross
 * @param {boolean} isBack @param {(x: number) => void} read */
function readMark({ m: { marks } }, cross, isBack, read) {
  const mark = isBack ? marks.filter(({ x }) => x < cross).pop() : marks.find(({ x }) => x > cross);
  if (mark) read(mark.x);
}

/** Keys while the chart has the focus; true when it was one of them. @param {Chart} chart @param {KeyboardEvent} e */
export function pressKey(chart, e) {
  const { end, span } = chart, cross = chart.cross ?? Math.min(end, chart.window[1]);
  const way = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0;
  const read = (/** @type {number} */ x) => {
    chart.cross = Math.max(0, Math.min(end, x));
    chart.isByKey = true;
    chart.place();
  };
  if (e.ctrlKey || e.metaKey || e.altKey) return false;
  if (way && e.shiftKey) {
    const range = chart.m.range;
    chart.on.range(range ? [range[0], Math.max(range[0] + span / 200, Math.min(end, range[1] + way * span / 40))]
      : [Math.max(0, cross - span / 8), cross]);
  } else if (way) read(cross + way * span / 100);
  else if (e.key === '+' || e.key === '=') chart.zoomTo(cross - span * 0.35, span * 0.7);
  else if (e.key === '-') chart.zoomTo(cross - span * 0.715, span * 1.43);
  else if (e.key === 'm' || e.key === 'M') readMark(chart, cross, e.shiftKey, read);
  else if (e.key === 'Home') read(0);
  else if (e.key === 'End') read(end);
  else return false;
  e.preventDefault();
  return true;
}
