// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The display on the wall: one number and its chart, or every group. It needs no hands and no login; a mouse or a key
// shows a few buttons for a while. It mends itself: the event stream reconnects, and a board with a newer page is
// loaded anew, but only once that board answers, as a browser's own "not reachable" would stay for ever.
import './strings-later.js';
import { app, html, memory, render, say, setApp, t, useApp, useEffect, useState, Segments } from './base.js';
import { accuracyText } from './about.js';
import { Animal, GroupShape, groupName } from './animals.js';
import { board } from './board.js';
import { boards } from './boards.js';
import { drawnOf, isAlike } from './other-axes.js';
import { OtherCard, OtherHead } from './other-groups.js';
import { classroom } from './classroom.js';
import { qrUrl } from './class-api.js';
import { channelOf, digitsShown, isOfEvents, newest, pictureIn, needName, unitOf } from './group-view.js';
import { useEvery } from './hooks.js';
import { DASH, Icon, Sample } from './icons.js';
import { phaseAt } from './lesson-clock.js';
import { channelName, deviceName } from './names.js';
import { clock, NB, num, quantity } from './numbers.js';
import { Plot } from './plot.js';
import { Reveal } from './screen-reveal.js';
import { axesOf, frozenAt, isComparable, mainTile, shownSession, tilesOf, unitIn } from './screen-model.js';
import { startTraces } from './traces.js';
import { triggerText } from './trigger-words.js';
import { hostForOthers } from './way-in.js';

/** @typedef {import('./screen-model.js').Tile} Tile */
/** @typedef {import('./screen-model.js').Axes} Axes */
/** @typedef {import('./class-api.js').Session} Session */

const NAME = 'screen', AWAKE_MS = 5000, BEAT_MS = 500;
const query = new URLSearchParams(location.search), kept = memory.get(NAME) ?? {};
/** What was chosen here; null: by what is going on. @type {{view: string|null, tile: string|null, session: number|null}} */
const chosen = { view: query.get('view') ?? kept.view ?? null, tile: query.get('tile') ?? kept.tile ?? null,
  session: query.has('session') ? Number(query.get('session')) : kept.session ?? null };

/** A reveal is shown to all, whatever a hand chose before; a hand may look away from it. */
let wasRevealed = false;

/** @param {Partial<typeof chosen>} patch */
function choose(patch) { Object.assign(chosen, patch); memory.set(NAME, chosen); }

/** One percent of the height, as css/screen.css has it, in pixels. */
const unitPx = () => Math.min(innerHeight / 100, innerWidth * 0.0072);
const fontPx = () => Math.max(15, unitPx() * 3.4);

/** How wide a text is, in its own letters' heights: so that the number fills its place and no more. @param {string} text @param {string} unit */
const breadth = (text, unit) => 0.6 * text.length + (unit ? 0.34 * 0.62 * (unit.length + 1) : 0);

/** What it read last is no value of now. @param {{tile: Tile, session: Session|null}} p */
function Value({ tile, session }) {
  const { source, span, colour } = tile;
  if (!source || !span || ailment(tile, session)) return html`<p class="v none">—</p>`;
  const unit = unitOf(source), text = num(newest(source, span)?.y, digitsShown(source, span));
  return html`<p class=${'v c' + colour} style=${{ fontSize: `min(calc(var(--u) * 30), calc(100cqw / ${breadth(text, unit).toFixed(2)}))` }}>
    <b>${text}</b>${unit && html`<small>${NB}${unit}</small>`}</p>`;
}

/** Where a tile has several lines: each with its sign, its name and its value. @param {{tile: Tile, session: Session|null}} p */
function Values({ tile, session }) {
  const { sources, span } = tile, lesson = classroom.lessonOf(session);
  return html`<ul class="values">${sources.slice(0, 6).map((lane, i) => { const look = lookOf(tile, i, true); return html`<li key=${i} class=${'c' + look.colour}><${Sample} k=${look.colour} dash=${look.dash}/>
    <span class="what">${say(needName(lane, lesson)) || channelName(channelOf(lane))}</span><b>${ailment({ ...tile, device: lane.device, source: lane }, session) ? '—' : span ? quantity(newest(lane, span)?.y, digitsShown(lane, span), unitOf(lane)) : ''}</b></li>`; })}</ul>`;
}

/** What ails a tile, in a word; null: nothing. @param {Tile} tile @param {Session|null} session */
function ailment({ group, device, source }, session) {
  if (group?.replay) return null;
  if (!source) return t('sc_noKit');
  if (!device || device.state === 'ready' || frozenAt(session) != null) return null;
  return device.state === 'gone' ? t('sc_gone') : t('sc_silent');
}

/** What a tile says of itself beside its value: what ails it, or what it waits for. @param {{tile: Tile, session: Session|null, or?: string}} p
 * `or`: what stands there otherwise */
function Says({ tile, session, or = '' }) {
  const ails = ailment(tile, session), waits = !ails && tile.group?.armed_us != null ? triggerText(classroom.lessonOf(session)) || t('armed') : '';
  if (!ails && !waits) return or ? html`<p class="uu">${or}</p>` : null;
  return html`<p class=${'ails' + (waits || !tile.source ? ' calm' : '')}>${waits ? html`<${Icon} n="wait"/>` : tile.source && html`<${Icon} n="unplug"/>`}${ails || waits}</p>`;
}

/** @param {{tile: Tile, isLong?: boolean}} p */
const Who = ({ tile: { group, device, source, colour }, isLong }) => html`<div class=${'who c' + colour}>
  ${group ? html`<${GroupShape} number=${group.number}/><${Animal} animal=${group.animal}/>${isLong ? html`<b>${groupName(group.number)}</b>`
    : html`<b aria-hidden="true">${group.number}</b><span class="sr">${groupName(group.number)}</span>`}`
    : html`<${GroupShape} number=${device?.sticker ?? 1}/><b>${t('kitN', device?.sticker)}</b>`}
  ${isLong && source && html`<span class="what">${channelName(channelOf(source))}</span>`}</div>`;

/** Colour and dash of the i-th line of a tile: where it fills the screen each has its own colour. @param {Tile} tile @param {number} i
 * @param {boolean} isLarge */
const lookOf = ({ colour, sources }, i, isLarge) => (isLarge && sources.length > 1 ? { colour: i % 6 + 1, dash: DASH[i % 6 + 1] } : { colour, dash: i ? DASH[i % 5 + 2] : [] });

/** @param {{tile: Tile, axes: Axes, isLarge: boolean}} p */
function Chart({ tile, axes, isLarge }) {
  const { group, source, sources, span, isOpen } = tile, font = fontPx(), width = Math.max(2.5, unitPx() * (isLarge ? 0.6 : 0.5));
  if (!source || !span) return html`<div class="plot"></div>`;
  const { per, unit, shift } = axes, count = (/** @type {number} */ s) => (s + shift) / per, name = channelName(channelOf(source)), of = unitOf(source);
  const pictures = sources.map((lane) => pictureIn(lane, span, isLarge ? 700 : 300)), [p] = pictures;
  const lines = pictures.map(({ x, lo, mid, hi, isBand }, i) => {
    const look = lookOf(tile, i, isLarge), scale = unitPx() / 5;
    return { x: x.map(count), y: mid, lo: isBand ? lo : undefined, hi: isBand ? hi : undefined, colour: `var(--c${look.colour})`, dash: look.dash.map((d) => d * Math.max(1, scale)), width, isPoints: isOfEvents(sources[i].stream) };
  });
  const dots = pictures.flatMap(({ x, mid }, i) => {
    const last = mid.findLastIndex((v) => v != null), y = mid[last];
    return y == null || isOfEvents(sources[i].stream) ? [] : [{ x: count(x[last]), y, colour: lookOf(tile, i, isLarge).colour, isOpen, size: Math.max(1.6, unitPx() * (isLarge ? 0.3 : 0.26)) }];
  });
  return html`<${Plot} label=${group ? `${groupName(group.number)} ${name}` : name} x=${axes.x} y=${axes.y} font=${font} most=${isLarge ? [5, 5] : [4, 3]}
    xTitle=${isLarge ? `${t('time')} / ${unit}` : unit} yTitle=${isLarge ? name + (of && ` / ${of}`) : ''} watermark=${span.later ? t('replay') : ''}
    gaps=${p.gaps.map((g) => ({ from: count(g.from), to: count(g.to) }))}
    lines=${lines} dots=${dots}/>`;
}

/** @param {{tile: Tile, session: Session|null}} p */
function One({ tile, session }) {
  const { source } = tile, accuracy = source && accuracyText({ at: source.at, channel: channelOf(source), unit: unitOf(source), colour: tile.colour });
  return html`<main class="one"><div class="bignum"><${Who} tile=${tile} isLong=${tile.sources.length < 2}/>${tile.sources.length < 2 ? html`<${Value} tile=${tile} session=${session}/>` : html`<${Values} tile=${tile} session=${session}/>`}
      <${Says} tile=${tile} session=${session} or=${accuracy || NB}/></div>
    <div class="frame"><${Chart} tile=${tile} axes=${axesOf([tile], session)} isLarge/></div></main>`;
}

/** Columns and rows for so many tiles. @param {number} n */
const gridOf = (n) => (n <= 3 ? [n, 1] : n <= 4 ? [2, 2] : n <= 6 ? [3, 2] : n <= 9 ? [3, 3] : [4, Math.ceil(n / 4)]);

const ACROSS = 6, ACROSS_TALL = 2;   // cards beside each other, at most; where it is higher than wide

/** @type {Map<string, import('./boards.js').OtherBoard>} as they were when the picture was frozen */ const held = new Map();
/** Those that obey; of a picture that is frozen, as they were then. @param {Session|null} session */
function othersOf(session) {
  if (frozenAt(session) == null) { held.clear(); return boards.joined; }
  return boards.joined.map((of) => {
    if (of.lesson !== session?.lesson) return of;
    if (!held.has(of.id)) held.set(of.id, of);
    return held.get(of.id) ?? of;
  });
}

/** Ours and those of boards that obey, under a heading each. @param {{tiles: Tile[], session: Session|null}} p */
function Rooms({ tiles, session }) {
  const others = othersOf(session), unit = unitIn(tiles), lesson = session?.lesson ?? null, shared = isComparable(tiles) ? axesOf(tiles, session, drawnOf(others, lesson, unit)) : null;
  const n = others.length + 1, isTall = innerWidth < innerHeight, bands = isTall ? n : Math.ceil(n / 3), beside = Math.ceil(n / bands), width = Math.max(2.5, unitPx() * 0.5);
  // Two rows where the width suffices for that: a line needs height.
  const columnsOf = (/** @type {number} */ groups) => Math.max(1, isTall ? Math.min(ACROSS_TALL, groups) : Math.min(Math.floor(ACROSS / beside), Math.ceil(groups / 2)));
  const looks = (/** @type {number} */ groups) => ({ '--columns': columnsOf(groups), '--rows': Math.max(1, Math.ceil(groups / columnsOf(groups))) });
  const most = Math.max(tiles.length, ...others.map((b) => b.groups.length)), rows = bands * Math.ceil(most / columnsOf(most));
  return html`<main class=${`rooms rows${Math.min(3, rows)}`} style=${{ '--beside': beside }}><section class="room" style=${looks(tiles.length)}><h2 class="boardname"><${Icon} n="board"/><span>${board.name}</span></h2>
      <div class="multi"><${Cells} tiles=${tiles} session=${session} shared=${shared}/></div></section>
    ${others.map((of) => html`<section class="room" key=${of.id} data-board=${of.id} style=${looks(of.groups.length)}><${OtherHead} board=${of}/>
      ${of.groups.length > 0 && html`<div class="multi">${of.groups.map((group) => html`<${OtherCard} key=${group.number} group=${group} board=${of} font=${fontPx()} width=${width} shared=${isAlike(of, group, lesson, unit) ? shared : null}/>`)}</div>`}</section>`)}</main>`;
}

/** @param {{tiles: Tile[], session: Session|null}} p */
function All({ tiles, session }) {
  if (boards.joined.length) return html`<${Rooms} tiles=${tiles} session=${session}/>`;
  const [columns, rows] = gridOf(tiles.length);
  return html`<main class=${`multi rows${rows}`} style=${{ '--columns': columns, '--rows': rows }}><${Cells} tiles=${tiles} session=${session} shared=${isComparable(tiles) ? axesOf(tiles, session) : null}/></main>`;
}

/** @param {{tiles: Tile[], session: Session|null, shared: Axes|null}} p */
function Cells({ tiles, session, shared }) {
  return tiles.map((tile) => {
    const { source, span } = tile, value = source && ailment(tile, session) ? '—' : source && span ? quantity(newest(source, span)?.y, digitsShown(source, span), unitOf(source)) : '';
    return html`<article class="cell" key=${tile.key}><div class="h"><${Who} tile=${tile}/>
      <b class=${'val c' + tile.colour} style=${{ '--n': value.length }}>${value}</b></div>
      <${Says} tile=${tile} session=${session}/>
      ${source && html`<${Chart} tile=${tile} axes=${shared ?? axesOf([tile], session)} isLarge=${false}/>`}</article>`;
  });
}

/** @type {import('./base.js').Key[]} */
const PLUG = ['k1', 'k2', 'k3'];

const Empty = () => html`<main class="bare"><h2>${t(board.devices ? 'k_title' : 'c_title')}</h2>
  ${board.devices && html`<ol>${PLUG.map((key, i) => html`<li key=${key}><i>${i + 1}</i>${t(key)}</li>`)}</ol>`}</main>`;

/** The sentence under the title: what happened to the picture, else what the lesson asks, else which kit this is.
 * @param {{session: Session|null, tile: Tile|null}} p */
function Line({ session, tile }) {
  const lesson = classroom.lessonOf(session), isLost = board.link === 'lost';
  if (isLost) return html`<p class="line bad" role="status"><${Icon} n="warn"/>${t('sc_lost')}</p>`;
  if (frozenAt(session) != null) return html`<p class="line calm" role="status"><${Icon} n="freeze"/>${t('sc_frozen')}</p>`;
  return html`<p class="line"><span>${lesson ? say(lesson.question) : session ? '' : tile?.device ? deviceName(tile.device) : ''}</span></p>`;
}

/** @param {{session: Session}} p */
function LessonClock({ session }) {
  const phase = phaseAt(session, classroom.lessonOf(session), board.now());
  if (!phase) return null;
  return html`<div class=${'ph' + (phase.leftUs < 0 ? ' over' : '')}>${say(phase.name)}<b>${phase.leftUs < 0 ? '+' : ''}${clock(Math.abs(phase.leftUs) / 1e6)}</b></div>`;
}

/** @param {{session: Session|null}} p */
function Join({ session }) {
  const at = hostForOthers();
  if (!session?.code) return at ? html`<div class="joinwall"><div><small>${t('sc_open')}</small><b class="host">${at}</b></div></div>` : null;
  return html`<div class="joinwall"><div><small>${at || t('sc_code')}</small><b>${session.code}</b></div>
    <img src=${qrUrl(session.id)} alt=${t('sc_qr', session.code)}/></div>`;
}

/** @param {{session: Session|null, tiles: Tile[], view: string|null, isRevealed: boolean, onPick: () => void}} p */
function Tools({ session, tiles, view, isRevealed, onPick }) {
  const [isAwake, setAwake] = useState(false), other = app.lang === 'zh' ? 'en' : 'zh', isDark = app.theme === 'dark';
  useEffect(() => {
    /** @type {any} */ let timer = null;
    const wake = () => { setAwake(true); clearTimeout(timer); timer = setTimeout(() => setAwake(false), AWAKE_MS); };
    const kinds = ['pointermove', 'pointerdown', 'keydown'];
    kinds.forEach((kind) => addEventListener(kind, wake));
    return () => { clearTimeout(timer); kinds.forEach((kind) => removeEventListener(kind, wake)); };
  }, []);
  const pick = (/** @type {Partial<typeof chosen>} */ patch) => { choose(patch); onPick(); }, sessions = classroom.sessions ?? [];
  const name = (/** @type {Tile} */ { group, device }) => (group ? groupName(group.number) : t('kitN', device?.sticker));
  return html`<nav class=${'tools' + (isAwake ? ' awake' : '')} aria-label=${t('menu')}>
    ${sessions.length > 1 && html`<select aria-label=${t('sc_session')} onChange=${(/** @type {any} */ e) => pick({ session: Number(e.target.value), tile: null })}>
      ${sessions.map((s) => html`<option key=${s.id} value=${s.id} selected=${s.id === session?.id}>${s.title || say(classroom.lessonOf(s)?.title) || s.code}</option>`)}</select>`}
    ${(tiles.length > 1 || boards.joined.length > 0 || isRevealed) && html`<${Segments} label=${t('views')} value=${view} onPick=${(/** @type {string} */ key) => pick({ view: key })} items=${[['one', t('sc_one')], ['all', t('sc_all')], ...(isRevealed ? [['results', t('sc_results')]] : [])]}/>
      ${view === 'one' && html`<select aria-label=${t('sc_which')} onChange=${(/** @type {any} */ e) => pick({ tile: e.target.value })}>
        ${tiles.map((tile) => html`<option key=${tile.key} value=${tile.key} selected=${tile.key === mainTile(tiles, chosen.tile)?.key}>${name(tile)}</option>`)}</select>`}`}
    <button class="btn" lang=${other === 'en' ? 'en' : 'zh-CN'} onClick=${() => setApp('lang', other)}><${Icon} n="lang"/>${t('otherLang')}</button>
    <button class="btn" onClick=${() => setApp('theme', isDark ? 'light' : 'dark')}><${Icon} n=${isDark ? 'sun' : 'moon'}/>${t(isDark ? 'light' : 'dark')}</button></nav>`;
}

function Page() {
  useApp();
  useEvery(BEAT_MS);
  const [, again] = useState(0), session = shownSession(chosen.session), tiles = tilesOf(session), tile = mainTile(tiles, chosen.tile);
  const lesson = classroom.lessonOf(session), isRevealed = !!session?.is_revealed && !!lesson;
  if (isRevealed !== wasRevealed) { wasRevealed = isRevealed; if (isRevealed) choose({ view: null }); }
  const isMany = tiles.length > 1 || (tiles.length > 0 && boards.joined.length > 0), fits = chosen.view === 'results' ? isRevealed : chosen.view != null && isMany;
  const view = fits ? chosen.view : isRevealed ? 'results' : (session || boards.joined.length) && isMany ? 'all' : 'one';
  const title = (lesson ? say(lesson.title) : session?.title) || board.name || 'kitlog';
  return html`<div class="scr" data-view=${view} data-session=${session?.id ?? ''}><header><div class="grow"><h1>${title}</h1><${Line} session=${session} tile=${view === 'one' ? tile : null}/></div>
      ${session && html`<${LessonClock} session=${session}/>`}<${Join} session=${session}/></header>
    ${view === 'results' && session && lesson ? html`<${Reveal} session=${session} lesson=${lesson} font=${fontPx()}/>` : !tile ? html`<${Empty}/>` : view === 'one' ? html`<${One} tile=${tile} session=${session}/>` : html`<${All} tiles=${tiles} session=${session}/>`}
    <${Tools} session=${session} tiles=${tiles} view=${view} isRevealed=${isRevealed} onPick=${() => again((n) => n + 1)}/></div>`;
}

let version = '';
board.on('status', () => {
  const now = board.status?.version ?? version;
  if (version && now !== version) location.reload();
  version = now;
});
document.title = `${t('sc_title')} · kitlog`;
startTraces();
boards.start();
classroom.start();
board.start();
render(html`<${Page}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
