// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// What the page works out of readings: slopes, smoothing, counts of values, spectra, and the digits they deserve.
import assert from 'node:assert';
import test from 'node:test';
import { load } from '../support/pages.mjs';
import { Block } from '../../daemon/web/js/series.js';
import { histogram, roundNear, roundUp } from '../../daemon/web/js/histogram.js';
import { toldOf } from '../../daemon/web/js/listen-words.js';
import { digitsOfError, uncertain } from '../../daemon/web/js/numbers.js';
import { escaped, svgPen } from '../../daemon/web/js/pens.js';
import { longest, piecesOf } from '../../daemon/web/js/pieces.js';
import { ratesOf, tangentAt } from '../../daemon/web/js/slope.js';
import { smoothed } from '../../daemon/web/js/smooth.js';
import { spectrum } from '../../daemon/web/js/spectrum.js';
import { describe } from '../../daemon/web/js/stats.js';

const FFT = load('fft.js');

/** Readings y(t) every `step` us. @param {number} n @param {number} step @param {(s: number, i: number) => number|null} y */
function block(n, step, y, rows = 1) {
  const b = new Block(1);
  const t = Array.from({ length: n }, (_, i) => 5e12 + i * step), v = t.map((us, i) => y((us - 5e12) / 1e6, i));
  b.append({ t, n: t.map(() => rows), y: [v] });
  return b;
}
const gap = (from, to) => ({ from_us: 5e12 + from, to_us: 5e12 + to, reason: 'wire', lost_rows: 1 });
/** The same numbers each time, from 0 to 1. */
function dice(seed = 1) {
  let s = seed;
  return () => { s = (Math.imul(s, 1664525) + 1013904223) >>> 0; return s / 2 ** 32; };
}
const noise = (roll) => Math.sqrt(-2 * Math.log(roll() + 1e-12)) * Math.cos(2 * Math.PI * roll());
const near = (got, want, by) => assert.ok(Math.abs(got - want) <= by, `${got}, not ${want}`);

test('a gap or a silent reading ends a stretch', () => {
  const b = block(10, 1e6, (_, i) => (i === 6 ? null : i));
  assert.deepStrictEqual(piecesOf(b, 0, [gap(2.2e6, 2.8e6)]), [[0, 3], [3, 6], [7, 10]]);
  assert.deepStrictEqual(piecesOf(b, 0, [gap(2e6, 3e6), gap(20e6, 30e6)]), [[0, 3], [3, 6], [7, 10]]);
  assert.deepStrictEqual(piecesOf(b, 0, [gap(-5e6, 0)]), [[0, 6], [7, 10]]);
  assert.deepStrictEqual(longest(b, piecesOf(b, 0, [])), [0, 6]);
  assert.strictEqual(longest(b, []), null);
});

test('the tangent of a fall has its speed, and its error follows the scatter', () => {
  const fall = block(1000, 1e3, (s) => 4.9 * s * s), at = tangentAt(fall, 0, 5e12 + 0.5e6, 20e3, []);
  near(at.slope, 4.9, 1e-6);
  near(at.y, 4.9 * 0.25, 1e-3);
  assert.strictEqual(at.n, 41);
  let within = 0;
  for (let k = 0; k < 200; k++) {
    const roll = dice(k + 7), line = tangentAt(block(101, 1e4, (s) => 3 * s + noise(roll) * 0.1), 0, 5e12 + 0.5e6, 1e9, []);
    if (Math.abs(line.slope - 3) < line.u) within++;
  }
  assert.ok(within > 115 && within < 158, `${within} of 200 within one standard error, about 137 expected`);
});

test('a tangent takes five readings where the window has fewer, and none beyond a gap', () => {
  const b = block(20, 1e6, (_, i) => (i < 10 ? 0 : 100));
  const at = tangentAt(b, 0, 5e12 + 9e6, 1, [gap(9.1e6, 9.9e6)]);
  assert.deepStrictEqual([at.n, at.slope, at.to], [5, 0, 5e12 + 9e6]);
  assert.strictEqual(tangentAt(b, 0, 5e12 + 9.5e6, 1e6, [gap(9.1e6, 9.9e6)]), null);
  assert.strictEqual(tangentAt(block(2, 1e6, (s) => s), 0, 5e12, 1e6, []), null);
});

test('rates of change are exact on a line and do not cross a gap', () => {
  const rates = ratesOf(block(20, 5e5, (s, i) => (i < 10 ? 2 * s : 500 - 3 * s)), 0, [gap(4.6e6, 4.9e6)]);
  for (let i = 0; i < 20; i++) near(rates[i], i < 10 ? 2 : -3, 1e-9);
  assert.ok(ratesOf(block(2, 1e6, (s) => s), 0, []).every((v) => v !== v));
  const three = ratesOf(block(3, 1e6, (s) => s * s), 0, []);
  near(three[1], 2, 1e-9);
});

test('smoothing keeps a line, halves noise by its root, shifts nothing, and stops at a gap', () => {
  const line = smoothed(block(50, 1e6, (s) => 2 * s), 0, 9, []);
  line.forEach((v, i) => near(v, 2 * i, 1e-9));
  const roll = dice(3), b = block(5000, 1e4, () => noise(roll)), few = smoothed(b, 0, 25, []);
  const sd = (a) => Math.sqrt(a.reduce((s, v) => s + v * v, 0) / a.length);
  near(sd(few.slice(20, 4980)), 1 / 5, 0.02);
  const step = smoothed(block(20, 1e6, (_, i) => (i < 10 ? 0 : 1)), 0, 9, [gap(9.1e6, 9.9e6)]);
  assert.deepStrictEqual([...step], Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1)));
  const spike = smoothed(block(21, 1e6, (_, i) => (i === 10 ? 5 : 0)), 0, 5, []);
  assert.deepStrictEqual([spike[7], spike[8], spike[10], spike[12], spike[13]], [0, 1, 1, 1, 0]);
});

test('columns that are means of more readings than the window stay as they are', () => {
  const b = block(20, 1e6, (_, i) => i % 2, 100), same = smoothed(b, 0, 25, []);
  assert.deepStrictEqual([...same], Array.from({ length: 20 }, (_, i) => i % 2));
});

test('bins are whole steps of the instrument, and every reading is in one', () => {
  const roll = dice(5), b = block(2000, 1e4, () => Math.round((20 + noise(roll) * 0.5) / 0.0625) * 0.0625);
  const h = histogram(b, 0, 0.0625);
  assert.strictEqual(h.counts.reduce((s, v) => s + v, 0), 2000);
  near(h.width / 0.0625, Math.round(h.width / 0.0625), 1e-9);
  near(h.mean, 20, 0.05);
  const steps = histogram(block(1000, 1e4, (_, i) => i % 4), 0, 1);
  assert.deepStrictEqual(steps.counts.filter(Boolean), [250, 250, 250, 250]);
  assert.deepStrictEqual([steps.low, steps.width], [-0.5, 1]);
});

test('a constant is one bin, a few readings are none, and columns say that they are means', () => {
  assert.deepStrictEqual(histogram(block(50, 1e6, () => 7), 0, 0).counts.filter(Boolean), [50]);
  assert.strictEqual(histogram(block(4, 1e6, (s) => s), 0, 0), null);
  const columns = histogram(block(10, 1e6, (s) => s, 30), 0, 0);
  assert.deepStrictEqual([columns.n, columns.isApproximate], [300, true]);
  assert.deepStrictEqual([0.3, 1, 1.01, 4, 7].map(roundUp).map((v) => +v.toFixed(6)), [0.5, 1, 2, 5, 10]);
  assert.deepStrictEqual([0.3, 1, 1.3, 1.5, 4, 8, 11].map(roundNear).map((v) => +v.toFixed(6)), [0.2, 1, 1, 2, 5, 10, 10]);
});

test('a sine has its frequency and its amplitude, wherever it lies between lines, on a drift, at uneven stamps', () => {
  const roll = dice(9);
  for (const f of [0.83, 1.97, 3.333]) {
    const b = new Block(1), t = Array.from({ length: 1000 }, (_, i) => 5e12 + i * 1e4 + Math.floor(roll() * 800));
    b.append({ t, y: [t.map((us) => 7 + (us - 5e12) / 1e6 * 0.5 + 0.4 * Math.sin(2 * Math.PI * f * (us - 5e12) / 1e6 + 1) + noise(roll) * 0.02)] });
    for (const window of /** @type {const} */ (['hann', 'none'])) {
      const s = spectrum(FFT, b, 0, [], window);
      near(s.peak.f, f, window === 'hann' ? 0.01 : 0.03);
      near(s.peak.a, 0.4, window === 'hann' ? 0.02 : 0.08);
      near(s.peak.u, 0.05, 1e-3);
    }
  }
});

test('Hann shows a weak swing beside a strong one, which no window hides; noise has no peak', () => {
  const two = block(1024, 1e4, (s) => Math.sin(2 * Math.PI * 5.05 * s) + 0.01 * Math.sin(2 * Math.PI * 12.3 * s));
  const at = (s, f) => s.a[s.f.findIndex((v) => v >= f)];
  const hann = spectrum(FFT, two, 0, [], 'hann'), none = spectrum(FFT, two, 0, [], 'none');
  near(at(hann, 12.3), 0.01, 0.002);
  assert.ok(at(hann, 10) < 1e-4 && at(none, 10) > 3e-3, `${at(hann, 10)} ${at(none, 10)}`);
  let peaks = 0;
  for (let k = 0; k < 50; k++) { const roll = dice(k); if (spectrum(FFT, block(2000, 1e4, () => noise(roll)), 0, [], 'hann').peak) peaks++; }
  assert.ok(peaks <= 2, `${peaks} of 50 stretches of noise have a peak`);
});

test('a spectrum is of the longest stretch, and says of how many readings a point is the mean', () => {
  const b = block(300, 1e4, (s) => Math.sin(2 * Math.PI * 4 * s), 10), s = spectrum(FFT, b, 0, [gap(0.51e6, 0.515e6)], 'hann');
  near(s.n, 248, 1);
  assert.strictEqual(s.perColumn, 10);
  assert.strictEqual(spectrum(FFT, block(15, 1e4, (v) => v), 0, [], 'hann'), null);
});

test('digits follow the uncertainty: one of u, two where it begins with 1', () => {
  assert.deepStrictEqual([0.05, 0.012, 0.0196, 3, 1.4, 20, 140].map(digitsOfError), [2, 3, 2, 0, 1, -1, -1]);
  const n = '\u202f';
  assert.strictEqual(uncertain(12.3456, 0.0512, 's'), `(12.35${n}±${n}0.05)${n}s`);
  assert.strictEqual(uncertain(-9.7933, 0.0123), `\u22129.793${n}±${n}0.012`);
  assert.strictEqual(uncertain(1.2e-5, 3e-7, 'V'), `(1.20${n}±${n}0.03)${n}×${n}10⁻⁵${n}V`);
  assert.strictEqual(uncertain(123456789, 120000), `(1.2346${n}±${n}0.0012)${n}×${n}10⁸`);
  assert.strictEqual(uncertain(1234, 50), `(1.23${n}±${n}0.05)${n}×${n}10³`);
  assert.strictEqual(uncertain(3.14159, null, 's'), `3.142${n}s`);
  assert.strictEqual(uncertain(NaN, 1), '—');
});

test('the digits of statistics follow the scatter about the line, not the change itself', () => {
  const spreads = { mean: [], slope: [], delta: [] };
  let s;
  for (let k = 0; k < 300; k++) {
    const roll = dice(k + 1), b = block(100, 1e5, (t) => 2 * t + noise(roll) * 0.5);
    s = describe(b, 0, 5e12, 5e12 + 1e7);
    for (const key of Object.keys(spreads)) spreads[key].push(s[key]);
  }
  const sd = (a) => { const m = a.reduce((p, v) => p + v, 0) / a.length; return Math.sqrt(a.reduce((p, v) => p + (v - m) ** 2, 0) / (a.length - 1)); };
  for (const key of Object.keys(spreads)) near(s.u[key] / sd(spreads[key]), 1, 0.25);
  const steady = describe(block(100, 1e5, () => 5), 0, 5e12, 5e12 + 1e7);
  assert.deepStrictEqual([steady.u.mean, steady.u.slope], [0, 0]);
});

test('a line in words: up, down, a hill, a valley, swings, or level, whatever the noise', () => {
  const roll = dice(11), way = (f) => toldOf(block(600, 1e5, (s) => f(s / 60) + noise(roll) * 0.03), 0, 5e12, 5e12 + 6e7).way;
  assert.deepStrictEqual([(p) => p, (p) => 1 - p, (p) => Math.sin(Math.PI * p), (p) => (p - 0.5) ** 2 * 4].map(way), ['up', 'down', 'upDown', 'downUp']);
  const swings = toldOf(block(600, 1e5, (s) => Math.sin(2 * Math.PI * 3 * s / 60)), 0, 5e12, 5e12 + 6e7);
  assert.deepStrictEqual([swings.way, swings.turns], ['swings', 6]);
  const flat = toldOf(block(50, 1e5, () => 3), 0, 5e12, 5e12 + 5e6);
  assert.deepStrictEqual([flat.way, flat.first, flat.max], ['level', 3, 3]);
  assert.strictEqual(toldOf(block(5, 1e5, () => null), 0, 5e12, 5e12 + 5e6), null);
  const spike = toldOf(block(50, 1e5, (_, i) => (i === 20 ? 9 : 1)), 0, 5e12, 5e12 + 5e6);
  assert.deepStrictEqual([spike.max, spike.maxAt], [9, 5e12 + 2e6]);
});

test('what somebody typed is text in a drawing', () => {
  const pen = svgPen(100, 50, 'a"b', (s) => s.length * 8);
  pen.text(1, 2, '<script>alert("x")&\u0007', { most: 20 });
  pen.clip(0, 0, 5, 5, () => pen.path('M0 0L1 1', { stroke: '#000', dash: [2, 3] }));
  const file = pen.file('</title><b>');
  assert.ok(!/<script|<b>|\u0007/.test(file), file);
  assert.match(file, /textLength="20"/);
  assert.match(file, /stroke-dasharray="2 3"/);
  assert.strictEqual(escaped('a&<'), 'a&#38;&#60;');
});
