// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Debian 12 has Node 18, and ends there what asks for more: the packages from npm say what they need.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { source, web } from '../support/pages.mjs';

const OLDEST = 18;

test('every npm package runs on the Node of Debian 12', () => {
  const { packages } = JSON.parse(fs.readFileSync(path.join(web, 'package-lock.json'), 'utf8'));
  for (const [name, { engines }] of Object.entries(packages)) {
    if (engines?.node) assert.ok(Number(engines.node.match(/^>=\s*(\d+)/)[1]) <= OLDEST, `${name} needs Node ${engines.node}`);
  }
});

test('no script of the tests asks for what Node 18 lacks', () => {
  for (const folder of ['support', 'web']) {
    for (const name of fs.readdirSync(path.join(source, 'tests', folder)).filter((n) => n.endsWith('.mjs'))) {
      const text = fs.readFileSync(path.join(source, 'tests', folder, name), 'utf8');
      assert.doesNotMatch(text, /import\.meta\.(dir|file)name/, name);
    }
  }
});
