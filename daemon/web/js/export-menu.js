// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the key "export" opens: the shown picture, and the range, the run or the live readings as files. Loaded when it is
// pressed first.
import './strings-later.js';
import { app, html, t, useLayoutEffect, useRef } from './base.js';
import { exportUrl, runUrl } from './api.js';
import { useBoard, useClass, useView } from './hooks.js';
import { Icon } from './icons.js';
import { runName } from './names.js';
import { readings } from './readings.js';
import { refusals } from './refusals.js';
import { view } from './view.js';

/** What an export would hold: the range, the run, or what the chart has of the live readings. */
function exports() {
  const stream = view.stream, run = view.run, { range } = view, out = [];
  if (range && stream) out.push({ title: t('x_range'), what: { stream: stream.id, from: range[0], to: range[1] } });
  if (run) out.push({ title: t('x_run', runName(run)), what: { run: run.id } });
  else if (stream) out.push({ title: t('x_live', view.device?.sticker), what: { stream: stream.id, from: readings.from } });
  return out;
}

/** Saves the picture that is shown. @param {'png'|'svg'} kind */
async function picture(kind) {
  const { savePicture } = await import('./picture.js');
  if (!await savePicture(kind)) refusals.tell(t('x_noPicture'));
}

/** Is all of the shown run there? */
async function receipt() {
  const { run } = view;
  if (run) (await import('./receipt-alone.js')).tellReceipt(run);
}

export function Exports() {
  useView('range', 'what', 'tab');
  useBoard('runs', 'devices');
  const all = exports(), mayBeEven = view.stream?.stamps === 'arrival', isOfEvents = useClass('sessions', 'me').lesson?.record.mode === 'event';
  const first = useRef(/** @type {HTMLElement|null} */ (null));
  // The menu was opened before this came: the keyboard is where it would be.
  useLayoutEffect(() => { /** @type {HTMLElement|null|undefined} */ (first.current?.querySelector('button, a, [tabindex]'))?.focus(); }, []);
  return html`<div ref=${first}>
    ${all.length > 0 && ['chart', 'xy', 'histogram', 'spectrum'].includes(view.tab) && html`<h2>${t('x_shown')}</h2>
      <button class="item" data-close onClick=${() => picture('png')}><${Icon} n="image"/><span>${t('x_png')}<small>${t('x_pngD')}</small></span></button>
      <button class="item" data-close onClick=${() => picture('svg')}><${Icon} n="image"/><span>${t('x_svg')}<small>${t('x_svgD')}</small></span></button>`}
    ${all.length ? all.map(({ title, what }) => html`<h2>${title}</h2>
      <a class="item" data-close download href=${exportUrl('csv', what)}><${Icon} n="table"/><span>${t('x_csv')}<small>${t('x_csvD')}</small></span></a>
      <a class="item" data-close download href=${exportUrl('xlsx', what)}><${Icon} n="table"/><span>${t('x_xlsx')}<small>${t('x_xlsxD')}</small></span></a>
      ${isOfEvents && what.run != null && html`<a class="item" data-close download href=${`${exportUrl('csv', what)}&of=readings`}><${Icon} n="table"/><span>${t('x_typed')}<small>${t('x_typedD')}</small></span></a>`}
      ${mayBeEven && html`<a class="item" data-close download href=${exportUrl('csv', what, 'even')}><${Icon} n="table"/><span>${t('x_even')}<small>${t('x_evenD')}</small></span></a>`}
      <a class="item" data-close download href=${exportUrl('lp', what)}><${Icon} n="store"/><span>${t('x_lp')}<small>${t('x_lpD')}</small></span></a>
      ${what.run != null && html`<a class="item" data-close download href=${runUrl(what.run, 'package')}><${Icon} n="store"/><span>${t('x_zip')}<small>${t('x_zipD')}</small></span></a>
        <a class="item" data-close target="_blank" href=${runUrl(what.run, 'report', app.lang)}><${Icon} n="out"/><span>${t('x_paper')}<small>${t('x_paperD')}</small></span></a>
        <button class="item" data-close onClick=${receipt}><${Icon} n="check"/><span>${t('r_menu')}<small>${t('r_menuD')}</small></span></button>`}`)
    : html`<p tabindex="0">${t('k_title')}</p>`}</div>`;
}
