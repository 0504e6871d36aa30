// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the page asks the board for once and keeps: what there is to know about a kit. Who asks gets what is
// known now; when the answer is there, the page is told "devices".
import { getKit, Refusal } from './api.js';
import { board } from './board.js';

/** @typedef {import('./api.js').Kit} Kit */

const AGAIN_MS = 10000;

/** Answers by name; undefined while the board is being asked. @template T @param {(id: any) => Promise<T>} ask */
function asking(ask) {
  /** @type {Map<string|number, T|undefined>} */ const answers = new Map();
  return (/** @type {string|number} */ id) => {
    if (answers.has(id)) return answers.get(id);
    answers.set(id, undefined);
    ask(id).then((answer) => { answers.set(id, answer); board.emit('devices'); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => answers.delete(id), AGAIN_MS);
    });
    return undefined;
  };
}

/** A kit that is not described, and a board of before, have nothing to tell. @param {string} id @returns {Promise<Kit|null>} */
const kitOrNone = (id) => getKit(id).catch((error) => {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
});

/** What there is to know about a kit; null: nothing. */
export const kitOf = asking(kitOrNone);
