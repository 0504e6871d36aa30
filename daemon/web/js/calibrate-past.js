// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The calibrations that a channel has had: which one holds, since when and until when, and what became of
// the others.
import './strings-later.js';
import { html, t, useEffect, useState } from './base.js';
import { getCalibrationsOf, Refusal } from './api.js';
import { board } from './board.js';
import { day } from './calibration.js';
import { kindWord } from './calibrate-points.js';
import { timeOfDay } from './numbers.js';

/** @typedef {import('./api.js').Recorded} Recorded */

const SHOWN = 5;

/** The same with the hour: a table of points is made more than once a day. @param {number|null} wallUs */
const moment = (wallUs) => (wallUs == null ? '' : `${day(wallUs)} ${timeOfDay(wallUs).slice(0, 5)}`);

/** Does it hold, and until when? @param {Recorded} one */
export function stateWords(one) {
  const due = day(one.wall_due_us);
  if (one.is_withdrawn) return t('cal_sBack');
  if (one.to_us != null) return t('cal_sTime');
  if (!one.is_current) return t('cal_sOld');
  if (one.is_overdue) return due ? t('cal_sOver', due) : t('cal_sOverdue');
  return due ? t('cal_sUntil', due) : t('cal_sNow');
}

/** Those of a channel, the newest first; asked for again whenever one is made.
 * @param {number} device @param {string} stream its name @param {string} channel @returns {Recorded[]} */
function usePast(device, stream, channel) {
  const [past, setPast] = useState(/** @type {Recorded[]} */ ([]));
  useEffect(() => {
    let isOver = false;
    const look = () => getCalibrationsOf(device).then((all) => {
      if (!isOver) setPast(all.filter((c) => c.stream === stream && c.channel === channel && c.kind !== 'withdrawal').reverse());
    }, (error) => { if (!(error instanceof Refusal)) throw error; });
    look();
    const end = board.on('calibration', look);
    return () => { isOver = true; end(); };
  }, [device, stream, channel]);
  return past;
}

/** @param {{device: number, stream: string, channel: string}} p */
export function CalibrationPast({ device, stream, channel }) {
  const past = usePast(device, stream, channel).slice(0, SHOWN);
  return past.length > 0 && html`<section class="past"><h3>${t('cal_past')}</h3><ul>${past.map((one) => html`
    <li key=${one.id} class=${one.is_current ? 'now' : ''}><span>${[one.name || `#${one.id}`, kindWord(one.kind), moment(one.wall_made_us)]
      .filter(Boolean).join(t('cal_comma2'))}</span><span class=${one.is_overdue && one.is_current ? 'late' : ''}>${stateWords(one)}</span></li>`)}</ul></section>`;
}
