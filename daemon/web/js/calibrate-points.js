// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The points of a calibration as a teacher fills them in: which kinds the kit allows, the fields, and what
// is wrong with the first that is no number.
import './strings-later.js';
import { html, t } from './base.js';
import { typed } from './typed.js';

/** @typedef {'offset'|'two-point'|'table'} Kind */
/** @typedef {'raw'|'true'} Side */
/** @typedef {{raw: string, true: string}} Filled a point as it was typed */
/** @typedef {import('./api.js').Channel & {calibrations?: string[]|null, is_zeroable?: boolean}} Channel boards of before
 *   do not tell what a kit allows: then all */

export const POINTS_MOST = 16;
export const BLANK = { raw: '', true: '' };

/** @type {[Kind, import('./base.js').Key, import('./base.js').Key][]} each with its word and its deed */
const KINDS = [['offset', 'cal_one', 'cal_goOne'], ['two-point', 'cal_two', 'cal_go'], ['table', 'cal_table', 'cal_goTable']];

/** @type {Record<import('./typed.js').Fault, import('./base.js').Key>} */
const FAULT = { empty: 'cal_empty', unit: 'cal_unit', comma: 'cal_comma', number: 'cal_number' };

/** How its kit lets a channel be calibrated. @param {Channel} channel @returns {Kind[]} */
export const kindsOf = ({ calibrations }) => KINDS.map(([kind]) => kind).filter((kind) => !calibrations || calibrations.includes(kind));

/** May one let it read 0? Whoever may shift it by one point may. @param {Channel} channel */
export const isZeroable = (channel) => channel.is_zeroable !== false || kindsOf(channel).includes('offset');

/** @param {string} kind "withdrawal" is none of them */
export const kindWord = (kind) => { const key = KINDS.find(([k]) => k === kind)?.[1]; return key ? t(key) : kind; };
/** @param {Kind} kind */
export const deedWord = (kind) => t(/** @type {[Kind, any, import('./base.js').Key]} */ (KINDS.find(([k]) => k === kind))[2]);

/** The rows of a kind. @param {Filled[]} points at least two @param {Kind} kind */
export const rowsOf = (points, kind) => (kind === 'table' ? points : points.slice(0, kind === 'offset' ? 1 : 2));

/** The numbers, or a sentence on the first that is none and the field it is in. Further rows of a table may stay empty.
 * @param {Filled[]} rows @returns {{points: import('./api.js').Point[]}|{field: string, words: string}} */
export function read(rows) {
  const points = [];
  for (const [i, row] of rows.entries()) {
    if (i >= 2 && !row.raw.trim() && !row.true.trim()) continue;
    const point = { raw: 0, true: 0 };
    for (const side of /** @type {Side[]} */ (['raw', 'true'])) {
      const got = typed(row[side]);
      if ('fault' in got) return { field: side + (i + 1), words: t(FAULT[got.fault], i + 1, t(side === 'raw' ? 'cal_said' : 'cal_true')) };
      point[side] = got.value;
    }
    points.push(point);
  }
  return { points };
}

/** What a point is called; ice and steam are for a thermometer. @param {number} i @param {number} n @param {string} quantity */
function legend(i, n, quantity) {
  if (n === 1) return t('cal_point');
  if (quantity === 'temperature' && n === 2) return t(i === 0 ? 'cal_point1' : 'cal_point2');
  return t('cal_pointN', i + 1);
}

/** One measured point: what the sensor said, taken by a press, and what it really was.
 * @param {{i: number, n: number, row: Filled, raw: number|null, unit: string, quantity: string, bad: string,
 *          set: (i: number, side: Side, text: string) => void}} p */
export function Point({ i, n, row, raw, unit, quantity, bad, set }) {
  const side = (/** @type {Side} */ which, /** @type {import('./base.js').Key} */ key) => html`<label><span>${t(key)}${unit && ` (${unit})`}</span>
    <input type="text" inputmode="decimal" autocomplete="off" name=${which + (i + 1)} value=${row[which]} aria-invalid=${bad === which + (i + 1)}
      aria-describedby=${bad === which + (i + 1) ? 'cal-bad' : undefined} onInput=${(/** @type {any} */ e) => set(i, which, e.target.value)}/></label>`;
  return html`<fieldset><legend>${legend(i, n, quantity)}</legend>
    ${side('raw', 'cal_said')}
    <button type="button" class="btn" disabled=${raw == null} onClick=${() => set(i, 'raw', String(+Number(raw).toPrecision(9)))}>${t('cal_take')}</button>
    ${side('true', 'cal_true')}</fieldset>`;
}
