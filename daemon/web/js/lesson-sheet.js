// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the lesson asks and how it is done: question, safety first, then the steps. Of the text for students the section
// for now is open: to guess before the start, to do while it is recorded, to think afterwards.
import './strings-later.js';
import { app, html, say, t } from './base.js';
import { board } from './board.js';
import { markOfGroup } from './class-api.js';
import { openSlip, Slip } from './class-dialog.js';
import { own } from './class-own.js';
import { rangeText } from './expected.js';
import { useBoard, useClass } from './hooks.js';
import { Icon } from './icons.js';
import { Lacking } from './lacking.js';
import { sections } from './markdown.js';
import { blockOf, inlines } from './markdown-view.js';
import { sentence } from './pin.js';
import { refusals } from './refusals.js';
import { Reminders } from './reminders.js';
import { unitText } from './units.js';

/** @type {Record<string, string[]>} */
const NOW = { before: ['predict'], during: ['measure', 'daily'], after: ['think'] };

/** @param {import('./class-api.js').Group|null} group */
function stage(group) {
  if (board.running) return 'during';
  return group?.runs.length ? 'after' : group?.has_prediction ? 'during' : 'before';
}

/** What the teacher revealed. @param {{lesson: import('./class-api.js').Lesson}} p */
const Expected = ({ lesson }) => (lesson.expect?.length ? html`<section class="expected"><h3><${Icon} n="eye"/>${t('l_expect')}</h3>
  ${lesson.expect.map((e) => html`<p>${e.range && html`<b>${rangeText(e.range, unitText(e.unit))}</b> `}${say(e.because)}</p>`)}</section>` : null);

export function LessonSheet() {
  const classroom = useClass('sessions', 'me');
  useBoard('runs');
  const { lesson, group, mine } = classroom;
  if (!lesson) return null;
  const placed = lesson.needs.filter((n) => n.place), done = (/** @type {string} */ text) => {
    if (mine && group) markOfGroup(mine.id, group.number, text, board.now()).catch((error) => refusals.tell(sentence(error)));
  };
  const now = NOW[stage(group)], all = sections(app.lang === 'zh' ? lesson.student.zh : lesson.student.en || lesson.student.zh).filter((s) => s.blocks.length);
  const isOpen = (/** @type {string} */ id) => now.includes(id) || !all.some((s) => now.includes(s.id));
  return html`<${Slip} name="lesson" title=${say(lesson.title)} icon="book" cls="lessonsheet">
    <p class="ask">${say(lesson.question)}</p>
    ${mine && html`<${Reminders} session=${mine} reminders=${lesson.reminders ?? []} onDone=${done}/>`}
    ${group && (group.run == null || mine?.is_project) && group.accept?.length && html`<${Lacking} accept=${group.accept} isGoing=${group.run != null}/>`}
    <ul class="safe" aria-label=${t('a_safety')}>${lesson.safety.map((line) => html`<li><${Icon} n="warn"/><span>${say(line)}</span></li>`)}</ul>
    ${all.map((s) => (s.title.length ? html`<details key=${s.id} open=${isOpen(s.id)}><summary>${inlines(s.title)}</summary>${s.blocks.map(blockOf)}</details>` : html`<div>${s.blocks.map(blockOf)}</div>`))}
    ${placed.length > 0 && html`<section class="placed"><h3>${t('l_place')}</h3><dl>${placed.map((n) => html`<div key=${n.id}><dt>${say(n.name)}</dt><dd>${say(n.place)}</dd></div>`)}</dl></section>`}
    <${Expected} lesson=${lesson}/>
    ${lesson.predict.kind !== 'none' && group?.has_prediction && !group.may_predict && html`<p class="fixed"><${Icon} n="check" s=${20}/> ${t(own.isOthers ? 'p_others' : 'p_fixed')}</p>`}
    <div class="acts">${lesson.predict.kind !== 'none' && group?.may_predict && html`<button class="btn" onClick=${() => openSlip('predict')}><${Icon} n="pen"/>${t(own.prediction ? 'p_again' : 'predict')}</button>`}
      <button class="btn main" onClick=${() => openSlip(null)}>${t('closeN')}</button></div><//>`;
}
