// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A lesson's text (markdown.js) as elements. Text only: nothing that stands in a lesson becomes an element but these few.
import { html } from './base.js';

/** @typedef {import('./markdown.js').Inline} Inline */
/** @typedef {import('./markdown.js').Block} Block */

/** @param {Inline[]} parts @returns {any[]} */
export const inlines = (parts) => parts.map((part) => (typeof part === 'string' ? part : part.kind === 'strong' ? html`<strong>${inlines(part.parts)}</strong>`
  : part.kind === 'em' ? html`<em>${inlines(part.parts)}</em>` : html`<code>${inlines(part.parts)}</code>`));

/** @param {Block} block */
export const blockOf = (block) => (block.kind === 'p' ? html`<p>${inlines(block.parts)}</p>`
  : block.kind === 'ol' ? html`<ol class="do">${block.items.map((item) => html`<li>${inlines(item)}</li>`)}</ol>`
    : html`<ul class="do">${block.items.map((item) => html`<li>${inlines(item)}</li>`)}</ul>`);
