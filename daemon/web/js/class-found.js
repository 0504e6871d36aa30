// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a class found, on every page alike: the results of runs, and the readings that groups kept by hand, which are the
// points of a lesson of events.
import { useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { getReadings, getResults } from './class-api.js';
import { lanesOf } from './class-lanes.js';
import { runsOfReadings } from './class-points.js';
import { classroom } from './classroom.js';
import { devicesOf } from './group-view.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Reading} Reading */
/** @typedef {import('./class-api.js').Result} Result */

const AGAIN_MS = 4000;

/** One answer is waited for before the next question; what is asked for meanwhile is asked once more. @param {() => Promise<void>} ask */
function inTurn(ask) {
  let isAsked = false, isDue = false;
  const look = () => {
    isDue = isAsked;
    if (isAsked) return;
    isAsked = true;
    ask().catch((error) => { if (!(error instanceof Refusal)) throw error; }).finally(() => { isAsked = false; if (isDue) look(); });
  };
  return look;
}

/** Calls when a reading of this session is kept or taken back. @param {Session} session @param {() => void} look */
const onReading = (session, look) => board.on('reading', (reading) => { if (reading.session === session.id) look(); });

/** What the runs found, while somebody looks: the board reads the rows of runs that go on for it, so there is a question only when
 * something may be another. null: not known yet. @param {Session} session @returns {Result[]|null} */
export function useResults(session) {
  const [all, setAll] = useState(/** @type {Result[]|null} */ (null));
  useEffect(() => {
    let isOver = false, isKnown = false;
    const now = () => classroom.session(session.id), look = inTurn(async () => {
      if (isOver) return;
      const results = await getResults(session.id);
      isKnown = true;
      if (!isOver) setAll(results);
    });
    let was = now();
    look();
    const timer = setInterval(() => { if (!document.hidden && (!isKnown || now()?.groups.some((g) => g.run != null))) look(); }, AGAIN_MS);
    const ends = [classroom.on('sessions', () => { const is = now(); if (is !== was) look(); was = is; }), onReading(session, look)];
    return () => { isOver = true; clearInterval(timer); ends.forEach((end) => end()); };
  }, [session.id]);
  return all;
}

/** Readings of the session, and again when there is one more or one less. @param {Session} session @param {boolean} isEvents whether they are asked for */
export function useKept(session, isEvents) {
  const [all, setAll] = useState(/** @type {Reading[]} */ ([]));
  useEffect(() => {
    if (!isEvents) return undefined;
    let isOver = false;
    const look = inTurn(async () => {
      if (isOver) return;
      const kept = await getReadings(session.id);
      if (!isOver) setAll(kept);
    });
    look();
    const ends = [onReading(session, look), board.on('catchup', look)];
    return () => { isOver = true; ends.forEach((end) => end()); };
  }, [session.id, isEvents, session.is_revealed]);
  return all;
}

/** Which need a channel of the class serves, by "stream:channel". @param {Session} session
 * @param {{needs: import('./class-lanes.js').Need[], plot: {y: string}|null}|null} lesson @returns {Map<string, string>} */
function needsOf(session, lesson) {
  const out = new Map();
  for (const { stream, channel, need } of session.groups.flatMap((g) => lanesOf(devicesOf(g), lesson, g.shared))) if (need) out.set(`${stream.id}:${channel.id}`, need);
  return out;
}

/** Is a point each reading that was kept, instead of each run? @param {{record: {mode: string}, class_plot: unknown}|null} lesson */
export const isOfReadings = (lesson) => lesson?.record.mode === 'event' && !!lesson.class_plot;

/** What the points of the class are made of: its runs, or each reading that was kept. @param {Session} session
 * @param {{needs: import('./class-lanes.js').Need[], plot: {y: string}|null, record: {mode: string}, class_plot: unknown}|null} lesson @param {Result[]} results
 * @param {Reading[]} kept @returns {Result[]} */
export const runsOfClass = (session, lesson, results, kept) => (isOfReadings(lesson) ? runsOfReadings(kept, needsOf(session, lesson)) : results);
