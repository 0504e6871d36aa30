// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The readings that a view works on: of the selected range, else of the chart's window, as fine as the board can give them.
// They are asked for again when they are others; of a live window once a second, and of one that is single readings already
// nothing is asked.
import { useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { shownEnd, shownWindow } from './chart-view.js';
import { useEvery, useReadings, useView } from './hooks.js';
import { readings } from './readings.js';
import { view } from './view.js';

const WAIT_MS = 120, COLUMNS = 4000;

/** @returns {{block: import('./series.js').Block, from: number, to: number}|null} null: not here yet */
export function useShownBlock() {
  const [held, setHeld] = useState(/** @type {{block: import('./series.js').Block, from: number, to: number}|null} */ (null));
  useView('range', 'what', 'window');
  useReadings();
  useEvery(1000);
  const { series } = readings, [from, to] = view.range ?? shownWindow(), end = Math.min(to, shownEnd(), series?.lastT ?? to);
  const key = [from, end, readings.key, readings.loads, series?.isLoaded].join();
  useEffect(() => {
    if (!series?.isLoaded) { setHeld(null); return undefined; }
    const stop = new AbortController(), timer = setTimeout(async () => {
      try {
        const known = await readings.fine(from, end, COLUMNS, stop.signal);
        if (known && !stop.signal.aborted) setHeld({ block: within(known, from, end), from, to: end });
      } catch (error) { if (!(error instanceof Refusal) && !stop.signal.aborted) throw error; }
    }, WAIT_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [key]);
  return held;
}

/** Only what lies in [from, to]: a column that begins before may come with an answer. @param {import('./series.js').Block} block
 * @param {number} from @param {number} to */
function within(block, from, to) {
  const i = block.after(from - 1), j = block.after(to);
  if (!i && j === block.length) return block;
  const out = /** @type {import('./series.js').Block} */ (Object.create(Object.getPrototypeOf(block)));
  return Object.assign(out, { length: j - i, t: block.t.subarray(i, j), n: block.n.subarray(i, j),
    lanes: block.lanes.map(({ lo, hi, mid }) => ({ lo: lo.subarray(i, j), hi: hi.subarray(i, j), mid: mid.subarray(i, j) })) });
}
