// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A word about what was just done; it goes by itself.
import { html, useEffect, useState } from './base.js';
import { Emitter } from './emitter.js';

const news = new Emitter();
/** @param {string} text */
export const toast = (text) => news.emit('say', text);

export function Toast() {
  const [text, setText] = useState('');
  useEffect(() => news.on('say', setText), []);
  useEffect(() => {
    if (!text) return undefined;
    const timer = setTimeout(() => setText(''), 2500 + text.length * 40);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<p class=${text ? 'toast' : 'sr'} role="status">${text}</p>`;
}
