// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What stands beside a value: a triangle and words where its instrument cannot mean it, and how old it is where newer
// rows came without one.
import { ageText } from './ago.js';
import { html } from './base.js';
import { useText } from './hooks.js';
import { flagOfNow } from './judge.js';

/** @param {{lane: import('./view.js').Lane}} p */
export const Flag = ({ lane }) => html`<span class="flag" ref=${useText(250, () => flagOfNow(lane))}></span>`;

/** @param {{lane: import('./view.js').Lane}} p */
export const Age = ({ lane }) => html`<span class="age" ref=${useText(250, () => ageText(lane))}></span>`;
