// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What became of a deed on all boards, board by board; and who does not answer, with the next thing to do with hands.
import { html, say, t, useMemo } from './base.js';
import { boards } from './boards.js';
import { onAll } from './deeds.js';
import { Icon } from './icons.js';
import { statedText, useBoards, useLasting } from './other-groups.js';

/** @type {Record<import('./boards.js').Together, import('./base.js').Key>} */
const DONE = { begin: 'bo_begun', start: 'bo_started', stop: 'bo_stopped', zero: 'bo_zeroed', end: 'bo_ended', reopen: 'bo_reopened', freeze: 'bo_frozen', reveal: 'bo_revealed' };
/** @type {Partial<typeof DONE>} */
const UNDONE = { freeze: 'bo_unfrozen', reveal: 'bo_hidden' };

/** Where one key turns it on and off, pressing that again would undo it. @param {{asked: import('./boards.js').Asked}} p */
const Again = ({ asked }) => html`<button class="btn" onClick=${() => onAll(asked)}>${t('retry')}</button>`;

const TOLD_MS = 15000;   // this board tells it to those that do not know it

const Close = () => html`<button class="btn plain sq" aria-label=${t('closeN')} title=${t('closeN')} onClick=${() => boards.told()}><${Icon} n="cross" s=${18}/></button>`;

/** All well in one line; else a line for each board where it was not done, or not with all kits. */
export function BoardsTold() {
  const { outcome, joined, isAll } = useBoards(), all = outcome?.boards ?? [], failed = all.filter((r) => !r.ok || r.groups_ready === 0 || (outcome?.do === 'zero' && r.sentence));
  const key = (outcome?.asked.on === false && UNDONE[outcome.do]) || DONE[outcome?.do ?? 'begin'], isToggle = !!outcome && outcome.do in UNDONE, n = all.filter((r) => r.session != null || outcome?.do === 'zero').length;
  const away = isAll ? joined.filter((b) => b.state === 'missing' && !failed.some((r) => r.id === b.id)) : [], isWell = outcome && n > 1 && !failed.length;
  const most = Math.max(0, ...all.map((r) => r.stated_us ?? 0)), within = outcome?.do === 'start' && most > 0 ? t('bo_within', statedText(most)) : '';
  const ignorant = isAll ? joined.filter((b) => b.state === 'here' && b.hour_within_us == null).map((b) => b.name).join(t('te_list')) : '', isLong = useLasting(ignorant, TOLD_MS);
  // Spoken once when it comes; the seconds that it counts are for eyes only.
  const spoken = useMemo(() => away.map((b) => say(b.sentence)).join(' '), [away.map((b) => b.id).join()]);
  if (!failed.length && !away.length && !isWell && !isLong) return null;
  return html`<div class="boardstold"><p class="sr" role="status">${spoken}</p><div role="status">
    ${isWell && html`<p class="notice calm"><${Icon} n="check"/><span>${t(key, n)}${within}</span><${Close}/></p>`}
    ${failed.map((r) => html`<p class="notice warn" key=${r.id} data-board=${r.id}><${Icon} n="warn"/><span><b>${r.name}</b>${t('bo_colon')}${say(r.sentence)}</span>${isToggle && outcome && html`<${Again} asked=${outcome.asked}/>`}<${Close}/></p>`)}</div>
    ${isLong && html`<p class="notice warn nohour"><${Icon} n="wait"/><span>${t('bo_noHourAt', ignorant)}</span></p>`}
    ${away.map((b) => html`<p class="notice bad" key=${b.id} data-board=${b.id}><${Icon} n="unplug"/><span>${say(b.sentence)}</span></p>`)}</div>`;
}
