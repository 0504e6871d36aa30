// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The board's own Wi-Fi beside the code of the lesson, while it is on: first into the network, then into the lesson.
import { html, t, useEffect, useState } from './base.js';
import { ask } from './api.js';
import { board } from './board.js';

/** @typedef {{is_on: boolean, name: string, password: string, url: string}} Hotspot the rest only where it is on */

/** Who is not signed in is not told. @returns {Promise<Hotspot|null>} */
const getHotspot = () => ask('GET', 'hotspot').catch(() => null);

/** The host of an address, for people. @param {string} url */
const hostOf = (url) => new URL(url).host;

/** Nothing where it is off. */
export function Wifi() {
  const [hotspot, setHotspot] = useState(/** @type {Hotspot|null} */ (null)), { isTeacher } = board;
  useEffect(() => { if (isTeacher) getHotspot().then(setHotspot); }, [isTeacher]);
  return hotspot?.is_on && html`<div class="wifi"><h2>${t('te_wifi')}</h2>
    <img class="qr" src="/api/v1/hotspot/qr" alt=${t('te_wifiAlt', hotspot.name)} width="184" height="184"/>
    <p>${t('te_wifiName', hotspot.name)}</p><p>${t('te_wifiKey', hotspot.password)}</p>
    <p class="dim">${t('te_wifiThen', hostOf(hotspot.url))}</p></div>`;
}
