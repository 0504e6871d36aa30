// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Names of channels and devices for people. A board that describes itself knows no Chinese, but it says
// which quantity it measures; that word is in the catalogue.
import { app, say, t } from './base.js';

/** @type {Record<string, import('./base.js').Key>} */
const QUANTITY = {
  temperature: 'q_temperature', humidity: 'q_humidity', pressure: 'q_pressure', concentration: 'q_concentration', co2: 'q_co2',
  acceleration: 'q_acceleration', angle: 'q_angle', voltage: 'q_voltage', current: 'q_current', illuminance: 'q_illuminance',
  mass: 'q_mass', weight: 'q_mass', force: 'q_force', distance: 'q_distance', length: 'q_distance', velocity: 'q_velocity',
  speed: 'q_velocity', time: 'q_time', period: 'q_period', frequency: 'q_frequency', count: 'q_count', power: 'q_power',
  ph: 'q_ph', conductivity: 'q_conductivity', sound: 'q_sound', field: 'q_field', rate: 'q_rate',
};

/** A quantity's word, or '': the catalogue has none. @param {string} quantity */
export const quantityName = (quantity) => (QUANTITY[quantity] ? t(QUANTITY[quantity]) : '');

/** The name stands as the board gave it; what the board does not say is said in front.
 * @param {import('./api.js').Channel} channel */
export function channelName(channel) {
  const name = say(channel.name) || channel.id, quantity = quantityName(channel.quantity);
  if (app.lang !== 'zh' || /\p{Script=Han}/u.test(name) || !quantity) return name;
  return name.toLowerCase() === channel.quantity ? quantity : `${quantity} ${name}`;
}

/** Does a channel tell a clock, as of a board that prints its own time in front of its readings? A bare t is
 * one too; T is a temperature. @param {import('./api.js').Channel} channel */
export const isClock = ({ quantity, unit, name }) => (quantity ? quantity === 'time'
  : name.en === 't' && ['', 's', 'ms', 'us'].includes(unit));

/** @param {import('./api.js').Run} run */
export const runName = (run) => (run.title ? t('runTitled', run.number, run.title) : t('runN', run.number));

/** What kind of kit it is. @param {import('./api.js').Device} device */
export const deviceName = (device) => say(device.name) || device.model || device.kit;

/** What tells a stream from its neighbours: its label, else what it measures first.
 * @param {import('./api.js').Stream} stream @param {import('./api.js').Device} device */
export function streamName({ label, channels, name }, { streams }) {
  const first = (/** @type {import('./api.js').Channel[]} */ [channel]) => channel && channelName(channel);
  const isAlone = streams.filter((s) => first(s.channels) === first(channels)).length === 1;
  return say(label) || (isAlone ? first(channels) + (channels.length > 1 ? ' …' : '') : name);
}
