// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What was asked for and not done, in a sentence for the notice line. It goes by itself, is closed, or is
// followed by the next.
import { Emitter } from './emitter.js';

const STAYS_MS = 8000;

class Refusals extends Emitter {
  constructor() {
    super();
    this.text = '';
    this.number = 0;                  // so that the same sentence, told again, is news
    /** @type {any} */ this.timer = null;
  }

  /** @param {string} text */
  tell(text) {
    clearTimeout(this.timer);
    this.text = text;
    if (text) { this.number++; this.timer = setTimeout(() => this.tell(''), STAYS_MS); }
    this.emit('told');
  }
}

export const refusals = new Refusals();
