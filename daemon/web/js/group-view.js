// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What is shown of a group: which channel of which of its kits, from when to when. A lesson says which quantity its plot
// is about, and which kits have it; without one it is what a kit measures first. A kept run may stand in for the kit: it
// is then shown as if it were recorded now, beginning at the instant when it was put in its place.
import { board } from './board.js';
import { lanesOf, together } from './class-lanes.js';
import { decimalsOf, digitsOf } from './numbers.js';
import { replayOf } from './replay.js';
import { traceOf } from './traces.js';
import { unitText } from './units.js';

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./api.js').Stream} Stream */
/** @typedef {import('./class-api.js').Lesson} Lesson */
/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {{device: Device, stream: Stream, at: number}} Source a channel, and where it comes from */
/** @typedef {import('./class-lanes.js').Lane} Lane */
/** @typedef {{from: number, to: number|null, base: number, later: number, until: number, isRun: boolean}} Span microseconds of board time; `to` null: it
 *   grows. `base`: from where readings are asked for; `later`: by how much a replay is later than what it shows; nothing after
 *   `until` is shown yet */

const RECENT_US = 60e6, RECENT_ROWS = 120;
const PIECE_US = 600e6;              // a window that moves on asks in whole pieces: one answer serves for a while

/** The channels that are shown of a group, the main one first; those beside it share its axis. They are of its kits, or of
 * what was recorded in the run that stands in for them. @param {Group} group @param {Lesson|null} lesson @returns {Lane[]} */
export function sourcesFor(group, lesson) {
  const lanes = lanesOfGroup(group, lesson);
  return lanes.length ? together(lanes) : [];
}

/** All that serve its lesson, the main one first. @param {Group} group @param {{needs: import('./class-lanes.js').Need[], plot: {y: string}|null}|null} lesson */
export function lanesOfGroup(group, lesson) {
  const replay = replayOf(group);
  return lanesOf((replay?.devices ?? devicesOf(group)).filter((d) => d.streams.length), lesson, replay ? [] : group.shared);
}

/** The main one; null: the group has no kit. @param {Group} group @param {Lesson|null} lesson @returns {Source|null} */
export const sourceFor = (group, lesson) => sourcesFor(group, lesson)[0] ?? null;

/** What a lane measures, as the lesson names it. @param {Lane} lane @param {Lesson|null} lesson @returns {import('./base.js').Words|null} */
export const needName = ({ need }, lesson) => lesson?.needs.find((n) => n.id === need)?.name ?? null;

/** @param {Group} group */
export const devicesOf = ({ devices }) => devices.flatMap((id) => board.device(id) ?? []);

/** From when to when a group is shown: a replay, the run that goes on, else its last one, else what came of late.
 * @param {Group|null} group null: no group, but a kit @param {Stream} stream @param {number|null} frozenAt @returns {Span} */
export function spanOf(group, stream, frozenAt) {
  const now = Math.min(board.now(), frozenAt ?? Infinity), find = (/** @type {number|undefined|null} */ id) => board.runs.find((r) => r.id === id);
  const replay = replayOf(group);
  if (replay) return { from: replay.from, to: replay.to, base: replay.from, later: replay.later, until: Math.min(replay.to, now - replay.later), isRun: true };
  const run = group ? find(group.run) ?? find(group.runs[group.runs.length - 1]) : board.runs.filter((r) => r.to_us == null && r.session == null).pop();
  if (run) return { from: run.from_us, to: run.to_us, base: run.from_us, later: 0, until: Math.min(run.to_us ?? Infinity, now), isRun: true };
  const began = board.status?.started_us ?? 0, recent = Math.max(RECENT_US, stream.period_us * RECENT_ROWS);
  const from = Math.max(began, now - recent);
  return { from, to: null, base: Math.max(began, Math.floor(from / PIECE_US) * PIECE_US), later: 0, until: now, isRun: false };
}

/** The newest value of a span, and when it came; null: none. @param {Source} source @param {Span} span */
export function newest({ stream, at }, span) {
  const latest = board.latest.get(stream.id), { series } = traceOf(stream, span.base, span.to);
  const isLive = span.to == null && !span.later && latest != null && latest.at[at] <= span.until;
  return isLive && Number.isFinite(latest.y[at]) ? { t: latest.at[at], y: latest.y[at] } : series.valueAt(at, span.until);
}

/** @param {Source} source */
export const channelOf = ({ stream, at }) => stream.channels[at];
/** @param {Source} source */
export const unitOf = (source) => unitText(channelOf(source).unit);

/** Decimals for its readings: as its resolution says, else as many as they have. @param {Source} source @param {Span} span */
export function digitsShown(source, span) {
  const channel = channelOf(source);
  if (channel.resolution) return digitsOf(channel.resolution);
  return Math.max(decimalsOf(channel.last), traceOf(source.stream, span.base, span.to).series.decimals(source.at));
}

/** Does each row stand for an event, so that nothing is between two? @param {Stream} stream */
export const isOfEvents = (stream) => stream.stamps === 'kernel' && !stream.period_us;

/** The picture of a span, its x in seconds from where the span begins. @param {Source} source @param {Span} span @param {number} px */
export function pictureIn({ stream, at }, span, px) {
  const { series } = traceOf(stream, span.base, span.to);
  const gaps = series.gaps.filter((g) => g.to_us > span.from && g.from_us < span.until);
  const { x, lanes, isBand } = series.picture(span.from, span.until, px, span.from, gaps, span.until);
  return { x, ...lanes[at], isBand,
    gaps: gaps.map((g) => ({ from: (Math.max(g.from_us, span.from) - span.from) / 1e6, to: (Math.min(g.to_us, span.until) - span.from) / 1e6 })) };
}
