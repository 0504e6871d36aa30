// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Groups of other boards on the axes of ours: who is put on them, and where the points stand.
import assert from 'node:assert';
import test from 'node:test';
import { drawnOf, isAlike, lineOf, placed } from '../../daemon/web/js/other-axes.js';

const words = { zh: '温度', en: 'temperature' };
const channel = (/** @type {string} */ unit = 'Cel') => ({ name: words, unit, value: 20, resolution: 0.1, trace: /** @type {(number|null)[]} */ ([...Array(58).fill(null), 21, 22]) });
/** @param {any} [more] @returns {import('../../daemon/web/js/boards.js').OtherGroup} */
const group = (more) => ({ number: 1, animal: words, phase: 'running', run: 7, channels: [channel()], ...more });
/** @param {any} [more] @returns {import('../../daemon/web/js/boards.js').OtherBoard} */
const board = (more) => ({ id: 'b', name: 'b', address: 'http://b/', state: 'here', seen_s: 0, stated_us: 1, lesson: 'heat', session: 1, sentence: null, groups: [group()], has_key: true, ...more });
const course = (/** @type {boolean} */ is_over) => ({ is_over, first_s: 0.5, step_s: 2, values: [20, null, 24] });

test('alike is who reads the same in the same lesson, also while it is silent', () => {
  assert.ok(isAlike(board(), group(), 'heat', 'Cel'));
  assert.ok(isAlike(board(), group(), 'heat', null), 'we have no kit: then as the others have it');
  assert.ok(!isAlike(board({ lesson: 'light' }), group(), 'heat', 'Cel'));
  assert.ok(!isAlike(board(), group({ channels: [channel('lx')] }), 'heat', 'Cel'));
  assert.ok(!isAlike(board(), group({ channels: [] }), 'heat', 'Cel'));
  assert.ok(isAlike(board({ state: 'missing' }), group(), 'heat', 'Cel'));
  assert.ok(!isAlike(board({ lesson: null }), group(), null, 'Cel'), 'free recordings have nothing in common');
});

test('a run stands from its beginning, as long as it is; what is none stands where ours does', () => {
  const run = lineOf(group({ course: course(false) })), idle = lineOf(group());
  assert.deepStrictEqual([run.x, run.y], [[0.5, 2.5, 4.5], [20, null, 24]]);
  assert.deepStrictEqual([idle.x[0], idle.x[58], idle.x[59]], [-29.5, -0.5, 0]);
  const inRun = { x: /** @type {[number, number]} */ ([0, 2]), per: 60, end: 100, isRun: true };
  assert.deepStrictEqual(placed(run, inRun), [0.5 / 60, 2.5 / 60, 4.5 / 60]);
  assert.strictEqual(placed(idle, inRun)[59], 0.5, 'beside a run: the half minute from the left, as our own minute');
  assert.strictEqual(placed(idle, { x: [0, 60], per: 1, end: 60, isRun: false })[59], 60, 'now is where our now is');
  assert.strictEqual(placed(idle, { x: [-60, 0], per: 1, end: 60, isRun: false })[59], 0);
});

test('axes are made for them, too', () => {
  const all = [board({ groups: [group({ course: course(true) }), group({ number: 2, channels: [channel('lx')] })] }), board({ lesson: 'light' })];
  assert.deepStrictEqual(drawnOf(all, 'heat', 'Cel'), [{ span: { from: 0, to: 4.5e6, until: 4.5e6, isRun: true }, picture: { lo: [20, null, 24], hi: [20, null, 24], mid: [20, null, 24] }, step: 0.1 }]);
  assert.deepStrictEqual(drawnOf([board()], 'heat', 'Cel')[0].span, { from: 0, to: null, until: 30e6, isRun: false });
});
