// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the page asks the board for once and keeps: what there is to know about a kit. Who asks gets what is
// known now; when the answer is there, the page is told "devices".
import { getCalibrationsOf, getKit, Refusal } from './api.js';
import { board } from './board.js';

/** @typedef {import('./api.js').Kit} Kit */

const AGAIN_MS = 10000;

/** Answers by name; undefined while the board is being asked. On these topics it is asked again, and what is known stays
 * until then. @template T @param {(id: any) => Promise<T>} ask @param {...string} topics */
function asking(ask, ...topics) {
  /** @type {Map<string|number, T|undefined>} */ const answers = new Map();
  const bring = (/** @type {string|number} */ id) => {
    ask(id).then((answer) => { answers.set(id, answer); board.emit('devices'); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => answers.delete(id), AGAIN_MS);
    });
  };
  for (const topic of topics) board.on(topic, () => { for (const id of answers.keys()) bring(id); });
  return (/** @type {string|number} */ id) => {
    if (answers.has(id)) return answers.get(id);
    answers.set(id, undefined);
    bring(id);
    return undefined;
  };
}

/** A board of before does not say which kits are described. @param {string} id @returns {Promise<Kit|null>} */
const kitOrNone = (id) => getKit(id).catch((error) => {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
});

const described = asking(kitOrNone);
/** What there is to know about a device's kit; null: nothing. Only kits that are described are asked for.
 * @param {import('./api.js').Device} device */
export const kitOf = ({ kit, is_described }) => (is_described === false ? null : described(kit));

/** The newest calibrations of a device, the newest last. */
export const calibrationsOf = asking(getCalibrationsOf, 'calibration', 'catchup');
