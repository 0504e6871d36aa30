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

/** The channel of a device that serves a need: the one it names, else the first of its quantity. @param {Device} device @param {Need} need
 * @param {Lane[]} [taken] which serve other needs @returns {Lane|null} */
export function serving(device, need, taken = []) {
  const fits = channelsOf(device).filter(({ stream, at, channel }) => channel.quantity === need.quantity && (!need.unit || channel.unit === need.unit)
    && !taken.some((l) => l.stream === stream && l.at === at));
  const found = fits.find(({ channel }) => channel.id === need.channel) ?? fits[0];
  return found ? { device, ...found, need: need.id } : null;
}

/** Devices that serve a need, those of the kits that it likes best first. @param {Iterable<Device>} devices @param {Need} need @returns {Device[]} */
function best(devices, need) {
  const kits = (need.kits ?? []).map((kit) => (typeof kit === 'string' ? kit : kit.id));
  const rank = (/** @type {Device} */ d) => (kits.includes(d.kit) ? kits.indexOf(d.kit) : kits.length);
  return [...devices].filter((d) => serving(d, need)).sort((a, b) => rank(a) - rank(b));
}

/** What a group of these devices looks at, the main one first: a device serves one need, in the order of both. @param {Device[]} devices
 * @param {{needs: Need[], plot: {y: string}|null}|null} lesson @returns {Lane[]} */
export function lanesOf(devices, lesson) {
  /** @type {Lane[]} */ const out = [];
  const free = new Set(devices);
  for (const need of lesson?.needs ?? []) {
    const [device] = best(free, need), lane = device && serving(device, need);
    if (!lane) continue;
    out.push(lane);
    free.delete(device);
  }
  // One device may serve two needs, as a temperature and a humidity, or two probes on one adapter.
  for (const need of lesson?.needs ?? []) {
    const lane = out.some((l) => l.need === need.id) ? null : devices.map((device) => serving(device, need, out)).find((l) => l);
    if (lane) out.push(lane);
  }
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
