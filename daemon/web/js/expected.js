// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What should come, as a lesson writes it: both ends with the digits that they were written with. Pure.
import { decimalsOf, NB, num } from './numbers.js';

const SMALL = 1e-3;

/** 4.81–4.98 m/s²; −0.63 … −0.09; (−4.2 … −0.95) × 10⁻⁴. @param {[number, number]} range @param {string} [unit] */
export function rangeText([low, high], unit = '') {
  const most = Math.max(Math.abs(low), Math.abs(high)), e = most > 0 && most < SMALL ? Math.floor(Math.log10(most)) : 0;
  const end = (/** @type {number} */ v) => { const scaled = +(v / 10 ** e).toPrecision(6); return num(scaled, decimalsOf(scaled)); };
  const text = end(low) + (low < 0 ? NB + '…' + NB : '–') + end(high);
  const power = [...String(e)].map((c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(c)]).join('');
  return (e ? `(${text})${NB}×${NB}10${power}` : text) + (unit ? NB + unit : '');
}
