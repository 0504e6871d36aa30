// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// How good the data is, as the page says it: of a kit that nobody asked for a rate.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, chromium, closeBrowser, open, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['T:20.5 p:{n}', 10]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const facts = (/** @type {any} */ page) => page.locator('.quality .facts').innerText({ timeout: 500 }).catch(() => '');
/** @param {any} page @param {RegExp} words */
const says = (page, words) => until(String(words), async () => words.test(await facts(page)));

test('a kit without a rate is not said to be silent before its readings are counted', async () => {
  const context = await (await chromium()).newContext({ viewport: { width: 1024, height: 768 } });
  await context.addInitScript(() => {
    const seen = /** @type {any} */ (globalThis).seen = new Set();
    new MutationObserver(() => {
      for (const e of document.querySelectorAll('.quality .facts li, .badge .often')) seen.add(e.textContent);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  const page = await open(board, { context });
  await says(page, /现在每秒 \d+ 次/);
  const seen = await page.evaluate(() => [.../** @type {any} */ (globalThis).seen]);
  assert.ok(seen.length > 3, seen.join());
  assert.deepStrictEqual(seen.filter((text) => /没有读数|每秒 0 次/.test(text)), []);
  await context.close();
});
