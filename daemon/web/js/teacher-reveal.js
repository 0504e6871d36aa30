// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The reveal: what the groups thought before beside what came, and the result of the class. The teacher sees it at any
// time; the class when it is shown.
import { html, say, t, useState } from './base.js';
import { useResults } from './class-found.js';
import { useFound } from './class-result.js';
import { show } from './deeds.js';
import { rangeText } from './expected.js';
import { Icon } from './icons.js';
import { Guesses } from './guesses.js';
import { useBoards } from './other-groups.js';
import { ClassResult, expectedName } from './teacher-result.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

/** What should come, which only the teacher knows until it is shown. @param {{lesson: Lesson, isShown: boolean}} p */
function Expected({ lesson, isShown }) {
  if (!lesson.expect?.length) return null;
  return html`<section class="panel expect" aria-labelledby="expect"><h2 id="expect">${t(isShown ? 'te_expectShown' : 'te_expect')}</h2><ul>${lesson.expect.map(({ what, range, unit, because }) => html`
    <li key=${what}><b>${rangeText(range, unitText(unit))}</b> <span class="dim">${expectedName(what, lesson)}</span> ${say(because)}</li>`)}</ul></section>`;
}

/** @param {{session: Session, lesson: Lesson|null}} p */
export function Reveal({ session, lesson }) {
  const results = useResults(session), others = useBoards().alsoIn(session), isShown = session.is_revealed, [chosen, choose] = useState(''), found = useFound(session, lesson, results ?? [], chosen);
  return html`<div class="secthead"><p class="dim">${t(isShown ? 'te_isShown' : 'te_isHidden')}</p>
      <button class="btn main" data-do="reveal" aria-pressed=${isShown} onClick=${() => show(session, 'reveal', !isShown)}>
        <${Icon} n="eye" s=${20}/>${t(isShown ? 'te_hide' : 'te_show')}</button></div>
    ${results ? html`<div class="revealgrid">${lesson && lesson.predict.kind !== 'none' && html`<section class="panel" aria-labelledby="preds"><div><h2 id="preds">${t('cr_preds')}</h2>
        ${lesson.predict.kind !== 'curve' && html`<p>${say(lesson.predict.ask)}</p>`}</div><${Guesses} found=${found} lesson=${lesson} results=${results}/></section>`}
      <${ClassResult} found=${found} onChoose=${choose} others=${others}/></div>` : html`<p class="dim" role="status">${t('te_wait')}</p>`}
    ${lesson && html`<${Expected} lesson=${lesson} isShown=${isShown}/>`}`;
}
