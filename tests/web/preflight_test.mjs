// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The look over kits and board before a lesson: what is not well is named by its number. Without a browser.
import assert from 'node:assert';
import test from 'node:test';
import { preflight } from '../../daemon/web/js/preflight.js';

const kit = (sticker, more = {}, channel = {}) => ({ id: sticker, sticker, state: 'ready', problem: null, streams: [{ problem: null, channels: [{ is_overdue: false, ...channel }] }], ...more });
const well = { wall_us: 1, wall_uncertainty_us: 2000, store: { problem: null, bytes: 10, limit_bytes: 100 } };
const steady = () => ({ hertz: 10, isOff: false });
/** @param {any} facts */
const bad = (facts) => preflight({ devices: [kit(1), kit(2)], pace: steady, status: well, ...facts }).filter((c) => !c.isGood).map((c) => [c.id, c.key, ...c.values]);

test('all is well, and each thing that was looked at is said', () => {
  assert.deepStrictEqual(bad({}), []);
  assert.deepStrictEqual(preflight({ devices: [kit(1)], pace: steady, status: well }).map((c) => c.id), ['kits', 'rate', 'clock', 'card', 'calibration']);
});

test('a kit that is gone, silent, or has a problem of its own or of one probe is named', () => {
  const devices = [kit(1), kit(3, { state: 'gone' }), kit(4, { state: 'silent' }), kit(5, { problem: { zh: '', en: '' } }), kit(6, { streams: [{ problem: { zh: '', en: '' }, channels: [] }] })];
  assert.deepStrictEqual(bad({ devices }), [['kits', 'pf_ill', [3, 4, 5, 6]]]);
  assert.deepStrictEqual(bad({ devices: [] }), [['kits', 'pf_none']]);
});

test('a slow kit is named, but not one that is ill anyway', () => {
  const pace = (/** @type {any} */ d) => ({ hertz: 4, isOff: d.sticker !== 1 });
  assert.deepStrictEqual(bad({ pace }), [['rate', 'pf_slow', [2]]]);
  assert.deepStrictEqual(bad({ pace, devices: [kit(1), kit(2, { state: 'gone' })] }), [['kits', 'pf_ill', [2]]]);
  assert.deepStrictEqual(bad({ pace: () => null }), [], 'too early to say is no fault');
});

test('a kit that is set to fewer readings than the lesson wants is named; one that has no pace is not', () => {
  const paced = (/** @type {number} */ sticker, /** @type {number} */ period_us) => kit(sticker, { streams: [{ problem: null, period_us, channels: [] }] });
  const devices = [paced(1, 1e6), paced(2, 1e5), paced(3, 0), paced(4, 105e3)], wanted = { us: 1e5, words: '0.1 s' };
  assert.deepStrictEqual(bad({ devices, wanted }), [['wanted', 'pf_sparse', [1], '0.1 s']]);
  assert.deepStrictEqual(bad({ devices, wanted: null }), []);
});

test('an hour that nobody knows, a card that is full or broken, an old calibration', () => {
  assert.deepStrictEqual(bad({ status: { ...well, wall_us: null } }), [['clock', 'pf_noClock']]);
  assert.deepStrictEqual(bad({ status: { ...well, wall_uncertainty_us: 9e6 } }), [['clock', 'pf_noClock']]);
  assert.deepStrictEqual(bad({ status: { ...well, store: { problem: null, bytes: 95, limit_bytes: 100 } } }), [['card', 'pf_cardFull', 95]]);
  assert.deepStrictEqual(bad({ status: { ...well, store: { problem: null, bytes: 1e12, limit_bytes: 0 } } }), [], 'no limit was set');
  assert.deepStrictEqual(bad({ status: { ...well, store: { problem: { zh: '卡满了。', en: 'Full.' }, bytes: 95, limit_bytes: 100 } } }), [['card', 'pf_cardBad', { zh: '卡满了。', en: 'Full.' }]]);
  assert.deepStrictEqual(bad({ devices: [kit(7, {}, { is_overdue: true })] }), [['calibration', 'pf_old', [7]]]);
});
