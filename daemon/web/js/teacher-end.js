// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// After a lesson: is its data complete, and one package of everything. Ending can be undone here.
import { html, t, useEffect, useState } from './base.js';
import { Refusal } from './api.js';
import { board } from './board.js';
import { getReceipt } from './class-api.js';
import { boards } from './boards.js';
import { classroom } from './classroom.js';
import { isOnAll, perform, reopenAll } from './deeds.js';
import { desk } from './desk.js';
import { Icon } from './icons.js';
import { num } from './numbers.js';
import { useBoards } from './other-groups.js';
import { sessionName } from './teacher-class.js';
import { getLog, packageUrl } from './teacher-api.js';
import { Elsewhere } from './teacher-boards.js';
import { StartBar } from './teacher-parts.js';

/** @typedef {import('./class-api.js').Receipt} Receipt */
/** @typedef {import('./class-api.js').Session} Session */

const AGAIN_MS = 2000, TRIES = 30;

/** Is all that came on the card? @param {Receipt} receipt */
const isKept = ({ stored, received }) => stored >= received;

/** The receipts of its runs, asked for again until all is kept: the last second is written a moment later. @param {Session} session */
function useReceipts(session) {
  const [all, setAll] = useState(/** @type {Receipt[]|null} */ (null));
  useEffect(() => {
    let isOver = false, tries = 0;
    /** @type {any} */ let timer = null;
    const look = async () => {
      try {
        const receipts = await Promise.all(session.groups.flatMap((g) => g.runs).map((run) => getReceipt(run)));
        if (isOver) return;
        setAll(receipts);
        if (receipts.every(isKept)) return;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
      if (!isOver && ++tries < TRIES) timer = setTimeout(look, AGAIN_MS);
    };
    look();
    return () => { isOver = true; clearTimeout(timer); };
  }, [session.id]);
  return all;
}

/** Takes the ending back: it is the newest act that can be. @param {Session} session */
async function reopen(session) {
  if (isOnAll(session)) {
    const again = await reopenAll(session);
    if (again) { classroom.take(again); desk.enter(again); }
    return;
  }
  const end = (await getLog(session.id)).filter((a) => a.do === 'end' && !a.is_undone).pop();
  const after = end && await perform(session, { do: 'undo', act: end.id });
  if (after) { classroom.take(after); desk.enter(after); }
}

/** Boards that had the lesson with us, which keep what they recorded. @param {Session} session */
const othersOf = (session) => (isOnAll(session) ? boards.joined : []);

/** @param {{session: Session}} p */
export function Ended({ session }) {
  const others = (useBoards(), othersOf(session)), receipts = useReceipts(session), runs = session.groups.flatMap((g) => g.runs).length, stickers = (board.devices ?? []).filter((d) => session.groups.some((g) => g.devices.includes(d.id))).map((d) => d.sticker);
  const sum = (/** @type {(r: Receipt) => number} */ of) => num((receipts ?? []).reduce((n, r) => n + of(r), 0));
  const gaps = (receipts ?? []).reduce((n, r) => n + r.gaps, 0), isGood = receipts?.every(isKept);
  /** @type {[import('./base.js').Key, string][]} */
  const rows = [['te_rRuns', num(runs)], ['te_rGot', sum((r) => r.received)], ['te_rKept', sum((r) => r.stored)], ['te_rBad', sum((r) => r.bad)], ['te_rLost', sum((r) => r.lost_rows)], ['te_rGaps', num(gaps)]];
  const behind = (receipts ?? []).reduce((n, r) => n + r.shipped.reduce((m, s) => m + (s.rows_behind ?? 0), 0), 0), ships = receipts?.some((r) => r.shipped.length);
  return html`<main class="tslip"><section class="slip" aria-labelledby="ended"><h1 id="ended"><${Icon} n=${!runs || (isGood && !gaps) ? 'check' : isGood ? 'warn' : 'wait'} s=${28}/>${t(!runs ? (others.length ? 'bo_rNothing' : 'te_rNothing') : !isGood ? 'te_rWaits' : gaps ? 'te_rHoles' : others.length ? 'bo_rTitle' : 'te_rTitle', board.name)}</h1>
      <p class="dim">${sessionName(session)}</p>
      <dl>${rows.map(([key, value]) => html`<div key=${key}><dt>${t(key)}</dt><dd>${receipts ? value : '…'}</dd></div>`)}
        ${ships && html`<div><dt>${t('te_rShip')}</dt><dd>${behind ? t('te_rBehind', num(behind)) : t('te_rAll')}</dd></div>`}</dl>
      ${stickers.length > 0 && html`<p class="tick"><${Icon} n="hand"/>${t('te_put', stickers.join(t('te_list')))}</p>`}
      ${others.length > 0 && html`<${Elsewhere} of=${others} words=${t('bo_onlyHere', board.name)}/>`}</section></main>
    <${StartBar} label=${t('te_end')}><div class="grow"><strong>${t('te_over')}</strong></div><button class="btn" onClick=${() => reopen(session)}><${Icon} n="undo" s=${20}/><span>${t('te_notOver')}</span></button>
      <button class="btn" onClick=${() => desk.put()}><span>${t('te_toLessons')}</span></button>
      ${runs > 0 && html`<a class="btn main big" download href=${packageUrl(session.id)}><${Icon} n="out"/><span>${others.length ? t('bo_package', board.name) : t('te_package')}</span></a>`}<//>`;
}
