// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Which channels a group looks at: those that serve the needs of its lesson, the one of the lesson's plot first; without
// a lesson the first channel of each device. The board serves needs by the same rule (data/serving.c);
// tests/data/serving.txt holds both to one table. Pure.

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./api.js').Stream} Stream */
/** @typedef {import('./api.js').Channel} Channel */
/** @typedef {{id: string, quantity: string, channel?: string|null, unit?: string|null, kits?: (string|{id: string})[], groups_share?: number, is_optional?: boolean}} Need */
/** @typedef {{device: Device, stream: Stream, at: number, channel: Channel, need: string|null}} Lane */

/** A channel that tells a clock is no reading. @param {Channel} channel */
const isReading = ({ quantity, unit, name }) => (quantity ? quantity !== 'time'
  : !(name.en === 't' && ['', 's', 'ms', 'us'].includes(unit)));

/** @param {Device} device @returns {{stream: Stream, at: number, channel: Channel}[]} */
const channelsOf = (device) => device.streams.flatMap((stream) => stream.channels.map((channel, at) => ({ stream, at, channel })));

/** Where a need may be served, what it likes best first. @param {Device[]} devices @param {Need} need @param {number[]} shared
 * @returns {{lane: Lane, isOdd: boolean, rank: number}[]} */
function placesFor(devices, need, shared) {
  const kits = (need.kits ?? []).map((kit) => (typeof kit === 'string' ? kit : kit.id)), { quantity, unit, groups_share: share = 1 } = need;
  return devices.flatMap((device) => {
    const isOdd = shared.includes(device.id) !== share > 1, place = (kits.indexOf(device.kit) + kits.length + 1) % (kits.length + 1);
    return channelsOf(device).filter(({ channel }) => channel.quantity === quantity && (!unit || channel.unit === unit)).map((of) => ({
      lane: { device, ...of, need: need.id }, isOdd,
      rank: (isOdd ? 2 * kits.length + 2 : 0) + 2 * place + (need.channel && need.channel !== of.channel.id ? 1 : 0) }));
  }).sort((a, b) => a.rank - b.rank);
}

/** Which channel serves each need: as data/serving.h has it. @param {Device[]} devices @param {Need[]} needs @param {number[]} had by other groups, too */
export function serving(devices, needs, had) {
  const shared = needs.some(({ groups_share: share = 1 }) => share > 1) ? had : [];
  /** @type {Map<Need, Lane>} */ const by = new Map();
  for (const isOptional of [false, true]) for (const level of [0, 1, 2, 3, 4]) for (const first of needs) {
    const asked = new Set();
    const sitters = (/** @type {Lane} */ lane) => [...by].filter(([, l]) => (level === 0 || level === 2 ? l.device === lane.device : l.stream === lane.stream && l.at === lane.at));
    const moves = (/** @type {[Need, Lane]} */ [need]) => !asked.has(need) && sit(asked.add(need) && need, 4);
    const sit = (/** @type {Need} */ need, /** @type {number} */ apart) => (isOptional ? [false] : [false, true]).some((mayAsk) => placesFor(devices, need, shared).some(({ lane, isOdd }) => {
      const there = sitters(lane);
      if ((isOdd && shared.length && level < apart) || there.length > (mayAsk ? 1 : 0) || !there.every(moves)) return false;
      by.set(need, lane);
      return true;
    }));
    if (!!first.is_optional === isOptional && !by.has(first)) sit(first, 2);
  }
  return by;
}

/** What a group of these devices looks at, the main one first. @param {Device[]} devices
 * @param {{needs: Need[], plot: {y: string}|null}|null} lesson @param {number[]} [shared] what other groups have, too @returns {Lane[]} */
export function lanesOf(devices, lesson, shared = []) {
  const needs = lesson?.needs ?? [], by = serving(devices, needs, shared), out = needs.flatMap((need) => by.get(need) ?? []);
  if (!out.length) {
    for (const device of devices) {
      const all = channelsOf(device), first = all.find(({ channel }) => isReading(channel)) ?? all[0];
      if (first) out.push({ device, ...first, need: null });
    }
  }
  const main = out.findIndex((lane) => lane.need === lesson?.plot?.y);
  return main > 0 ? [out[main], ...out.slice(0, main), ...out.slice(main + 1)] : out;
}

/** Lanes that share the axis of the first. @param {Lane[]} lanes */
export const together = (lanes) => lanes.filter((lane) => lane.channel.unit === lanes[0].channel.unit && lane.channel.quantity === lanes[0].channel.quantity);
