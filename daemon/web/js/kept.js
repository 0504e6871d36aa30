// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The readings that the group kept by hand: a list, and one quantity against what was typed, a point for each.
import './strings-later.js';
import { html, say, t } from './base.js';
import { useOwn } from './class-bar.js';
import { Slip } from './class-dialog.js';
import { colourOf, isOpenShape } from './animals.js';
import { classroom } from './classroom.js';
import { useClass } from './hooks.js';
import { channelName } from './names.js';
import { decimalsOf, digitsFor, num, timeOfDay } from './numbers.js';
import { own } from './class-own.js';
import { Plot } from './plot.js';
import { readings } from './readings.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Reading} Reading */

/** A range with air about some values. @param {number[]} values @returns {[number, number]} */
function spread(values) {
  const lo = Math.min(...values), hi = Math.max(...values), air = (hi - lo) * 0.1 || Math.abs(hi) * 0.05 || 1;
  return [lo - air, hi + air];
}

/** The value of the lesson's channel that stood when it was kept; null: none came. @param {Reading} reading */
function measured(reading) {
  const { source } = own;
  if (!source) return null;
  return reading.values[`${source.stream.id}:${source.stream.channels[source.at].id}`] ?? null;
}

export function Kept() {
  useClass('sessions', 'me');
  const { kept } = useOwn(), { lesson, group } = classroom, fields = lesson?.record.typed ?? [], channel = own.channel(), unit = own.unit();
  const name = channel ? channelName(channel) : '', [field] = fields, title = (/** @type {string} */ words, /** @type {string} */ of) => (of ? `${words} / ${of}` : words);
  const points = field ? kept.flatMap((r) => { const y = measured(r), x = r.typed[field.id]; return y == null || x == null ? [] : [{ x, y }]; }) : [];
  const colour = colourOf(group?.number ?? 1);
  return html`<${Slip} name="kept" title=${t('k_list', kept.length)} icon="table" cls="keptsheet">
    ${points.length > 1 && field && html`<${Plot} label=${t('xyAria', title(name, unit), title(say(field.name), unitText(field.unit)))} x=${spread(points.map((p) => p.x))} y=${spread(points.map((p) => p.y))}
      xTitle=${title(say(field.name), unitText(field.unit))} yTitle=${title(name, unit)} dots=${points.map((p) => ({ ...p, colour, isOpen: isOpenShape(group?.number ?? 1) }))}/>`}
    ${kept.length ? html`<div class="keptlist" tabindex="0" role="region" aria-label=${t('k_list', kept.length)}><table><thead><tr><th scope="col">${t('k_no')}</th>${fields.map((f) => html`<th scope="col">${title(say(f.name), unitText(f.unit))}</th>`)}
      ${channel && html`<th scope="col">${title(name, unit)}</th>`}<th scope="col">${t('clockTime')}</th></tr></thead><tbody>
      ${kept.map((r, i) => { const y = measured(r), wall = readings.wallOf(r.at_us); return html`<tr key=${r.id}><td>${i + 1}</td>${fields.map((f) => html`<td>${num(r.typed[f.id], decimalsOf(r.typed[f.id]))}</td>`)}
        ${channel && html`<td>${num(y, y == null ? 0 : Math.min(decimalsOf(y), digitsFor(y) + 2))}</td>`}<td>${wall == null ? '—' : timeOfDay(wall)}</td></tr>`; })}</tbody></table></div>`
      : html`<p class="dim">${t('k_none')}</p>`}<//>`;
}
