// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A saved run in place of a kit that does not work: one of this lesson that was recorded before, or the lesson's sample.
// It is shown as what it is, a replay, and writes nothing into the log of samples.
import { html, Pop, t, useState } from './base.js';
import { board } from './board.js';
import { doing, perform } from './deeds.js';
import { Icon } from './icons.js';
import { clock, timeOfDay } from './numbers.js';
import { importSample } from './teacher-api.js';
import { openSaved } from './teacher-parts.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Group} Group */

const RUNS_MOST = 8;

/** Finished runs that may stand in, the newest first: of the same lesson, or without one. @param {Session} session */
const saved = (session) => board.runs.filter((r) => r.to_us != null && (r.lesson ?? null) === session.lesson).slice(-RUNS_MOST).reverse();

/** @param {{session: Session, group: Group, lesson: import('./teacher-api.js').Lesson|null}} p */
export function Replays({ session, group, lesson }) {
  const [isBusy, setBusy] = useState(false);
  const show = (/** @type {number|null} */ run) => perform(session, { do: 'replay', group: group.number, run });
  const sample = async (/** @type {string} */ name) => {
    setBusy(true);
    const runs = await doing('sample', () => importSample(String(session.lesson), name));
    setBusy(false);
    // Six groups in a sample are six runs: each group has its own, and the first again when there are more groups.
    if (runs?.length) await show(runs[(group.number - 1) % runs.length]);
  };
  if (group.replay) return html`<button class="btn" onClick=${() => show(null)}><${Icon} n="live" s=${18}/>${t('te_liveAgain')}</button>`;
  const runs = saved(session), samples = lesson?.samples ?? [];
  return html`<${Pop} label=${t('te_useReplay')} isNamed face=${html`<${Icon} n="replay" s=${18}/><span>${t('te_useReplay')}</span>`}>
    <h2>${t('te_useReplay')}</h2>
    ${samples.map((name) => html`<button class="item" data-close key=${name} disabled=${isBusy} onClick=${() => sample(name)}><${Icon} n="replay"/><span>${t('te_sample')}<small>${name}</small></span></button>`)}
    ${runs.map((run) => html`<button class="item" data-close key=${run.id} onClick=${() => show(run.id)}><${Icon} n="replay"/>
      <span>${run.group ? t('groupN', run.group) : t('runN', run.number)}<small>${[run.title, run.wall_from_us && timeOfDay(run.wall_from_us), clock(((run.to_us ?? 0) - run.from_us) / 1e6)].filter(Boolean).join(' · ')}</small></span></button>`)}
    <button class="item" data-close onClick=${() => openSaved(group.number)}><${Icon} n="store"/><span>${t('sv_others')}<small>${t('sv_othersD')}</small></span></button><//>`;
}
