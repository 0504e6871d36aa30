// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The look over kits and board before a lesson starts: is all there, does it come as often as asked, does the board know
// the hour, has it room, are the calibrations fresh. Each is one line; one that is not well says what to do. Pure.

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./base.js').Key} Key */
/** @typedef {{id: 'kits'|'rate'|'wanted'|'clock'|'card'|'calibration', isGood: boolean, key: Key, values: unknown[]}} Check a list among the values is of stickers, an object a sentence of the board */

const UNSURE_US = 5e6;               // as clock.js
const SPARSE = 1.1;
const ROOM = 0.9;                    // of the card's share

/** @param {Device} device */
export const isWell = (device) => device.state === 'ready' && !device.problem && !device.streams.some((s) => s.problem);

/** Is a kit set to fewer readings than the lesson asks for? What is irregular may be as quick as it likes. @param {Device} device @param {number} us */
const isSparse = ({ streams }, us) => streams.length > 0 && streams.every((s) => s.period_us > us * SPARSE);

/** @param {{devices: Device[], pace: (device: Device) => {hertz: number, isOff: boolean}|null, wanted?: {us: number, words: string}|null,
 *   status: {wall_us: number|null, wall_uncertainty_us: number|null, store: {problem: unknown, bytes?: number, limit_bytes?: number}}|null}} facts
 *   `devices`: those that the lesson uses; `wanted`: how far apart readings may be @returns {Check[]} */
export function preflight({ devices, pace, wanted = null, status }) {
  const ill = devices.filter((d) => !isWell(d)), slow = devices.filter((d) => isWell(d) && pace(d)?.isOff);
  const old = devices.filter((d) => d.streams.some((s) => s.channels.some((c) => c.is_overdue)));
  const numbers = (/** @type {Device[]} */ all) => all.map((d) => d.sticker);
  /** @type {Check[]} */ const out = [];
  /** @param {Check['id']} id @param {boolean} isGood @param {Key} key @param {...unknown} values */
  const say = (id, isGood, key, ...values) => { out.push({ id, isGood, key, values }); };
  if (!devices.length) say('kits', false, 'pf_none');
  else if (ill.length) say('kits', false, 'pf_ill', numbers(ill));
  else say('kits', true, 'pf_kits', devices.length);
  if (slow.length) say('rate', false, 'pf_slow', numbers(slow));
  else if (devices.length > ill.length) say('rate', true, 'pf_rate');
  const sparse = wanted ? devices.filter((d) => isWell(d) && isSparse(d, wanted.us)) : [];
  if (sparse.length) say('wanted', false, 'pf_sparse', numbers(sparse), wanted?.words);
  if (status) {
    const unsure = status.wall_uncertainty_us, isSure = status.wall_us != null && unsure != null && unsure < UNSURE_US;
    say('clock', isSure, isSure ? 'pf_clock' : 'pf_noClock');
    const { problem, bytes = 0, limit_bytes: limit = 0 } = status.store;
    if (problem) say('card', false, 'pf_cardBad', problem);
    else if (limit && bytes > limit * ROOM) say('card', false, 'pf_cardFull', Math.round(bytes / limit * 100));
    else say('card', true, 'pf_card');
  }
  if (old.length) say('calibration', false, 'pf_old', numbers(old));
  else if (devices.length) say('calibration', true, 'pf_calibration');
  return out;
}
