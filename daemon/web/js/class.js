// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The student page's part of a class, loaded only when one is open: joining, what is typed and marked, and the lesson's
// slips, each fetched when it opens. It fills the places that class-part.js keeps free.
import { html, say, t, useEffect } from './base.js';
import { GroupMark } from './animals.js';
import { Bar } from './class-bar.js';
import { leave } from './class-api.js';
import { openSlip, shownSlip, useSlip } from './class-dialog.js';
import { board } from './board.js';
import { own } from './class-own.js';
import { classroom } from './classroom.js';
import { useBoard, useClass } from './hooks.js';
import { Icon } from './icons.js';
import { Join, wantToJoin } from './join.js';
import { sentence } from './pin.js';
import { later } from './later.js';
import { watchRuns } from './receipt-due.js';
import { refusals } from './refusals.js';
import { toast } from './toast.js';

own.start();

const REVEALED = 'kitlog.revealed';
const Kept = later(() => import('./kept.js').then((m) => m.Kept));
const LessonSheet = later(() => import('./lesson-sheet.js').then((m) => m.LessonSheet));
const Predict = later(() => import('./predict.js').then((m) => m.Predict));
const ReceiptSlip = later(() => import('./receipt.js').then((m) => m.ReceiptSlip));
const Results = later(() => import('./class-results.js').then((m) => m.Results));

/** In place of the board's name: whose page this is and what the lesson is called. */
function Title() {
  useClass('sessions', 'me');
  const { group, mine, lesson, sessions } = classroom;
  if (!group) return sessions?.some((s) => s.code) ? html`<button class="btn joinin" onClick=${wantToJoin}><${Icon} n="group"/><span class="tx">${t('j_open')}</span></button>` : null;
  return html`<${GroupMark} group=${group} s=${26}/><h1>${lesson ? say(lesson.title) : mine?.title || board.name}</h1>`;
}

/** In the settings: another group, or none. */
function Leave() {
  useClass('me');
  const { group } = classroom;
  if (!group) return null;
  const go = async () => {
    try { await leave(); classroom.setMe(null); wantToJoin(); } catch (error) { refusals.tell(sentence(error)); }
  };
  return html`<button class="item" data-close onClick=${go}><${Icon} n="group"/><span>${t('j_leave')}<small>${t('j_leaveD')}</small></span></button>`;
}

/** The lesson's slip opens by itself once, when somebody came in: nobody reads what is not in the way. */
function useWelcome() {
  const { mine, group, lesson } = useClass('sessions', 'me');
  const key = mine && group && lesson ? `${mine.id}/${group.number}` : '';
  useEffect(() => {
    if (!key || sessionStorage.getItem('kitlog.welcomed') === key) return;
    try { sessionStorage.setItem('kitlog.welcomed', key); } catch { /* private mode */ }
    openSlip('lesson');
  }, [key]);
}

/** What the teacher reveals opens by itself, once each time; nobody is torn from what is being written. */
function useReveal() {
  const { mine, group } = useClass('sessions', 'me'), key = mine && group ? `${mine.id}/${group.number}` : '', isRevealed = !!mine?.is_revealed;
  useEffect(() => {
    const isSeen = sessionStorage.getItem(REVEALED) === key;
    if (!key || isRevealed === isSeen) return;
    try { if (isRevealed) sessionStorage.setItem(REVEALED, key); else sessionStorage.removeItem(REVEALED); } catch { /* private mode */ }
    if (isRevealed && ['lesson', 'receipt', null].includes(shownSlip())) openSlip('results');
    if (!isRevealed && shownSlip() === 'results') openSlip(null);
  }, [key, isRevealed]);
}

function Layer() {
  useBoard('link');
  useWelcome();
  useReveal();
  const slip = useSlip(), { group } = classroom;
  useEffect(watchRuns, []);
  useEffect(() => classroom.on('predict', () => openSlip('predict')), []);
  useEffect(() => classroom.on('ended', () => { openSlip(null); toast(t('j_over')); }), []);
  return html`<${Join}/>${group && (slip === 'lesson' ? html`<${LessonSheet}/>` : slip === 'predict' ? html`<${Predict}/>`
    : slip === 'kept' ? html`<${Kept}/>` : slip === 'results' ? html`<${Results}/>` : slip === 'receipt' ? html`<${ReceiptSlip}/>` : null)}`;
}

export const parts = { Title, Bar, Leave, Layer };
