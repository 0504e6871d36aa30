// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How often each value of the main channel came, in the selected range or the window.
import './strings-later.js';
import { html, t, useState } from './base.js';
import { Graph } from './graph.js';
import { histogram } from './histogram.js';
import { useView } from './hooks.js';
import { channelName } from './names.js';
import { decimalsOf, digitsOf, num, quantity } from './numbers.js';
import { readings } from './readings.js';
import { useShownBlock } from './shown-block.js';
import { view } from './view.js';

export function HistogramView() {
  useView('what');
  const held = useShownBlock(), lane = view.mainLane, [at, setAt] = useState(/** @type {number|null} */ (null));
  if (!held || !lane || !held.block.lanes[lane.at]) return html`<div class="graphv"></div>`;
  const step = lane.channel.resolution ?? (lane.column ? 0 : 10 ** -readings.digits(lane)), h = histogram(held.block, lane.at, step);
  if (!h) return html`<div class="graphv"><p class="graphnote">${t('histFew')}</p></div>`;
  const name = channelName(lane.channel), title = name + (lane.unit && ` / ${lane.unit}`), most = Math.max(...h.counts), end = h.low + h.width * h.counts.length;
  const bin = at == null ? -1 : Math.floor((at - h.low) / h.width), digits = Math.max(decimalsOf(+h.width.toPrecision(6)), decimalsOf(+h.low.toPrecision(9)));
  const edge = (/** @type {number} */ v) => num(v, Math.min(6, digits));
  const words = bin >= 0 && bin < h.counts.length ? t('histBin', edge(h.low + bin * h.width), quantity(h.low + (bin + 1) * h.width, Math.min(6, digits), lane.unit), num(h.counts[bin]))
    : t('histAll', num(h.n), quantity(h.width, Math.min(9, digitsOf(h.width)), lane.unit), quantity(h.mean, readings.digits(lane) + 1, lane.unit));
  const draw = (/** @type {import('./graph.js').Place} */ { px, py, bottom }) => html`
    ${h.counts.map((n, i) => n > 0 && html`<path class=${'bar c' + lane.colour + (i === bin ? ' at' : '')} fill="currentColor" d=${`M${px(h.low + i * h.width) + 0.75} ${bottom}V${py(n)}H${px(h.low + (i + 1) * h.width) - 0.75}V${bottom}z`}/>`)}
    <path class="middle" d=${`M${px(h.mean)} ${bottom}V${py(most)}`}/>`;
  return html`<div class="graphv"><p class="graphnote"><b>${words}</b>${h.isApproximate && html`<span class="dim"> ${t('ofMeans')}</span>`}</p>
    <${Graph} x=${[h.low - h.width / 2, end + h.width / 2]} y=${[0, most * 1.08]} xTitle=${title} yTitle=${t('histCount')}
      label=${t('histAria', name, words)} onRead=${setAt} draw=${draw}/></div>`;
}
