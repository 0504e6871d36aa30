// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// What the teacher's page makes of a class without asking anybody: which channel serves a lesson's need, one point
// for each group, how near a prediction was. Without a browser.
import assert from 'node:assert';
import test from 'node:test';
import { load } from '../support/pages.mjs';
import { lanesOf, together } from '../../daemon/web/js/class-lanes.js';
import { absentOf, comparedOf, curveOf, distance, pilesOf, pointsOf, pooled, runsOfReadings } from '../../daemon/web/js/class-points.js';
import { formulaOf } from '../../daemon/web/js/formula.js';

const channel = (id, quantity, unit) => ({ id, quantity, unit, name: { zh: id, en: id } });
const device = (id, channels, more = {}) => ({ id, sticker: id, state: 'ready', kit: 'k', streams: [{ id: id * 10, name: 's', channels }], ...more });
const probe = (id, more) => device(id, [channel('t', 'time', 'ms'), channel('temp', 'temperature', 'Cel')], more);
const air = (id, more) => device(id, [channel('humid', 'humidity', '%'), channel('temp', 'temperature', 'Cel')], more);
const gate = (id, more) => device(id, [channel('period', 'period', 's')], more);

test('a need is served by the channel of its quantity, of its unit, of the name it prefers', () => {
  const two = device(1, [channel('a', 'temperature', 'K'), channel('b', 'temperature', 'Cel'), channel('c', 'temperature', 'Cel')]);
  const at = (need) => lanesOf([two], { needs: [{ id: 'T', quantity: 'temperature', ...need }], plot: null })[0].channel.id;
  assert.strictEqual(at({}), 'a');
  assert.strictEqual(at({ unit: 'Cel' }), 'b');
  assert.strictEqual(at({ unit: 'Cel', channel: 'c' }), 'c');
  assert.strictEqual(lanesOf([two], { needs: [{ id: 'p', quantity: 'pressure' }], plot: null })[0].need, null);
});

test('a group looks at the channels of its lesson, that of the plot first', () => {
  const lesson = { needs: [{ id: 'black', quantity: 'temperature' }, { id: 'white', quantity: 'temperature' }, { id: 'h', quantity: 'humidity' }], plot: { y: 'white' } };
  const lanes = lanesOf([probe(1), probe(2)], lesson);
  assert.deepStrictEqual(lanes.map((l) => [l.need, l.device.id, l.channel.id]), [['white', 2, 'temp'], ['black', 1, 'temp']]);
  assert.strictEqual(together(lanes).length, 2);
  const one = lanesOf([air(3)], { needs: [{ id: 'h', quantity: 'humidity' }, { id: 'T', quantity: 'temperature' }], plot: { y: 'h' } });
  assert.deepStrictEqual(one.map((l) => [l.need, l.channel.id]), [['h', 'humid'], ['T', 'temp']], 'one kit serves two needs');
  assert.deepStrictEqual(together(one).map((l) => l.need), ['h'], 'other units have another axis');
  assert.deepStrictEqual(lanesOf([probe(1), gate(2)], null).map((l) => l.channel.id), ['temp', 'period'], 'without a lesson: what each measures, and no clock');
});

test('who has a probe of its own and one that all share looks at each for its need', () => {
  const liked = { needs: [{ id: 'mobile', quantity: 'temperature', kits: ['b', 'a'] }, { id: 'fixed', quantity: 'temperature', kits: [{ id: 'a' }, { id: 'b' }], groups_share: 12 }] };
  assert.deepStrictEqual(lanesOf([probe(1, { kit: 'a' }), probe(3, { kit: 'b' })], liked).map((l) => [l.need, l.device.id]), [['mobile', 3], ['fixed', 1]]);
});

const jsep = load('jsep');
const read = (text, names) => formulaOf(jsep, text, names).value;
const run = (number, id, typed, mean) => ({ number, runs: [{ run: id, typed, channels: mean == null ? {} : { T: { mean, sd: 0.02, n: 4 } } }], prediction: null });

test('a class plot has a point for each run that has all it needs, with the lesson\'s formulas', () => {
  const results = [run(1, 7, { L: 0.25 }, 1), run(2, 8, { L: 1 }, 2), run(3, 9, {}, 2), run(4, 10, { L: 0.5 }, null)];
  const points = pointsOf(results, { x: 'L', y: 'T2' }, [{ id: 'T2', is: 'T^2' }], read);
  assert.deepStrictEqual(points, [{ group: 1, run: 7, x: 0.25, y: 1, u: null }, { group: 2, run: 8, x: 1, y: 4, u: null }]);
  const plain = pointsOf(results, { x: 'group', y: 'T' }, [], read);
  assert.deepStrictEqual(plain.map(({ x, y, u }) => [x, y, u]), [[1, 1, 0.01], [2, 2, 0.01], [3, 2, 0.01]], 'the mean is as sure as its readings are many');
  assert.deepStrictEqual(pooled([9, 10, 11]), { n: 3, mean: 10, sd: 1 });
});

test('a group that is not in the plot is named with what it lacks', () => {
  const results = [run(1, 7, { L: 0.25 }, 1), run(2, 8, {}, 2), run(3, 9, {}, 2), run(4, 10, { L: 0.5 }, null), { number: 5, runs: [], prediction: null }, run(6, 11, { L: 1 }, -1)];
  const lesson = { formulas: [{ id: 'T2', is: 'T^2' }, { id: 'odd', is: 'ln(T2 - 1.5) - L' }], needs: [{ id: 'T' }, { id: 'air' }], typed: [{ id: 'L' }] };
  const absent = (axes) => absentOf([1, 2, 3, 4, 5, 6], pointsOf(results, axes, lesson.formulas, read), results, axes, lesson).map(({ groups, why, of }) => [groups, why, of]);
  assert.deepStrictEqual(absent({ x: 'L', y: 'T2' }), [[[2, 3], 'typed', 'L'], [[4], 'read', 'T'], [[5], 'run', null]], 'and no word of what the plot does not need');
  assert.deepStrictEqual(absent({ x: 'group', y: 'odd' }), [[[1, 6], 'value', 'odd'], [[2, 3], 'typed', 'L'], [[4], 'read', 'T'], [[5], 'run', null]]);
});

test('in a lesson of events each reading that was kept is a point', () => {
  const needs = new Map([['10:level', 'dB'], ['20:level', 'dB']]);
  const kept = [{ id: 1, group: 2, at_us: 5, run: 4, typed: { d: 1 }, values: { '10:level': 80, '10:t': 7 } }, { id: 2, group: 2, at_us: 6, run: 4, typed: { d: 2 }, values: { '20:level': 74 } },
    { id: 3, group: 1, at_us: 7, run: null, typed: {}, values: { '10:level': 74 } }, { id: 4, group: 1, at_us: 7, run: null, typed: { d: 4 }, values: { '10:level': null } }];
  assert.deepStrictEqual(pointsOf(runsOfReadings(kept, needs), { x: 'd', y: 'loud' }, [{ id: 'loud', is: 'dB - 30' }], read).map(({ group, x, y }) => [group, x, y]), [[2, 1, 50], [2, 2, 44]]);
});

test('a guess is compared with what the lesson says: a parameter of the class, or a statistic of its runs', () => {
  const results = [run(1, 7, { L: 0.25 }, 1), run(2, 8, { L: 1 }, 3), run(3, 9, {}, null)], fit = { parameters: [{ id: 'k', value: 4.03, error: 0.02 }] };
  assert.deepStrictEqual(comparedOf('class_plot.k', results, [], read, fit), { value: 4.03, u: 0.02 });
  assert.strictEqual(comparedOf('class_plot.k', results, [], read, null), null, 'there is no fit yet');
  assert.deepStrictEqual(comparedOf('T.mean', results, [], read, null), { value: 2, u: 1 });
  assert.deepStrictEqual(comparedOf('T.sd', results.slice(0, 1), [], read, null), { value: 0.02, u: null });
  assert.deepStrictEqual(comparedOf('twice.mean', results, [{ id: 'twice', is: '2*T' }], read, null)?.value, 4, 'a formula of the means');
  assert.deepStrictEqual(comparedOf('each.mean', [run(1, 1, { h: 0 }, 2), run(2, 2, { h: 4 }, 2)], [{ id: 'each', is: 'T/h' }], read, null), { value: 0.5, u: null }, 'what has no value does not count');
});

test('guesses are piled where they are, and a wild one does not hide the rest', () => {
  const guesses = [3, 2.9, 3, 300, 1, 5].map((value, i) => ({ number: i + 1, value })), { x, most, piled } = pilesOf(guesses, 2.91);
  assert.ok(x[0] < 1 && x[1] > 5 && x[1] < 60, String(x));
  assert.deepStrictEqual(piled.filter((g) => g.isFar).map((g) => g.value), [300]);
  assert.ok(piled.every((g) => g.x > x[0] && g.x < x[1]), 'at the edge, not beyond it');
  assert.deepStrictEqual(piled.filter((g) => g.value === 3).map((g) => g.level).sort(), [2, 3], 'on top of the one beside them');
  assert.strictEqual(most, 3);
  assert.deepStrictEqual(pilesOf([{ value: 0 }], null).piled[0].level, 1, 'one alone, at zero');
  assert.ok(pilesOf([], null).x[1] > pilesOf([], null).x[0]);
});

test('a fit is drawn by its expression, and one that has no curve is not', () => {
  const parameters = [{ id: 'k', value: 2 }, { id: 'b', value: 1 }];
  assert.deepStrictEqual(curveOf({ expression: 'k*x + b', parameters }, read, 0, 10, 2), { x: [0, 5, 10], y: [1, 11, 21] });
  assert.ok(Number.isNaN(curveOf({ expression: 'k*ln(x)', parameters }, read, -1, 1, 2)?.y[0]), 'where it has no value it is broken');
  assert.strictEqual(curveOf({ expression: null, parameters }, read, 0, 1), null);
  assert.strictEqual(curveOf({ expression: 'k*y', parameters }, read, 0, 1), null, 'a name that nobody knows');
});

test('a prediction is compared where it was drawn, between its points too', () => {
  const came = { x: [0, 1, 2, 3, 4], mid: [0, 2, null, 6, 4] };
  assert.strictEqual(distance([[0, 1], [3, 4]], came), 1, 'what came later, or not at all, does not count');
  assert.ok(Number.isNaN(distance([[10, 1], [13, 4]], came)));
  assert.ok(Number.isNaN(distance([[0, 1]], came)), 'a dot is no curve');
});
