// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The six numbers of a range, against values worked out by hand or by closed form.
import assert from 'node:assert';
import test from 'node:test';
import { Block } from '../../daemon/web/js/series.js';
import { describe } from '../../daemon/web/js/stats.js';

const near = (a, b, eps = 1e-9) => assert.ok(Math.abs(a - b) <= eps * Math.max(1, Math.abs(b)), `${a} is not ${b}`);
function block(t, y) { const b = new Block(1); b.append({ t, y: [y] }); return b; }

test('a straight line has its slope, its change, its area', () => {
  const t = Array.from({ length: 101 }, (_, i) => i * 1e5), s = describe(block(t, t.map((v) => 3 + 2 * v / 1e6)), 0, 0, 1e7);
  near(s.slope, 2); near(s.mean, 13); near(s.area, 130); near(s.min, 3); near(s.max, 23);
  assert.strictEqual(s.n, 101);
  near(s.delta, 2 * 9.1);                      // means of ten points at each end
  assert.ok(!s.isApproximate);
});

test('the standard deviation is that of the sample', () => {
  near(describe(block([0, 1, 2, 3], [2, 4, 4, 6]), 0, 0, 3).sd, Math.sqrt(8 / 3));
});

test('only what lies in the range counts, ends included, and silence is left out', () => {
  const s = describe(block([0, 10, 20, 30, 40], [100, 1, NaN, 3, 100]), 0, 10, 30);
  assert.strictEqual(s.n, 2);
  near(s.mean, 2);
});

test('fewer than two points say nothing', () => {
  assert.strictEqual(describe(block([0], [1]), 0, 0, 10), null);
  assert.strictEqual(describe(block([], []), 0, 0, 10), null);
});

test('columns count the rows they stand for, keep extremes, and are called approximate', () => {
  const b = new Block(1);
  b.append({ t: [10, 30], n: [10, 30], min: [[-5, 0]], max: [[5, 9]], mean: [[1, 3]] });
  const s = describe(b, 0, 0, 40);
  assert.strictEqual(s.n, 40);
  near(s.mean, 2.5); near(s.min, -5); near(s.max, 9);
  assert.ok(s.isApproximate);
});

test('the area leaves out what nobody measured, and says so', () => {
  const gap = { from_us: 2e6, to_us: 8e6, reason: 'unplugged', lost_rows: 5 }, b = block([0, 1e6, 2e6, 8e6, 9e6], [1, 1, 1, 1, 1]);
  const s = describe(b, 0, 0, 9e6, [gap]);
  near(s.area, 3);
  assert.ok(s.hasGap);
  near(describe(b, 0, 0, 2e6, [gap]).area, 2);
  assert.ok(!describe(b, 0, 0, 2e6, [gap]).hasGap);
});

test('readings out of range are counted; a column that reaches out counts once, as at least', () => {
  const b = block([0, 10, 20, 30], [1, 99, 101, -1]);
  const s = describe(b, 0, 0, 30, [], () => [0, 100]);
  assert.deepStrictEqual([s.outside, s.isOutsideAtLeast], [2, false]);
  assert.strictEqual(describe(b, 0, 0, 30).outside, 0);
  assert.strictEqual(describe(b, 0, 0, 30, [], (us) => (us < 30 ? [0, 200] : [0, 100])).outside, 1, 'each by the limits of its time');
  const columns = new Block(1);
  columns.append({ t: [10, 30], n: [10, 30], min: [[-5, 0]], max: [[5, 9]], mean: [[1, 3]] });
  const c = describe(columns, 0, 0, 40, [], () => [0, 100]);
  assert.deepStrictEqual([c.outside, c.isOutsideAtLeast], [1, true]);
});
