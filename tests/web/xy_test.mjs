// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Which points an x–y picture has.
import assert from 'node:assert';
import test from 'node:test';
import { Block } from '../../daemon/web/js/series.js';
import { pointsOf } from '../../daemon/web/js/xy-points.js';

/** @param {(number|null)[]} x @param {(number|null)[]} y */
function block(x, y) {
  const b = new Block(2);
  b.append({ t: x.map((_, i) => i), y: [x, y] });
  return b;
}

test('a point needs both values, and has the flags of its row', () => {
  const points = pointsOf(block([1, null, 3, 4], [10, 20, null, 40]), 0, 1, 100, (i) => (i === 3 ? ['warm-up'] : []));
  assert.deepStrictEqual(points, [{ x: 1, y: 10, flags: [] }, { x: 4, y: 40, flags: ['warm-up'] }]);
  assert.deepStrictEqual(pointsOf(block([1], [2]), 1, 0, 100, () => []), [{ x: 2, y: 1, flags: [] }]);
});

test('a large cloud is thinned out, but no reading out of range is left out', () => {
  const n = 10000, x = Array.from({ length: n }, (_, i) => i);
  const points = pointsOf(block(x, x), 0, 1, 1000, (i) => (i % 777 === 5 ? ['out-of-range'] : i < 50 ? ['warm-up'] : []));
  assert.strictEqual(points.filter((p) => p.flags.includes('out-of-range')).length, 13);
  assert.ok(points.length <= 1013 && points.length >= 1000);
  assert.ok(points.every((p, i) => !i || p.x > points[i - 1].x));
});
