// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Every size and language with kits of every kind: a flagged value, a counted range, what there is to know
// about a kit, a dead probe beside a live one, all kits in a list.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, until } from '../support/browser.mjs';
import { kindsBoard, lookAt } from '../support/kinds.mjs';
import { COMBINATIONS, complaints } from '../support/looks.mjs';

/** @type {Board} */ let board;
before(async () => { board = await kindsBoard(); });
after(async () => { await closeBrowser(); await board?.close(); });

const TABLET = /** @type {[number, number]} */ ([768, 1024]);
const WITH_TABLET = [...COMBINATIONS, ...['zh', 'en'].map((lang) => ({ size: TABLET, lang, theme: lang === 'zh' ? 'light' : 'dark' }))];

for (const { size, lang, theme } of WITH_TABLET) {
  test(`${size.join('×')} ${lang} ${theme}`, async () => {
    const page = await lookAt(board, 3, { size, query: `?lang=${lang}&theme=${theme}` });
    await page.locator('.zbot h2 .btn').first().click();
    const states = [['range', async () => {}], ['about', async () => {
      await page.locator('.btn.badge').click();
      await page.locator('.pop .about summary').click();
    }], ['dead probe', async () => {
      await page.keyboard.press('Escape');
      await page.locator('.btn.gb').click();
      await page.locator('.kitrow .item').nth(1).click();
      await page.locator('.lanes select').selectOption({ index: 1 });
      await page.locator('.notice.bad').waitFor();
    }], ['kits', () => page.locator('.btn.gb').click()], ['digits', async () => {
      await page.locator('.kitrow .item').nth(2).click();
      await page.locator('#tab-digits').click();
      await until('digits', () => page.locator('.digit').count());
    }], ['table', async () => { await page.locator('#tab-table').click(); await until('rows', () => page.locator('.tablev tr').count()); }],
    ['x–y', async () => { await page.locator('#tab-xy').click(); await until('its marks', () => page.locator('.xyv .outs').count()); }]];
    for (const [name, act] of /** @type {[string, () => Promise<void>][]} */ (states)) {
      await act();
      assert.deepStrictEqual(await complaints(page), [], name);
    }
    await page.context().close();
  });
}
