// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Every size, language and theme before a lesson: all tabs and everything that opens.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, until } from '../support/browser.mjs';
import { COMBINATIONS, walk } from '../support/looks.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10], ['pendulum', 100]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const opens = (/** @type {string} */ selector) => async (/** @type {any} */ page) => {
  await page.keyboard.press('Escape');
  await page.locator(selector).click();
  await page.locator('.pop').waitFor();
};
const tab = (/** @type {string} */ name) => (/** @type {any} */ page) => page.locator(`#tab-${name}`).click();

for (const how of COMBINATIONS) {
  test(`${how.size.join('×')} ${how.lang} ${how.theme}`, async () => {
    assert.deepStrictEqual(await walk(board, how, [
      ['live', async () => {}],
      ['digits', tab('digits')],
      ['table', async (page) => { await tab('table')(page); await until('rows', () => page.locator('.tablev tr').count()); }],
      ['x–y', tab('xy')],
      ['kits', opens('.btn.gb')],
      ['export', opens('.out')],
      ['settings', opens('.idbar .btn.sq')],
      ['quality', opens('.btn.badge')],
      ['PIN', async (page) => { await page.keyboard.press('Escape'); await page.locator('.state').click(); await page.locator('dialog[open]').waitFor(); }],
    ]), []);
  });
}
