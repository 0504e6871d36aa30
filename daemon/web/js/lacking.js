// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Is what a group records as good as its lesson wants it? What it lacks, with what to do with hands: on the receipt of a run,
// and while a project of days goes on, which the board judges each hour.
import './strings-later.js';
import { html, say, t } from './base.js';
import { openSlip } from './class-dialog.js';
import { Icon } from './icons.js';
import { clock, lasting, num } from './numbers.js';

/** @typedef {import('./class-api.js').Acceptance} Acceptance */

/** How much of it there is, where that is too little. @param {Acceptance} a */
const tooLittle = ({ n, least, us, least_us }) => (least != null && n < least ? t('r_count', num(n), num(least))
  : least_us != null && us < least_us ? t('r_long', clock(us / 1e6), lasting(least_us / 1e6)) : '');
/** While it goes on, what there is too little of may come: then nobody knows yet whether it holds. @param {Acceptance} a */
const isWrong = (a) => a.holds === false;

/** Is the last run of a group over, and nobody has looked yet whether it is good enough? @param {import('./class-api.js').Group|null} group
 * @param {import('./class-api.js').Lesson|null} lesson */
export const isUnjudged = (group, lesson) => !!lesson?.accept?.length && !!group?.runs.length && group.run == null && !group.accept;

/** A word where there is nothing to be said against it, or what it lacks. @param {{accept: Acceptance[], isGoing?: boolean}} p */
export function Lacking({ accept, isGoing = false }) {
  const lacking = accept.filter((a) => isWrong(a) || (isGoing && tooLittle(a))).sort((a, b) => Number(isWrong(b)) - Number(isWrong(a))), good = isGoing ? 'r_comes' : 'r_good';
  if (!lacking.length) return accept.every((a) => a.holds) ? html`<p class="lackverdict"><${Icon} n="check"/>${t(good)}</p>` : null;
  return html`<ul class="lacking" aria-label=${t('r_data')}>${lacking.map((a, i) => html`<li key=${i} class=${isWrong(a) ? '' : 'dim'}><${Icon} n=${isWrong(a) ? 'warn' : 'wait'}/>
    <span>${say(a.otherwise)}${tooLittle(a) && html` <small>${tooLittle(a)}</small>`}</span></li>`)}</ul>`;
}

/** Above the chart of a project: does its data come as it should? Opens what to do. @param {{accept: Acceptance[]}} p */
export function DataSign({ accept }) {
  const isBad = accept.some(isWrong), words = t(isBad ? 'r_look' : 'r_comes');
  return accept.some((a) => a.holds != null) && html`<button class=${'btn howto datasign' + (isBad ? ' warn' : '')} aria-label=${words} title=${words} onClick=${() => openSlip('lesson')}><${Icon} n=${isBad ? 'warn' : 'check'}/><span class="tx">${t(isBad ? 'r_lookShort' : 'r_comesShort')}</span></button>`;
}
