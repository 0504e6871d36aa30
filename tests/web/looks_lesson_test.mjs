// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Every size, language and theme in a lesson and when it goes wrong: recording, a measured range, a kit
// without signal, no kit at all, no board.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastPoint, open, phase, startRun, until } from '../support/browser.mjs';
import { COMBINATIONS, complaints, walk } from '../support/looks.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const says = (/** @type {any} */ { size, lang, theme }) => `${size.join('×')} ${lang} ${theme}`;

test('a run goes on', async () => {
  const page = await open(board);
  await startRun(page, board);
  await page.context().close();
});

for (const how of COMBINATIONS) {
  test(`recording: ${says(how)}`, async () => {
    assert.deepStrictEqual(await walk(board, how, [['recording', async () => {}], ['range', async (page) => {
      await page.locator('.zbot h2 .btn').first().click();
      await until('numbers', async () => /\d/.test(await page.locator('.stats dd').first().innerText()));
    }]]), []);
  });
}

test('the kit is unplugged', async () => {
  await board.unplug(0);
  await until('the board notices', async () => (await board.get('devices')).devices[0].state !== 'ready');
});
for (const how of COMBINATIONS) {
  test(`a kit without signal: ${says(how)}`, async () => {
    assert.deepStrictEqual(await walk(board, how, [['notice', (page) => page.locator('.notice').waitFor()]]), []);
  });
}

test('the board goes away', async () => {
  const pages = [];
  for (const { size, lang, theme } of COMBINATIONS) {
    const page = await open(board, { size, query: `?lang=${lang}&theme=${theme}` });
    await until('a drawn point', () => lastPoint(page));
    pages.push(page);
  }
  await board.halt('SIGKILL');
  for (const page of pages) {
    await until('the slip', () => page.locator('.slip.bad').isVisible());
    assert.deepStrictEqual(await complaints(page), []);
  }
});

test('a board without any kit', async () => {
  const bare = await Board.start([]);
  try {
    for (const { size, lang, theme } of COMBINATIONS) {
      const page = await open(bare, { size, query: `?lang=${lang}&theme=${theme}` });
      await until('no kit', async () => (await phase(page)) === 'noKit');
      assert.strictEqual(await page.locator('.full .steps li').count(), 3);
      assert.deepStrictEqual(await complaints(page), []);
      await page.context().close();
    }
  } finally {
    await bare.close();
  }
});
