// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which fits the lesson of the shown run allows; without a lesson, all. Asked for once.
import { getLessonPlot, Refusal } from './api.js';
import { view } from './view.js';
import { Emitter } from './emitter.js';

/** @type {Map<string, string[]|null>} by lesson; null: all, or not known yet */
const known = new Map();
export const lessonFits = new Emitter();

/** @returns {string[]|null} null: all */
export function allowedFits() {
  const { lesson } = /** @type {{lesson?: string|null}} */ (view.run ?? {});
  if (!lesson) return null;
  if (!known.has(lesson)) {
    known.set(lesson, null);
    getLessonPlot(lesson).then((plot) => { known.set(lesson, plot?.fits?.length ? plot.fits : null); lessonFits.emit('known'); },
      (error) => { if (!(error instanceof Refusal)) throw error; });
  }
  return known.get(lesson) ?? null;
}
