// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Boards that print lines: their numbers and names stand on the page as they print them.
import assert from 'node:assert';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastPoint, open, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => {
  board = await Board.start([['hum:{tenth} n:{n}', 10], ['time,temp (C),hum (%)\n{ms},{tenth},{n}', 10], ['x<b>a</b>:{n} y<b>a</b>:{tenth}', 10]]);
});
after(async () => { await closeBrowser(); await board?.close(); });

/** A page on a kit, with readings. @param {number} kit @param {string} [lang] */
async function look(kit, lang = 'en') {
  const page = await open(board, { query: `?lang=${lang}&theme=light` });
  await until('a drawn point', () => lastPoint(page));
  await page.locator('.btn.gb').click();
  await page.locator('.kitrow .item').nth(kit - 1).click();
  await until('its number', async () => (await page.locator('.gb b').first().innerText()).includes(String(kit)));
  await until('ten points', async () => Number(await page.locator('.chart .paper').getAttribute('data-points')) > 10);
  return page;
}
const values = (page) => page.locator('.pickl .v').allInnerTexts();

test('a reading has the decimals that the board prints, its mean one more', async () => {
  const page = await look(1);
  await until('tenths and whole numbers', async () => {
    const [humidity, n] = await values(page);
    return /^\d\d\.\d$/.test(humidity) && /^\d$/.test(n);
  });
  await page.keyboard.press('3');
  await until('a table', async () => await page.locator('.tablev tbody tr').count() > 10);
  const row = await page.locator('.tablev tbody tr').first().locator('td').allInnerTexts();
  assert.match(row.slice(-2).join(' '), /^\d\d\.\d \d$/);
  await page.keyboard.press('1');
  await page.locator('.zbot h2 .btn').first().click();
  await until('a mean in hundredths', async () => /^49\.\d\d$/.test(await page.locator('.stats dd').first().innerText()));
  assert.deepStrictEqual(page.faults, []);
});

test('a board\'s clock is not what the chart draws, unless somebody chooses it', async () => {
  const page = await look(2);
  assert.deepStrictEqual(await page.locator('.pickl .nm').allInnerTexts(), ['time', 'temp', 'hum']);
  assert.match(await page.locator('.readout .big').innerText(), /^temp\s+49\.\d\u202f°C$/);
  await page.locator('.pickl').first().click();
  await until('the clock', async () => /^time/.test(await page.locator('.readout .big').innerText()));
});

test('a board\'s own label stands unchanged wherever a name is shown', async () => {
  for (const [lang, between] of [['en', ', '], ['zh', '、']]) {
    const page = await look(3, lang);
    assert.deepStrictEqual(await page.locator('.pickl .nm').allInnerTexts(), ['x<b>a</b>', 'y<b>a</b>']);
    assert.strictEqual(await page.locator('.chart .ylab').innerText(), `x<b>a</b>${between}y<b>a</b>`);
  }
});

test('readings stamped on arrival may be had at even times, with their arrivals beside', async () => {
  const page = await look(1);
  await until('enough to see a pace', async () => Number(await page.locator('.chart .paper').getAttribute('data-points')) > 30);
  await page.locator('.out').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.pop a', { hasText: 'even times' }).click()]);
  const [head, ...rows] = fs.readFileSync(await download.path(), 'utf8').trim().split('\r\n');
  assert.match(head, /\[时间按行号均匀 even stamps by index\]/);
  assert.match(head, /,"到达 arrival_s"$/);
  assert.ok(rows.length >= 30);
  assert.ok(rows.filter((row) => /,[\d.]+$/.test(row)).length >= 30, 'with arrivals');
});
