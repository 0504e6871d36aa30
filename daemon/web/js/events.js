// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One connection to /api/v1/events that mends itself. Runs in the shared worker, or in the page where
// the browser has no shared worker.
//
// The browser reconnects an EventSource by itself and sends Last-Event-ID; what it does not notice is
// a connection that died while the tablet slept. The board sends `health` each second, so silence for
// SILENCE_MS means dead: close and open anew. A listener hears `open`, `lost` and each event.

export const EVENTS = ['hello', 'rows', 'devices', 'health', 'run', 'gap', 'calibration', 'mark', 'reset',
  'session', 'reading', 'lessons', 'boards'];
const SILENCE_MS = 6000;
const AGAIN_MS = 2000;

export class Events {
  /** @param {(type: string, data: string) => void} hear */
  constructor(hear) {
    this.hear = hear;
    /** @type {EventSource|null} */ this.source = null;
    this.isOpen = false;
    this.heardAt = this.triedAt = 0;
    /** @type {any} */ this.timer = null;
  }

  open() {
    if (!this.source) this.connect();
    this.timer ??= setInterval(() => this.watch(), 1000);
  }

  /** Ends the connection, without news for the listener. */
  close() {
    clearInterval(this.timer);
    this.timer = null;
    this.source?.close();
    this.source = null;
    this.isOpen = false;
  }

  /** Tries at once: a person pressed "try again", or a tab woke up. */
  retry() {
    if (!this.isOpen || Date.now() - this.heardAt > 2500) this.connect();
  }

  connect() {
    this.source?.close();
    const source = this.source = new EventSource('/api/v1/events');
    const heard = () => { this.heardAt = Date.now(); };
    this.triedAt = Date.now();
    source.onopen = () => { heard(); this.isOpen = true; this.hear('open', ''); };
    source.onerror = () => { this.isOpen = false; this.hear('lost', ''); };
    for (const type of EVENTS) {
      source.addEventListener(type, (e) => { heard(); this.hear(type, /** @type {MessageEvent} */ (e).data); });
    }
  }

  watch() {
    const now = Date.now(), isClosed = this.source?.readyState === EventSource.CLOSED;
    const isSilent = now - Math.max(this.heardAt, this.triedAt) > SILENCE_MS;
    // Also when it was not open: a tablet that wakes in another Wi-Fi tries in vain, without an error.
    if (isSilent) { this.isOpen = false; this.hear('lost', ''); }
    if (isSilent || (isClosed && now - this.triedAt > AGAIN_MS)) this.connect();
  }
}
