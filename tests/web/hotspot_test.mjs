// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// While the board has a Wi-Fi of its own, the teacher's page shows how to join it, and nobody else's does.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, open, until } from '../support/browser.mjs';
import { post, teacherOn } from '../support/teacher.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([]); });
after(async () => { await closeBrowser(); await board?.close(); });

test('the code of the Wi-Fi stands before the code of the lesson', async () => {
  fs.writeFileSync(path.join(board.folder, 'data', 'hotspot.json'), JSON.stringify({ name: '七（3）班 <b>', password: 'abcde-fgh23' }));
  const page = await teacherOn(board, { size: [360, 780], lang: 'en', theme: 'light' });
  await post(page, 'sessions', { title: 'a', groups: 2, is_project: false });
  await page.locator('.goin').click();
  const wifi = page.locator('.join .wifi');
  await until('it is shown', () => wifi.count());
  assert.match(await wifi.innerText(), /First join the Wi-Fi\s+Name 七（3）班 <b>\s+Password abcde-fgh23\s+There the board is at 10\.42\.0\.1:/);
  await until('it is drawn', () => wifi.locator('img').evaluate((/** @type {any} */ img) => img.naturalWidth > 0));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing hangs out');
});

test('a pupil is not told the password by the board', async () => {
  const page = await open(board, { size: [360, 780] });
  for (const what of ['hotspot', 'hotspot/qr']) {
    assert.strictEqual((await page.request.get(`${board.url}/api/v1/${what}`)).status(), 401);
  }
});
