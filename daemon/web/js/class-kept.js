// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Readings that groups kept by hand, which are the points of a lesson of events, on every page alike.
import { useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { getReadings } from './class-api.js';
import { lanesOf } from './class-lanes.js';
import { pointsOf, pointsOfReadings } from './class-points.js';
import { devicesOf } from './group-view.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Reading} Reading */

/** Those of the session, and again when there is one more. @param {Session} session @param {boolean} isEvents whether they are asked for */
export function useKept(session, isEvents) {
  const [all, setAll] = useState(/** @type {Reading[]} */ ([]));
  useEffect(() => {
    if (!isEvents) return undefined;
    let isOver = false;
    const look = () => getReadings(session.id).then((kept) => { if (!isOver) setAll(kept); }, (error) => { if (!(error instanceof Refusal)) throw error; });
    look();
    const end = board.on('reading', look);
    return () => { isOver = true; end(); };
  }, [session.id, isEvents, session.is_revealed]);
  return all;
}

/** Which need a channel of the class serves, by "stream:channel". @param {Session} session
 * @param {{needs: import('./class-lanes.js').Need[], plot: {y: string}|null}|null} lesson @returns {Map<string, string>} */
function needsOf(session, lesson) {
  const out = new Map();
  for (const { stream, channel, need } of session.groups.flatMap((g) => lanesOf(devicesOf(g), lesson))) if (need) out.set(`${stream.id}:${channel.id}`, need);
  return out;
}

/** Is a point each reading that was kept, instead of each run? @param {{record: {mode: string}, class_plot: unknown}|null} lesson */
export const isOfReadings = (lesson) => lesson?.record.mode === 'event' && !!lesson.class_plot;

/** The points of the class. @param {Session} session @param {{needs: import('./class-lanes.js').Need[], plot: {y: string}|null, record: {mode: string}, class_plot: unknown,
 *   formulas?: import('./class-points.js').Formula[]}|null} lesson @param {import('./class-api.js').Result[]} results @param {Reading[]} kept
 * @param {{x: string, y: string}} axes @param {import('./class-points.js').Reader} read */
export function classPoints(session, lesson, results, kept, axes, read) {
  const formulas = lesson?.formulas ?? [];
  return isOfReadings(lesson) ? pointsOfReadings(kept, axes, formulas, read, needsOf(session, lesson)) : pointsOf(results, axes, formulas, read);
}
