// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The line that is drawn before the start, and the clock of the lesson.
import assert from 'node:assert';
import test from 'node:test';
import { phaseAt } from '../../daemon/web/js/lesson-clock.js';
import { drawn, emptyStroke, isEnough, pointsOf, stepAt, STEPS, strokeOf } from '../../daemon/web/js/stroke.js';

test('a quick hand leaves no holes', () => {
  const stroke = drawn(drawn(emptyStroke(), null, { step: 0, y: 10 }), { step: 0, y: 10 }, { step: 10, y: 20 });
  assert.deepStrictEqual(stroke.slice(0, 12), [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, null]);
});

test('drawing back over a part corrects that part only', () => {
  let stroke = drawn(emptyStroke(), { step: 0, y: 0 }, { step: STEPS, y: STEPS });
  stroke = drawn(stroke, { step: 20, y: 5 }, { step: 18, y: 5 });
  assert.deepStrictEqual(stroke.slice(16, 23), [16, 17, 5, 5, 5, 21, 22]);
});

test('what is sent comes back as it was drawn', () => {
  const stroke = drawn(emptyStroke(), { step: 3, y: 66.6 }, { step: 50, y: 21.3 }), points = pointsOf(stroke, 1800);
  assert.strictEqual(points.length, 48);
  assert.deepStrictEqual(points[0], [90, 66.6]);
  const back = strokeOf(points, 1800);
  stroke.forEach((y, k) => (y == null ? assert.strictEqual(back[k], null) : assert.ok(Math.abs(Number(back[k]) - y) < 1e-3)));
});

test('half the time is enough, less is not; a hand beyond the paper draws at its edge', () => {
  assert.ok(!isEnough(drawn(emptyStroke(), { step: 0, y: 0 }, { step: STEPS / 2 - 1, y: 0 })));
  assert.ok(isEnough(drawn(emptyStroke(), { step: 0, y: 0 }, { step: STEPS / 2 + 1, y: 0 })));
  assert.deepStrictEqual([stepAt(-3), stepAt(0.5), stepAt(7)], [0, STEPS / 2, STEPS]);
});

test('the lesson clock counts down, stands still while paused, and goes on below zero', () => {
  const lesson = /** @type {any} */ ({ phases: [{ name: { zh: '猜', en: 'Predict' }, us: 5e6 }, { name: { zh: '量', en: 'Measure' }, us: 60e6 }] });
  const at = (/** @type {any} */ phase, /** @type {number} */ now) => phaseAt(/** @type {any} */ ({ phase }), lesson, now);
  assert.strictEqual(at({ index: 1, since_us: 10e6, paused_us: null }, 25e6)?.leftUs, 45e6);
  assert.deepStrictEqual(at({ index: 1, since_us: 10e6, paused_us: 20e6 }, 99e6), { index: 1, name: { zh: '量', en: 'Measure' }, leftUs: 50e6, isPaused: true });
  assert.strictEqual(at({ index: 0, since_us: 0, paused_us: null }, 7e6)?.leftUs, -2e6);
  assert.strictEqual(at(null, 7e6), null);
  assert.strictEqual(at({ index: 9, since_us: 0, paused_us: null }, 7e6), null);
});
