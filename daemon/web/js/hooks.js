// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Ties components to what changes: rendering again on a topic (seldom), or writing one text node on the
// display's beat (often). The second is how clock and readings run without rendering the page. All listen from the moment
// they are drawn: what is told before a late effect would be missed.
import { useAgain, useLayoutEffect, useRef } from './base.js';
import { analysis } from './analysis.js';
import { board } from './board.js';
import { classroom } from './classroom.js';
import { every, soon } from './emitter.js';
import { marks } from './marks.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** Renders again on these topics of the board. @param {...string} topics */
export function useBoard(...topics) {
  const again = useAgain();
  useLayoutEffect(() => { const ends = topics.map((k) => board.on(k, again)); return () => ends.forEach((end) => end()); }, []);
  return board;
}

/** Renders again on these topics of the view. @param {...string} topics */
export function useView(...topics) {
  const again = useAgain();
  useLayoutEffect(() => { const ends = topics.map((k) => view.on(k, again)); return () => ends.forEach((end) => end()); }, []);
  return view;
}

/** Renders again on these topics of the analysis. @param {...('tools'|'fit')} topics */
export function useAnalysis(...topics) {
  const again = useAgain();
  useLayoutEffect(() => { const ends = topics.map((k) => analysis.on(k, again)); return () => ends.forEach((end) => end()); }, []);
  return analysis;
}

/** Renders again when the shown readings are others, or were loaded. */
export function useReadings() {
  const again = useAgain();
  useLayoutEffect(() => { const ends = ['series', 'loaded'].map((k) => readings.on(k, again)); return () => ends.forEach((end) => end()); }, []);
  return readings;
}

/** Renders again when a mark is new. */
export function useMarks() {
  const again = useAgain();
  useLayoutEffect(() => marks.on('change', again), []);
  return marks;
}

/** Renders this one component again every `ms`. @param {number} ms */
export function useEvery(ms) {
  const again = useAgain();
  useLayoutEffect(() => every(ms, again), [ms]);
}

/** An element whose text is written every `ms`, without rendering. After a rendering all of the same `ms` are
 * written in the next picture: one by itself would for a moment disagree with the others. @param {number} ms @param {() => string} text */
export function useText(ms, text) {
  const ref = useRef(/** @type {HTMLElement|null} */ (null)), now = useRef(text);
  now.current = text;
  useLayoutEffect(() => every(ms, () => {
    const words = now.current();
    if (ref.current && ref.current.textContent !== words) ref.current.textContent = words;
  }), [ms]);
  useLayoutEffect(() => soon(ms));
  return ref;
}

/** Renders again on these topics of the class. @param {...string} topics */
export function useClass(...topics) {
  const again = useAgain();
  useLayoutEffect(() => { const ends = topics.map((k) => classroom.on(k, again)); return () => ends.forEach((end) => end()); }, []);
  return classroom;
}
