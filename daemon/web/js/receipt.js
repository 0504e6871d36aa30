// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The receipt at the end of a run of the group: how many readings were recorded, are kept, were sent, what is missing,
// and the fingerprint by which a file can be known as this run. It is asked for again while something is still on its way.
import './strings-later.js';
import { html, t, useEffect, useState } from './base.js';
import { exportUrl, Refusal } from './api.js';
import { getReceipt, runOfGroup } from './class-api.js';
import { openSlip, Slip } from './class-dialog.js';
import { classroom } from './classroom.js';
import { useClass } from './hooks.js';
import { own } from './class-own.js';
import { Icon } from './icons.js';
import { runName } from './names.js';
import { isUnjudged, Lacking } from './lacking.js';
import { num } from './numbers.js';
import { sentence } from './pin.js';
import { due } from './receipt-due.js';
import { refusals } from './refusals.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./class-api.js').Receipt} Receipt */

const AGAIN_MS = 3000, SENT_AGAIN_MS = 30000, MARK_LENGTH = 8;

/** Does the verdict on our last run still come? Until then nothing says that all is well. Of a run that is no more judged none comes. */
const isJudging = () => { const { group, lesson, isOver } = classroom; return !isOver && isUnjudged(group, lesson) && group?.runs[group.runs.length - 1] === due.run?.id; };

/** Is the run as good as the lesson wants it? What it lacks is said with what to do with hands; where the group may start, it
 * does so here. */
function Verdict() {
  const { mine, group, lesson } = useClass('sessions'), { run } = due, accept = run && group?.runs[group.runs.length - 1] === run.id ? group.accept : null;
  if (isJudging()) return html`<p class="dim" role="status">${t('r_judging')}</p>`;
  if (!accept?.length || !mine || !group) return null;
  const go = async (/** @type {'resume'|'start'|'arm'} */ what) => {
    openSlip(null);
    try { await runOfGroup(mine.id, group.number, what); view.show(null); } catch (error) { refusals.tell(sentence(error)); }
  };
  return html`<${Lacking} accept=${accept}/>
    ${accept.some((a) => a.holds === false) && mine.may_start === 'groups' && mine.state !== 'ended' && group.run == null && html`<div class="acts"><button class="btn more" onClick=${() => go('resume')}><${Icon} n="plus"/>${t('r_more')}</button>
      <button class="btn anew" onClick=${() => go(lesson?.record.trigger ? 'arm' : 'start')}><${Icon} n="undo"/>${t('r_anew')}</button></div>`}`;
}

export function ReceiptSlip() {
  const { run } = due;
  const [receipt, setReceipt] = useState(/** @type {Receipt|null} */ (null)), [isMissing, setMissing] = useState(false);
  useEffect(() => {
    /** @type {any} */ let timer = null;
    let isGone = false, again = AGAIN_MS;
    setReceipt(null);
    setMissing(false);
    const bring = async () => {
      try {
        const got = run && await getReceipt(run.id);
        if (isGone || !got) return;
        setReceipt(got);
        const isKept = got.stored >= got.received;
        if (isKept && got.shipped.every((s) => !s.rows_behind)) return;
        again = isKept ? SENT_AGAIN_MS : AGAIN_MS;     // a server may be away for hours
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (isGone) return;
        if (error.status === 404) { setMissing(true); return; }
      }
      timer = setTimeout(bring, again);
    };
    bring();
    return () => { isGone = true; clearTimeout(timer); };
  }, [run?.id]);
  useEffect(() => () => { if (due.run) own.seen(due.run); due.run = null; }, []);
  useClass('sessions');
  if (!run) return null;
  const isWaiting = isJudging(), isLacking = !!classroom.group?.accept?.some((a) => a.holds === false) && classroom.group.runs[classroom.group.runs.length - 1] === run.id;
  const r = receipt, points = (/** @type {number} */ n) => t('r_points', num(n)), missing = r ? r.lost_rows + r.bad : 0;
  /** @type {[string, string][]} */
  const lines = r ? [[t('r_got'), points(r.received)], [t('r_kept'), points(r.stored)],
    ...r.shipped.map((s) => /** @type {[string, string]} */ ([t('r_sent', s.sink), s.rows_behind == null ? t('r_later') : s.rows_behind ? t('r_behind', num(s.rows_behind)) : t('r_all')])),
    [t('r_missing'), missing || !r.gaps ? num(missing) : t('r_gaps', num(r.gaps))], ...(r.sha256 ? [/** @type {[string, string]} */ ([t('r_mark'), r.sha256.slice(0, MARK_LENGTH).replace(/(....)/, '$1 ')])] : [])] : [];
  const select = () => { openSlip(null); if (run.to_us != null) { view.show(run.id); view.set('tab', { tab: 'chart' }); view.measure([run.from_us, Math.min(run.to_us, readings.end)]); } };
  return html`<${Slip} name="receipt" title=${t('r_title', runName(run))} icon=${isWaiting ? 'wait' : isLacking || (r && !r.is_complete) ? 'warn' : 'check'} cls=${'receipt' + (r && !r.is_complete ? ' part' : '')}>
    ${r ? html`<dl class="lines">${lines.map(([name, text]) => html`<div key=${name}><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
      <p class="dim">${t(r.is_complete ? 'r_whole' : 'r_part')}</p>` : html`<p class="dim">${t(isMissing ? 'r_none' : 'r_wait')}</p>`}
    <${Verdict}/>
    <div class="acts"><a class="btn" download href=${exportUrl('csv', { run: run.id })}><${Icon} n="out"/>${t('export')}</a>
      <button class="btn main" onClick=${select}>${t('r_next')}</button></div><//>`;
}
