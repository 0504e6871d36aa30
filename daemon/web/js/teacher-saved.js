// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The dialog of saved runs: what the board recorded and what was imported, to find, take along, show a group in place of
// its kit, or delete; and packages that come in, picked or dropped. Loaded when it is opened.
import { app, html, say, Segments, t, useAgain, useEffect, useRef, useState } from './base.js';
import { runUrl } from './api.js';
import { perform } from './deeds.js';
import { desk } from './desk.js';
import { Icon } from './icons.js';
import { dayAndTime, lasting, num } from './numbers.js';
import { refusals } from './refusals.js';
import { saved } from './saved.js';
import { packageUrl } from './teacher-api.js';
import { size, useDesk } from './teacher-parts.js';
import { toast } from './toast.js';

/** @typedef {import('./saved.js').Imported} Imported */
/** @typedef {import('./class-api.js').Session} Session */

const SHOWN = 40;

/** What was recorded in it: its lesson as the cards call it, else its own title. @param {Imported} run */
const lessonOf = (run) => say(desk.cards?.find((c) => c.id === run.lesson)?.title) || run.lesson || '';
/** @param {Imported} run */
const nameOf = (run) => [lessonOf(run) || run.title || t('te_free'), run.group && t('groupN', run.group)].filter(Boolean).join(' · ');
/** @param {Imported} run */
const factsOf = (run) => [lessonOf(run) && run.title, t('runN', run.number), run.wall_from_us == null ? t('sv_noHour') : dayAndTime(run.wall_from_us),
  lasting(((run.to_us ?? run.from_us) - run.from_us) / 1e6), run.bytes != null && size(run.bytes)].filter(Boolean).join(' · ');

/** As its row says it, so that one of six is meant. @param {Imported} run */
const callOf = (run) => [nameOf(run), t('runN', run.number), run.wall_from_us != null && dayAndTime(run.wall_from_us)].filter(Boolean).join(' · ');

/** A question with a way out, in the row's place. @param {{run: Imported, onEnd: (isGone: boolean) => void}} p */
function Ask({ run, onEnd }) {
  const keep = useRef(/** @type {HTMLElement|null} */ (null)), [isBusy, setBusy] = useState(false);
  useEffect(() => keep.current?.focus(), []);
  const go = async () => {
    setBusy(true);
    onEnd(await saved.remove(run, callOf(run)));
  };
  return html`<div class="svask" role="group" aria-label=${t('sv_delete')}><p>${t('sv_deleteAsk', callOf(run))}</p><div class="acts">
    <a class="btn" download href=${runUrl(run.id, 'package')}><${Icon} n="out" s=${20}/>${t('x_zip')}</a>
    <button class="btn" ref=${keep} onClick=${() => onEnd(false)}>${t('sv_keep')}</button>
    <button class="btn danger" disabled=${isBusy} onClick=${go}><${Icon} n="cross" s=${20}/>${t('sv_deleteGo')}</button></div></div>`;
}

/** @param {{run: Imported, onReplay: ((run: Imported) => void)|null, to: number, onGone: () => void}} p */
function Row({ run, onReplay, to, onGone }) {
  const [isAsked, setAsked] = useState(false), name = callOf(run), again = useRef(/** @type {HTMLElement|null} */ (null)), wasAsked = useRef(false);
  useEffect(() => { if (wasAsked.current && !isAsked) again.current?.focus(); wasAsked.current = isAsked; }, [isAsked]);
  return html`<li class="svrow" data-run=${run.id}><div class="what"><b>${nameOf(run)}</b>${run.bytes != null && html`<span class="stage-chip">${t('sv_isImported')}</span>`}<p class="dim">${factsOf(run)}</p></div>
    ${isAsked ? html`<${Ask} run=${run} onEnd=${(/** @type {boolean} */ isGone) => { if (isGone) onGone(); else setAsked(false); }}/>`
    : html`<div class="acts">${onReplay && html`<button class="btn replay" aria-label=${t('sv_replayOf', to, name)} onClick=${() => onReplay(run)}><${Icon} n="replay" s=${20}/>${t('sv_replay', to)}</button>`}
      <a class="btn look" target="_blank" rel="noopener" aria-label=${`${t('sv_look')}: ${name}`} href=${`/?run=${run.id}&lang=${app.lang}`}><${Icon} n="chart" s=${20}/>${t('sv_look')}</a>
      <a class="btn" target="_blank" rel="noopener" aria-label=${`${t('x_paper')}: ${name}`} href=${runUrl(run.id, 'report', app.lang)}><${Icon} n="book" s=${20}/>${t('x_paper')}</a>
      <a class="btn" download aria-label=${`${t('x_zip')}: ${name}`} href=${runUrl(run.id, 'package')}><${Icon} n="out" s=${20}/>${t('x_zip')}</a>
      ${run.bytes != null && html`<button class="btn delete" ref=${again} aria-label=${`${t('sv_delete')}: ${name}`} onClick=${() => setAsked(true)}><${Icon} n="cross" s=${20}/>${t('sv_delete')}</button>`}</div>`}</li>`;
}

/** The way in for packages: a button, and the whole dialog for what is dropped. */
function Import() {
  const file = useRef(/** @type {HTMLInputElement|null} */ (null)), { coming, told } = saved, percent = Math.floor((coming?.part ?? 0) * 100);
  const picked = (/** @type {any} */ e) => { const files = [...e.target.files]; e.target.value = ''; saved.bring(files); };
  return html`<div class="svin"><button class="btn main" disabled=${!!coming} onClick=${() => file.current?.click()}><${Icon} n="plus"/>${t('sv_import')}</button>
    <input ref=${file} type="file" hidden multiple accept=".zip,application/zip" onChange=${picked}/><span class="dim svdrop">${t('sv_drop')}</span></div>
    <div class="svnews"><div role="status">${coming && html`<p class="svcoming">${percent < 100 ? t('sv_sending', coming.name, percent) : t('sv_reading', coming.name)}<progress max="100" value=${percent < 100 ? percent : undefined} aria-label=${t('sv_import')}></progress></p>`}
      ${told.filter((one) => !one.isBad).map(({ words }) => html`<p class="svtold"><${Icon} n="check" s=${20}/>${words}</p>`)}</div>
    <div role="alert">${told.filter((one) => one.isBad).map(({ words }) => html`<p class="svtold bad"><${Icon} n="warn" s=${20}/><span>${words}</span></p>`)}</div></div>`;
}

/** Above the runs of one class: all of them in one package. @param {{run: Imported, session: number}} p the first of them */
const Class = ({ run, session }) => html`<li class="svrow svclass"><div class="what"><b>${[lessonOf(run) || t('te_free'), run.title].filter(Boolean).join(' · ')}</b></div>
  <div class="acts"><a class="btn" download href=${packageUrl(session)}><${Icon} n="out" s=${20}/>${t('te_package')}</a></div></li>`;

/** Which of the groups is shown one. @param {{session: Session, to: number, onPick: (n: number) => void}} p */
const To = ({ session, to, onPick }) => html`<label class="svto"><span>${t('sv_for')}</span><select class="subjects" onChange=${(/** @type {any} */ e) => onPick(+e.target.value)}>
  ${session.groups.map((g) => html`<option key=${g.number} value=${g.number} selected=${g.number === to}>${t('groupN', g.number)}</option>`)}</select></label>`;

/** @param {{group: number|null, onClose: () => void}} p `group`: whose kit is to be stood in for, if that is known */
export function SavedDialog({ group, onClose }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null)), head = useRef(/** @type {HTMLElement|null} */ (null)), again = useAgain();
  const [which, setWhich] = useState('all'), [text, setText] = useState(''), [most, setMost] = useState(SHOWN), [chosen, setTo] = useState(group ?? 1), [isOver, setOver] = useState(false);
  useDesk();
  useEffect(() => {
    const ends = [saved.on('change', again), refusals.on('told', () => { if (refusals.text) saved.tell(refusals.text, true); })];
    saved.tell('');
    saved.load();
    box.current?.showModal();
    return () => ends.forEach((end) => end());
  }, []);
  const session = desk.current, to = Math.min(chosen, session?.groups.length ?? 1);
  const replay = async (/** @type {Imported} */ run) => {
    if (!session || !await perform(session, { do: 'replay', group: to, run: run.id })) return;
    toast(t('sv_replays', to));
    desk.set({ view: 'groups' });
    box.current?.close();
  };
  const all = [...(which === 'own' ? [] : [...(saved.imported ?? [])].reverse()), ...(which === 'imported' ? [] : saved.own)], word = text.trim().toLowerCase();
  const found = word ? all.filter((r) => `${nameOf(r)} ${factsOf(r)} ${r.id}`.toLowerCase().includes(word)) : all, canAsk = which !== 'imported' && saved.hasOlder;
  const drop = (/** @type {any} */ e) => { e.preventDefault(); setOver(false); saved.bring([...e.dataTransfer.files]); };
  return html`<dialog class=${'slip saved' + (isOver ? ' over' : '')} ref=${box} aria-labelledby="saved-title" onClose=${onClose}
      onDragOver=${(/** @type {any} */ e) => { e.preventDefault(); setOver(true); }} onDragLeave=${(/** @type {any} */ e) => { if (!box.current?.contains(e.relatedTarget)) setOver(false); }} onDrop=${drop}>
    <div class="svhead"><h2 id="saved-title" tabindex="-1" ref=${head}><${Icon} n="store" s=${26}/>${t('sv_title')}</h2><button class="btn plain sq" aria-label=${t('closeN')} onClick=${() => box.current?.close()}><${Icon} n="cross"/></button></div>
    <${Import}/>
    <div class="svfind"><${Segments} label=${t('sv_which')} value=${which} onPick=${(/** @type {string} */ k) => { setWhich(k); setMost(SHOWN); }} items=${[['all', t('te_all')], ['own', t('sv_own')], ['imported', t('sv_imported')]]}/>
      <input type="search" aria-label=${t('sv_find')} placeholder=${t('sv_find')} value=${text} onInput=${(/** @type {any} */ e) => { setText(e.target.value); setMost(SHOWN); }}/>
      ${session && html`<${To} session=${session} to=${to} onPick=${setTo}/>`}</div>
    ${saved.imported ? !found.length && html`<p class="dim svnone" role="status">${t(all.length ? 'sv_noneFound' : 'sv_none')}</p>` : html`<p class="dim" role="status">${t('te_wait')}</p>`}
    <ul class="svlist" aria-label=${t('sv_title')}>${found.slice(0, most).map((run, i) => html`${run.session != null && run.session !== found[i - 1]?.session && html`<${Class} key=${`class${run.id}`} run=${run} session=${run.session}/>`}<${Row} key=${run.id} run=${run} to=${to} onReplay=${session && replay} onGone=${() => head.current?.focus()}/>`)}</ul>
    ${found.length > most ? html`<button class="btn" onClick=${() => setMost(most + SHOWN)}>${t('sv_more', num(found.length - most))}</button>`
    : canAsk && html`<button class="btn" onClick=${() => saved.more()}>${t('sv_older')}</button>`}</dialog>`;
}
