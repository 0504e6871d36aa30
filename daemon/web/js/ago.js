// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How long ago the newest event of the shown stream was. A kit of events is not silent between two.
import { t } from './base.js';
import { board } from './board.js';
import { quantity } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** "12 s ago" in the page's language. @param {number} seconds */
function ago(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 120) return t('e_sAgo', s);
  return s < 7200 ? t('e_minAgo', Math.floor(s / 60)) : t('e_hAgo', Math.floor(s / 3600));
}

/** How old a channel's value is, where newer rows came without one: "12 s ago", in a picture that stands still "at 3.2 s"; else "".
 * @param {import('./view.js').Lane} lane */
export function ageText(lane) {
  const since = readings.oldSince(lane);
  if (since == null) return '';
  return readings.standsAt < Infinity ? t('e_at', quantity((since - readings.origin) / 1e6, 1, 's')) : ago((board.now() - since) / 1e6);
}

/** "12 s ago"; "—": nothing happened yet. */
export function agoText() {
  const last = board.latest.get(view.stream?.id ?? 0)?.t ?? readings.series?.lastT ?? NaN, seconds = (board.now() - last) / 1e6;
  return Number.isFinite(seconds) ? ago(seconds) : '—';
}
