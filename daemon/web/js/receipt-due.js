// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// When the receipt of a run opens; what is on it (receipt.js) is loaded then.
import { board } from './board.js';
import { openSlip } from './class-dialog.js';
import { own } from './class-own.js';

const TYPED_MS = 500;

/** The run whose receipt is open. @type {{run: import('./board.js').Run|null}} */
export const due = { run: null };

/** @param {import('./board.js').Run} over */
export function showReceipt(over) { due.run = over; openSlip('receipt'); }

/** Is somebody writing? A run may end by itself, at any letter. */
const isTyping = () => !!document.activeElement?.matches('input:not([type=radio], [type=checkbox], [type=range]), textarea');

/** Opens the receipts of runs of ours that are over, once no field is being written in; one that was not closed is open again after a
 * reload. @returns {() => void} ends it */
export function watchRuns() {
  /** @type {any} */ let timer = null;
  const end = own.on('receipt', (over) => {
    clearTimeout(timer);
    if (board.link !== 'open' || due.run?.id === over.id) return;
    if (isTyping()) timer = setTimeout(() => own.watch(), TYPED_MS); else showReceipt(over);
  });
  own.watch();
  return () => { end(); clearTimeout(timer); };
}
