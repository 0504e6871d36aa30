// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The mark beside a value that its instrument cannot mean: a triangle and words.
import { html } from './base.js';
import { useText } from './hooks.js';
import { flagOfNow } from './judge.js';

/** @param {{lane: import('./view.js').Lane}} p */
export const Flag = ({ lane }) => html`<span class="flag" ref=${useText(250, () => flagOfNow(lane))}></span>`;
