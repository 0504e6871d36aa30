// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// About the shown kit, folded away until somebody opens it: safety first, then wiring, what goes wrong in
// class, how accurate it is, what nobody has seen on hardware. As the kit's folder says it.
import './strings-later.js';
import { html, say, t } from './base.js';
import { Icon } from './icons.js';
import { kitOf } from './known.js';
import { channelName } from './names.js';
import { decimalsOf, NB, num } from './numbers.js';
import { view } from './view.js';

/** A number as it was written. @param {number} v */
const plain = (v) => num(v, decimalsOf(+v.toPrecision(6)));

/** How accurate a channel is, "±0.3 °C"; "": nobody says. @param {import('./view.js').Lane} lane */
export function accuracyText({ channel: { accuracy }, unit }) {
  if (!accuracy || !(accuracy.absolute || accuracy.relative)) return '';
  const fixed = accuracy.absolute ? plain(accuracy.absolute) + (unit && NB + unit) : '';
  const share = accuracy.relative ? t('a_ofReading', plain(accuracy.relative * 100)) : '';
  return '±' + (fixed && share ? (accuracy.is_greater ? t('a_or', fixed, share) : `(${fixed} + ${share})`) : fixed || share);
}

/** @param {{title: import('./base.js').Key, icon: import('./icons.js').IconName, items: string[]}} p */
const Part = ({ title, icon, items }) => (items.length ? html`<dl><dt><${Icon} n=${icon} s=${18}/>${t(title)}</dt>
  ${items.map((text) => html`<dd key=${text}>${text}</dd>`)}</dl>` : null);

export function About() {
  const { device, lanes } = view, kit = device && kitOf(device);
  const accuracy = lanes.flatMap((lane) => { const text = accuracyText(lane); return text ? [`${channelName(lane.channel)} ${text}`] : []; });
  if (!kit && !accuracy.length) return null;
  return html`<details class="about"><summary>${t('a_title')}</summary>
    <${Part} title="a_safety" icon="warn" items=${(kit?.safety ?? []).map(say)}/>
    <${Part} title="a_wiring" icon="plug" items=${(kit?.wiring ?? []).map(say)}/>
    <${Part} title="a_traps" icon="eye" items=${(kit?.traps ?? []).map(say)}/>
    <${Part} title="a_accuracy" icon="gauge" items=${accuracy}/>
    <${Part} title="a_unverified" icon="wait" items=${(kit?.unverified ?? []).map(say)}/></details>`;
}
