// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Numbers as people read them: a true minus, a narrow no-break space between thousands and before
// the unit, as many digits as the instrument resolves and not one more. Pure, so that node tests it.

export const NB = '\u202f';

/** @param {number|null|undefined} v @param {number} [digits] decimals shown */
export function num(v, digits = 0) {
  if (v == null || !Number.isFinite(v)) return '—';
  const [whole, part] = Math.abs(v).toFixed(digits).split('.');
  const spaced = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, NB) : whole;
  const isZero = /^0+$/.test(whole) && (!part || /^0+$/.test(part));
  return (v < 0 && !isZero ? '\u2212' : '') + spaced + (part ? '.' + part : '');
}

/** A number with its unit. @param {number|null|undefined} v @param {number} digits @param {string} unit */
export const quantity = (v, digits, unit) => num(v, digits)
  + (unit && v != null && Number.isFinite(v) ? NB + unit : '');

/** Like quantity, but a rise says "+". @param {number|null|undefined} v @param {number} digits @param {string} unit */
export const change = (v, digits, unit) =>
  (v != null && v > 0 ? '+' : '') + quantity(v, digits, unit);

/** Decimals that a resolution deserves: 0.0625 gives 2, 1 gives 0. @param {number|null|undefined} step */
export function digitsOf(step) {
  if (!step || !Number.isFinite(step)) return 0;
  return Math.max(0, Math.min(9, Math.ceil(-Math.log10(Math.abs(step)) - 1e-9)));
}

const MOST_DECIMALS = 6, MOST_DIGITS = 20;

/** Decimals of a value as it was printed: 49.1 gives 1, 3 gives 0. @param {number|null|undefined} v */
export function decimalsOf(v) {
  if (v == null || !Number.isFinite(v)) return 0;
  let d = 0;
  while (d < MOST_DECIMALS && +v.toFixed(d) !== v) d++;
  return d;
}

/** Decimals for a calculated value that has no resolution, as a slope: four significant digits, however small it is; one that
 * may be very small or large is told by uncertain(), in powers of ten.
 * @param {number|null|undefined} v */
export function digitsFor(v) {
  if (!v || !Number.isFinite(v)) return 2;
  return Math.max(0, Math.min(MOST_DIGITS, 3 - Math.floor(Math.log10(Math.abs(v)))));
}

/** Decimals of a value that is uncertain by u: one digit of u, two where it begins with 1. @param {number} u */
export function digitsOfError(u) {
  if (!(u > 0) || !Number.isFinite(u)) return MOST_DECIMALS;
  const first = Math.floor(Math.log10(u) + 1e-12), isOne = u / 10 ** first < 1.95;
  return (isOne ? 1 : 0) - first;
}

/** A number with its uncertainty, both ending at the same digit; powers of ten where it is far from 1: 12.34 ± 0.05 s,
 * (1.20 ± 0.03) × 10⁻⁵ s. @param {number} v @param {number|null} u @param {string} [unit] */
export function uncertain(v, u, unit = '') {
  if (!Number.isFinite(v)) return '—';
  const has = u != null && Number.isFinite(u) && u > 0, e = Math.floor(Math.log10(Math.max(Math.abs(v), has ? u : 0) || 1));
  const digits = has ? digitsOfError(u) : digitsFor(v), isFar = e > 5 || e < -3 || digits < 0, scale = isFar ? 10 ** e : 1;
  const d = Math.max(0, isFar ? digits + e : digits), pm = has ? NB + '±' + NB : '';
  const text = num(v / scale, Math.min(12, d)) + pm + (has ? num(u / scale, Math.min(12, d)) : '');
  const power = isFar ? NB + '×' + NB + '10' + String(e).replace(/./g, (c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(c)]) : '';
  const isBracketed = has && (isFar || unit);
  return (isBracketed ? `(${text})` : text) + power + (unit ? NB + unit : '');
}

/** Seconds as a running clock: 05:18, 1:02:09. @param {number} seconds */
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds)), two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600), rest = two(Math.floor(s / 60) % 60) + ':' + two(s % 60);
  return h ? h + ':' + rest : rest;
}

/** A length in the unit a person would choose: 0.4 s, 8 s, 12 min, 3.5 h, 2.1 d.
 * @param {number} seconds */
export function lasting(seconds) {
  const s = Math.abs(seconds);
  if (s < 2) return quantity(seconds, 1, 's');
  if (s < 180) return quantity(seconds, 0, 's');
  if (s < 7200) return quantity(seconds / 60, s < 600 ? 1 : 0, 'min');
  return s < 172800 ? quantity(seconds / 3600, 1, 'h') : quantity(seconds / 86400, 1, 'd');
}

/** A small span, from nanoseconds up: ±0.08 ms reads better than ±80 µs beside a chart in seconds.
 * @param {number} us microseconds */
export function precision(us) {
  if (us < 1) return quantity(us, 2, 'µs');
  if (us < 10) return quantity(us, 1, 'µs');
  if (us < 1e4) return quantity(us / 1e3, us < 1e3 ? 2 : 1, 'ms');
  return us < 1e6 ? quantity(us / 1e3, 0, 'ms') : quantity(us / 1e6, 1, 's');
}

/** How many a second, without needless digits: 0.2, 1, 1.5, 100. @param {number} hz */
export function perSecond(hz) {
  const fine = hz < 1 ? 2 : hz < 9.95 ? 1 : 0, text = num(hz, fine);
  return fine ? text.replace(/\.?0+$/, '') : text;
}

/** The same with the digits that tell whether a clock is right: 10.00, 9.998. @param {number} hz */
export const perSecondExactly = (hz) => num(hz, Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(hz) + 1e-9))));

/** How often: 0.2 Hz, 10 Hz, 1 000 Hz. @param {number} hz */
export const rate = (hz) => perSecond(hz) + NB + 'Hz';

/** Local time of day of a wall stamp, to the second or finer. @param {number} wallUs @param {number} [digits] */
export function timeOfDay(wallUs, digits = 0) {
  const d = new Date(wallUs / 1000), two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const part = digits ? '.' + String(Math.floor(((wallUs % 1e6) + 1e6) % 1e6)).padStart(6, '0').slice(0, digits) : '';
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}${part}`;
}

/** Local day and minute of a wall stamp: 2026-11-28 13:40. @param {number} wallUs */
export function dayAndTime(wallUs) {
  const d = new Date(wallUs / 1000), two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${timeOfDay(wallUs).slice(0, 5)}`;
}

/** Round ticks over [a, b], about n of them, but two at least: [ticks, decimals they need].
 * @param {number} a @param {number} b @param {number} n @returns {[number[], number]} */
export function ticks(a, b, n) {
  const raw = (b - a) / Math.max(1, n);
  if (!(raw > 0)) return [[a], 0];
  const e = 10 ** Math.floor(Math.log10(raw)), steps = [0.5, 1, 2, 5, 10].map((k) => k * e);
  const at = steps.findIndex((s, i) => i > 0 && s >= raw * 0.999);
  const over = (/** @type {number} */ step) => {
    const out = [];
    for (let v = Math.ceil(a / step - 1e-9) * step; v <= b + step * 1e-6; v += step) out.push(+v.toPrecision(12));
    return out;
  };
  const wide = over(steps[at]), step = wide.length < 2 && n >= 2 ? steps[at - 1] : steps[at];
  return [step === steps[at] ? wide : over(step), Math.max(0, -Math.floor(Math.log10(step) + 1e-9))];
}
