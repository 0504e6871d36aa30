// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The tests' own board leaves nothing behind, not even when it could not be started.
import assert from 'node:assert';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { Board } from '../support/browser.mjs';

test('a board whose kit cannot be started is ended, and its folder is gone', async () => {
  const folder = process.env.TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), 'kitlog-board-'));
  try {
    await assert.rejects(Board.start([{ emulate: 'no_such_kit.py', args: [], port: 'kit: xy-md02' }]), /ended before there was a port/);
    const left = fs.readdirSync('/proc').filter((id) => {
      try { return /^\d+$/.test(id) && fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(folder); } catch { return false; }
    });
    assert.deepStrictEqual([fs.readdirSync(folder), left], [[], []]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
