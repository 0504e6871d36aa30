// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which of the shown readings are flagged, and the words for it. The rule is in flags.js; here is what it
// needs to know: a channel's limits as the shown readings have them, and how long ago the kit was plugged in.
import { t } from './base.js';
import { board } from './board.js';
import { beginsAnew, flagsOf, isOutside, limitsOf } from './flags.js';
import { kitOf } from './known.js';
import { lasting } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./view.js').Lane} Lane */
/** @typedef {import('./flags.js').Flag} Flag */

/** The range is the instrument's, so it moves with the calibration that holds now.
 * @param {import('./api.js').Channel} channel @returns {import('./flags.js').Limits|null} null: unknown */
export const limits = ({ low, high, resolution, calibration }) => (calibration
  ? limitsOf(calibration.low ?? null, calibration.high ?? null, resolution) : limitsOf(low, high, resolution));

/** Since when the limits hold, board time. Rows are shown by the calibration of their own time, and the board
 * tells the limits of today's only: what is older than it is not judged. @param {import('./api.js').Channel} channel */
export const limitsSince = ({ calibration }) => calibration?.made_us ?? -Infinity;

/** @param {import('./api.js').Channel} channel @param {number} us of the reading; NaN: now */
const limitsAt = (channel, us) => (us < limitsSince(channel) ? null : limits(channel));

const warmUp = () => (view.device && kitOf(view.device.kit)?.warm_up_us) || 0;

/** How long the shown kit had been plugged in at an instant, microseconds; NaN: nobody knows. A plug-in
 * before the shown range is not among its gaps: rows behind it count as warm, unless it was the last. @param {number} us */
export function ageAt(us) {
  const until = view.device?.warming_until_us;
  let from = until == null || us < until - warmUp() ? -Infinity : until - warmUp();
  for (const gap of readings.series?.gaps ?? []) if (beginsAnew(gap.reason) && gap.to_us <= us) from = Math.max(from, gap.to_us);
  return Number.isFinite(from) ? us - from : NaN;
}

/** @param {Lane} lane @param {number|null} value @param {number} us @returns {Flag[]} */
export const flags = (lane, value, us) => flagsOf(value, limitsAt(lane.channel, us), warmUp() ? ageAt(us) : NaN, warmUp());

/** @param {Flag} flag */
export const flagWord = (flag) => t(flag === 'warm-up' ? 'f_warm' : 'f_out');

/** What there is to say of the value that stands beside the picture; "": nothing. @param {Lane} lane */
export function flagOfNow(lane) {
  const value = readings.value(lane);
  return value != null && isOutside(value, limitsAt(lane.channel, readings.row?.t ?? NaN)) ? t('f_out') : '';
}

/** How long the shown kit still warms up, in words; "": it is warm. */
export function warmingLeft() {
  const until = view.device?.warming_until_us, left = until == null ? 0 : (until - board.now()) / 1e6;
  return left > 0 ? lasting(left) : '';
}
