// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What was so while a finished run was recorded. Beside a run that is over, what is said of a kit is said of the run: how
// often its readings came, the calibration that they are by, the range they have by it, how long the kit warmed up in it.
import { warmingIn } from './flags.js';
import { heldAt, valueBy } from './held.js';
import { rangeOf } from './judge.js';
import { calibrationsOf, kitOf } from './known.js';
import { isFarOff, rateOf } from './pace.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./view.js').Lane} Lane */

/** The shown run, if it is over. */
export const pastRun = () => (view.run?.to_us == null ? null : view.run);

/** How many events the shown run has so far, as far as they are shown; null: they are of no run, or not here yet. */
export function eventsInRun() {
  const { run } = view, { series, standsAt } = readings;
  if (!run || !series?.isLoaded) return null;
  const block = series.known(run.from_us, Math.min(standsAt, run.to_us == null ? Number.MAX_SAFE_INTEGER : run.to_us - 1));
  let n = 0;
  for (let i = 0; i < block.length; i++) n += block.n[i];
  return n;
}

/** Readings of the run, how many a second, whether that is far from what was asked for; null: not here yet.
 * @param {number} asked a second; 0: nobody asked for a rate @returns {{rows: number, got: number, isOff: boolean}|null} */
export function paceOfRun(asked) {
  const run = pastRun(), { series } = readings;
  if (run?.to_us == null || !series?.isLoaded) return null;
  const block = series.slice(run.from_us, run.to_us - 1), got = rateOf(block, series.gaps);
  let rows = 0;
  for (let i = 0; i < block.length; i++) rows += block.n[i];
  return { rows, got, isOff: asked > 0 && isFarOff(got, rows, asked) };
}

/** How long the kit warmed up in the run, microseconds, and whether it did all the time. */
export function warmingOfRun() {
  const { series } = readings, takes = (view.device && kitOf(view.device)?.warm_up_us) || 0;
  if (!pastRun() || !series || !takes) return { us: 0, isAll: false };
  const us = warmingIn(series.firstT, series.lastT, series.began, series.gaps, takes);
  return { us, isAll: us > 0 && us >= series.lastT - series.firstT };
}

/** The calibration that a channel's shown readings are by: that of now, or of the end of the run. `isTurned`: it was another
 * when the run began. Null: not known yet. @param {Lane} lane
 * @returns {{by: import('./api.js').Calibration|null, points: import('./api.js').Point[]|null, isOverdue: boolean, isTurned: boolean}|null} */
export function calibrationOf({ channel }) {
  const run = pastRun(), { device, stream } = view;
  if (run?.to_us == null || !device || !stream) {
    return { by: channel.calibration, points: null, isOverdue: channel.is_overdue, isTurned: false };
  }
  const all = calibrationsOf(device.id)?.filter((c) => c.stream === stream.name && c.channel === channel.id);
  if (!all) return null;
  const by = heldAt(all, run.to_us - 1), hour = readings.wallOf(run.to_us);
  return { by, points: by?.points ?? null, isOverdue: by?.wall_due_us != null && hour != null && hour > by.wall_due_us,
    isTurned: by?.id !== heldAt(all, run.from_us)?.id };
}

/** What a channel could measure, as its shown readings have it. @param {Lane} lane @returns {[number|null, number|null]} */
export function rangeShown(lane) {
  const { low, high } = lane.channel, held = pastRun() && calibrationOf(lane);
  if (!pastRun()) return rangeOf(lane.channel);
  if (!held || low == null || high == null) return [null, null];
  const { points } = held, ends = points ? [valueBy(points, low), valueBy(points, high)] : [low, high];
  return [Math.min(...ends), Math.max(...ends)];
}
