// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// How numbers and units are written.
import assert from 'node:assert';
import test from 'node:test';
import { change, clock, decimalsOf, digitsFor, digitsOf, lasting, num, precision, quantity, rate, ticks, uncertain } from '../../daemon/web/js/numbers.js';
import { rangeText } from '../../daemon/web/js/expected.js';
import { perTime, timesTime, unitText } from '../../daemon/web/js/units.js';

const plain = (s) => s.replaceAll('\u202f', '_').replaceAll('\u2212', '-');

test('a number has a true minus, narrow spaces in thousands and before its unit', () => {
  assert.strictEqual(num(-1284.5, 1), '\u22121\u202f284.5');
  assert.strictEqual(quantity(52.44, 1, '°C'), '52.4\u202f°C');
  assert.strictEqual(plain(num(1234567, 2)), '1_234_567.00');
  assert.strictEqual(num(999), '999');
  assert.strictEqual(change(3, 0, 'm'), '+3\u202fm');
});

test('nothing is shown as a dash without a unit, and never as minus zero', () => {
  for (const nothing of [null, undefined, NaN, Infinity]) assert.strictEqual(quantity(nothing, 1, '°C'), '—');
  assert.strictEqual(num(-0.04, 1), '0.0');
});

test('digits follow the resolution; a calculated value has four significant ones', () => {
  assert.deepStrictEqual([0.1, 0.0625, 1, 5, 0.001, 0.5, 20].map(digitsOf), [1, 2, 0, 0, 3, 1, 0]);
  assert.deepStrictEqual([1234, 56.78, 0.01234, 0].map(digitsFor), [0, 2, 5, 2]);
});

test('however small a value is, it keeps its digits', () => {
  assert.strictEqual(num(1.234e-7, digitsFor(1.234e-7)), '0.0000001234');
  assert.strictEqual(plain(uncertain(1.157e-5, null, 'Hz')), '1.157_×_10⁻⁵_Hz');
  assert.strictEqual(plain(uncertain(1.157e-9, 2e-11)), '(1.16_±_0.02)_×_10⁻⁹');
});

test('a value has the decimals of its shortest text, six at most', () => {
  assert.deepStrictEqual([3, 10, 49.1, 49.12, -0.001, 0, 1e21, 1 / 3, null, NaN].map(decimalsOf), [0, 0, 1, 2, 3, 0, 0, 6, 0, 0]);
});

test('times are written as a person would say them', () => {
  assert.deepStrictEqual([0, 59, 318, 3729].map(clock), ['00:00', '00:59', '05:18', '1:02:09']);
  assert.deepStrictEqual([1.24, 8, 300, 4000, 30000, 300000].map((s) => plain(lasting(s))), ['1.2_s', '8_s', '5.0_min', '67_min', '8.3_h', '3.5_d']);
  assert.deepStrictEqual([0.2, 5, 82, 2500, 45000].map((us) => plain(precision(us))), ['0.20_µs', '5.0_µs', '0.08_ms', '2.5_ms', '45_ms']);
  assert.deepStrictEqual([1, 0.2, 1.5, 10, 1000].map((hz) => plain(rate(hz))), ['1_Hz', '0.2_Hz', '1.5_Hz', '10_Hz', '1_000_Hz']);
});

test('ticks are steps of 1, 2 and 5 with the digits that they need', () => {
  assert.deepStrictEqual(ticks(0, 1, 5), [[0, 0.2, 0.4, 0.6, 0.8, 1], 1]);
  assert.deepStrictEqual(ticks(-30, 30, 6), [[-30, -20, -10, 0, 10, 20, 30], 0]);
  assert.deepStrictEqual(ticks(-46, 46, 3.6), [[-40, -20, 0, 20, 40], 0], 'one tick says nothing');
  for (let lo = -9; lo < 9; lo += 0.37) for (const span of [0.3, 1.7, 42, 96]) assert.ok(ticks(lo, lo + span, 3)[0].length > 1, `${lo} ${span}`);
});

test('UCUM units become what people write; an unknown one passes', () => {
  const shown = { Cel: '°C', 'm/s2': 'm/s²', uT: 'µT', '%': '%', '[ppm]': 'ppm', '/min': 'min⁻¹', '{count}/min': 'min⁻¹', Ohm: 'Ω',
    1: '', '': '', '{turns}': '', 'deg/s': '°/s', 'kg.m/s2': 'kg m/s²', 's-1': 's⁻¹', us: 'µs', 'uS/cm': 'µS/cm', '[pH]': '',
    blub: 'blub', lx: 'lx', 'dB[SPL]': 'dB' };
  for (const [ucum, text] of Object.entries(shown)) assert.strictEqual(unitText(ucum), text, ucum);
  assert.strictEqual(unitText(null), '');
});

test('slopes and areas get their own units', () => {
  assert.deepStrictEqual([perTime('°C', 'min'), perTime('m/s', 's'), perTime('m/s²', 's'), perTime('', 'min')], ['°C/min', 'm/s²', '(m/s²)/s', 'min⁻¹']);
  assert.strictEqual(timesTime('°C', 'min'), '°C min');
});

test('a range that should come has the digits that its lesson wrote, and one power for both ends', () => {
  assert.strictEqual(plain(rangeText([4.81, 4.98], 'm/s²')), '4.81–4.98_m/s²');
  assert.strictEqual(plain(rangeText([1450, 3450], 'ppm')), '1_450–3_450_ppm');
  assert.strictEqual(plain(rangeText([-0.63, -0.09])), '-0.63_…_-0.09');
  assert.strictEqual(plain(rangeText([-0.00042, -0.000095], 's⁻¹')), '(-4.2_…_-0.95)_×_10⁻⁴_s⁻¹');
  assert.strictEqual(plain(rangeText([0, 0])), '0–0');
});
