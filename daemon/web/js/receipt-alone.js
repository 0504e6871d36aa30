// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The receipt of any run, from the export menu: also where there is no class, whose layer would show it. Loaded when it is asked for.
import { html, render } from './base.js';
import { useSlip } from './class-dialog.js';
import { classroom } from './classroom.js';
import { ReceiptSlip } from './receipt.js';
import { showReceipt } from './receipt-due.js';

let isThere = false;

function Alone() {
  return useSlip() === 'receipt' && !classroom.group ? html`<${ReceiptSlip}/>` : null;
}

/** @param {import('./board.js').Run} run */
export function tellReceipt(run) {
  showReceipt(run);                  // before the layer is there, which does not hear of it at once
  if (!isThere) render(html`<${Alone}/>`, document.body.appendChild(document.createElement('div')));
  isThere = true;
}
