// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// What the key says, which notice is shown, and the arithmetic of the chart's window.
import assert from 'node:assert';
import test from 'node:test';
import { noticeOf, phaseOf } from '../../daemon/web/js/phase.js';
import { clipped, nearest, outside, spaced, tickText, timeUnit, VALUE_STEPS, valueRange, windowOf } from '../../daemon/web/js/chart-scale.js';

const kit = (state, sticker = 13, id = sticker) => ({ id, sticker, state, streams: [] });
const page = { link: 'open', hasLoaded: true, devices: [kit('ready')], run: null, isRecording: false };

test('the key says one of five things', () => {
  assert.strictEqual(phaseOf({ ...page, link: 'connecting' }), 'wait');
  assert.strictEqual(phaseOf({ ...page, hasLoaded: false }), 'wait');
  assert.strictEqual(phaseOf({ ...page, devices: [] }), 'noKit');
  assert.strictEqual(phaseOf({ ...page, devices: [kit('gone')] }), 'noKit');
  assert.strictEqual(phaseOf(page), 'ready');
  assert.strictEqual(phaseOf({ ...page, isRecording: true, devices: [] }), 'rec');
  assert.strictEqual(phaseOf({ ...page, run: { to_us: 5 } }), 'done');
  assert.strictEqual(phaseOf({ ...page, link: 'lost', isRecording: true }), 'wait');
});

test('in a group the key asks for the guess first, and waits for the teacher unless groups may start', () => {
  const duty = { mustPredict: false, mayStart: false }, is = (/** @type {object} */ more) => phaseOf({ ...page, ...more });
  assert.strictEqual(is({ duty: { ...duty, mustPredict: true } }), 'predict');
  assert.strictEqual(is({ duty }), 'await');
  assert.strictEqual(is({ duty: { ...duty, mayStart: true } }), 'ready');
  assert.strictEqual(is({ duty, run: { to_us: 5 } }), 'done');
  assert.strictEqual(is({ duty: { ...duty, mustPredict: true }, isRecording: true }), 'rec');
  assert.strictEqual(is({ duty: { ...duty, isArmed: true }, run: { to_us: 5 } }), 'armed');
  assert.strictEqual(is({ duty: { ...duty, isArmed: true }, isRecording: true }), 'rec');
  assert.strictEqual(is({ duty: { ...duty, mustPredict: true }, devices: [] }), 'noKit');
  const pulled = { ...duty, isGone: true };
  assert.strictEqual(is({ duty: pulled }), 'gone', 'others may have theirs');
  assert.strictEqual(is({ duty: { ...pulled, mustPredict: true } }), 'predict', 'a guess needs no kit');
  assert.strictEqual(is({ duty: pulled, run: { to_us: 5 } }), 'done', 'what was recorded is there');
  const part = { ...duty, pulled: 13 };
  assert.strictEqual(is({ duty: part }), 'part', 'one of two is no "ready"');
  assert.strictEqual(is({ duty: { ...part, mayStart: true } }), 'part');
  assert.strictEqual(is({ duty: { ...part, isGone: true } }), 'gone');
  assert.strictEqual(is({ duty: part, run: { to_us: 5 } }), 'done');
  assert.strictEqual(is({ duty: { ...duty, isReplay: true }, run: { to_us: 5 }, devices: [] }), 'replay');
  assert.strictEqual(is({ duty: { ...pulled, isReplay: true }, isRecording: true }), 'rec');
});

const facts = { device: kit('ready'), others: [], quietSeconds: 0, frozenRows: null, storeProblem: null, stream: undefined, portState: null, garbled: null, text: null, sinks: [], healed: null, isRecording: false, refused: null };
const open = () => false;

test('all well: no notice', () => assert.strictEqual(noticeOf(facts, open), null));

test('a fault of the shown kit comes before news, names its number, and cannot be closed', () => {
  const sinks = [{ name: 'school', state: 'waiting', sentence: null, rows_behind: 5 }];
  const n = noticeOf({ ...facts, device: kit('gone'), sinks }, () => true);
  assert.deepStrictEqual([n.kind, n.key, n.values], ['bad', 'n_gone', [13]]);
});

test('a port that sends text only is told as that', () => {
  assert.strictEqual(noticeOf({ ...facts, text: '/dev/ttyUSB0' }, open).key, 'n_text');
});

test('a store problem comes first of all, in the board\'s own words', () => {
  const words = { zh: '满', en: 'full' }, n = noticeOf({ ...facts, device: kit('gone'), storeProblem: words }, open);
  assert.deepStrictEqual([n.kind, n.words], ['bad', words]);
});

test('what the board just refused is told first, and can be closed', () => {
  const refused = { id: 'told-1', words: { zh: '已经在记录了。', en: 'A run is already going on.' } };
  const n = noticeOf({ ...facts, device: kit('gone'), refused }, open);
  assert.deepStrictEqual([n.kind, n.words, n.id], ['warn', refused.words, 'told-1']);
  assert.strictEqual(noticeOf({ ...facts, device: kit('gone'), refused }, (id) => id === 'told-1').key, 'n_gone');
});

test('a waiting store is calm, and stays closed once it was closed', () => {
  const sinks = [{ name: 'school', state: 'waiting', sentence: null, rows_behind: 5 }];
  const n = noticeOf({ ...facts, sinks }, open);
  assert.strictEqual(n.kind, 'calm');
  assert.strictEqual(noticeOf({ ...facts, sinks }, (id) => id === n.id), null);
});

test('another kit speaks up only while a run is going on', () => {
  const others = [kit('silent', 14)];
  assert.strictEqual(noticeOf({ ...facts, others }, open), null);
  const n = noticeOf({ ...facts, others, isRecording: true }, open);
  assert.deepStrictEqual([n.values, n.other], [[14], others[0].id]);
  assert.strictEqual(noticeOf({ ...facts, device: kit('silent') }, open).other, undefined);
});

test('a port whose words make no sense is named', () => {
  const n = noticeOf({ ...facts, garbled: '/dev/ttyACM0' }, open);
  assert.deepStrictEqual([n.key, n.values], ['n_garbled', ['/dev/ttyACM0']]);
});

const cable = { zh: '没有应答：看看电源和 A、B 线', en: 'No answer: check its power and wires A and B' };

test('a kit\'s trouble is told in the board\'s words with its number; a fault unless readings come all the same', () => {
  const silent = noticeOf({ ...facts, device: { ...kit('silent'), problem: cable } }, () => true);
  assert.deepStrictEqual([silent.kind, silent.key, silent.values], ['bad', 'n_kit', [13, cable]]);
  const ready = noticeOf({ ...facts, device: { ...kit('ready'), problem: cable } }, open);
  assert.strictEqual(ready.kind, 'warn');
  assert.strictEqual(noticeOf({ ...facts, device: { ...kit('ready'), problem: cable } }, (id) => id === ready.id), null);
});

test('a dead probe beside a live one is told where it is looked at, with what tells it apart', () => {
  const streams = [{ id: 4, label: { zh: '地址 2', en: 'address 2' }, problem: cable }, { id: 5, label: null, problem: null }];
  const device = { ...kit('ready'), streams };
  const n = noticeOf({ ...facts, device, stream: streams[0] }, () => true);
  assert.deepStrictEqual([n.kind, n.key, n.values], ['bad', 'n_kitPart', [13, streams[0].label, cable]]);
  assert.strictEqual(noticeOf({ ...facts, device, stream: streams[1] }, open), null);
  const other = noticeOf({ ...facts, others: [device], isRecording: true }, open);
  assert.deepStrictEqual([other.kind, other.values], ['warn', [13, streams[0].label, cable]]);
});

test('another kit\'s trouble stays off this page until a run goes on, and has that kit\'s number then', () => {
  const others = [{ ...kit('silent', 3), problem: cable }];
  assert.strictEqual(noticeOf({ ...facts, others }, open), null);
  assert.deepStrictEqual(noticeOf({ ...facts, others, isRecording: true }, open).values, [3, cable]);
});

test('a port with a kit is told by the kit\'s number', () => {
  const n = noticeOf({ ...facts, portState: 'garbled' }, open);
  assert.deepStrictEqual([n.key, n.values], ['n_kitGarbled', [13]]);
  assert.strictEqual(noticeOf({ ...facts, portState: 'text' }, open).key, 'n_kitText');
});

test('the window of a growing run moves in steps, of a finished run it is the run', () => {
  assert.deepStrictEqual(windowOf('all', 5, null, true), [0, 30]);
  const wide = windowOf('all', 402, null, true)[1];
  assert.ok(wide >= 402 * 1.05 && wide <= 440 && windowOf('all', 405, null, true)[1] === wide);
  assert.deepStrictEqual(windowOf('all', 218, null, false), [0, 218]);
  assert.deepStrictEqual(windowOf('30', 100, null, true), [70, 100]);
  assert.deepStrictEqual(windowOf('30', 10, null, true), [0, 30]);
  assert.deepStrictEqual(windowOf('zoom', 100, [3, 4], true), [3, 4]);
  assert.deepStrictEqual([30, 200, 20000].map((s) => timeUnit(s)[0]), ['s', 'min', 'h']);
});

test('a stray does not flatten the curve and is marked at the edge; a crest is part of the curve', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i), mid = x.map((i) => Math.sin(i / 20));
  mid[500] = 80;
  const picture = { x, lanes: [{ lo: mid, hi: mid, mid }], isBand: false };
  const [lo, hi] = valueRange(picture, [0], 0.01);
  assert.ok(lo < -1 && hi > 1 && hi < 2, `${lo} ${hi}`);
  assert.deepStrictEqual(clipped(picture, [0], [lo, hi]), [[500, true]]);
});

test('a constant still gets a range, and nothing gets one too', () => {
  const flat = { x: [0, 1], lanes: [{ lo: [21.4, 21.4], hi: [21.4, 21.4], mid: [21.4, 21.4] }], isBand: false };
  const [lo, hi] = valueRange(flat, [0], 0.1);
  assert.ok(lo < 21.4 && hi > 21.4);
  assert.deepStrictEqual(valueRange({ x: [], lanes: [{ lo: [], hi: [], mid: [] }], isBand: false }, [0], 0), [0, 1]);
});

test('a constant of unknown resolution gets a range whose ticks name it truly', () => {
  const flat = (v) => ({ x: [0, 1], lanes: [{ lo: [v, v], hi: [v, v], mid: [v, v] }], isBand: false });
  for (const v of [21.4, -0.003, 101325, 4e9, 0]) {
    const [lo, hi] = valueRange(flat(v), [0], 0), step = VALUE_STEPS.find((s) => s >= (hi - lo) / 5);
    assert.ok(lo < v && hi > v && step, `${v}`);
    assert.ok(Math.ceil(lo / step) * step + step <= hi + step * 1e-6, `${v}: two ticks`);
  }
  assert.deepStrictEqual(valueRange({ x: [0, 1], lanes: [{ lo: [21.4, 21.5], hi: [21.4, 21.5], mid: [21.4, 21.5] }], isBand: false }, [0], 0).map((v) => +v.toFixed(3)), [21.392, 21.508]);
});

test('a single tick has the digits of its value', () => {
  assert.deepStrictEqual([[21.4], [21], [0.0005], [0]].map((s) => tickText(s)[0]), ['21.4', '21', '0.0005', '0']);
});

test('ticks carry the digits of their step, the nearest point is found', () => {
  assert.deepStrictEqual(tickText([0, 30, 60, 90], 60), ['0.0', '0.5', '1.0', '1.5']);
  assert.deepStrictEqual(tickText([0, 5, 10]), ['0', '5', '10']);
  assert.deepStrictEqual([-5, 3, 14, 99].map((v) => nearest([0, 10, 20], v)), [0, 0, 1, 2]);
});

test('what an instrument cannot mean has a mark: the farther end of a column, above before below', () => {
  const lane = { lo: [1, -3, null, -4, -900, -5], mid: [1, 2, null, 0, 0, 0], hi: [1, 3, null, 120, 101, 105] };
  const picture = { x: [0, 1, 2, 3, 4, 5], lanes: [lane], isBand: true };
  assert.deepStrictEqual(outside(picture, [{ at: 0, limits: () => [0, 100] }]), [[1, -3, 0], [3, 120, 0], [4, -900, 0], [5, 105, 0]]);
  assert.deepStrictEqual(outside(picture, [{ at: 0, limits: () => null }]), []);
  assert.deepStrictEqual(outside(picture, [{ at: 0, limits: (x) => (x < 4 ? null : [0, 100]) }]), [[4, -900, 0], [5, 105, 0]], 'each by the limits of its time');
  const two = outside({ ...picture, lanes: [lane, lane] }, [{ at: 0, limits: () => [0, 100] }, { at: 1, limits: () => [0, 100] }]);
  assert.deepStrictEqual(spaced(two, 2).map(([x, , line]) => [x, line]), [[1, 0], [1, 1], [3, 0], [3, 1], [5, 0], [5, 1]], 'each line has its own');
});
