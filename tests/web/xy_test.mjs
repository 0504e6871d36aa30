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

/** @param {import('../../daemon/web/js/series.js').Block} b @param {number} most @param {(i: number) => import('../../daemon/web/js/flags.js').Flag[]} flagsAt */
const points = (b, most, flagsAt) => pointsOf(b, 0, 1, most, (i) => flagsAt(i).includes('out-of-range'), flagsAt);

test('a point needs both values, and has the flags of its row', () => {
  const some = points(block([1, null, 3, 4], [10, 20, null, 40]), 100, (i) => (i === 3 ? ['warm-up'] : []));
  assert.deepStrictEqual(some, [{ x: 1, y: 10, flags: [] }, { x: 4, y: 40, flags: ['warm-up'] }]);
  assert.deepStrictEqual(pointsOf(block([1], [2]), 1, 0, 100, () => false, () => []), [{ x: 2, y: 1, flags: [] }]);
});

test('a large cloud is thinned out, but no lone reading out of range is left out', () => {
  const n = 10000, x = Array.from({ length: n }, (_, i) => i);
  const some = points(block(x, x), 1000, (i) => (i % 777 === 5 ? ['out-of-range'] : i < 50 ? ['warm-up'] : []));
  assert.strictEqual(some.filter((p) => p.flags.includes('out-of-range')).length, 13);
  assert.ok(some.length <= 1013 && some.length >= 1000);
  assert.ok(some.every((p, i) => !i || p.x > some[i - 1].x));
});

test('a kit that is out of range again and again has no more crosses than points', () => {
  const n = 150000, x = Array.from({ length: n }, (_, i) => i);
  assert.ok(points(block(x, x), 2000, () => ['out-of-range']).length <= 2000);
  let judged = 0;
  const some = pointsOf(block(x, x), 0, 1, 2000, (i) => i % 2 === 1, (i) => { judged++; return i % 2 ? ['out-of-range'] : []; });
  assert.ok(some.length > 2900 && some.length <= 4000, String(some.length));
  assert.strictEqual(judged, some.length);
});
