// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What can be laid over the chart: smoothing, a tangent at the reading line; and the chart for ears.
import { html, Pop, Segments, t, useEffect, useState } from './base.js';
import { analysis, SMOOTHING } from './analysis.js';
import { shownChart } from './chart-view.js';
import { useAnalysis, useView } from './hooks.js';
import { Icon } from './icons.js';
import { readings } from './readings.js';
import { toast } from './toast.js';
import { view } from './view.js';
import { Emitter } from './emitter.js';

const news = new Emitter();
let isPlaying = false;

/** Plays the main line; pressed again, it stops. */
export async function listen() {
  const { play } = await import('./listen.js');
  isPlaying = !isPlaying;
  news.emit('play');
  play((us) => {
    const chart = shownChart();
    if (chart) { chart.isByKey = true; chart.cross = us == null ? null : (us - readings.origin) / 1e6; chart.place(); }
    if (us == null) { isPlaying = false; news.emit('play'); }
  });
}

/** The chart in sentences, for those who see it and those who hear it. */
async function tell() {
  const { spokenChart } = await import('./listen.js');
  toast(spokenChart());
}

/** One press away, as a switch. @param {{icon: import('./icons.js').IconName, text: string, hint: string, isOn?: boolean, onPress: () => void}} p */
const Item = ({ icon, text, hint, isOn, onPress }) => html`<button class="item" aria-pressed=${isOn} data-close=${isOn == null ? true : undefined} onClick=${onPress}>
  <${Icon} n=${icon}/><span>${text}<small>${hint}</small></span>${isOn && html`<${Icon} n="check"/>`}</button>`;

const SmoothChoice = () => html`<${Segments} label=${t('smoothing')} value=${String(analysis.smooth)} onPick=${(/** @type {string} */ k) => analysis.set({ smooth: Number(k) })}
  items=${SMOOTHING.map((n) => [String(n), n ? String(n) : t('smoothOff')])}/>`;

export function Tools() {
  useAnalysis('tools');
  useView('tab', 'what');
  const [, again] = useState(0);
  useEffect(() => news.on('play', () => again((n) => n + 1)), []);
  const face = html`<${Icon} n="tools" s=${20}/>`;
  return html`<${Pop} label=${t('tools')} cls=${'sq toolbtn' + (analysis.smooth || analysis.hasTangent ? ' on' : '')} face=${face}>
    ${!view.isOfEvents && html`<h2 id="smooth-title">${t('smoothing')}</h2><div class="smooth"><${SmoothChoice}/></div><p class="dim">${t('smoothHint')}</p><hr/>
    <${Item} icon="tangent" text=${t('tangent')} hint=${t('tangentHint')} isOn=${analysis.hasTangent} onPress=${() => analysis.set({ hasTangent: !analysis.hasTangent })}/>`}
    <${Item} icon="ear" text=${t(isPlaying ? 'playStop' : 'play')} hint=${t('playHint')} onPress=${listen}/>
    <${Item} icon="eye" text=${t('tell')} hint=${t('tellHint')} onPress=${tell}/><//>`;
}
