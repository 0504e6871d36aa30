// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The readings as a table, newest first: the full text alternative to the chart. A gap is a row with its
// reason, a mark one with its text. Means of many readings stand for the readings until the board has given these, and say how many.
import './strings-later.js';
import { html, t, useEffect } from './base.js';
import { gapLabel, shownEnd } from './chart-view.js';
import { useEvery, useReadings, useView } from './hooks.js';
import { flagsAt, flagWord } from './judge.js';
import { marks, markText } from './marks.js';
import { channelName } from './names.js';
import { digitsOf, num, timeOfDay } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';

const ROWS = 300;
const FINEST = 3200;                 // readings that one question to the board can bring (ensure() asks for more columns)

/** Where the newest rows begin that are enough for the table, though they be single readings.
 * @param {import('./series.js').Block} block */
function newestFrom(block) {
  let i = block.length - 1;
  for (let rows = 0; i > 0 && (rows += block.n[i]) < ROWS;) i--;
  return block.t[i];
}

/** @typedef {[string, import('./flags.js').Flag[]]} Cell a value and its flags */

/** @param {import('./view.js').Lane} lane @param {import('./series.js').Block} block @param {number} i @returns {Cell} */
const cell = (lane, block, i) => [num(block.lanes[lane.at].mid[i], readings.digits(lane) + (block.n[i] > 1 ? 1 : 0)), flagsAt([lane], block, i)];

export function Table() {
  useView('what', 'range', 'window');
  useReadings();
  useEvery(1000);
  const { series, origin } = readings, { lanes } = view;
  const [from, to] = view.range ?? [readings.from, shownEnd()], block = series?.slice(from, to);
  useEffect(() => { if (block?.length) readings.ensure(newestFrom(block), to, FINEST); });
  if (!series || !block) return null;
  const gaps = readings.gaps().filter((g) => g.from_us < to && g.to_us > from);
  const step = series.periodUs ? series.periodUs / 1e6 : 0, fine = step ? Math.min(4, Math.max(1, digitsOf(step))) : 3;
  const clock = (/** @type {number} */ us, /** @type {number} */ digits) => {
    const wall = readings.wallOf(us);
    return wall == null ? '' : timeOfDay(wall, digits);
  };
  /** @type {{key: string, us: number, clock: string, cls?: string, note?: string, n?: number, values?: Cell[]}[]} */ const rows = [];
  const noted = marks.shown.filter((m) => m.at_us >= from && m.at_us <= to);
  const addMarks = (/** @type {number} */ since) => {
    while (rows.length < ROWS && noted.length && noted[noted.length - 1].at_us >= since) {
      const mark = /** @type {import('./marks.js').Numbered} */ (noted.pop());
      rows.push({ key: `m${mark.id}`, us: mark.at_us, clock: clock(mark.at_us, 1), cls: 'mark', note: markText(mark) });
    }
  };
  for (let i = block.length - 1; i >= 0 && rows.length < ROWS; i--) {
    const gap = gaps.find((g) => g.from_us >= block.t[i] && (i === block.length - 1 || g.from_us < block.t[i + 1]));
    if (gap) {
      addMarks(gap.from_us);
      rows.push({ key: `g${gap.from_us}`, us: gap.from_us, clock: clock(gap.from_us, 0), cls: 'miss', note: gapLabel(gap) });
    }
    addMarks(block.t[i]);
    rows.push({ key: String(block.t[i]), us: block.t[i], clock: clock(block.t[i], step && step < 1 ? 1 : 0), n: block.n[i],
      values: lanes.map((l) => cell(l, block, i)) });
  }
  addMarks(-Infinity);
  const hasClock = rows.some((row) => row.clock), hasMeans = rows.some((row) => row.n !== undefined && row.n > 1);
  const note = hasMeans ? t('tableMean') : block.length > ROWS ? t('tableLast', num(ROWS)) : '';
  return html`<div class="tablev" tabindex="0" role="region" aria-label=${t('vTable')}><table>
    ${note && html`<caption>${note}</caption>`}
    <thead><tr><th scope="col">${t('time')} / s</th>${hasClock && html`<th scope="col">${t('clockTime')}</th>`}${hasMeans && html`<th scope="col">n</th>`}
      ${lanes.map((l) => html`<th scope="col">${channelName(l.channel)}${l.unit && ' / ' + l.unit}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr class=${row.cls ?? ''} key=${row.key}>
      <td>${num((row.us - origin) / 1e6, fine)}</td>${hasClock && html`<td>${row.clock}</td>`}
      ${row.note ? html`<td colspan=${lanes.length + (hasMeans ? 1 : 0)}>${row.note}</td>` : html`${hasMeans && html`<td>${num(row.n)}</td>`}${row.values?.map(([v, words]) => html`<td>${words.map((word) => html`<span class=${'flag ' + word}>${flagWord(word)}</span>`)}${v}</td>`)}`}</tr>`)}</tbody></table></div>`;
}
