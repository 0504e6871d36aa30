// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the teacher reveals to the class, on the wall: what the groups thought before against what came, and the result of the
// class with the curve that the lesson fits to it. It is asked for only while it is revealed.
import { html, t } from './base.js';
import { board } from './board.js';
import { boards } from './boards.js';
import { useResults } from './class-found.js';
import { absentWords, FoundPlot, useFound, verdictOf } from './class-result.js';
import { Guesses, hasGuesses } from './guesses.js';
import { Icon } from './icons.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Lesson} Lesson */

/** @param {{session: Session, lesson: Lesson, font: number}} p */
export function Reveal({ session, lesson, font }) {
  const results = useResults(session) ?? [], found = useFound(session, lesson, results), isGuessed = hasGuesses(lesson, results), { points } = found, absent = absentWords(found), isOneOf = boards.alsoIn(session).length > 0;
  return html`<main class=${'reveal' + (isGuessed ? ` guessed by-${lesson.predict.kind}` : '')}>${isGuessed && html`<div class="frame guesses"><${Guesses} found=${found} lesson=${lesson} results=${results} font=${font}/></div>`}
    <div class="frame">${isOneOf && html`<h2 class="boardname"><${Icon} n="board"/><span>${t('bo_result', board.name)}</span></h2>`}<${FoundPlot} found=${found} font=${font}/></div>
    <p class="verdict">${points.length ? verdictOf(found) : t('sc_noPoint')}${absent && html` <small class="absent">${absent}</small>`}</p></main>`;
}
