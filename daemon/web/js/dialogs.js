// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Dialogs that are fetched when they are opened: calculated columns, calibration, the list of keys.
import { html, useEffect, useState } from './base.js';
import { Emitter } from './emitter.js';
import { later } from './later.js';

/** @type {Record<string, any>} */
const DIALOGS = {
  columns: later(() => import('./columns-dialog.js').then((m) => m.ColumnsDialog)),
  calibrate: later(() => import('./calibrate.js').then((m) => m.CalibrateDialog)),
  keys: later(() => import('./keys-dialog.js').then((m) => m.KeysDialog)),
};
const opener = new Emitter();

/** @param {'calibrate'|'columns'|'keys'} name */
export const openDialog = (name) => opener.emit('open', name);

export function Dialogs() {
  const [name, setName] = useState('');
  useEffect(() => opener.on('open', setName), []);
  return name && html`<${DIALOGS[name]} key=${name} onClose=${() => setName('')}/>`;
}
