// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The page's end of the event stream: the shared worker where there is one, a connection of its own
// where there is not (Android's Chrome until recently). A hidden page asks for silence and, when it is
// seen again, hears 'open' once more: then it fetches what it missed.
import { Events } from './events.js';

/** @typedef {{retry: () => void, isShared: boolean}} Line */

/** @param {(type: string, value: any) => void} hear types of events.js, 'open' and 'lost'; the value is parsed
 * @returns {Line} */
export function listen(hear) {
  const tell = (/** @type {string} */ type, /** @type {string} */ data) => hear(type, data ? JSON.parse(data) : null);
  /** @type {{send: (word: string) => void, isShared: boolean}} */
  let line;

  const direct = () => {
    const events = new Events(tell);
    events.open();
    return { isShared: false, send: (/** @type {string} */ word) => {
      if (word === 'sleep' || word === 'bye') events.close();
      else if (word === 'retry') events.retry();
      else if (!events.source) events.open();
    } };
  };
  const shared = () => {
    const worker = new SharedWorker('/js/worker.js', { type: 'module', name: 'kitlog' });
    worker.onerror = () => { line = direct(); };       // no modules in shared workers here
    worker.port.onmessage = ({ data: [type, data] }) => { if (type !== 'wait') tell(type, data); };
    return { isShared: true, send: (/** @type {string} */ word) => worker.port.postMessage(word) };
  };
  line = typeof SharedWorker === 'function' ? shared() : direct();

  let isAwake = true;
  const wake = () => { if (!isAwake) { isAwake = true; line.send('wake'); } };
  const sleep = () => { isAwake = false; line.send('sleep'); };
  document.addEventListener('visibilitychange', () => (document.hidden ? sleep() : wake()));
  document.addEventListener('freeze', sleep);
  document.addEventListener('resume', () => !document.hidden && wake());
  addEventListener('pagehide', () => { isAwake = false; line.send('bye'); });
  addEventListener('pageshow', wake);
  return { retry: () => line.send('retry'), get isShared() { return line.isShared; } };
}
