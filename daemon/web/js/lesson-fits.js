// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a lesson says of the analysis: which fits it allows, and which columns it calculates. The lesson of the class that
// this browser is in; beside a run of another, that run's. Without a lesson all fits are allowed.
import { classroom } from './classroom.js';
import { columns } from './columns.js';
import { view } from './view.js';

/** @typedef {import('./class-api.js').Lesson} Lesson */

/** @returns {Lesson|null} */
const lessonShown = () => classroom.lesson ?? (view.run?.lesson ? classroom.lessonOf(/** @type {any} */ ({ lesson: view.run.lesson })) : null);

/** @returns {string[]|null} null: all */
export function allowedFits() {
  const fits = lessonShown()?.plot?.fits;
  return fits?.length ? fits : null;
}

/** Keeps the lesson's columns among those of the page. */
export function followLesson() {
  const follow = () => {
    const lesson = lessonShown();
    columns.teach(lesson ? { formulas: lesson.formulas, needs: lesson.needs } : null);
  };
  for (const topic of ['me', 'sessions']) classroom.on(topic, follow);
  view.on('what', follow);
}
