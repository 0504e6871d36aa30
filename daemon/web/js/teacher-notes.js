// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a lesson says to the teacher: safety first, then what goes wrong in class and what to do then, where to go on, and
// the text for the teacher, folded.
import { html, say, t } from './base.js';
import { Icon } from './icons.js';
import { sections } from './markdown.js';
import { blockOf, inlines } from './markdown-view.js';

/** @param {{lesson: import('./teacher-api.js').Lesson}} p */
export function Notes({ lesson }) {
  const { safety, slips = [], extension = [] } = lesson, text = sections(say(lesson.teacher)).filter((s) => s.blocks.length);
  return html`<section class="panel notes" aria-labelledby="notes"><h2 id="notes">${t('te_notes')}</h2><p>${say(lesson.question)}</p>
    ${safety.length > 0 && html`<h3><${Icon} n="warn" s=${18}/>${t('a_safety')}</h3><ul>${safety.map((s) => html`<li>${say(s)}</li>`)}</ul>`}
    ${slips.length > 0 && html`<h3><${Icon} n="eye" s=${18}/>${t('te_slips')}</h3><dl>${slips.map((s) => html`<dt>${say(s.see)}</dt><dd>${say(s.then)}</dd>`)}</dl>`}
    ${extension.length > 0 && html`<h3><${Icon} n="right" s=${18}/>${t('te_extension')}</h3><ul>${extension.map((s) => html`<li>${say(s)}</li>`)}</ul>`}
    ${text.map((s) => html`<details class="about" key=${s.id}><summary>${inlines(s.title)}</summary>${s.blocks.map(blockOf)}</details>`)}</section>`;
}
