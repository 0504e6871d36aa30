// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The reveal: what the groups thought before beside what came, and the result of the class. The teacher sees it at any
// time; the class when it is shown.
import { html, say, t } from './base.js';
import { useResults } from './class-found.js';
import { perform } from './deeds.js';
import { Icon } from './icons.js';
import { digitsFor, num, quantity } from './numbers.js';
import { Predictions } from './teacher-predictions.js';
import { ClassResult, expectedName } from './teacher-result.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

/** What should come, which only the teacher knows until it is shown. @param {{lesson: Lesson, isShown: boolean}} p */
function Expected({ lesson, isShown }) {
  if (!lesson.expect?.length) return null;
  const end = (/** @type {number} */ v) => num(v, digitsFor(v));
  return html`<section class="panel expect" aria-labelledby="expect"><h2 id="expect">${t(isShown ? 'te_expectShown' : 'te_expect')}</h2><ul>${lesson.expect.map(({ what, range, unit, because }) => html`
    <li key=${what}><b>${end(range[0])} – ${quantity(range[1], digitsFor(range[1]), unitText(unit))}</b> <span class="dim">${expectedName(what, lesson)}</span> ${say(because)}</li>`)}</ul></section>`;
}

/** @param {{session: Session, lesson: Lesson|null}} p */
export function Reveal({ session, lesson }) {
  const results = useResults(session), isShown = session.is_revealed;
  return html`<div class="secthead"><p class="dim">${t(isShown ? 'te_isShown' : 'te_isHidden')}</p>
      <button class="btn main" data-do="reveal" aria-pressed=${isShown} onClick=${() => perform(session, { do: 'reveal', on: !isShown })}>
        <${Icon} n="eye" s=${20}/>${t(isShown ? 'te_hide' : 'te_show')}</button></div>
    ${results ? html`<div class="revealgrid"><${Predictions} session=${session} lesson=${lesson} results=${results}/>
      <${ClassResult} session=${session} lesson=${lesson} results=${results}/></div>` : html`<p class="dim" role="status">${t('te_wait')}</p>`}
    ${lesson && html`<${Expected} lesson=${lesson} isShown=${isShown}/>`}`;
}
