// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A group is recognised by number, shape and animal, and never by a name. The drawings are ours, in a box of 32; the
// board says which animal a group has, in words. Groups 7 to 12 repeat the colours of 1 to 6 with an open shape.
import { html, say, t } from './base.js';
import { SHAPE } from './icons.js';

const COLOURS = SHAPE.length - 1;

/** @typedef {import('./base.js').Words} Words */

/** By the English word of the board. @type {Record<string, string>} */
const DRAWING = {
  rabbit: '<path d="M11.5 14.5C8 9 8 3 10.5 3s4 5 4.3 10h2.4c.3-5 1.8-10 4.3-10s2.5 6-1 11.5a8.3 8.3 0 1 1-9 0z"/><g class="eye"><circle cx="13" cy="20.5" r="1.3"/><circle cx="19" cy="20.5" r="1.3"/><path d="M15 24h2l-1 1.2z"/></g>',
  egret: '<path d="M11 5.5l-8 1.7 8.5 1.3c1 .8 1 2 .2 3.4-1.5 2.5-2.7 4.7-2.2 7C10 22 12.5 24 16 24h1v5h1.6v-5.2C24 23 28 19 29.5 14c-4 2.5-7 3-10.5 3-2.5 0-4.5.8-5.7 2-.2-1.5.8-3.3 2-5.3 1.5-2.6 1.6-5.2.2-7C14.3 5.2 12.5 4.7 11 5.5z"/><g class="eye"><circle cx="12" cy="7" r=".8"/></g>',
  turtle: '<path d="M3.5 20.5C4 13 8.5 8.5 14 8.5s9.7 4.3 10.4 10c.8-2.5 2-3.8 3.6-3.8 1.9 0 3 1.4 3 3.1 0 2.5-2 4.2-5.5 4.4H23v3.3h-4v-3.3H10v3.3H6v-3.3H2z"/><g class="eye"><circle cx="28" cy="17.5" r=".9"/><path d="M10 19l2-5h4l2 5z" opacity=".55"/></g>',
  carp: '<path d="M2.5 16C6 9.5 12 8 17 10l3-3.5.8 5.2c1.2 1 2.3 2 3.4 3.1L30 9.5 28.5 16 30 22.5l-5.8-5.3C19 23.5 9 25.5 2.5 16z"/><g class="eye"><circle cx="8" cy="15" r="1.3"/><path d="M12.5 12c1.5 2.5 1.5 5.5 0 8l1.2.4c1.8-2.8 1.8-6 .2-8.8z"/></g>',
  butterfly: '<path d="M15.3 14C13 8 8 5 4 6c-2.5.7-1.5 9.5 4 11-3 1.2-3.5 5-1 7.5s7 .5 8.3-5zM16.7 14C19 8 24 5 28 6c2.5.7 1.5 9.5-4 11 3 1.2 3.5 5 1 7.5s-7 .5-8.3-5z"/><path d="M16 10.5V25M16 11c-.5-3-2-5-4-6M16 11c.5-3 2-5 4-6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>',
  cat: '<path d="M6 4.5l6 4.2a15 15 0 0 1 8 0l6-4.2c1.2 4.5 1.4 8 .6 11.5C26.6 23 22 27 16 27S5.4 23 5.4 16C4.6 12.5 4.8 9 6 4.5z"/><g class="eye"><circle cx="11.5" cy="16.5" r="1.5"/><circle cx="20.5" cy="16.5" r="1.5"/><path d="M14.8 20.5h2.4L16 22z"/></g>',
  dog: '<path d="M8.5 6.5C10.5 5.5 13 5 16 5s5.5.5 7.5 1.5c3 .3 5 3.5 5 8 0 3-1.5 5-3.3 5.2C24 24.5 20.5 28 16 28s-8-3.5-9.2-8.3c-1.8-.2-3.3-2.2-3.3-5.2 0-4.5 2-7.7 5-8z"/><path class="line" d="M9 8.500c-1.6 2.7-2.2 6-2 9.500M23 8.500c1.6 2.7 2.2 6 2 9.5"/><g class="eye"><circle cx="12" cy="14" r="1.5"/><circle cx="20" cy="14" r="1.5"/><path d="M13.6 18.500h4.800L16 21.200zM15.5 20.500h1V24h-1z"/></g>',
  panda: '<path d="M7.5 4.5A4.7 4.7 0 0 1 11.7 7a14 14 0 0 1 8.6 0 4.7 4.7 0 1 1 6 6.3c1 1.8 1.4 3.7 1.4 5.5C27.7 24.8 22.5 28.5 16 28.5S4.3 24.8 4.3 18.8c0-1.8.4-3.7 1.4-5.5a4.7 4.7 0 0 1 1.8-8.8z"/><g class="eye"><path d="M16 8.5c6 0 9.7 5.5 9.7 10.2C25.7 23.8 21.3 26.6 16 26.6S6.3 23.8 6.3 18.7C6.3 14 10 8.5 16 8.5z"/></g><ellipse cx="11.6" cy="16.8" rx="2.3" ry="3.1" transform="rotate(28 11.6 16.8)"/><ellipse cx="20.4" cy="16.8" rx="2.3" ry="3.1" transform="rotate(-28 20.4 16.8)"/><path d="M14.3 20.7h3.4L16 22.6z"/>',
  whale: '<path d="M2.5 19C2.5 12.6 8 10 13.5 10c6 0 8.3 3.6 11.3 6 .2-1.9-1.4-2.9-2.3-4.8 2-.2 3.7.5 4.6 1.9.8-1.4 2-2.1 3.7-2.1-.1 4.3-1.3 7.9-3.8 10.5C24 24.7 19.5 26 14 26 7.5 26 2.5 24.3 2.5 19z"/><path d="M12.5 8c-.2-2-1.5-3-3.3-3M12.5 8c.2-2 1.5-3 3.3-3" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/><g class="eye"><circle cx="8" cy="17" r="1.2"/><path d="M4 21.3c4 1.5 8.5 1.3 12 .2l.3 1c-4 1.5-8.5 1.5-11.5.3z"/></g>',
  fox: '<path d="M4.5 4L12 9.400a15 15 0 0 1 8 0L27.5 4c1 5 .9 9 .2 12L16 28.8 4.3 16C3.6 13 3.5 9 4.5 4z"/><path class="line" d="M4.8 16.800c4.5.2 8.5 2.8 9.7 7.400M27.2 16.800c-4.5.2-8.5 2.8-9.7 7.4"/><g class="eye"><circle cx="11.3" cy="14.5" r="1.5"/><circle cx="20.7" cy="14.5" r="1.5"/></g>',
  owl: '<path d="M6 4c2.6 1.3 5 2 7 2h6c2 0 4.4-.7 7-2 .8 3.5 1 7.2 1 11.3C27 23.8 22.5 29 16 29S5 23.8 5 15.3C5 11.2 5.2 7.5 6 4z"/><g class="eye"><circle cx="11.3" cy="13" r="3.5"/><circle cx="20.7" cy="13" r="3.5"/><path d="M16 15.5l1.7 2.4L16 21l-1.7-3.1z"/></g><circle cx="11.6" cy="13" r="1.6"/><circle cx="20.4" cy="13" r="1.6"/>',
  frog: '<path d="M9.5 5.5a4.3 4.3 0 0 1 4.2 3.2 13 13 0 0 1 4.6 0 4.3 4.3 0 1 1 7.4 3.8c2.2 2.1 3.3 4.6 3.3 6.8 0 4.9-5.6 8.2-13 8.2S3 24.2 3 19.3c0-2.2 1.1-4.7 3.3-6.8A4.3 4.3 0 0 1 9.5 5.5z"/><g class="eye"><circle cx="9.7" cy="10" r="1.5"/><circle cx="22.3" cy="10" r="1.5"/><path d="M8 19c5 2.6 11 2.6 16 0-.7 3.4-4 4.9-8 4.9S8.7 22.4 8 19z"/></g>',
};

/** Colour and shape of a group, 1…6. @param {number} number */
export const colourOf = (number) => (number - 1) % COLOURS + 1;
/** @param {number} number */
export const isOpenShape = (number) => number > COLOURS;

/** "3 组", "Group 3". @param {number} number */
export const groupName = (number) => t('groupN', number);

/** @param {{animal: Words|null|undefined, s?: number}} p */
export const Animal = ({ animal, s = 28 }) => {
  const drawing = DRAWING[(animal?.en ?? '').toLowerCase()];
  return drawing ? html`<svg class="animal" width=${s} height=${s} viewBox="0 0 32 32" aria-hidden="true" dangerouslySetInnerHTML=${{ __html: drawing }}></svg>` : null;
};

/** @param {{number: number, s?: number}} p */
export const GroupShape = ({ number, s = 16 }) => html`<svg class=${'shape c' + colourOf(number)} width=${s} height=${s} viewBox="-6 -6 12 12" aria-hidden="true">
  <path d=${SHAPE[colourOf(number)]} fill=${isOpenShape(number) ? 'none' : 'currentColor'} stroke="currentColor" stroke-width=${isOpenShape(number) ? 1.6 : 0}/></svg>`;

/** Shape, animal and number: what names a group. @param {{group: {number: number, animal?: Words|null}, s?: number, isWordy?: boolean}} p */
export const GroupMark = ({ group, s = 24, isWordy }) => html`<span class=${'gmark c' + colourOf(group.number)}><${GroupShape} number=${group.number} s=${Math.round(s * 0.75)}/>
  <${Animal} animal=${group.animal} s=${s}/><span class="sr">${groupName(group.number)}</span>
  <b class="long" aria-hidden="true">${groupName(group.number)}</b><b class="short" aria-hidden="true">${group.number}</b>${isWordy && group.animal && html`<small>${say(group.animal)}</small>`}</span>`;
