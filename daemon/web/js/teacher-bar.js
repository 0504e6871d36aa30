// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The top of the teacher's page: which board, whether its data reaches the school's store, how sure it is of the hour.
import { html, say, t } from './base.js';
import { board } from './board.js';
import { useBoard } from './hooks.js';
import { Icon } from './icons.js';
import { lasting, NB, num } from './numbers.js';
import { BoardsKey } from './teacher-boards.js';
import { Menu } from './teacher-parts.js';

/** @param {{cls: string, icon: import('./icons.js').IconName, words: string}} p */
const Fact = ({ cls, icon, words }) => html`<span class="fact"><span class=${cls}><${Icon} n=${icon} s=${20}/></span><span>${words}</span></span>`;

function Sinks() {
  useBoard('health');
  const { sinks, storeProblem } = board;
  if (storeProblem) return html`<${Fact} cls="bad-c" icon="store" words=${say(storeProblem)}/>`;
  if (!sinks.length) return html`<${Fact} cls="ok-c" icon="store" words=${t('te_local')}/>`;
  const behind = sinks.reduce((sum, s) => sum + s.rows_behind, 0), refused = sinks.find((s) => s.state === 'refused');
  if (refused) return html`<${Fact} cls="warn-c" icon="store" words=${say(refused.sentence) || t('n_refused')}/>`;
  const isAway = sinks.some((s) => s.state === 'waiting' || s.state === 'no_time');
  return html`<${Fact} cls=${isAway ? 'warn-c' : 'ok-c'} icon="store" words=${isAway ? t('te_behind', num(behind)) : t('te_shipped')}/>`;
}

function Hour() {
  useBoard('status', 'hour');
  const unsure = board.status?.wall_uncertainty_us, isKnown = Number.isFinite(board.wallAhead) && unsure != null;
  const doubt = unsure == null ? '' : unsure < 1e5 ? num(unsure / 1e3, unsure < 1e4 ? 1 : 0) + NB + 'ms' : lasting(unsure / 1e6);
  return html`<${Fact} cls=${isKnown ? 'ok-c' : 'warn-c'} icon="wait" words=${isKnown ? t('te_clock', doubt) : t('te_noClock')}/>`;
}

export function Bar() {
  useBoard('status');
  return html`<header class="tbar"><span class="wordmark"><img src="/img/icon.svg" alt="" width="30" height="30"/>kitlog</span>
    <span class="where">${t('te_title')} · ${board.name || 'kitlog'}</span>
    <div class="tfacts">${board.isTeacher && html`<${Sinks}/><${Hour}/>`}</div><${BoardsKey}/><${Menu}/></header>`;
}
