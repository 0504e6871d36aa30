// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One press ends a run; not one of more than a day, which nobody can record once more before the bell rings.
import { board } from './board.js';

const LONG_US = 86400e6;

/** May these runs be stopped? Who pressed is asked first where one of them is long; without the board nothing can be.
 * @param {(import('./board.js').Run|undefined)[]} runs @returns {Promise<boolean>} */
export async function mayStop(runs) {
  const us = Math.max(...runs.map((run) => (run ? board.now() - run.from_us : 0)));
  if (!(us > LONG_US)) return true;
  return import('./sure.js').then((m) => m.sureToStop(us / 1e6), () => false);
}
