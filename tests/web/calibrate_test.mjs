// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
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
  await until('a sentence', async () => /第 2 点的“读数”还没填/.test(await page.locator('.calib .pinbad').innerText()));
  assert.strictEqual(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'raw2', 'where it is to be filled in');
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

test('the ring of the field that is filled in stays off the words beside it', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  await page.locator('.calib fieldset').first().locator('button').focus();
  await page.keyboard.press('Tab');
  const [ring, words] = await page.evaluate(() => {
    const field = /** @type {Element} */ (document.activeElement), style = getComputedStyle(field), label = document.createRange();
    label.selectNodeContents(/** @type {Element} */ (field.previousElementSibling));
    return [field.getBoundingClientRect().top - parseFloat(style.outlineOffset) - parseFloat(style.outlineWidth), label.getBoundingClientRect().bottom];
  });
  assert.ok(ring >= words, `ring from ${ring}, words to ${words}`);
  await page.keyboard.press('Escape');
  await page.context().close();
});

test('the list says which one holds, which was replaced and which was taken back', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  await until('the list', () => page.locator('.calib .past li').count());
  const lines = await page.locator('.calib .past li').allInnerTexts();
  assert.match(lines[0].replace(/\s+/g, ' '), /^冰水和沸水，两点，\d{4}-\d\d-\d\d \d\d:\d\d 现在用$/);
  assert.match(lines.at(-1).replace(/\s+/g, ' '), /^#1，一点，\d{4}-\d\d-\d\d \d\d:\d\d 已撤销$/);
  assert.strictEqual(await page.locator('.calib .past .now').count(), 1);
  await page.context().close();
});

test('what is typed amiss is told by its field; full width is understood', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  const fill = (name, text) => page.locator(`.calib [name=${name}]`).fill(text);
  for (const [name, text] of [['raw1', '\uff12\uff10\uff0e\uff15'], ['true1', '41 °C'], ['raw2', '10'], ['true2', '1,000']]) await fill(name, text);
  const said = async (words, field) => {
    await page.locator('.calib .go').click();
    await until(`${words}`, async () => words.test(await page.locator('.calib .pinbad').innerText()));
    assert.strictEqual(await page.locator('.calib [aria-invalid=true]').getAttribute('name'), field);
  };
  await said(/第 1 点的“实际”只写数字，不写单位/, 'true1');
  await fill('true1', '41');
  await said(/第 2 点的“实际”里，逗号分不清/, 'true2');
  await fill('true2', 'x');
  await said(/第 2 点的“实际”不是一个数/, 'true2');
  await page.keyboard.press('Escape');
  await page.context().close();
});

test('a slip of the finger is asked about, and done when it is meant', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  const before = (await channel()).calibration.id, go = page.locator('.calib .go');
  for (const [name, text] of [['raw1', '20.5'], ['true1', '20'], ['raw2', '21'], ['true2', '2000']]) await page.locator(`.calib [name=${name}]`).fill(text);
  await go.click();
  await until('the question', async () => /这会把 21 变成 2000。检查填的数/.test(await page.locator('.calib .pinbad').innerText()));
  assert.strictEqual(await go.innerText(), '就这样校准');
  assert.strictEqual((await channel()).calibration.id, before, 'nothing is done yet');
  await page.locator('.calib [name=true2]').fill('2001');
  await until('it is a new question', async () => await go.innerText() === '两点校准');
  await go.click();
  await until('the question again', async () => /变成 2001/.test(await page.locator('.calib .pinbad').innerText()));
  await go.click();
  await until('it is done', async () => (await channel()).calibration.id !== before);
  await until('the dialog is gone', async () => !await page.locator('dialog.calib[open]').count());
  await page.evaluate(async (id) => (await import('/js/api.js')).withdraw(id), (await channel()).calibration.id);
  await page.context().close();
});

test('the dialog offers what the kit allows', async () => {
  const page = await open(board);
  await signIn(page);
  const allow = async (calibrations, isZeroable) => {
    await page.evaluate(async ([kinds, zero]) => {
      const { board: b } = await import('/js/board.js');
      Object.assign(b.devices[0].streams[0].channels[0], { calibrations: kinds, is_zeroable: zero });
      b.emit('devices');
    }, [calibrations, isZeroable]);
    await openDialog(page);
    const found = { zero: await page.locator('.calib .zero').count(), kinds: await page.locator('.calib .seg button').allInnerTexts(),
      points: await page.locator('.calib fieldset').count(), go: await page.locator('.calib .go').count() };
    await page.keyboard.press('Escape');
    await until('the dialog is gone', async () => !await page.locator('dialog.calib[open]').count());
    return found;
  };
  assert.deepStrictEqual(await allow(null, true), { zero: 1, kinds: ['一点', '两点', '多点'], points: 2, go: 1 });
  assert.deepStrictEqual(await allow(['offset'], false), { zero: 1, kinds: [], points: 1, go: 1 });
  assert.deepStrictEqual(await allow(['two-point'], false), { zero: 0, kinds: [], points: 2, go: 1 });
  assert.deepStrictEqual(await allow(['offset', 'table'], true), { zero: 1, kinds: ['一点', '多点'], points: 1, go: 1 });
  assert.deepStrictEqual(await allow([], true), { zero: 1, kinds: [], points: 0, go: 0 });
  await page.context().close();
});

test('a table takes as many points as one needs; rows that stay empty do not count', async () => {
  const page = await open(board);
  await signIn(page);
  await openDialog(page);
  await page.locator('.calib .seg button').nth(2).click();
  for (let i = 0; i < 3; i++) await page.locator('.calib .more').click();
  assert.strictEqual(await page.locator('.calib fieldset').count(), 5);
  for (const [i, [raw, truth]] of [[0, 0], [20, 21], [30, 33]].entries()) {
    await page.locator(`.calib [name=raw${i + 1}]`).fill(String(raw));
    await page.locator(`.calib [name=true${i + 1}]`).fill(String(truth));
  }
  await page.locator('.calib .go').click();
  await until('a table', async () => (await channel()).calibration?.kind === 'table');
  const { id } = (await channel()).calibration;
  assert.strictEqual((await board.get('calibrations')).calibrations.find((c) => c.id === id).points.length, 3);
  await page.evaluate(async (made) => (await import('/js/api.js')).withdraw(made), id);
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
    await until('a sentence', async () => (await page.locator('.calib .pinbad').innerText()).length > 9);
    assert.deepStrictEqual(await complaints(page), []);
    await page.locator('.calib .seg button').nth(2).click();
    await page.locator('.calib .more').click();
    assert.deepStrictEqual(await complaints(page), []);
    await page.context().close();
  });
}
