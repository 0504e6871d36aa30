// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The shared worker: all tabs of one browser hear the board through one connection, since HTTP/1.1
// gives a browser six per host and each tab would take one for ever. Text passes through unread: a
// tab that sleeps gets none, and a tab parses what it needs.
import { Events } from './events.js';

/** @type {Map<MessagePort, {isAwake: boolean}>} */
const tabs = new Map();
const events = new Events((type, data) => {
  for (const [port, tab] of tabs) if (tab.isAwake) port.postMessage([type, data]);
});

addEventListener('connect', (e) => {
  const port = /** @type {MessageEvent} */ (e).ports[0];
  tabs.set(port, { isAwake: true });
  port.onmessage = ({ data }) => {
    if (data === 'bye') tabs.delete(port);
    else tabs.set(port, { isAwake: data !== 'sleep' });
    if (![...tabs.values()].some((tab) => tab.isAwake)) events.close();
    else if (data === 'retry') events.retry();
    else if (data === 'wake') {
      if (events.isOpen) port.postMessage(['open', '']); else events.open();
    }
  };
  events.open();
  port.postMessage([events.isOpen ? 'open' : 'wait', '']);
});
