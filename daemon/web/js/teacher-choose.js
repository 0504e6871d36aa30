// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Before a lesson: step 1, the lessons as cards that say which can run with what is plugged in; step 2, the kits; at the
// side for how many groups of which class. The big key opens the lesson, and then there is a code to join by.
import { app, html, say, Segments, t } from './base.js';
import { classroom } from './classroom.js';
import { boards } from './boards.js';
import { kitsFree, openLesson, opensOnAll, rereadLessons } from './deeds.js';
import { desk, GROUPS_MOST } from './desk.js';
import { Icon } from './icons.js';
import { useBoards } from './other-groups.js';
import { Kits, kitsFor } from './teacher-kits.js';
import { StartBar, Tick, useDesk } from './teacher-parts.js';
import { BoardPanel, SavedPanel, Shelf } from './teacher-shelf.js';

/** @typedef {import('./teacher-api.js').Card} Card */

/** @type {[string, import('./base.js').Key][]} */
const STAGES = [['', 'te_all'], ['kindergarten', 'te_stK'], ['primary', 'te_stP'], ['junior', 'te_stJ'], ['senior', 'te_stS']];
/** @param {string} stage */
const stageWord = (stage) => { const found = STAGES.find(([k]) => k === stage); return found ? t(found[1]) : stage; };
/** @type {Record<string, import('./base.js').Key>} */
const SUBJECTS = { physics: 'te_suP', chemistry: 'te_suC', biology: 'te_suB', geography: 'te_suG', science: 'te_suS', technology: 'te_suT', mathematics: 'te_suM' };
/** @param {string} subject */
const subjectWord = (subject) => (SUBJECTS[subject] ? t(SUBJECTS[subject]) : subject);
const RANK = { ready: 0, trouble: 1, missing: 3 }, FREE_RANK = 2;
const GROUPS_FIRST = 6, CLASS_LETTERS = 31;   // of three bytes each, as the board keeps them

/** Whether a lesson can run, in words and with a sign. @param {{card: Card}} p */
function Can({ card: { problem, readiness: { state, groups, missing, sentence } } }) {
  if (problem) return html`<span class="can bad-c"><${Icon} n="warn" s=${18}/><span>${say(problem)}</span></span>`;
  if (state === 'ready') return html`<span class="can ok-c"><${Icon} n="check" s=${18}/><span>${t('te_can', groups)}</span></span>`;
  const lacks = missing.map((m) => m.kits.map((k) => say(k.name))[0] ?? say(m.name)).join(', ');
  return html`<span class=${'can ' + (state === 'trouble' ? 'warn-c' : 'dim')}><${Icon} n=${state === 'trouble' ? 'warn' : 'plug'} s=${18}/>
    <span>${say(sentence) || t('te_lacks', lacks)}</span></span>`;
}

/** @param {{isChosen: boolean, top: any, title: string, ask: string, about?: string, can: any, onPick: () => void}} p */
const CardFace = ({ isChosen, top, title, ask, about, can, onPick }) => html`<button class="lcard" aria-pressed=${isChosen} onClick=${onPick}>
  <span class="top">${top}${isChosen && html`<span class="pickd"><${Icon} n="check" s=${18}/>${t('te_chosen')}</span>`}</span>
  <strong>${title}</strong><span class="ask">${ask}${about && html`<small>${about}</small>`}</span>${can}</button>`;

/** @param {{card: Card}} p */
const LessonCard = ({ card }) => html`<${CardFace} isChosen=${desk.lesson === card.id} title=${say(card.title)} ask=${say(card.question)} about=${[say(card.theme), app.lang === 'zh' && card.catalogue].filter(Boolean).join(' · ')}
  onPick=${() => desk.set({ lesson: card.id, groups: null })} can=${html`<${Can} card=${card}/>`}
  top=${html`${card.stage.map((s) => html`<span class="stage-chip" key=${s}>${stageWord(s)}</span>`)}<span>${subjectWord(card.subject)}</span>${card.is_project ? t('te_project') : card.minutes ? t('te_minutes', card.minutes) : ''}`}/>`;

/** A recording without a lesson. */
const FreeCard = () => html`<${CardFace} isChosen=${desk.lesson === null} title=${t('te_free')} ask=${t('te_freeD')} onPick=${() => desk.set({ lesson: null, groups: null })}
  top=${html`<span class="stage-chip">${t('te_allStages')}</span>`} can=${html`<span class="can ok-c"><${Icon} n="check" s=${18}/><span>${t('te_freeCan')}</span></span>`}/>`;

function Cards() {
  const cards = desk.cards ?? [], shown = cards.filter((c) => (!desk.stage || c.stage.includes(desk.stage)) && (!desk.subject || c.subject === desk.subject));
  const subjects = [...new Set(cards.map((c) => c.subject))];
  const all = [...shown.map((card) => ({ rank: card.problem ? 4 : RANK[card.readiness.state], face: html`<${LessonCard} key=${card.id} card=${card}/>` })),
    { rank: FREE_RANK, face: html`<${FreeCard} key=""/>` }].sort((a, b) => a.rank - b.rank);
  return html`<section aria-labelledby="step1"><div class="secthead"><h1 id="step1" class="step"><span class="n">1</span>${t('te_step1')} <small class="dim">${t('te_inAll', all.length)}</small></h1>
      <div class="stageseg"><${Segments} label=${t('te_stages')} value=${desk.stage} onPick=${(/** @type {string} */ k) => desk.set({ stage: k })}
        items=${STAGES.map(([k, key]) => [k, t(key)])}/></div>
      ${subjects.length > 1 && html`<select class="subjects" aria-label=${t('te_subject')} onChange=${(/** @type {any} */ e) => desk.set({ subject: e.target.value })}>
        <option value="" selected=${!desk.subject}>${t('te_allSubjects')}</option>${subjects.map((s) => html`<option key=${s} value=${s} selected=${s === desk.subject}>${subjectWord(s)}</option>`)}</select>`}</div>
    <div class="cards" tabindex="0" role="group" aria-label=${t('te_step1')}>${all.map(({ face }) => face)}</div></section>`;
}

/** Lessons of the school's own that are not among the cards, as somebody wonders where they are; and what to press when
 * their files are mended. */
function Left() {
  const { problems } = desk, again = html`<p class="reread"><button class="btn plain" onClick=${rereadLessons}><${Icon} n="undo"/>${t('te_reload')}</button></p>`;
  if (!problems.length) return again;
  return html`${again}<details class="about kitsleft"><summary><${Icon} n="warn"/>${t('te_leftOut', problems.length)}</summary><p>${t('te_leftDo')}</p>
    <ul>${problems.map((problem) => html`<li key=${problem.en}>${say(problem)}</li>`)}</ul></details>`;
}

/** For how many groups, when nobody said it: as many as there are kits for. */
function groupsNow() {
  const needs = desk.text(desk.lesson)?.needs ?? [], isAllShared = needs.length > 0 && needs.every((need) => need.groups_share > 1);
  const there = desk.lesson != null ? desk.card?.readiness.groups : kitsFree(null).filter((d) => d.streams.length && d.state !== 'gone').length;
  return desk.groups ?? ((!isAllShared && Math.min(GROUPS_MOST, there ?? 0)) || GROUPS_FIRST);
}

/** @param {{groups: number, onChange: (n: number) => void}} p */
export const Stepper = ({ groups, onChange }) => html`<div class="stepper" role="group" aria-label=${t('te_groups')}>
  <button class="btn sq" aria-label=${t('te_fewer')} disabled=${groups <= 1} onClick=${() => onChange(groups - 1)}><${Icon} n="minus"/></button>
  <output>${t('te_groupsN', groups)}</output>
  <button class="btn sq" aria-label=${t('te_more')} disabled=${groups >= GROUPS_MOST} onClick=${() => onChange(groups + 1)}><${Icon} n="plus"/></button></div>`;

/** Which class, how many groups. */
function About() {
  const free = desk.lesson === null;
  return html`<section class="panel" aria-labelledby="about"><h2 id="about">${t('te_about')}</h2>
    <label class="field"><span>${t('te_class')}</span><input type="text" maxlength=${CLASS_LETTERS} autocomplete="off" placeholder=${t('te_classHint')} value=${desk.title}
      onInput=${(/** @type {any} */ e) => desk.set({ title: e.target.value })}/></label>
    ${desk.title.length >= CLASS_LETTERS && html`<p class="dim" role="status">${t('te_classFull', CLASS_LETTERS)}</p>`}
    <${Stepper} groups=${groupsNow()} onChange=${(/** @type {number} */ n) => desk.set({ groups: n })}/>
    ${free && html`<${Tick} isOn=${desk.isProject} words=${t('te_long')} onChange=${(/** @type {boolean} */ on) => desk.set({ isProject: on })}/>`}</section>`;
}

/** Lessons that go on: a second teacher, or this one after closing the page, goes in. */
function Going() {
  const all = (classroom.sessions ?? []).filter((s) => !s.is_project);
  if (!all.length) return null;
  const name = (/** @type {string|null} */ id) => say(desk.cards?.find((c) => c.id === id)?.title) || t('te_free');
  return html`<section class="panel going first" aria-labelledby="going"><h2 id="going">${t('te_going')}</h2>${all.map((s) => html`<button class="btn goin" key=${s.id} onClick=${() => desk.enter(s)}>
    <span class="grow"><b>${name(s.lesson)}</b><small>${[s.title, s.code].filter(Boolean).join(' · ')}</small></span><${Icon} n="right"/></button>`)}</section>`;
}

function Foot() {
  useBoards();
  const { lesson, card } = desk, isChosen = lesson === null || (!!card && !card.problem && !!desk.text(lesson)), groups = groupsNow();
  const said = !isChosen ? t('te_pickFirst') : lesson === null ? t('te_freeD') : say(card?.readiness.sentence) || t('te_canFor', card?.readiness.groups ?? 0);
  return html`<${StartBar} label=${t('te_open')}><div class="grow"><strong>${!isChosen ? t('te_step1') : lesson === null ? t('te_free') : say(card?.title)}</strong>
    <p class="dim">${said}</p></div>
    <button class="btn main big" disabled=${!isChosen} onClick=${() => openLesson(groups)}><${Icon} n="right"/><span>${opensOnAll() ? t('bo_openAll', boards.joined.length + 1) : t('te_openN', groups)}</span></button><//>`;
}

export function Choose() {
  useDesk();
  return html`<div class="tcols"><${Going}/><main><${Cards}/><${Left}/>
      <section aria-labelledby="step2"><h2 id="step2" class="step"><span class="n">2</span>${t('te_step2')}</h2>
        <${Kits} devices=${kitsFor(desk.text(desk.lesson), null)} lesson=${desk.text(desk.lesson)} session=${null}/></section></main>
    <aside class="rail"><${About}/><${Shelf}/><${SavedPanel}/><${BoardPanel}/></aside></div><${Foot}/>`;
}
