// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the screen on the wall shows: of the open session its groups, without one the kits. Each is a tile: who, which
// channel, from when to when. And the axes, which all tiles of one quantity share, so that heights can be compared.
import { colourOf, isOpenShape } from './animals.js';
import { board } from './board.js';
import { LAST, timeUnit, valueRange, windowOf } from './chart-scale.js';
import { classroom } from './classroom.js';
import { lanesOf, together } from './class-lanes.js';
import { channelOf, pictureIn, sourcesFor, spanOf, unitOf } from './group-view.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./class-lanes.js').Lane} Lane */
/** @typedef {import('./group-view.js').Span} Span */
/** @typedef {{key: string, group: Group|null, device: Device|null, source: Lane|null, sources: Lane[], colour: number, isOpen: boolean, span: Span|null}} Tile */
/** @typedef {{x: [number, number], y: [number, number], unit: string, per: number, shift: number, end: number, isRun: boolean}} Axes x counted in `unit`, of `per` seconds;
 *   `shift` is added to it first: what is no run counts back from now */

/** The session that is shown: the chosen one, else one that runs, else the newest; long projects last.
 * @param {number|null} chosen @returns {Session|null} */
export function shownSession(chosen) {
  const all = classroom.sessions ?? [], newest = (/** @type {(s: Session) => boolean} */ which) => all.filter(which).pop();
  return classroom.session(chosen) ?? newest((s) => s.state === 'running' && !s.is_project) ?? newest((s) => !s.is_project) ?? newest(() => true) ?? null;
}

/** When the picture of a session was frozen; null: it moves. @param {Session|null} session */
export const frozenAt = (session) => (session?.is_frozen ? classroom.frozenAt.get(session.id) ?? board.now() : null);

/** @param {Session} session @returns {Tile[]} */
function ofGroups(session) {
  const lesson = classroom.lessonOf(session);
  return session.groups.map((group) => {
    const sources = sourcesFor(group, lesson), source = sources[0] ?? null;
    return { key: `g${group.number}`, group, device: source?.device ?? null, source, sources, colour: colourOf(group.number),
      isOpen: isOpenShape(group.number), span: source && spanOf(group, source.stream, frozenAt(session)) };
  });
}

/** @param {Session|null} session @returns {Tile[]} */
function ofKits(session) {
  const lesson = classroom.lessonOf(session);
  return (board.devices ?? []).filter((d) => d.streams.length).map((device) => {
    const all = lanesOf([device], lesson), sources = all.length ? together(all) : [], source = sources[0] ?? null;
    return { key: device.identity, group: null, device, source, sources, colour: colourOf(device.sticker), isOpen: isOpenShape(device.sticker),
      span: source && spanOf(null, source.stream, frozenAt(session)) };
  });
}

/** A session that gave its groups no kits yet shows the kits. @param {Session|null} session @returns {Tile[]} */
export function tilesOf(session) {
  const groups = session ? ofGroups(session) : [];
  return groups.some((tile) => tile.source) ? groups : ofKits(session);
}

/** The tile that fills the screen: the chosen one, else the first that has readings now; of kits, the newest.
 * @param {Tile[]} tiles @param {string|null} chosen @returns {Tile|null} */
export function mainTile(tiles, chosen) {
  const isWell = (/** @type {Tile} */ { group, device }) => device?.state === 'ready' || !!group?.replay, well = tiles.filter(isWell);
  return tiles.find((t) => t.key === chosen) ?? (well[0]?.group ? well[0] : well[well.length - 1]) ?? tiles[0] ?? null;
}

/** What the groups read, in UCUM; null: they have no kit. @param {Tile[]} tiles */
export const unitIn = (tiles) => { const source = tiles.find((tile) => tile.source)?.source; return source ? channelOf(source).unit : null; };

/** Axes for these tiles, and for groups of other boards. @param {Tile[]} tiles @param {Session|null} session @param {import('./other-axes.js').OtherDrawn[]} [others] @returns {Axes} */
export function axesOf(tiles, session, others = []) {
  const shown = tiles.flatMap(({ sources, span }) => (span ? sources.map((source) => ({ source, span })) : []));
  const spans = [...shown, ...others].map(({ span }) => span), lasts = spans.map((span) => (span.until - span.from) / 1e6), end = Math.max(0.2, ...lasts);
  const isGrowing = spans.some((span) => span.to == null), meant = (classroom.lessonOf(session)?.record.duration_us ?? 0) / 1e6;
  const isRun = spans.some((span) => span.isRun), [, most] = !isRun ? [0, Math.max(LAST, end)] : windowOf('all', end, null, isGrowing), far = isRun && isGrowing && meant > end ? Math.min(meant, most) : most;
  const [unit, per] = timeUnit(far), shift = isRun ? 0 : -end;
  const x = /** @type {[number, number]} */ (isRun ? [0, far / per] : [-far / per, 0]);
  if (session?.y_range) return { x, y: session.y_range, unit, per, shift, end, isRun };
  const pictures = [...shown.map(({ source, span }) => pictureIn(source, span, 300)), ...others.map(({ picture }) => picture)];
  const lanes = pictures.map(({ lo, hi, mid }) => ({ lo, hi, mid }));
  const step = Math.max(0, ...shown.map(({ source }) => channelOf(source).resolution ?? 0), ...others.map((o) => o.step));
  const y = valueRange({ x: [], lanes, isBand: false }, lanes.map((_, i) => i), step);
  return { x, y, unit, per, shift, end, isRun };
}

/** Do all measure the same, so that one pair of axes serves? @param {Tile[]} tiles */
export function isComparable(tiles) {
  const of = tiles.flatMap(({ source }) => (source ? [`${channelOf(source).quantity} ${unitOf(source)}`] : []));
  return new Set(of).size <= 1;
}
