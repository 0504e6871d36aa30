// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Readings in the page: nothing is drawn twice, nothing is lost, a gap stays a gap, a spike survives.
import assert from 'node:assert';
import test from 'node:test';
import { gapWithin, lostIn, mergeGaps, Series, wallAt } from '../../daemon/web/js/series.js';

const raw = (t, y, gaps = []) => ({ is_raw: true, from_us: t[0], to_us: t.at(-1), t_us: t, channels: [{ y }], gaps });
const columns = (t, n, min, max, mean) => ({ is_raw: false, from_us: t[0], to_us: t.at(-1), t_us: t, n, channels: [{ min, max, mean }], gaps: [] });
const times = (series, from = -Infinity, to = Infinity) => { const b = series.slice(from, to); return [...b.t.subarray(0, b.length)]; };
const range = (n, f = (i) => i) => Array.from({ length: n }, (_, i) => f(i));

test('live rows continue what the board answered; what overlaps counts once', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10, 20], [1, 2, 3]));
  s.appendLive({ t: [10, 20], y: [[9, 9]] });
  s.appendLive({ t: [30, 40], y: [[4, 5]] });
  s.appendLive({ t: [40, 50], y: [[9, 6]] });
  assert.deepStrictEqual(times(s), [0, 10, 20, 30, 40, 50]);
  const b = s.slice(0, 50);
  assert.deepStrictEqual([...b.lanes[0].mid.subarray(0, b.length)], [1, 2, 3, 4, 5, 6]);
});

test('a column that is not in every row keeps its last value, up to an instant', () => {
  const s = new Series(2, 0);
  s.setBase({ ...raw([0, 10, 20], []), channels: [{ y: [1, 2, 3] }, { y: [null, 7, null] }] });
  s.appendLive({ t: [30, 40, 50], y: [[4, 5, 6], [null, 8, null]] });
  assert.deepStrictEqual([5, 10, 35, 40, 99].map((us) => s.valueAt(1, us)), [null, { t: 10, y: 7 }, { t: 10, y: 7 }, { t: 40, y: 8 }, { t: 40, y: 8 }]);
  assert.deepStrictEqual(s.valueAt(0, 99), { t: 50, y: 6 });
});

test('a picture that stands still ends with the row that its numbers are of', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10, 20], [1, 2, 3]));
  s.appendLive({ t: [30, 40], y: [[4, 5]] });
  for (const [end, t, y] of [[35, 30, 4], [20, 20, 3], [15, 10, 2]]) {
    const p = s.picture(0, end, 100, 0, [], end);
    assert.deepStrictEqual([p.x.at(-1), p.lanes[0].mid.at(-1), s.rowAt(end)], [t / 1e6, y, { t, y: [y] }]);
  }
  assert.strictEqual(s.picture(0, 35, 100, 0, []).x.at(-1), 40 / 1e6, 'a window in the middle has a line up to its edge');
  assert.strictEqual(s.rowAt(-1), null);
});

test('decimals are those of readings, never of a mean', () => {
  const s = new Series(1, 10);
  s.setBase(columns([0, 100], [3, 3], [4, 5], [6, 5], [4.667, 5]));
  assert.strictEqual(s.decimals(0), 0);
  s.appendLive({ t: [200, 210], y: [[49.1, 50]] });
  assert.strictEqual(s.decimals(0), 1);
});

test('live rows that came before the answer are kept', () => {
  const s = new Series(1, 10);
  s.appendLive({ t: [30, 40], y: [[4, 5]] });
  s.setBase(raw([0, 10, 20, 30], [1, 2, 3, 4]));
  assert.deepStrictEqual(times(s), [0, 10, 20, 30, 40]);
});

test('after sleep a second answer fills the hole, and asking twice changes nothing', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10], [1, 2]));
  s.appendLive({ t: [20], y: [[3]] });
  s.fold();
  s.appendLive({ t: [60, 70], y: [[7, 8]] });
  assert.deepStrictEqual(times(s), [0, 10, 20, 60, 70]);
  for (let k = 0; k < 2; k++) {
    s.setBase(raw([0, 10, 20, 30, 40, 50], [1, 2, 3, 4, 5, 6]));
    assert.deepStrictEqual(times(s), [0, 10, 20, 30, 40, 50, 60, 70]);
  }
});

test('an answer older than what is known loses nothing', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10, 20, 30], [1, 2, 3, 4]));
  s.setBase(raw([0, 10], [1, 2]));
  assert.deepStrictEqual(times(s), [0, 10, 20, 30]);
});

test('a long tail gives way to the board\'s columns and keeps its newest part', () => {
  const s = new Series(1, 1);
  s.setBase(raw([0], [0]));
  s.appendLive({ t: range(7000, (i) => i + 1), y: [range(7000)] });
  assert.ok(s.isLong);
  const mids = range(70, (i) => i * 100 + 50);
  s.setBase(columns(mids, mids.map(() => 100), mids, mids, mids));
  assert.ok(!s.isLong);
  assert.strictEqual(s.lastT, 7000);
  const t = times(s);
  assert.ok(t.every((v, i) => !i || v > t[i - 1]), 'stamps rise');
  assert.ok(t.length > 3000 && t.length < 3100);
});

test('a detail replaces the columns of its window only', () => {
  const s = new Series(1, 1);
  s.setBase(columns([50, 150, 250, 350], [100, 100, 100, 100], [0, 0, 0, 0], [1, 1, 1, 1], [.5, .5, .5, .5]));
  assert.ok(s.isCoarse(100, 200, 500));
  s.setDetail(raw(range(100, (i) => 100 + i), range(100)), 100);
  assert.deepStrictEqual(times(s, 0, 400).length, 1 + 100 + 2);
  assert.ok(!s.isCoarse(100, 199, 500));
});

test('a coarse detail hides no live row that is finer, and is not asked for again', () => {
  const s = new Series(1, 1);
  s.setBase(columns([50, 150], [100, 100], [0, 0], [1, 1], [.5, .5]));
  s.setDetail(columns([110, 130, 150, 170, 190, 210, 230], Array(7).fill(20), Array(7).fill(0), Array(7).fill(1), Array(7).fill(.5)), 100);
  s.appendLive({ t: range(100, (i) => 200 + i), y: [range(100)] });
  assert.deepStrictEqual(times(s, 0, 400), [50, 110, 130, 150, 170, 190, ...range(100, (i) => 200 + i)]);
  assert.ok(!s.isCoarse(205, 290, 500));
});

test('what came live is kept until the card has it, also when newer came before the answer', () => {
  const s = new Series(1, 10);
  s.appendLive({ t: [10, 20, 30], y: [[1, 2, 3]] });
  s.fold();
  s.appendLive({ t: [40], y: [[4]] });
  s.setBase(raw([0, 10], [0, 1]));
  assert.deepStrictEqual(times(s), [0, 10, 20, 30, 40]);
});

test('while the card takes nothing the page keeps a bounded tail, and a gap says what it let go', () => {
  const s = new Series(1, 1);
  s.setBase(raw([0], [0]));
  for (let k = 0; k < 40; k++) s.appendLive({ t: range(10000, (i) => 1 + k * 10000 + i), y: [range(10000)] });
  assert.ok(s.tail.length <= 150000);
  assert.deepStrictEqual([s.dropped.from_us, s.dropped.to_us, s.dropped.reason], [1, s.tail.firstT, 'page']);
  assert.strictEqual(s.dropped.lost_rows + s.tail.length, 400000);
  s.setBase(raw([0, s.tail.firstT - 1], [0, 0]));
  assert.strictEqual(s.dropped, null, 'the board has it now');
});

test('each boot has wall time of its own; where nobody told the hour there is none', () => {
  const pieces = [{ from_us: 0, wall_us: null }, { from_us: 100, wall_us: 5000 }, { from_us: 200, wall_us: 90000 }];
  assert.deepStrictEqual([50, 100, 199, 200, 250].map((us) => wallAt(pieces, us)), [null, 5000, 5099, 90000, 90050]);
  assert.strictEqual(wallAt([], 50), null);
  const s = new Series(1, 10);
  s.setBase({ ...raw([0, 10], [1, 2]), wall: pieces });
  assert.deepStrictEqual([s.wall, s.wallTo], [pieces, 10]);
});

test('rows are never called coarse: there is nothing finer to ask for', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10, 20], [1, 2, 3]));
  assert.ok(!s.isCoarse(0, 20, 1000));
});

test('a window that lies within one column is asked for, but not in what comes live', () => {
  const s = new Series(1, 10);
  s.setBase({ is_raw: false, from_us: 0, to_us: 4000, t_us: [500, 1500, 2500], n: [100, 100, 100], channels: [{ min: [0, 0, 0], max: [1, 1, 1], mean: [0.5, 0.5, 0.5] }], gaps: [] });
  assert.ok(s.isCoarse(600, 700, 500), 'between two columns');
  assert.ok(!s.isCoarse(2600, 2700, 500), 'nothing is known behind it');
  s.appendLive({ t: [3000, 3010], y: [[1, 2]] });
  assert.ok(!s.isCoarse(2600, 2700, 500), 'what comes live is fine enough');
  assert.ok(s.isCoarse(1600, 1700, 500));
  const rows = new Series(1, 10);
  rows.setBase({ is_raw: true, from_us: 0, to_us: 4000, t_us: [500, 1500, 2500], channels: [{ y: [1, 2, 3] }], gaps: [] });
  assert.ok(!rows.isCoarse(600, 700, 500), 'between two single rows there is nothing');
});

test('a slice with a margin reaches over both edges', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10, 20], [1, 2, 3]));
  s.appendLive({ t: [30, 40], y: [[4, 5]] });
  const b = s.slice(15, 35, 1);
  assert.deepStrictEqual([...b.t.subarray(0, b.length)], [10, 20, 30, 40]);
});

test('more samples than pixels become min, max and mean: a spike of one sample survives', () => {
  const s = new Series(1, 1);
  const y = range(10000, () => 1);
  y[4321] = 99;
  s.setBase(raw(range(10000), y));
  const p = s.picture(0, 10000, 500, 0, []);
  assert.ok(p.x.length <= 502);
  assert.strictEqual(Math.max(...p.lanes[0].hi), 99);
  assert.ok(p.isBand);
  assert.strictEqual(Math.min(...p.lanes[0].lo), 1);
});

test('few samples are drawn one by one, without a band', () => {
  const s = new Series(1, 10);
  s.setBase(raw([0, 10, 20], [1, 2, 3]));
  const p = s.picture(0, 20, 500, 0, []);
  assert.deepStrictEqual(p.lanes[0].mid, [1, 2, 3]);
  assert.deepStrictEqual(p.x, [0, 10e-6, 20e-6]);
  assert.ok(!p.isBand);
});

test('a gap breaks the line, drawn point by point or as columns', () => {
  const gap = { from_us: 990, to_us: 3000, reason: 'unplugged', lost_rows: 0 };
  const t = [...range(100, (i) => i * 10), ...range(100, (i) => 3000 + i * 10)];
  const s = new Series(1, 10);
  s.setBase(raw(t, t.map(() => 1), [gap]));
  for (const px of [1000, 50]) {
    const p = s.picture(0, 4000, px, 0, s.gaps), hole = p.lanes[0].mid.indexOf(null);
    assert.ok(hole > 0, `${px} pixels`);
    assert.strictEqual(p.lanes[0].mid.filter((v) => v == null).length, 1);
    assert.ok(p.x[hole] > 990e-6 && p.x[hole] < 3000e-6);
  }
});

test('a silent channel of a row breaks its own line only', () => {
  const s = new Series(2, 10);
  s.setBase({ is_raw: true, from_us: 0, to_us: 20, t_us: [0, 10, 20], channels: [{ y: [1, null, 3] }, { y: [4, 5, 6] }], gaps: [] });
  const p = s.picture(0, 20, 500, 0, []);
  assert.deepStrictEqual(p.lanes[0].mid, [1, null, 3]);
  assert.deepStrictEqual(p.lanes[1].mid, [4, 5, 6]);
});

test('gaps are told once, in order, and the longer answer wins', () => {
  const a = { from_us: 5, to_us: 9, reason: 'silent', lost_rows: 0 }, b = { from_us: 1, to_us: 2, reason: 'wire', lost_rows: 3 };
  assert.deepStrictEqual(mergeGaps([a], [b, { ...a, to_us: 12, lost_rows: 7 }]), [b, { ...a, to_us: 12, lost_rows: 7 }]);
  assert.strictEqual(lostIn(b, 10), 3);
  assert.strictEqual(lostIn({ from_us: 0, to_us: 100, reason: 'silent', lost_rows: 0 }, 10), 9);
  assert.strictEqual(lostIn({ from_us: 0, to_us: 100, reason: 'silent', lost_rows: 0 }, 0), NaN);
});

test('of a gap that reaches beyond what is shown only the part that is shown counts', () => {
  const hour = { from_us: 0, to_us: 3660e6, reason: 'silent', lost_rows: 3659 };
  const minute = gapWithin(hour, 3600e6, 3660e6, 1e6);
  assert.deepStrictEqual(minute, { ...hour, from_us: 3600e6, lost_rows: 60 });
  assert.strictEqual(lostIn(minute, 1e6), 60);
  assert.deepStrictEqual(gapWithin(hour, 10e6, 20e6, 1e6), { ...hour, from_us: 10e6, to_us: 20e6, lost_rows: 10 });
  assert.deepStrictEqual(gapWithin(hour, 10e6, 1e12, 0), { ...hour, from_us: 10e6, lost_rows: 0 });
  assert.deepStrictEqual(gapWithin({ ...hour, lost_rows: 3 }, 10e6, 1e12, 1e6), { ...hour, from_us: 10e6, lost_rows: 3 });
  assert.strictEqual(gapWithin(hour, 0, 3660e6, 1e6), hour);
});
