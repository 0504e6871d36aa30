// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Groups of other boards as cards: who, the newest value, the last half minute as a line. A board that does not answer says
// so in place of its values; its line stays as it was told last, for a picture that goes says nothing.
import { html, say, t, useAgain, useEffect, useState } from './base.js';
import { Animal, colourOf, groupName, GroupShape } from './animals.js';
import { boards } from './boards.js';
import { Icon } from './icons.js';
import { digitsOf, num, quantity } from './numbers.js';
import { lineOf, placed } from './other-axes.js';
import { Plot } from './plot.js';
import { unitText } from './units.js';

/** @typedef {import('./boards.js').OtherBoard} OtherBoard */
/** @typedef {import('./boards.js').OtherGroup} OtherGroup */

const AIR = 0.08;

/** Renders again when something of the other boards is new. */
export function useBoards() {
  const again = useAgain();
  useEffect(() => boards.on('boards', again), []);
  return boards;
}

/** Has this been so for a while? "": it is not so. @param {string} what @param {number} ms */
export function useLasting(what, ms) {
  const [isSure, setSure] = useState(false);
  useEffect(() => {
    setSure(false);
    const timer = what ? setTimeout(() => setSure(true), ms) : undefined;
    return () => clearTimeout(timer);
  }, [what]);
  return isSure && what !== '';
}

/** The range of a line with air about it. @param {(number|null)[]} trace @param {number|null} step @returns {[number, number]} */
function rangeOf(trace, step) {
  const known = trace.flatMap((v) => (v == null ? [] : [v]));
  if (!known.length) return [0, 1];
  const low = Math.min(...known), high = Math.max(...known), air = Math.max((high - low) * AIR, (step ?? 0) * 3, Math.abs(high) * 1e-3, 1e-6);
  return [low - air, high + air];
}

/** @param {{group: OtherGroup, board: OtherBoard, font?: number, width?: number, isLong?: boolean, shared?: import('./other-axes.js').Shared|null}} p `isLong`: there is
 * room for a word; `shared`: the axes of ours, where it reads the same */
export function OtherCard({ group, board, font = 14, width = 2.25, isLong, shared }) {
  const [main] = group.channels, colour = colourOf(group.number), isHere = board.state !== 'missing';
  const digits = main?.resolution ? digitsOf(main.resolution) : 2, value = isHere && main ? quantity(main.value, digits, unitText(main.unit)) : '—';
  const line = lineOf(shared ? group : { ...group, course: null }), x = shared ? placed(line, shared) : line.x, { y } = line;
  return html`<article class="gcard cell other" aria-label=${t('bo_groupOf', board.name, groupName(group.number))} data-board=${board.id} data-group=${group.number}>
    <div class=${'head h who c' + colour}><${GroupShape} number=${group.number}/><${Animal} animal=${group.animal}/>${isLong ? html`<b>${groupName(group.number)}</b>` : html`<b aria-hidden="true">${group.number}</b><span class="sr">${groupName(group.number)}</span>`}
      ${isLong && isHere && group.phase === 'running' && html`<span class="rec-lamp bad-c" title=${t('rec')}><${Icon} n="rec" s=${14}/><span class="sr">${t('rec')}</span></span>`}
      <span class=${'val c' + colour} style=${{ '--n': value.length }}>${value}</span></div>
    ${main ? html`<${Plot} label=${`${board.name} ${groupName(group.number)}, ${say(main.name)}`} x=${shared?.x ?? [-30, 0]} y=${shared?.y ?? rangeOf(y, main.resolution)} xTitle=${shared?.unit ?? 's'} font=${font} most=${isLong ? [5, 4] : [4, 3]}
      lines=${[{ x, y, colour: `var(--c${colour})`, width }]}/>` : html`<p class="nokit dim">${t('sc_noKit')}</p>`}</article>`;
}

/** The heading over a board's groups: its name, and what ails it. @param {{board: OtherBoard}} p */
export const OtherHead = ({ board: { name, state, sentence, groups } }) => html`<h2 class="boardname"><${Icon} n=${state === 'missing' ? 'unplug' : 'board'}/><span>${name}</span>
  ${state === 'here' ? !groups.length && html`<small class="dim">${t('bo_noLesson')}</small>` : sentence && html`<small class=${state === 'missing' ? 'bad-c' : 'warn-c'}>${say(sentence)}</small>`}</h2>`;

/** How exactly one instant is known on another board. @param {number|null} us */
export const statedText = (us) => (us == null ? '' : `±\u202f${num(us / 1e3, us < 1e4 ? 1 : 0)}\u202fms`);
