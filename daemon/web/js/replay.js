// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A kept run that stands in for a group's kit: what was recorded in it, as kits of its own, so that whatever shows a kit
// shows it. It may be one that was imported, as a lesson's sample, of which the board's own list of runs knows nothing.
import { Refusal } from './api.js';
import { board } from './board.js';
import { getRun, getRunStreams } from './class-api.js';

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./api.js').Run} Run */
/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {import('./class-api.js').RunStreams} RunStreams */
/** @typedef {{run: number, from: number, to: number, later: number, devices: Device[]}} Shown microseconds of board time; it is shown `later` than
 *   it was recorded */

const AGAIN_MS = 5000;
/** @typedef {{run: Run, streams: RunStreams['streams']}} Kept */
/** @type {Map<number, Kept|null>} null: being asked for, or there is none */ const known = new Map();

/** @param {number} run */
function bring(run) {
  known.set(run, null);
  Promise.all([getRun(run), getRunStreams(run)]).then(([found, { streams }]) => { if (found) known.set(run, { run: found, streams }); board.emit('devices'); }, (error) => {
    if (!(error instanceof Refusal)) throw error;
    if (error.status !== 404) setTimeout(() => known.delete(run), AGAIN_MS);
  });
}

/** A kit that has nothing but what was recorded. @param {RunStreams['streams'][number]} s @returns {Device} */
export const kitOf = ({ device, kit, ...stream }) => ({ id: -stream.id, sticker: device.sticker ?? 0, identity: `replay/${stream.id}`, kit, model: device.model ?? kit, port: '', family: '',
  state: 'ready', name: undefined, problem: null,
  health: { bytes: 0, rows: 0, bad_frames: 0, unanswered: 0, lost_rows: 0, uncertainty_us: null, round_trip_us: null, rate_ppm: null, trouble: '' },
  streams: [{ id: stream.id, name: stream.name, stamps: stream.stamps, period_us: stream.period_us,
    channels: stream.channels.map((c) => ({ last: null, calibration: null, is_overdue: false, ...c })) }] });

/** What is shown in place of a group's kits; null: nothing, or it is not known yet. @param {Group|null} group @returns {Shown|null} */
export function replayOf(group) {
  const replay = group?.replay;
  if (!group || !replay) return null;
  if (!known.has(replay.run)) bring(replay.run);
  const kept = known.get(replay.run), run = kept?.run;
  if (!kept || run?.to_us == null) return null;
  // Of a run of the whole class the group's own part, else the first group's.
  const own = kept.streams.filter((s) => s.group === group.number), first = kept.streams.find((s) => s.group != null)?.group;
  const streams = own.length ? own : kept.streams.filter((s) => s.group == null || s.group === first);
  return { run: run.id, from: run.from_us, to: run.to_us, later: replay.since_us - run.from_us, devices: streams.map(kitOf) };
}
