// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// A board that knows no hour is told it by the teacher's page, by the quickest of several questions; a page whose own
// clock is wrong tells nothing; everybody sees from whom the hour is.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { Board, closeBrowser, open, typePin, until } from '../support/browser.mjs';
import { skip } from '../support/pages.mjs';

/** @type {Board} */ let board;
after(async () => { await closeBrowser(); await board?.close(); });

/** A board to whom nobody has told the hour, each time. */
beforeEach(async () => {
  await board?.close();
  board = await Board.start([]);
  await board.halt();
  const config = path.join(board.folder, 'kitlogd.yaml');
  fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace('wall_clock: system\n', ''));
  fs.rmSync(path.join(board.folder, 'data'), { recursive: true });
  await board.boot();
  if ((await board.get('clock')).wall_us != null) skip('somebody vouches for the clock of this machine');
});

const openMenu = async (page) => {
  await until('the page', async () => (await page.locator('h1').innerText()) === 'kitlog-3B2');
  await page.locator('.idbar > .popbox:last-child > .btn').click();
  await page.locator('.pop .hour').waitFor();
};
async function signIn(page) {
  await openMenu(page);
  await page.locator('.pop .item', { hasText: /老师登录|Sign in/ }).click();
  await typePin(page, board.pin);
  await until('the teacher', () => page.locator('.who').count());
}
const hour = () => board.get('clock');

for (const [lang, none, known, told] of [
  ['zh', /板子还不知道几点。/, /板子的时间 20\d\d-\d\d-\d\d \d\d:\d\d，来自老师的设备，±2\.\d\u202fs|±2\u202fs/, /已用这台设备给板子对时，±2/],
  ['en', /Nobody has told the board the hour\./, /The board has 20\d\d-\d\d-\d\d \d\d:\d\d, by a teacher's device, ±2/, /has the hour of this device now, ±2/],
]) {
  test(`a teacher who signs in has told the hour, and reads so (${lang})`, async () => {
    const page = await open(board, { size: [360, 740], query: `?lang=${lang}&theme=light` });
    await openMenu(page);
    assert.match(await page.locator('.pop .hour').innerText(), none);
    assert.ok(await page.locator('.pop .sethour').isVisible());
    const box = await page.locator('.pop .sethour').boundingBox();
    assert.ok(box && box.height >= 44 && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
    if (process.env.KITLOG_SHOTS) await page.screenshot({ path: path.join(process.env.KITLOG_SHOTS, `hour-${lang}.png`) });
    await page.keyboard.press('Escape');
    await signIn(page);
    await page.locator('.toast', { hasText: told }).waitFor();
    await until('the board knows', async () => (await hour()).source === 'browser');
    const { wall_us: wall, uncertainty_us: unsure } = await hour();
    assert.ok(Math.abs(wall / 1e3 - Date.now()) < unsure / 1e3, 'this machine is both');
    assert.ok(unsure >= 2e6 && unsure < 8e6, `${unsure}`);
    await openMenu(page);
    await until('the line says it', async () => known.test(await page.locator('.pop .hour').innerText()), 30000);
    assert.strictEqual(await page.locator('.pop .sethour').count(), 0, 'no need to set it');
    if (process.env.KITLOG_SHOTS) await page.screenshot({ path: path.join(process.env.KITLOG_SHOTS, `hour-${lang}-known.png`) });
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}

test('the quickest of eight answers counts', async () => {
  const page = await open(board);
  let asked = 0;
  const posted = [];
  await page.route('**/api/v1/clock', async (route) => {
    if (route.request().method() === 'POST') posted.push(route.request().postDataJSON());
    else if (++asked % 9 !== 5) await new Promise((done) => { setTimeout(done, 400); });   // one that only looks, then eight
    await route.continue();
  });
  await signIn(page);
  await until('it was told', () => posted.length);
  assert.strictEqual(asked, 9);
  assert.ok(posted[0].round_trip_us < 4e5, JSON.stringify(posted));
  assert.ok(Math.abs(posted[0].wall_ms - Date.now()) < 60000);
  await page.context().close();
});

test('a device whose own clock is wrong tells nothing, and its owner what to do', async () => {
  const page = await open(board);
  await page.evaluate(() => { const real = Date.now; Date.now = () => real() - 20 * 365 * 86400e3; });
  await signIn(page);
  await page.locator('.notice', { hasText: '先校好它的日期和时间' }).waitFor();
  assert.strictEqual((await hour()).wall_us, null);
  await page.evaluate(() => { const wrong = Date.now; Date.now = () => wrong() + 20 * 365 * 86400e3; });
  await openMenu(page);
  await page.locator('.pop .sethour').click();
  await until('the board knows', async () => (await hour()).source === 'browser');
  await page.context().close();
});

test('a student who sets it is asked for the PIN, and without it nothing is set', async () => {
  const page = await open(board);
  await openMenu(page);
  await page.locator('.pop .sethour').click();
  await page.locator('dialog.pin[open]').waitFor();
  await page.keyboard.press('Escape');
  await until('the dialog is gone', async () => !await page.locator('dialog.pin[open]').count());
  assert.strictEqual((await hour()).wall_us, null);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});
