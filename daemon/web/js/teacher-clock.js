// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The lesson clock: the phases of the lesson as bars, what is left of the one that goes on. A press on a phase begins it;
// it never goes on to the next by itself, since a class is not a train.
import { html, say, t } from './base.js';
import { board } from './board.js';
import { perform } from './deeds.js';
import { useEvery, useText } from './hooks.js';
import { Icon } from './icons.js';
import { phaseAt } from './lesson-clock.js';
import { clock, NB } from './numbers.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./teacher-api.js').Lesson} Lesson */

/** "12 min", or "+03:20" when a phase takes longer than it should. @param {number} us */
const left = (us) => (us < 0 ? '+' + clock(-us / 1e6) : clock(Math.ceil(us / 1e6)));

/** @param {{session: Session, lesson: Lesson|null}} p */
export function LessonClock({ session, lesson }) {
  useEvery(2000);
  const phases = lesson?.phases ?? [], now = phaseAt(session, /** @type {any} */ (lesson), board.now());
  const big = useText(250, () => { const at = phaseAt(session, /** @type {any} */ (lesson), board.now()); return at ? left(at.leftUs) : '—'; });
  if (!phases.length) return null;
  const done = (/** @type {number} */ i) => (!now || i > now.index ? 0 : i < now.index ? 100 : Math.max(0, Math.min(100, 100 * (1 - now.leftUs / phases[i].us))));
  return html`<section class="lclock" aria-label=${t('te_clockAria')}><span class=${'big' + (now && now.leftUs < 0 ? ' warn-c' : '')} ref=${big}></span>
    <div class="phases">${phases.map((phase, i) => html`<button key=${i} class=${now?.index === i ? 'on' : ''} aria-pressed=${now?.index === i} data-grow=${Math.round(phase.us / 60e6)}
      style=${{ flexGrow: phase.us / 60e6 }} onClick=${() => perform(session, { do: 'phase', index: i })}>
      <span><b>${say(phase.name)}</b><span class="dim">${Math.round(phase.us / 60e6)}${NB}min</span></span><span class="bar"><i style=${{ width: done(i) + '%' }}></i></span></button>`)}</div>
    ${now ? html`<button class="btn sq" aria-pressed=${now.isPaused} aria-label=${t(now.isPaused ? 'te_goOn' : 'te_pause')} title=${t(now.isPaused ? 'te_goOn' : 'te_pause')}
      onClick=${() => perform(session, { do: 'pause', on: !now.isPaused })}><${Icon} n=${now.isPaused ? 'play' : 'pause'}/></button>` : html`<span></span>`}</section>`;
}
