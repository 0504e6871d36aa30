// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Places on the student page for what belongs to a class. The modules behind them are loaded when a class is open, this browser was in one, or
// somebody came by its address: a board without one sends nothing of it.
import { html, useAgain, useEffect } from './base.js';
import { classroom } from './classroom.js';
import { Emitter } from './emitter.js';

const news = new Emitter();
/** @type {Record<string, any>|null} */ let parts = null;
let isLoading = false;

function load() {
  const isNeeded = !!classroom.sessions?.length || !!classroom.mine || location.search.includes('join=');
  if (parts || isLoading || !isNeeded) return;
  isLoading = true;
  import('./class.js').then((made) => { parts = made.parts; news.emit('change'); }, () => {}).finally(() => { isLoading = false; });
}

/** Begins to watch for a class. */
export function startClass() {
  classroom.on('sessions', load);
  load();
  classroom.start();
}

/** @param {{name: 'Title'|'Bar'|'Leave'|'Layer', or?: any}} p `or`: what stands there otherwise */
export function ClassPart({ name, or = null }) {
  const again = useAgain();
  useEffect(() => { const ends = [news.on('change', again), classroom.on('me', again), classroom.on('sessions', again)]; return () => ends.forEach((end) => end()); }, []);
  const Part = parts?.[name], isClass = name === 'Layer' || !!classroom.group || (name === 'Title' && !!classroom.sessions?.some((s) => s.code));
  return html`${Part && html`<${Part} key=${name}/>`}${Part && isClass && (name !== 'Title' || classroom.group) ? null : or}`;
}
