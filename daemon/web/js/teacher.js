// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The teacher's page: choose a lesson, watch the kits turn green, start; then all groups on one wall, the reveal, the log,
// and one package at the end. Which of these is shown follows from the session this page is in and nothing else.
import './strings-later.js';
import './strings-teacher.js';
import { app, html, render, t, useApp, useEffect } from './base.js';
import { board } from './board.js';
import { boards } from './boards.js';
import { classroom } from './classroom.js';
import { clock } from './clock.js';
import { desk } from './desk.js';
import { useBoard } from './hooks.js';
import { Icon } from './icons.js';
import { Lost } from './lost.js';
import { askPin, PinDialog } from './pin.js';
import { Bar } from './teacher-bar.js';
import { BoardsPlace } from './teacher-boards.js';
import { Choose } from './teacher-choose.js';
import { Class } from './teacher-class.js';
import { Ended } from './teacher-end.js';
import { SavedRuns, useDesk } from './teacher-parts.js';
import { Toast } from './toast.js';
import { startTraces } from './traces.js';

/** Before the PIN nothing of a class is seen here. */
function Gate() {
  useEffect(() => { askPin(); }, []);
  return html`<main class="gate"><h1>${t('te_title')}</h1><p>${t('te_gate')}</p>
    <button class="btn main" onClick=${askPin}><${Icon} n="lock"/>${t('te_gateGo')}</button>
    <a class="btn" href="/"><${Icon} n="right"/>${t('te_toStudents')}</a></main>`;
}

function Waiting() {
  return html`<main class="gate"><h1>${t('te_title')}</h1><p role="status">${t('c_title')}</p></main>`;
}

function Desk() {
  useDesk();
  if (!classroom.sessions) return html`<${Waiting}/>`;
  if (desk.ended) return html`<${Ended} session=${desk.ended}/>`;
  const session = desk.current;
  return session ? html`<${Class} session=${session}/>` : html`<${Choose}/>`;
}

function Page() {
  useApp();
  useBoard('status', 'devices');
  useEffect(() => { document.title = `${t('te_title')} · kitlog`; }, [app.lang]);
  const isKnown = board.status && board.devices;
  return html`<div class="tea"><${Bar}/>${!isKnown ? html`<${Waiting}/>` : board.isTeacher ? html`<${Desk}/><${SavedRuns}/><${BoardsPlace}/>` : html`<${Gate}/>`}</div>
    <${Lost} last="te_lost"/><${PinDialog}/><${Toast}/>`;
}

startTraces();
classroom.start();
desk.start();
clock.start();
boards.start();
board.start();
render(html`<${Page}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
