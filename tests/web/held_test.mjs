// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Which calibration readings of an instant are by, and what they are by it.
import assert from 'node:assert';
import test from 'node:test';
import { heldAt, valueBy } from '../../daemon/web/js/held.js';

const made = (/** @type {number} */ id, /** @type {number} */ from, /** @type {number|null} */ to, more = {}) => /** @type {any} */ (
  { id, kind: 'offset', from_us: from, to_us: to, is_withdrawn: false, ...more });

test('the last made of those that hold there counts; one that was taken back does not', () => {
  const all = [made(1, 100, null), made(2, 200, 300), made(3, 250, null, { is_withdrawn: true }), made(4, 0, null, { kind: 'withdrawal' })];
  assert.deepStrictEqual([50, 100, 199, 200, 299, 300].map((us) => heldAt(all, us)?.id), [undefined, 1, 1, 2, 2, 1]);
  assert.strictEqual(heldAt([], 1), null);
});

test('one point shifts, more are joined by lines that go on beyond their ends', () => {
  assert.strictEqual(valueBy([{ raw: 21.5, true: 21.55 }], 21), 21.05);
  const points = [{ raw: 0, true: 1 }, { raw: 10, true: 11 }, { raw: 20, true: 31 }];
  assert.deepStrictEqual([-10, 0, 5, 10, 15, 30].map((v) => valueBy(points, v)), [-9, 1, 6, 11, 21, 51]);
});
