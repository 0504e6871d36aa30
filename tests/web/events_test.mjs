// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The connection to the board on a clock of this test: silence is loss, also where no error ever comes.
import assert from 'node:assert';
import { beforeEach, test } from 'node:test';
import { Events } from '../../daemon/web/js/events.js';

let now = 0, sources = [], heard = [];
Date.now = () => now;
globalThis.EventSource = class {
  static CLOSED = 2;
  constructor() { this.readyState = 0; sources.push(this); }
  addEventListener() {}
  close() { this.readyState = 2; }
};
beforeEach(() => { now = 1e6; sources = []; heard = []; });
const made = () => { const events = new Events((type) => heard.push(type)); events.connect(); return events; };
const pass = (events, seconds) => { for (let i = 0; i < seconds; i++) { now += 1000; events.watch(); } };

test('a tablet that wakes in another Wi-Fi learns that the board is lost, though no error comes', () => {
  const events = made();
  pass(events, 7);
  assert.deepStrictEqual(heard, ['lost']);
  assert.strictEqual(sources.length, 2, 'and tries again');
});

test('an open connection that falls silent is lost and made anew', () => {
  const events = made();
  sources[0].onopen();
  pass(events, 7);
  assert.deepStrictEqual(heard, ['open', 'lost']);
  assert.deepStrictEqual([sources[0].readyState, sources.length, events.isOpen], [2, 2, false]);
});

test('a connection that the browser gave up is made again after two seconds', () => {
  const events = made();
  sources[0].readyState = 2;
  pass(events, 4);
  assert.strictEqual(sources.length, 2);
});
