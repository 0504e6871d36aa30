// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Two kits in one formula: what one measured at the instants of the other, by the rule that the board's fits
// have, too. Without a browser.
import assert from 'node:assert';
import test from 'node:test';
import { joined } from '../../daemon/web/js/joined.js';
import { Block } from '../../daemon/web/js/series.js';

/** @param {number[]} t seconds @param {(number|null)[]} y @param {number[]} [n] rows of each */
function block(t, y, n) {
  const made = new Block(1);
  made.append({ t: t.map((s) => s * 1e6), n: n ?? t.map(() => 1), ...(n ? { mean: [y], min: [y.map((v) => v - 1)], max: [y.map((v) => v + 1)] } : { y: [y] }) });
  return made;
}
const at = (/** @type {number[]} */ t, /** @type {any} */ other, periodUs = 1e6) => [...joined(block(t, t), other, 0, periodUs).mid];

test('at its own instants a value is the very double that was measured', () => {
  assert.deepStrictEqual(at([1, 2, 3], block([1, 2, 3], [0.1, 0.7, 0.3])), [0.1, 0.7, 0.3]);
});

test('between two values it is on the straight line; before the first and after the last there is none', () => {
  assert.deepStrictEqual(at([0.5, 1, 1.25, 1.5, 2, 2.5], block([1, 2], [10, 14])), [NaN, 10, 11, 12, 14, NaN]);
});

test('over a gap of more than three periods there is none', () => {
  const other = block([1, 2, 5, 9], [1, 2, 5, 9]);
  assert.deepStrictEqual(at([1.5, 3, 7], other), [1.5, 3, NaN]);
  assert.deepStrictEqual(at([3], block([1, 5], [1, 5]), 0), [3], 'irregular: what is usual is what its rows say');
});

test('a row without a value is no value, and a column stands for as many periods as it has rows', () => {
  assert.deepStrictEqual(at([1, 2, 3], block([1, 2, 3], [1, null, 3])), [1, 2, 3]);
  const wide = joined(block([15, 25], [0, 0]), block([10, 20, 30], [1, 2, 3], [10, 10, 10]), 0, 1e6);
  assert.deepStrictEqual([[...wide.mid], [...wide.lo], [...wide.hi]], [[1.5, 2.5], [0.5, 1.5], [2.5, 3.5]]);
});
