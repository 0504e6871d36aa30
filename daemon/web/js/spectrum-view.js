// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which frequencies the main channel is made of, in the selected range or the window; with which window it was worked out
// stands there, and can be changed.
import './strings-later.js';
import FFT from '/vendor/fft.js';
import { html, Segments, t, useMemo, useState } from './base.js';
import { nearest } from './chart-scale.js';
import { Graph } from './graph.js';
import { useView } from './hooks.js';
import { channelName } from './names.js';
import { digitsFor, digitsOf, num, quantity, uncertain } from './numbers.js';
import { readings } from './readings.js';
import { useShownBlock } from './shown-block.js';
import { spectrum } from './spectrum.js';
import { view } from './view.js';

const SEEN = 0.01;                   // of the highest line
const DRAWN = 1500;                  // points of the line; more lines than that share a point, which is their greatest

/** Where the picture ends: behind the last line that can be seen, and far enough behind the peak. @param {import('./spectrum.js').Spectrum} s */
function endOf({ f, a, peak }) {
  const most = Math.max(...a.slice(1)), all = f[f.length - 1];
  let last = f.length - 1;
  while (last > 1 && a[last] < most * SEEN) last--;
  return peak ? Math.min(all, Math.max(f[last] * 1.2, peak.f * 6)) : all;
}

/** @param {import('./spectrum.js').Spectrum} s @param {number} end @returns {[number, number][]} */
function line({ f: all, a }, end) {
  const f = all.slice(0, all.findIndex((v) => v > end) + 1 || undefined), step = Math.max(1, Math.ceil(f.length / DRAWN)), out = /** @type {[number, number][]} */ ([]);
  for (let i = 0; i < f.length; i += step) {
    let k = i;
    for (let j = i; j < Math.min(f.length, i + step); j++) if (a[j] > a[k]) k = j;
    out.push([f[k], a[k]]);
  }
  return out;
}

export function SpectrumView() {
  useView('what');
  const held = useShownBlock(), lane = view.mainLane, [at, setAt] = useState(/** @type {number|null} */ (null));
  const [window, setWindow] = useState(/** @type {import('./spectrum.js').Window} */ ('hann'));
  const s = useMemo(() => (held && lane && held.block.lanes[lane.at] ? spectrum(FFT, held.block, lane.at, readings.gaps(), window) : null), [held, lane?.at, window]);
  const pick = html`<${Segments} label=${t('fftWindow')} value=${window} onPick=${setWindow} items=${[['hann', t('fftHann')], ['none', t('fftNone')]]}/>`;
  if (!held || !lane) return html`<div class="graphv"></div>`;
  if (!s) return html`<div class="graphv"><div class="graphbar"><p class="graphnote">${t('fftFew')}</p>${pick}</div></div>`;
  const name = channelName(lane.channel), end = endOf(s), points = line(s, end), most = Math.max(...s.a.slice(1), 1e-12), digits = digitsOf(s.apart / 10);
  const i = at == null ? -1 : nearest(s.f, at), amplitude = (/** @type {number} */ v) => quantity(v, digitsFor(v), lane.unit);
  const words = i >= 0 ? `${quantity(s.f[i], digits, 'Hz')}  ${amplitude(s.a[i])}`
    : s.peak ? t('fftPeak', uncertain(s.peak.f, s.peak.u, 'Hz'), uncertain(1 / s.peak.f, s.peak.u / s.peak.f ** 2, 's'), amplitude(s.peak.a)) : t('fftFlat');
  const draw = (/** @type {import('./graph.js').Place} */ { px, py, bottom }) => html`
    <path class=${'line c' + lane.colour} stroke="currentColor" fill="none" d=${points.map(([f, a], k) => `${k ? 'L' : 'M'}${px(f).toFixed(1)} ${py(a).toFixed(1)}`).join('')}/>
    ${s.peak && html`<path class="middle" d=${`M${px(s.peak.f)} ${bottom}V${py(s.peak.a)}`}/><circle class=${'c' + lane.colour} cx=${px(s.peak.f)} cy=${py(s.peak.a)} r="5" fill="currentColor"/>`}
    ${i >= 0 && html`<circle class="at" cx=${px(s.f[i])} cy=${py(s.a[i])} r="5"/>`}`;
  return html`<div class="graphv"><div class="graphbar"><p class="graphnote"><b>${words}</b> <span class="dim">${t('fftOf', num(s.n), quantity(s.apart, digitsFor(s.apart), 'Hz'))}${s.perColumn > 1.001 ? ' ' + t('fftMeans', num(s.perColumn, s.perColumn < 10 ? 1 : 0)) : ''}</span></p>${pick}</div>
    <${Graph} x=${[0, end]} y=${[0, most * 1.08]} xTitle=${`${t('frequency')} / Hz`} yTitle=${t('amplitude') + (lane.unit && ` / ${lane.unit}`)}
      label=${t('fftAria', name, words)} onRead=${setAt} draw=${draw}/></div>`;
}
