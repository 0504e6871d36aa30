// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The rule by which readings are flagged, by the table that the daemon is held to as well.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { ageAt, beginningsOf, flagsOf, isOutside, limitsIn, warmingIn } from '../../daemon/web/js/flags.js';
import { source } from '../support/pages.mjs';

const rows = fs.readFileSync(path.join(source, 'tests/data/flags.txt'), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.trim().split(/\s+/));
const number = (/** @type {string} */ word) => (word === '-' ? null : Number(word));

/** As the board tells them. @param {number|null} low @param {number|null} high @param {number|null} resolution
 * @returns {[number, number]|null} */
function limitsOf(low, high, resolution) {
  const edge = Math.max(resolution ?? 0, 0) / 2;
  return low != null && high != null && low < high ? [low - edge, high + edge] : null;
}

test('readings are flagged as the table says', () => {
  assert.ok(rows.length > 30);
  for (const row of rows) {
    assert.strictEqual(row.length, 7, row.join(' '));
    const [value, low, high, resolution, age, warmUp] = row.slice(0, 6).map(number);
    const words = flagsOf(isOutside(value, limitsOf(low, high, resolution)), age ?? NaN, warmUp ?? 0).join() || '-';
    assert.strictEqual(words, row[6], row.join(' '));
  }
});

test('no value is not outside, and nothing is outside of limits that nobody knows', () => {
  /** @type {[number, number]} */ const limits = [-0.5, 100.5];
  assert.ok(!isOutside(1e300, null));
  assert.ok(!isOutside(NaN, limits) && !isOutside(null, limits) && isOutside(101, limits));
});

test('each reading has the limits of its time', () => {
  const pieces = [{ from_us: 10, least: 0, most: 1 }, { from_us: 20, least: null, most: null }, { from_us: 30, least: 5, most: 6 }];
  assert.deepStrictEqual([5, 10, 19, 20, 29, 30, 1e9].map((us) => limitsIn(pieces, us)), [[0, 1], [0, 1], [0, 1], null, null, [5, 6], [5, 6]]);
});

test('a kit is as old as since it was last plugged in, before what is shown or in it', () => {
  const gaps = [{ reason: 'unplugged', to_us: 100 }, { reason: 'wire', to_us: 200 }, { reason: 'reset', to_us: 300 }];
  assert.deepStrictEqual([50, 100, 250, 300, 350].map((us) => ageAt(us, beginningsOf([20, null], gaps))), [30, 0, 150, 0, 50]);
  assert.deepStrictEqual([50, 100, 250].map((us) => ageAt(us, beginningsOf([null], gaps))), [NaN, 0, 150]);
  assert.deepStrictEqual(ageAt(10, beginningsOf([20], [])), NaN);
});

test('many readings and many gaps are soon judged', () => {
  const gaps = Array.from({ length: 20000 }, (_, i) => ({ reason: i % 2 ? 'wire' : 'unplugged', to_us: i * 10 }));
  let looks = 0;
  const beginnings = new Proxy(beginningsOf([null], gaps), { get: (all, key) => { looks++; return Reflect.get(all, key); } });
  assert.strictEqual(ageAt(150007, beginnings), 7);
  assert.ok(looks < 40, String(looks));
});

test('how long a kit warmed up in a run counts each plugging in, and no instant twice', () => {
  const gaps = [{ reason: 'unplugged', to_us: 100 }, { reason: 'wire', to_us: 200 }, { reason: 'reset', to_us: 120 }];
  assert.strictEqual(warmingIn(0, 1000, null, gaps, 50), 70);
  assert.strictEqual(warmingIn(0, 110, -20, gaps, 50), 40);
  assert.strictEqual(warmingIn(0, 1000, -60, [], 50), 0);
  assert.strictEqual(warmingIn(0, 1000, 0, [], 5000), 1000);
  assert.strictEqual(warmingIn(0, 1000, null, [], 50), 0);
});
