// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What is said of a channel's calibration: the mark beside it, the line of the facts, the teacher's way into the dialog
// (calibrate.js, which few ever open).
import { html, t } from './base.js';
import { board } from './board.js';
import { openDialog } from './dialogs.js';
import { useBoard, useView } from './hooks.js';
import { Icon } from './icons.js';
import { channelName } from './names.js';
import { calibrationOf } from './past.js';
import { view } from './view.js';

/** @typedef {import('./api.js').Channel} Channel */
/** @typedef {NonNullable<ReturnType<typeof calibrationOf>>} Held */

/** A day as people write it, or ''. @param {number|null|undefined} wallUs */
export function day(wallUs) {
  if (wallUs == null) return '';
  const d = new Date(wallUs / 1000), two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** What there is to say of a channel's calibration. @param {Channel} channel @param {Held} held */
export function calibrationWords(channel, { by, isOverdue, isTurned }) {
  const what = by && ([by.name, day(by.wall_made_us)].filter(Boolean).join(' ') || `#${by.id}`);
  if (isTurned) return t(by ? 'cal_turned' : 'cal_ended', channelName(channel), what);
  return by ? t(isOverdue ? 'cal_overdue' : 'cal_by', channelName(channel), what) : t('cal_none', channelName(channel));
}

/** Is there more to it than meets the eye? @param {Held} held */
const isDoubtful = ({ isOverdue, isTurned }) => isOverdue || isTurned;

/** The mark of a calibrated channel: a tick, or a warning when it is to be calibrated again.
 * @param {{lane: import('./view.js').Lane}} p */
export function CalibrationMark({ lane }) {
  const held = calibrationOf(lane);
  if (!held?.by && !held?.isTurned) return null;
  const words = calibrationWords(lane.channel, held), isWarning = isDoubtful(held);
  return html`<span class=${'cal' + (isWarning ? ' warn' : '')} title=${words}><${Icon}
    n=${isWarning ? 'warn' : 'gauge'} s=${16}/><span class="sr">${words}</span></span>`;
}

/** The line of the facts, and the teacher's way in. */
export function CalibrationFact() {
  useBoard('devices', 'status');
  useView('what');
  const lane = view.mainLane, channel = lane?.channel, held = lane && calibrationOf(lane);
  if (!channel || lane?.column || !held || (!held.by && !held.isTurned && !channel.calibration && !board.isTeacher)) return null;
  const isWarning = isDoubtful(held);
  return html`<li class=${isWarning ? 'warn' : ''}><${Icon} n=${isWarning ? 'warn' : 'gauge'} s=${20}/>
    <span>${calibrationWords(channel, held)}${board.isTeacher && html`<button class="btn calopen" data-close
      onClick=${() => openDialog('calibrate')}>${t('cal_open')}</button>`}</span></li>`;
}
