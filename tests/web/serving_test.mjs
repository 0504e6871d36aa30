// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Which channel serves which need, by the table that the board keeps to as well.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { source } from '../support/pages.mjs';
import { lanesOf } from '../../daemon/web/js/class-lanes.js';

const words = (/** @type {string} */ text) => text.split(' ').filter(Boolean);

function needOf(/** @type {string} */ word) {
  const [what, kits] = word.split('@'), [id, quantity, unit, channel] = what.split(':');
  return { id, quantity, unit: unit || null, channel: channel ?? null, kits: kits?.split(',') ?? [], is_optional: id.includes('?'), groups_share: id.includes('*') ? 12 : 1 };
}

function deviceOf(/** @type {string} */ word) {
  const [number, kit, streams] = word.split('/'), id = parseInt(number, 10);
  const channels = (/** @type {string} */ text) => text.split(',').map((c) => {
    const [name, quantity, unit = ''] = c.split(':');
    return { id: name, quantity, unit, name: { zh: name, en: name } };
  });
  return { id, kit, streams: streams.split('+').map((text, at) => ({ id: id * 10 + at, name: `s${at}`, channels: channels(text) })) };
}

test('every need of the table is served as it says', () => {
  const rows = fs.readFileSync(path.join(source, 'tests/data/serving.txt'), 'utf8').split('\n').filter((l) => l && !l.startsWith('#'));
  assert.ok(rows.length > 25);
  for (const row of rows) {
    const [needs, devices, expected] = row.split(';').map(words), lesson = { needs: needs.map(needOf), plot: null };
    const shared = devices.filter((d) => d.includes('*/')).map((d) => parseInt(d, 10));
    const lanes = lanesOf(/** @type {any} */ (devices.map(deviceOf)), lesson, shared);
    const told = lesson.needs.map(({ id }) => {
      const lane = lanes.find((l) => l.need === id);
      return `${id}=${lane ? `${lane.device.id}.${lane.channel.id}` : '-'}`;
    });
    assert.deepStrictEqual(told, expected, row);
  }
});
