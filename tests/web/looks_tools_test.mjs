// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The looks of the student page's analysis: views, tools, fit card, dialogs, at the sizes and in the languages where
// there is least and most room.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, until } from '../support/browser.mjs';
import { walk } from '../support/looks.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['wave', 20]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const seen = (/** @type {any} */ page, /** @type {string} */ what) => until(what, async () => await page.locator(what).count() > 0, 60000);
/** @type {[string, (page: any) => Promise<unknown>][]} */
const STATES = [
  ['histogram', async (page) => { await page.keyboard.press('6'); await seen(page, '.plot .bar, .graphnote'); }],
  ['spectrum', async (page) => { await page.keyboard.press('7'); await seen(page, '.graphbar'); }],
  ['gauge', async (page) => { await page.keyboard.press('5'); await seen(page, '.dial'); }],
  ['tools', async (page) => { await page.keyboard.press('1'); await page.locator('.toolbtn').click(); await seen(page, '.smooth'); }],
  ['models', async (page) => {
    await page.keyboard.press('Escape');
    await page.evaluate(async () => { const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js'); view.measure([readings.origin, readings.series.lastT]); });
    await page.locator('.fitbtn').click();
    await seen(page, '.models');
  }],
  ['columns', async (page) => {
    await page.evaluate(async () => (await import('/js/dialogs.js')).openDialog('columns'));
    await seen(page, 'dialog.columns[open]');
    await page.locator('.columns input[name=formula]').fill('sine * rammp');
  }],
  ['keys', async (page) => {
    await page.locator('.columns .acts .btn').first().click();
    await page.evaluate(async () => (await import('/js/dialogs.js')).openDialog('keys'));
    await seen(page, 'dialog.keys[open]');
  }],
];

for (const how of /** @type {{size: [number, number], lang: string, theme: string}[]} */ ([{ size: [360, 740], lang: 'en', theme: 'dark' },
  { size: [360, 740], lang: 'zh', theme: 'light' }, { size: [1024, 768], lang: 'en', theme: 'light' }, { size: [1920, 1080], lang: 'zh', theme: 'dark' }])) {
  test(`nothing is cut, small or out of place: ${how.size[0]} ${how.lang} ${how.theme}`, async () => {
    assert.deepStrictEqual(await walk(board, how, STATES), []);
  });
}
