// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Marks of the session's time: those of before are asked for once, new ones come as events.
import { getMarks, Refusal } from './api.js';
import { board } from './board.js';
import { isMarkOf } from './mark-of.js';

/** @typedef {import('./api.js').Mark} Mark */

/** @type {Map<number, Mark>} */ const known = new Map();
let askedFrom = Infinity;

board.on('mark', (/** @type {Mark} */ mark) => { known.set(mark.id, mark); });
board.on('unmark', (/** @type {Mark} */ mark) => { known.delete(mark.id); });
board.on('catchup', () => { askedFrom = Infinity; });

/** @param {number} from */
async function ask(from) {
  const to = Math.min(askedFrom, board.now() + 1);
  askedFrom = from;
  try {
    for await (const marks of getMarks(from, to)) for (const mark of marks) known.set(mark.id, mark);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    askedFrom = Infinity;
  }
}

/** A group's within what is shown, in seconds from where it begins. @param {import('./group-view.js').Span} span
 * @param {number} session @param {number} group */
export function marksIn({ from, until }, session, group) {
  if (Number.isFinite(from) && from < askedFrom) ask(from);
  return [...known.values()].filter((m) => m.at_us >= from && m.at_us <= until && isMarkOf(m, session, group)).map((m) => ({ x: (m.at_us - from) / 1e6, text: m.text }));
}
