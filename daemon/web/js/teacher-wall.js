// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// All groups on one wall: each a tile with its mark, its value and its run as it grows, all on one range of values so that
// they compare. A kit that is not well says what to do next on its tile; a replay says that it is one.
import { html, say, t } from './base.js';
import { Animal, colourOf, GroupShape } from './animals.js';
import { perform } from './deeds.js';
import { windowOf } from './chart-scale.js';
import { DASH, Icon } from './icons.js';
import { channelOf, devicesOf, digitsShown, isOfEvents, newest, pictureIn, sourcesFor, spanOf, unitOf } from './group-view.js';
import { useBoard, useEvery, useText } from './hooks.js';
import { channelName } from './names.js';
import { quantity } from './numbers.js';
import { useBoards } from './other-groups.js';
import { drawnOf } from './other-axes.js';
import { Plot } from './plot.js';
import { AllBoards } from './teacher-boards.js';
import { nextAction } from './teacher-kits.js';
import { Replays } from './teacher-replay.js';
import { marksIn } from './teacher-marks.js';
import { triggerText } from './trigger-words.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Group} Group */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */
/** @typedef {import('./group-view.js').Source} Source */

const LONG_S = 180, TILE_PX = 320, DRAW_MS = 500, AIR = 0.08, WINDOW_US = 60e6;

/** What the wall shows now; the range that "same axes" offers. */
export const wall = { range: /** @type {[number, number]|null} */ (null) };

/** The pictures of a group now, by its sources. @param {Group} group @param {Source[]} sources */
function picturesOf(group, sources) {
  return sources.map((source) => {
    const span = spanOf(group, source.stream, null);
    return { source, span, picture: pictureIn(source, span, TILE_PX) };
  });
}
/** @typedef {ReturnType<typeof picturesOf>[number]} Drawn */

/** What axes are made for: ours, and the groups of other boards. @typedef {Pick<Drawn, 'span'|'picture'>|import('./other-axes.js').OtherDrawn} Shown */

/** The least range of values that holds them all, with air; null: there is nothing. @param {Shown[]} all @returns {[number, number]|null} */
function rangeOf(all) {
  let lo = Infinity, hi = -Infinity;
  for (const { picture } of all) {
    for (const v of picture.lo) if (v != null && v < lo) lo = v;
    for (const v of picture.hi) if (v != null && v > hi) hi = v;
  }
  if (!(hi >= lo)) return null;
  const air = (hi - lo) * AIR || Math.max(Math.abs(hi) * 1e-3, 1e-3);
  return [lo - air, hi + air];
}

/** How long the time axis is, in seconds: as long as the lesson means to record, longer when it does. @param {Shown[]} all @param {Lesson|null} lesson */
function spanSeconds(all, lesson) {
  const meant = (lesson?.record.duration_us ?? 0) / 1e6;
  const longest = Math.max(0, ...all.map(({ span }) => (span.until - span.from) / 1e6)), isRun = all.some(({ span }) => span.to != null || span.until - span.from > WINDOW_US * 2);
  const isGrowing = all.some(({ span }) => span.to == null), [, room] = isRun ? windowOf('all', longest, null, isGrowing) : [0, longest];
  return Math.max(isGrowing && longest < meant ? Math.min(meant, room) : room, 10);
}

/** @param {{group: Group, source: Source|undefined}} p */
function Newest({ group, source }) {
  const text = () => {
    if (!source || (!group.replay && source.device.state === 'gone')) return '—';
    const span = spanOf(group, source.stream, null), at = newest(source, span);
    return quantity(at?.y ?? null, digitsShown(source, span), unitOf(source));
  };
  return html`<span class="val" ref=${useText(250, text)}></span>`;
}

/** Is the group's last run, or a project's that goes on, as good as the lesson wants it; where not, what to do, and the press that adds to it.
 * @param {{session: Session, group: Group}} p */
function Verdict({ session, group }) {
  if (group.armed_us != null || !group.accept?.length || session.state === 'ended') return null;
  const lacking = group.accept.filter((a) => a.holds === false);
  if (!lacking.length) return null;
  return html`<p class="verdict"><span class="warn-c"><${Icon} n="warn" s=${18}/></span><ul>${lacking.map((a, i) => html`<li key=${i}>${say(a.otherwise)}</li>`)}</ul>
    ${group.run == null && html`<button class="btn" aria-label=${t('te_addTo', group.number)} onClick=${() => perform(session, { do: 'resume', groups: [group.number] })}>${t('te_recordMore')}</button>`}</p>`;
}

/** @param {{group: Group, drawn: Drawn[], range: [number, number], seconds: number, session: Session, lesson: Lesson|null}} p */
function Tile({ group, drawn, range, seconds, session, lesson }) {
  const colour = colourOf(group.number), isMinutes = seconds > LONG_S, unit = isMinutes ? 60 : 1, actions = group.replay ? [] : devicesOf(group).flatMap((d) => (nextAction(d) ? [{ d, words: nextAction(d) }] : []));
  const [main] = drawn, name = main ? channelName(main.source.stream.channels[main.source.at]) : '', isDots = main && isOfEvents(main.source.stream);
  const isJudging = session.state !== 'ended' && !!lesson?.accept?.length && group.runs.length > 0 && !group.accept, isLacking = !!group.accept?.some((a) => a.holds === false), isGood = !!group.accept?.length && group.accept.every((a) => a.holds), ready = t(isGood ? 'te_good' : 'te_isReady'), replays = html`<${Replays} session=${session} group=${group} lesson=${lesson}/>`;
  const scale = (/** @type {number[]} */ x) => x.map((v) => v / unit);
  const lines = drawn.map(({ picture }, i) => ({ x: scale(picture.x), y: picture.mid, lo: picture.isBand ? picture.lo : undefined, hi: picture.isBand ? picture.hi : undefined,
    colour: `var(--c${colour})`, dash: i ? DASH[(i % 5) + 2] : [], isPoints: !!isDots }));
  const gaps = (main?.picture.gaps ?? []).map((g) => ({ from: g.from / unit, to: g.to / unit }));
  const marks = main ? marksIn(main.span, session.id, group.number).map((m) => ({ x: m.x / unit, text: m.text })) : [];
  return html`<article class=${'gcard' + (actions.length ? ' bad' : '')} aria-label=${t('groupN', group.number)} data-group=${group.number}><div class=${'head c' + colour}><${GroupShape} number=${group.number}/>
      <${Animal} animal=${group.animal} s=${28}/><b>${t('groupN', group.number)}</b><span class="sub">${say(group.animal)}</span>${group.run != null && html`<span class="rec-lamp bad-c"><${Icon} n="rec" s=${14}/></span>`}
      ${group.armed_us != null && html`<span class="armed" title=${triggerText(lesson)}><${Icon} n="wait" s=${18}/><span>${t('armed')}</span></span>`}
      ${!group.replay && group.is_ready && group.run == null && group.armed_us == null && !isLacking && !isJudging && html`<span class="ok-c" title=${ready}><${Icon} n="check" s=${18}/><span class=${isGood ? '' : 'sr'}>${ready}</span></span>`}
      <${Newest} group=${group} source=${main?.source}/></div>
    <${Verdict} session=${session} group=${group}/>
    ${main ? html`<${Plot} label=${`${t('groupN', group.number)}, ${name}`} x=${[0, seconds / unit]} y=${range} xTitle=${isMinutes ? 'min' : 's'} lines=${lines} gaps=${gaps} marks=${marks} most=${[5, 4]}
      watermark=${group.replay ? t('replay') : ''}/>` : html`<p class="nokit dim">${t('te_groupNoKit')}</p>`}
    ${actions.length > 0 && html`<div class="fix"><ul>${actions.map(({ d, words }) => html`<li key=${d.id}><${Icon} n="unplug" s=${18}/><span>${t('kitPart', t('kitN', d.sticker), words)}</span></li>`)}</ul>${replays}</div>`}
    ${(group.replay || (!main && !actions.length)) && html`<div class="replaying">${replays}</div>`}</article>`;
}

/** Ours, and those of other boards. @param {{session: Session, lesson: Lesson|null}} p */
export function Wall({ session, lesson }) {
  useEvery(DRAW_MS);
  useBoard('mark');
  const all = session.groups.map((group) => ({ group, drawn: picturesOf(group, sourcesFor(group, lesson)) })), own = all.flatMap(({ drawn }) => drawn);
  const unit = own.length ? channelOf(own[0].source).unit : null, { joined } = useBoards(), every = [...own, ...drawnOf(joined, session.lesson, unit)];
  const free = rangeOf(every), range = session.y_range ?? free ?? [0, 1], seconds = spanSeconds(every, lesson);
  wall.range = free;
  const isMinutes = seconds > LONG_S, per = isMinutes ? 60 : 1, end = Math.max(0, ...every.map(({ span }) => (span.until - span.from) / 1e6));
  const shared = { x: /** @type {[number, number]} */ ([0, seconds / per]), y: range, unit: isMinutes ? 'min' : 's', per, end, isRun: every.some(({ span }) => span.isRun) };
  return html`<${AllBoards} shared=${shared} lesson=${session.lesson} unit=${unit}><div class=${`wall n${session.groups.length > 6 ? 12 : session.groups.length > 2 ? 6 : 2}`}>${all.map(({ group, drawn }) => html`<${Tile} key=${group.number} group=${group} drawn=${drawn} range=${range}
    seconds=${seconds} session=${session} lesson=${lesson}/>`)}</div><//>`;
}
