// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// At the side: the shelf of long projects, which no lesson disturbs, and the board itself.
import { html, say, t } from './base.js';
import { board } from './board.js';
import { classroom } from './classroom.js';
import { lanesOf } from './class-lanes.js';
import { desk } from './desk.js';
import { devicesOf } from './group-view.js';
import { useBoard, useEvery } from './hooks.js';
import { Icon } from './icons.js';
import { lasting } from './numbers.js';
import { mark } from './deeds.js';
import { Reminders } from './reminders.js';
import { Spark } from './spark.js';
import { valueText } from './teacher-kits.js';
import { openSaved, size } from './teacher-parts.js';

const DAY_US = 86400e6, MINUTE_MS = 60000;

/** @param {{session: import('./class-api.js').Session}} p */
function Project({ session }) {
  useEvery(2000);
  const card = desk.cards?.find((c) => c.id === session.lesson), lanes = session.groups.flatMap((g) => lanesOf(devicesOf(g), desk.text(session.lesson), g.shared));
  const [lane] = lanes, day = Math.floor((board.now() - session.made_us) / DAY_US) + 1, last = lane && board.latest.get(lane.stream.id)?.t;
  return html`<div class="onshelf"><button class="shelfitem" onClick=${() => desk.enter(session)}><span class="row"><strong class="grow">${say(card?.title) || session.title || t('te_free')}</strong>
      ${lane && html`<b>${valueText(lane)}</b>`}<${Icon} n="right" s=${18}/></span>
    ${lane && html`<${Spark} stream=${lane.stream} at=${lane.at} us=${DAY_US} every=${MINUTE_MS}/>`}
    <span class="dim">${t('te_day', day)}${last ? ` · ${t('te_ago', lasting(Math.max(0, board.now() - last) / 1e6))}` : ''}</span></button>
    <${Reminders} isTeacher session=${session} reminders=${desk.text(session.lesson)?.reminders ?? []} onDone=${(/** @type {string} */ text) => mark(session, text, board.now())}/></div>`;
}

export function Shelf() {
  const all = (classroom.sessions ?? []).filter((s) => s.is_project);
  return html`<section class="panel" aria-labelledby="shelf"><h2 id="shelf">${t('te_shelf')}</h2><p class="dim">${t('te_shelfD')}</p>
    ${all.map((s) => html`<${Project} key=${s.id} session=${s}/>`)}</section>`;
}

/** The door to what was recorded before, and what was imported. */
export const SavedPanel = () => html`<section class="panel" aria-labelledby="savedruns"><h2 id="savedruns">${t('sv_title')}</h2><p class="dim">${t('sv_about')}</p>
  <button class="btn" onClick=${() => openSaved(null)}><${Icon} n="store"/>${t('sv_open')}</button></section>`;

/** What the configuration says and could not be used, a line each: the board goes on without it. */
function ConfigLeft() {
  const lines = (say(board.status?.config_problem) || '').split('\n').filter(Boolean);
  if (!lines.length) return null;
  return html`<details class="about configleft"><summary><${Icon} n="warn"/>${t('te_config', lines.length)}</summary><p>${t('te_configDo')}</p>
    <ul>${lines.map((line) => html`<li key=${line}>${line}</li>`)}</ul></details>`;
}

export function BoardPanel() {
  useBoard('status', 'health');
  const { status } = board, store = /** @type {{bytes?: number, limit_bytes?: number}|undefined} */ (status?.store);
  if (!status) return null;
  return html`<section class="panel" aria-labelledby="boards"><h2 id="boards">${t('te_board')}</h2>
    <div class="boardrow"><span class="ok-c"><${Icon} n="board"/></span><span class="grow">${status.board}<small>${t('te_viewers', status.viewers)}</small></span></div>
    ${store?.bytes != null && html`<p class="dim">${store.limit_bytes ? t('te_stored', size(store.bytes), size(store.limit_bytes)) : t('te_storedAll', size(store.bytes))}</p>`}<${ConfigLeft}/></section>`;
}
