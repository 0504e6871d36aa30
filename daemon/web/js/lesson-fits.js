// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a lesson says of the analysis: which fits it allows, and which columns it calculates. The lesson of the class that
// this browser is in; beside a run of another, that run's. Without a lesson all fits are allowed.
import { classroom } from './classroom.js';
import { columns } from './columns.js';
import { unitText } from './units.js';
import { view } from './view.js';

/** @typedef {import('./class-api.js').Lesson} Lesson */

/** @returns {Lesson|null} */
const lessonShown = () => classroom.lesson ?? (view.run?.lesson ? classroom.lessonOf(/** @type {any} */ ({ lesson: view.run.lesson })) : null);

/** Models of what has a true zero, which °C has not: what falls like e^(kx) is the difference from the room, never the temperature. */
const OF_ZERO = ['proportional', 'power', 'exponential'];

/** They are for what the lesson plots; of them, what may be said of the shown channel. @returns {string[]|null} null: all */
export function allowedFits() {
  const lesson = lessonShown(), { fits = [], y } = lesson?.plot ?? {}, plotted = [...(lesson?.needs ?? []), ...(lesson?.formulas ?? [])].find(({ id }) => id === y);
  const isBare = view.mainLane?.unit === unitText('Cel') && plotted?.unit !== 'Cel', left = isBare ? fits.filter((model) => !OF_ZERO.includes(model)) : fits;
  return left.length ? left : null;
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
