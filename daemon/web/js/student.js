// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The student page: three zones that never move, and the keys that work anywhere on the page.
import { analysis } from './analysis.js';
import { app, html, render, useApp, useEffect } from './base.js';
import { board } from './board.js';
import { Bottom } from './bottom.js';
import { ClassPart, startClass } from './class-part.js';
import { clock } from './clock.js';
import { Dialogs, openDialog } from './dialogs.js';
import { followLesson } from './lesson-fits.js';
import { Lost } from './lost.js';
import { marks } from './marks.js';
import { Middle, tabOfKey } from './middle.js';
import { PinDialog } from './pin.js';
import { readings } from './readings.js';
import { Toast } from './toast.js';
import { listen } from './tools.js';
import { pressKey, Top } from './top.js';
import { view } from './view.js';

/** Single letters, once for each press; off for those who dictate or lean on keys (WCAG 2.1.4). @param {KeyboardEvent} e */
function key(e) {
  const target = /** @type {HTMLElement} */ (e.target);
  if (e.repeat || e.ctrlKey || e.metaKey || e.altKey || /INPUT|SELECT|TEXTAREA/.test(target.tagName) || target.closest('dialog')) return;
  if (e.key === 'Escape') { if (analysis.model != null && view.range) analysis.choose(null); else view.measure(null); return; }
  if (app.keys !== 'on') return;
  const tab = tabOfKey(e.key);
  if (tab) view.set('tab', { tab });
  else if (e.key === 'r') pressKey();
  else if (e.key === 'f' && (readings.isLive || view.frozenAt != null)) view.freeze();
  else if (e.key === 'a') view.look('all');
  else if (e.key === 'l') view.look('30');
  else if (e.key === 't') analysis.set({ hasTangent: !analysis.hasTangent });
  else if (e.key === 'p') listen();
  else if (e.key === '?') openDialog('keys');
  else return;
  e.preventDefault();
}

function Page() {
  useApp();
  useEffect(() => { addEventListener('keydown', key); return () => removeEventListener('keydown', key); }, []);
  return html`<div class="stu"><${Top}/><${Middle}/><${Bottom}/></div><${Lost}/><${Dialogs}/><${ClassPart} name="Layer"/><${PinDialog}/><${Toast}/>`;
}

readings.start();
followLesson();
marks.start();
clock.start();
startClass();
board.start();
const asked = Number(new URLSearchParams(location.search).get('run'));
if (asked) import('./looked-at.js').then((m) => m.lookAt(asked));
render(html`<${Page}/>`, /** @type {HTMLElement} */ (document.getElementById('app')));
