// SPDX-License-Identifier: GPL-3.0-or-later
// Calibration on the page: a mark and words for everybody, a dialog for the teacher, and a chart that
// follows at once. The kit prints one number again and again, so that every value is known.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastPoint, open, typePin, until } from '../support/browser.mjs';
import { COMBINATIONS, complaints } from '../support/looks.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['T:20.5 p:{n}', 10]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const shown = async (page) => (await page.locator('.lane .v').allInnerTexts()).map(parseFloat);
const channel = async () => (await board.get('devices')).devices[0].streams[0].channels[0];

async function signIn(page) {
  await until('a drawn point', () => lastPoint(page));
  await page.locator('.idbar > .popbox:last-child > .btn').click();
  await page.locator('.pop .item').last().click();
  await typePin(page, board.pin);
  await until('the teacher', () => page.locator('.who').count());
}
const openDialog = async (page) => {
  await page.locator('.quality .calopen').click();
  await page.locator('dialog.calib[open]').waitFor();
  await until('the raw value', async () => /\d/.test(await page.locator('.calib .raw').innerText()));
};

test('a student sees no way in, and no mark while nothing is calibrated', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  assert.strictEqual(await page.locator('.calopen').count(), 0);
  assert.strictEqual(await page.locator('.cal').count(), 0);
  await page.context().close();
});

test('the teacher zeroes a channel; value, chart and mark follow, and the raw value stays', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  assert.match(await page.locator('.calib .raw').innerText(), /^20\.50?/);
  await page.locator('.calib .zero').click();
  await until('the dialog is gone', async () => !await page.locator('dialog.calib[open]').count());
  await until('it reads 0', async () => (await shown(page))[0] === 0);
  await until('the chart too', async () => (await lastPoint(page))?.[1] === 0);
  assert.strictEqual(await page.locator('.cal').count(), 1);
  assert.match(await page.locator('.quality .facts').innerText(), /已校准（\d{4}-\d\d-\d\d）/);
  const { calibration } = await channel();
  assert.strictEqual(calibration.kind, 'offset');
  await openDialog(page);
  assert.match(await page.locator('.calib .raw').innerText(), /^20\.5/, 'what the sensor says');
  await page.locator('.calib .back').click();
  await until('it reads as before', async () => (await shown(page))[0] === 20.5);
  await until('without a mark', async () => await page.locator('.cal').count() === 0);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('two points are taken and typed, by keys alone; a mistake is a sentence and loses nothing', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  await page.locator('.calib fieldset').first().locator('button').focus();
  await page.keyboard.press('Enter');
  assert.strictEqual(await page.locator('.calib [name=raw1]').inputValue(), '20.5');
  await page.keyboard.press('Tab');
  await page.keyboard.type('41');
  await page.keyboard.press('Enter');
  await until('a sentence', async () => /四个数都要填/.test(await page.locator('.calib .pinbad').innerText()));
  await page.locator('.calib [name=raw2]').fill('20.5');
  await page.locator('.calib [name=true2]').fill('9');
  await page.locator('.calib .go').click();
  await until('the board\'s sentence', async () => /读数相同/.test(await page.locator('.calib .pinbad').innerText()));
  await page.locator('.calib [name=raw2]').fill('\u22120,5');
  await page.locator('.calib [name=true2]').fill('-1');
  await page.locator('.calib [name=name]').fill('冰水和沸水');
  await page.locator('.calib [name=name]').press('Enter');
  await until('it reads 41', async () => (await shown(page))[0] === 41);
  assert.strictEqual((await channel()).calibration.name, '冰水和沸水');
  assert.match(await page.locator('.quality .facts').innerText(), /已校准（冰水和沸水 /);
  await openDialog(page);
  await page.keyboard.press('Escape');
  assert.strictEqual(await page.locator('dialog.calib[open]').count(), 0);
  await page.context().close();
});

test('another browser sees it, and that it is due, in shape, colour and words', async () => {
  const page = await open(board);
  await until('a mark', () => page.locator('.cal').count());
  await page.evaluate(async () => {
    const { board: b } = await import('/js/board.js');
    b.devices[0].streams[0].channels[0].is_overdue = true;
    b.emit('devices');
  });
  await until('a warning', () => page.locator('.cal.warn').count());
  assert.match(await page.locator('.cal.warn').getAttribute('title'), /该重新校准了/);
  assert.match(await page.locator('.quality .facts .warn').innerText(), /该重新校准了（上次 冰水和沸水 /);
  await page.context().close();
});

for (const { size, lang, theme } of COMBINATIONS) {
  test(`looks: ${size} ${lang} ${theme}`, async () => {
    const page = await open(board, { size, query: `?lang=${lang}&theme=${theme}` });
    await signIn(page);
    assert.deepStrictEqual(await complaints(page), []);
    await page.locator('.badge').click();
    assert.deepStrictEqual(await complaints(page), []);
    await page.locator('.pop .calopen').click();
    await page.locator('dialog.calib[open]').waitFor();
    await until('the raw value', async () => /\d/.test(await page.locator('.calib .raw').innerText()));
    await page.locator('.calib .go').click();
    assert.deepStrictEqual(await complaints(page), []);
    await page.context().close();
  });
}
