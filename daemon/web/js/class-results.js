// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the teacher revealed, on the page of a group: what it thought against what came, and the result of the class with its
// own points marked.
import './strings-later.js';
import { html, say, t, useEffect, useState } from './base.js';
import { useResults } from './class-found.js';
import { absentWords, FoundPlot, useFound, verdictOf } from './class-result.js';
import { Slip } from './class-dialog.js';
import { classroom } from './classroom.js';
import { Guesses, hasGuesses } from './guesses.js';
import { useClass } from './hooks.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Lesson} Lesson */

const WAIT_MS = 1500;                // sixty phones do not ask in one instant

/** @param {{session: Session, lesson: Lesson, mine: number}} p */
function Found({ session, lesson, mine }) {
  const results = useResults(session), found = useFound(session, lesson, results ?? []);
  if (!results) return html`<p class="dim" role="status">${t('cr_wait')}</p>`;
  return html`${hasGuesses(lesson, results) && html`<section><h3>${say(lesson.predict.ask) || t('cr_preds')}</h3><${Guesses} found=${found} lesson=${lesson} results=${results} mine=${mine}/></section>`}
    <section><h3>${t('cr_result')}</h3><${FoundPlot} found=${found} mine=${mine}/><p class="found">${found.points.length ? verdictOf(found) : t('sc_noPoint')}</p><p class="absent dim">${absentWords(found)}</p></section>`;
}

export function Results() {
  useClass('sessions', 'me');
  const { mine, group, lesson } = classroom, [isDue, setDue] = useState(false);
  useEffect(() => { const timer = setTimeout(() => setDue(true), Math.random() * WAIT_MS); return () => clearTimeout(timer); }, []);
  if (!mine || !group || !lesson) return null;
  return html`<${Slip} name="results" title=${say(lesson.question)} icon="eye" cls="resultsheet">${!mine.is_revealed ? html`<p class="dim">${t('cr_hidden')}</p>`
    : isDue ? html`<${Found} session=${mine} lesson=${lesson} mine=${group.number}/>` : html`<p class="dim" role="status">${t('cr_wait')}</p>`}<//>`;
}
