// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// When the page says that a stream is too slow or too fast: never by chance, and not now and then.
import assert from 'node:assert';
import test from 'node:test';
import { countOf, isFarOff, isOff, rateOf } from '../../daemon/web/js/pace.js';

/** What is said second by second of readings at these instants (seconds). @param {number[]} at @param {number} periodUs @param {number} seconds */
function said(at, periodUs, seconds) {
  const counts = /** @type {number[]} */ ([]), out = [];
  let is = false;
  for (let s = 0; s < seconds; s++) {
    counts.push(at.filter((t) => t >= s && t < s + 1).length);
    const count = countOf(counts.slice(-60), periodUs);
    is = count ? isOff(is, count, periodUs) : is;
    out.push(is);
  }
  return out;
}
/** @param {number} period @param {number} seconds @param {(i: number) => number} [late] */
const every = (period, seconds, late = () => 0) => Array.from({ length: Math.floor(seconds / period) }, (_, i) => (i + 0.5) * period + late(i));

for (const period of [0.001, 0.1, 0.3, 0.7, 1, 1.3, 2, 2.9, 5, 7, 15, 60, 600]) {
  test(`a reading each ${period} s, as asked, is never off, nor when each is a little late or early`, () => {
    for (const late of [() => 0, (/** @type {number} */ i) => (i % 3) * 0.1 * Math.min(1, period)]) {
      assert.ok(!said(every(period, 200, late), period * 1e6, 200).includes(true));
    }
  });
}

for (const [period, real] of [[0.1, 0.2], [1, 2], [2, 4], [2, 1], [5, 10], [1, 1.25]]) {
  test(`asked each ${period} s, come each ${real} s: off, and then it stays so`, () => {
    const all = said(every(real, 200), period * 1e6, 200), since = all.indexOf(true);
    assert.ok(since >= 0 && since <= Math.max(5, 11 * period), `since ${since}`);
    assert.ok(!all.slice(since).includes(false));
  });
}

test('a rate at the limit does not come and go, and a mended one is well', () => {
  const at = (/** @type {number} */ rate) => isOff.bind(null, true, { rows: rate * 5, seconds: 5 }, 1e4);
  assert.strictEqual(isOff(false, { rows: 455, seconds: 5 }, 1e4), false);
  assert.strictEqual(at(91)(), true);
  assert.strictEqual(at(94)(), false);
});

test('the first seconds say nothing', () => {
  assert.strictEqual(countOf([0, 0], 1e5), null);
  assert.deepStrictEqual(countOf([1, 0, 1], 2e6), { rows: 2, seconds: 3 });
});

test('where nobody asked for a rate, a slow stream is counted until there is something to count', () => {
  const slow = Array.from({ length: 60 }, (_, i) => (i % 10 ? 0 : 1));
  assert.deepStrictEqual(countOf(slow, 0), { rows: 6, seconds: 60 });
  assert.deepStrictEqual(countOf([...slow, 5, 5, 5, 5, 5], 0), { rows: 25, seconds: 5 });
});

test('a run comes as fast as its readings stand, gaps left out, also where columns stand for them', () => {
  const rows = (/** @type {number[]} */ t) => ({ t, n: t.map(() => 1), length: t.length });
  assert.strictEqual(rateOf(rows([0, 5e5, 1e6, 15e5]), []), 2);
  assert.strictEqual(rateOf(rows([0, 1e6, 2e6, 12e6, 13e6]), [{ from_us: 2e6, to_us: 12e6 }, { from_us: 3e6, to_us: 11e6 }]), 1);
  assert.strictEqual(rateOf({ t: [1e6, 3e6, 5e6], n: [20, 20, 20], length: 3 }, []), 10);
  assert.deepStrictEqual([rows([]), rows([5])].map((b) => rateOf(b, [])), [0, 0]);
  assert.deepStrictEqual([isFarOff(1.05, 100, 1), isFarOff(0.5, 100, 1), isFarOff(0.5, 3, 1)], [false, true, false]);
});
