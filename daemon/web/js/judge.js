// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which of the shown readings are flagged, and the words for it. The rule is in flags.js; here is what it
// needs to know: a channel's limits as the shown readings have them, and how long ago the kit was plugged in.
import { t } from './base.js';
import { board } from './board.js';
import { ageAt, beginningsOf, flagsOf, isOutside, limitsIn } from './flags.js';
import { kitOf } from './known.js';
import { lasting } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./view.js').Lane} Lane */
/** @typedef {import('./api.js').Channel} Channel */
/** @typedef {import('./flags.js').Flag} Flag */

/** What a channel can measure, as it is shown now: the range is the instrument's, so it moves with the calibration.
 * @param {Channel} channel @returns {[number|null, number|null]} */
export const rangeOf = ({ low, high, calibration }) => (calibration
  ? [calibration.low ?? null, calibration.high ?? null] : [low, high]);

/** Until the board has told the limits of each time: those of now, as far back as the calibration was made.
 * @param {Channel} channel @param {number} us @returns {import('./flags.js').Limits|null} */
const limitsOfNow = ({ least, most, calibration }, us) => (
  least == null || most == null || us < (calibration?.made_us ?? -Infinity) ? null : [least, most]);

/** The limits of a channel, as its reading of an instant is shown. @param {Lane} lane @param {number} us NaN: now
 * @returns {import('./flags.js').Limits|null} null: unknown */
export function limitsAt({ at, channel }, us) {
  const pieces = readings.series?.limits[at], when = Number.isNaN(us) ? board.now() : us;
  return pieces?.length ? limitsIn(pieces, when) : limitsOfNow(channel, when);
}

const warmUp = () => (view.device && kitOf(view.device)?.warm_up_us) || 0;

/** Of many readings each asks for its age: the beginnings are put in order when there are others.
 * @type {{gaps: import('./series.js').Gap[], began: number|null, last: number|null, beginnings: number[]}} */
let known = { gaps: [], began: null, last: null, beginnings: [] };

/** How long the shown kit had been plugged in at an instant, microseconds; NaN: nobody knows. @param {number} us */
function ageOf(us) {
  const until = view.device?.warming_until_us, { began = null, gaps = known.gaps } = readings.series ?? {};
  const last = until == null ? null : until - warmUp();
  if (gaps !== known.gaps || began !== known.began || last !== known.last) {
    known = { gaps, began, last, beginnings: beginningsOf([began, last], gaps) };
  }
  return ageAt(us, known.beginnings);
}

/** The flags of a point, of one channel or of some that make it together. A mean is flagged for what it is the mean of.
 * @param {Lane[]} lanes @param {import('./series.js').Block} block @param {number} i @returns {Flag[]} */
export function flagsAt(lanes, block, i) {
  const takes = warmUp(), age = takes ? ageOf(block.t[i]) : NaN;
  return flagsOf(isOutAt(lanes, block, i), age, takes);
}

/** Is such a point out of range? @param {Lane[]} lanes @param {import('./series.js').Block} block @param {number} i */
export function isOutAt(lanes, block, i) {
  for (const lane of lanes) {
    const { lo, hi } = block.lanes[lane.at], limits = limitsAt(lane, block.t[i]);
    if (isOutside(lo[i], limits) || isOutside(hi[i], limits)) return true;
  }
  return false;
}

/** @param {Flag} flag */
export const flagWord = (flag) => t(flag === 'warm-up' ? 'f_warm' : 'f_out');

/** What there is to say of the value that stands beside the picture; "": nothing. @param {Lane} lane */
export function flagOfNow(lane) {
  const reading = readings.reading(lane);
  return reading && isOutside(reading.y, limitsAt(lane, reading.t)) ? t('f_out') : '';
}

/** How long the shown kit still warms up, in words; "": it is warm. */
export function warmingLeft() {
  const until = view.device?.warming_until_us, left = until == null ? 0 : (until - board.now()) / 1e6;
  return left > 0 ? lasting(left) : '';
}
