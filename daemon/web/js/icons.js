// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// All drawings are ours: a grid of 24 units, stroke 1.75, round ends; colour comes from the text. And
// the marks that stand beside a colour, so that colour never speaks alone: a shape and a dash.
import { html } from './base.js';

const DRAWING = {
  rec: '<circle cx="12" cy="12" r="7" fill="currentColor" stroke="none"/>',
  play: '<path d="M8 5.5v13l10.5-6.5z" fill="currentColor"/>',
  check: '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
  cross: '<path d="M6 6l12 12M18 6L6 18"/>',
  warn: '<path d="M12 4L2.8 19.5h18.4z M12 10v4.5 M12 17v.2"/>',
  wait: '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
  freeze: '<path d="M4 8V5a1 1 0 0 1 1-1h3 M16 4h3a1 1 0 0 1 1 1v3 M20 16v3a1 1 0 0 1-1 1h-3 M8 20H5a1 1 0 0 1-1-1v-3 M10 9v6 M14 9v6"/>',
  out: '<path d="M12 4v11 M7.5 10.5L12 15l4.5-4.5 M4.5 15.5V19a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1v-3.5"/>',
  more: '<path d="M5 7h14 M5 12h14 M5 17h14"/>',
  sun: '<circle cx="12" cy="12" r="3.8"/><path d="M12 3v2 M12 19v2 M3 12h2 M19 12h2 M5.6 5.6L7 7 M17 17l1.4 1.4 M18.4 5.6L17 7 M7 17l-1.4 1.4"/>',
  moon: '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>',
  lang: '<circle cx="12" cy="12" r="8.2"/><path d="M3.8 12h16.4 M12 3.8c-5 5-5 11.4 0 16.4 M12 3.8c5 5 5 11.4 0 16.4"/>',
  keyboard: '<rect x="3" y="6" width="18" height="12" rx="1.5"/><path d="M7 10h.1 M10.3 10h.1 M13.6 10h.1 M17 10h.1 M8 14h8"/>',
  chart: '<path d="M4 4v16h16 M7.5 15l3.5-5 3.5 3 4.5-7"/>',
  digits: '<path d="M7 5h4v14H7z M7 12h4 M15 5h4v14h-4z M15 12h4"/>',
  gauge: '<path d="M4.5 17a8.5 8.5 0 1 1 15 0 M12 14.5l4-5"/><circle cx="12" cy="14.8" r="1.3"/>',
  table: '<rect x="4" y="5" width="16" height="14" rx="1"/><path d="M4 10h16 M4 14.5h16 M10 5v14"/>',
  xy: '<path d="M4 4v16h16"/><circle cx="9" cy="15" r="1.2"/><circle cx="12.5" cy="11" r="1.2"/><circle cx="16.5" cy="9.5" r="1.2"/><circle cx="18" cy="6" r="1.2"/>',
  lamp: '<path d="M9 17h6 M10 20h4 M8.5 14.5a5.5 5.5 0 1 1 7 0c-.8.7-1 1.5-1 2.5h-5c0-1-.2-1.8-1-2.5z M3 5l1.5 1 M21 5l-1.5 1"/>',
  plug: '<path d="M9 3v5 M15 3v5 M6.5 8h11v3a5.5 5.5 0 0 1-11 0z M12 16.5V21"/>',
  unplug: '<path d="M9 3v5 M15 3v5 M6.5 8h11v3a5.5 5.5 0 0 1-11 0z M12 19v2.5 M4 20L20 4"/>',
  store: '<ellipse cx="12" cy="6.5" rx="7" ry="2.5"/><path d="M5 6.5v11C5 18.9 8.1 20 12 20s7-1.1 7-2.5v-11 M5 12c0 1.4 3.1 2.5 7 2.5s7-1.1 7-2.5"/>',
  lock: '<rect x="5.5" y="11" width="13" height="9" rx="1.5"/><path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
  teacher: '<circle cx="8" cy="8.5" r="3"/><path d="M2.8 19.5c0-3.6 2.2-6 5.2-6s5.2 2.4 5.2 6 M12 5h8.5v8.5H15"/>',
  eye: '<path d="M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6z"/><circle cx="12" cy="12" r="2.8"/>',
  layers: '<path d="M12 4.5l8.5 4.3L12 13 3.5 8.8z M4 13l8 4 8-4"/>',
  book: '<path d="M4 5.5c2.5-1 5.5-1 8 .5 2.5-1.5 5.5-1.5 8-.5V19c-2.5-1-5.5-1-8 .5-2.5-1.5-5.5-1.5-8-.5z M12 6v13.5"/>',
  pen: '<path d="M4 20l1-4.5L16.2 4.3a1.7 1.7 0 0 1 2.4 0l1.1 1.1a1.7 1.7 0 0 1 0 2.4L8.5 19z M14 6.5l3.5 3.5"/>',
  pin: '<path d="M12 3.5a6 6 0 0 1 6 6c0 4.5-6 11-6 11s-6-6.5-6-11a6 6 0 0 1 6-6z"/><circle cx="12" cy="9.5" r="2"/>',
  flag: '<path d="M6 21V4h11l-2.5 4L17 12H6"/>',
  group: '<circle cx="9" cy="8.5" r="3"/><path d="M3.5 19c0-3.5 2.4-5.5 5.5-5.5s5.5 2 5.5 5.5 M15.5 6a2.8 2.8 0 0 1 0 5.2 M17 13.8c2.2.6 3.5 2.4 3.5 5.2"/>',
  fit: '<path d="M4 4v16h16 M7 17C10 9 14 8 19 7"/><circle cx="8" cy="12.5" r="1.1"/><circle cx="11.5" cy="11.5" r="1.1"/><circle cx="15" cy="6" r="1.1"/>',
  calc: '<path d="M14.5 4.5c-3-1.2-4 .8-4.4 3.5L8.6 17c-.4 2.5-1.6 3.6-4.1 2.7 M6.5 10.5h7 M14 14l5.5 6 M19.5 14L14 20"/>',
  histogram: '<path d="M4 20h16 M5.5 20v-4h3.2v4 M8.7 20V9h3.2v11 M11.9 20V5h3.2v15 M15.1 20v-7h3.2v7"/>',
  wave: '<path d="M4 4v16h16 M7.5 20v-3 M10 20V7 M12.5 20v-5 M15 20v-8 M17.5 20v-2"/>',
  tools: '<path d="M4 7h9 M17 7h3 M4 12h3 M11 12h9 M4 17h10 M18 17h2"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="12" r="2"/><circle cx="16" cy="17" r="2"/>',
  ear: '<path d="M7 9a5 5 0 0 1 10 0c0 4-4 4.5-4 8a3 3 0 0 1-5.5 1.6 M10 9.5a2 2 0 0 1 4 0c0 1.5-1.5 2-2 3"/>',
  tangent: '<path d="M4 19c7 0 9-4 10-14 M5.5 20.5L20 6"/><circle cx="12.2" cy="13.6" r="1.6" fill="currentColor"/>',
  image: '<rect x="4" y="5" width="16" height="14" rx="1.5"/><path d="M4 16l5-5 4 4 2.5-2.5L20 17"/><circle cx="15.5" cy="9" r="1.4"/>',
  down: '<path d="M6 9.5l6 6 6-6"/>',
  hand: '<path d="M4 17h16 M7 13v8 M17 13v8 M7 17l2.5-2 M7 17l2.5 2 M17 17l-2.5-2 M17 17l-2.5 2"/><circle cx="12" cy="7" r="3"/>',
  live: '<path d="M12 12h.1"/><circle cx="12" cy="12" r="2.4" fill="currentColor" stroke="none"/><path d="M7.4 7.4a6.5 6.5 0 0 0 0 9.2 M16.6 7.4a6.5 6.5 0 0 1 0 9.2 M4.6 4.6a10.5 10.5 0 0 0 0 14.8 M19.4 4.6a10.5 10.5 0 0 1 0 14.8"/>',
  // the teacher's
  stop: '<rect x="6" y="6" width="12" height="12" rx="1.5" fill="currentColor" stroke="none"/>',
  pause: '<path d="M9 6v12 M15 6v12"/>',
  zero: '<path d="M2.5 12H8 M5.5 9.5L8 12l-2.5 2.5 M21.5 12H16 M18.5 9.5L16 12l2.5 2.5"/><ellipse cx="12" cy="12" rx="2.2" ry="4.5"/>',
  replay: '<path d="M5 5v5h5 M5.5 10a7.5 7.5 0 1 1-.8 5"/>',
  undo: '<path d="M8.5 5L4 9.5 8.5 14 M4 9.5h9.5a5.5 5.5 0 0 1 0 11H9"/>',
  board: '<rect x="4" y="6" width="16" height="12" rx="1.5"/><path d="M8 10h3v4H8z M15 10h2 M15 14h2 M8 3.5V6 M12 3.5V6 M16 3.5V6"/>',
  screen: '<rect x="3" y="5" width="18" height="11.5" rx="1"/><path d="M9 20h6 M12 16.5V20"/>',
  axis: '<path d="M6 4v16 M3.5 6.5L6 4l2.5 2.5 M3.5 17.5L6 20l2.5-2.5 M12 7h8 M12 12h8 M12 17h8"/>',
  right: '<path d="M9 5.5l6.5 6.5L9 18.5"/>',
  left: '<path d="M15 5.5L8.5 12l6.5 6.5"/>',
  plus: '<path d="M12 5v14 M5 12h14"/>',
  minus: '<path d="M5 12h14"/>',
};
/** @typedef {keyof typeof DRAWING} IconName */

/** @param {{n: IconName, s?: number}} p name and size */
export const Icon = ({ n, s = 22 }) => html`<svg class="ico" width=${s} height=${s} viewBox="0 0 24 24"
  aria-hidden="true" dangerouslySetInnerHTML=${{ __html: DRAWING[n] }}></svg>`;

/** Shapes 1…6 in a box of 10 about the origin, for canvas and SVG: ● ■ ▲ ◆ ▼ ✚ */
export const SHAPE = ['',
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z', 'M-3.6-3.6h7.2v7.2h-7.2z', 'M0-4.6L4.6 3.6H-4.6z',
  'M0-5L5 0 0 5-5 0z', 'M0 4.6L4.6-3.6H-4.6z', 'M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z'];
/** Dashes 1…6, in CSS pixels. */
export const DASH = [[], [], [9, 4], [2, 3], [12, 3, 2, 3], [6, 3], [14, 4]];

/** @param {{k: number, s?: number}} p colour number and size */
export const Shape = ({ k, s = 16 }) => html`<svg class=${'shape c' + k} width=${s} height=${s}
  viewBox="-6 -6 12 12" aria-hidden="true"><path d=${SHAPE[k]} fill="currentColor"/></svg>`;

/** A sample of a line. @param {{k: number, dash?: number[]}} p */
export const Sample = ({ k, dash = DASH[k] }) => html`<svg class=${'dash c' + k} width="34" height="12"
  aria-hidden="true"><path d="M0 6h34" stroke="currentColor" stroke-width="3"
  stroke-dasharray=${dash.join(' ')} fill="none"/></svg>`;
