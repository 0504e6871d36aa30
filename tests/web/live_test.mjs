// SPDX-License-Identifier: GPL-3.0-or-later
// The live chart of a real board: it moves, a latecomer sees what was before, nothing comes from elsewhere.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, chromium, closeBrowser, lastPoint, lastTime, open, phase, textOf, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10], ['pendulum', 100]]); });
after(async () => { await closeBrowser(); await board?.close(); });

test('the last point of the chart changes within two seconds', async () => {
  const page = await open(board);
  const first = await until('a drawn point', () => lastPoint(page));
  await until('another one', async () => String(await lastPoint(page)) !== String(first), 2000);
  assert.deepStrictEqual(page.faults, []);
});

test('a page asks for nothing that is not there', async () => {
  const context = await (await chromium()).newContext({ viewport: { width: 1024, height: 768 } }), refused = /** @type {string[]} */ ([]);
  context.on('response', (/** @type {any} */ r) => { if (r.status() >= 400) refused.push(`${r.status()} ${r.url()}`); });
  const page = await open(board, { context });
  await until('a drawn point', () => lastPoint(page));
  await page.locator('.btn.badge').click();
  await page.locator('.pop .facts').waitFor();
  assert.deepStrictEqual(refused, []);
  await context.close();
});

test('a latecomer sees the readings of before, with units and as many digits as the kit resolves', async () => {
  const page = await open(board);
  await page.locator('.seg button', { hasText: '全部' }).click();
  await until('history', async () => Number(await page.locator('.chart .paper').getAttribute('data-points')) > 20);
  assert.match(await page.locator('.readout .big b').innerText(), /^\d\d\.\d\d\u202f°C$/);
  assert.match(await page.locator('.chart .ylab').innerText(), /水温、室温 \/ °C|温度 \/ °C/);
  assert.match(await page.locator('.chart .xlab').innerText(), /^时间 \/ s$/);
  await page.keyboard.press('3');
  await until('a table', async () => await page.locator('.tablev tbody tr').count() > 20);
});

test('another kit is chosen by its number and stays chosen through a reload', async () => {
  const page = await open(board);
  await page.locator('.btn.gb').click();
  await page.locator('.kitrow .item', { hasText: 'pendulum' }).click();
  const unit = () => page.locator('.readout .big b').innerText();
  await until('degrees', async () => /°$/.test(await unit()));
  await page.locator('.pickl').nth(1).click();
  await until('the second channel', async () => /m\/s²$/.test(await unit()));
  await page.reload();
  await until('the second channel again', async () => /m\/s²$/.test(await unit()));
  await page.keyboard.press('4');
  await until('one channel against another', async () => ((await page.locator('.xyv .dots').getAttribute('d').catch(() => '')) ?? '').length > 500);
  assert.deepStrictEqual(page.faults, []);
});

test('a range ends when other readings are shown', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  const range = () => page.evaluate(async () => (await import('/js/view.js')).view.range);
  await page.locator('.zbot h2 .btn').first().click();
  assert.ok(await range());
  await page.locator('.btn.gb').click();
  await page.locator('.kitrow .item', { hasText: 'pendulum' }).click();
  await until('no range', async () => (await range()) == null);
});

test('no clock time is shown where the board knows none: each boot has its own', async () => {
  const context = await (await chromium()).newContext();
  // As after a reboot: the offset of now is told, but for what is shown nobody told the hour.
  let wall = [{ from_us: 0, wall_us: /** @type {number|null} */ (null) }];
  await context.route('**/columns?*', async (route) => {
    const answer = await route.fetch(), body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, to_us: body.to_us + 1e9, wall } });
  });
  const page = await open(board, { context });
  const columns = async (key) => { await page.keyboard.press(key); return page.locator('.tablev th').count(); };
  await until('a table without a clock', async () => (await columns('3')) === 3);
  wall = [{ from_us: 0, wall_us: 1_700_000_000_000_000 }];
  await page.reload();
  await until('the clock of that boot', async () => (await columns('3')) === 4);
  // Readings that came live before the answer have the clock of now, so the answer is waited for.
  await until('the time that it was then', () => page.evaluate(async () => {
    const { readings } = await import('/js/readings.js'), t = readings.series?.firstT ?? NaN;
    return readings.wallOf(t) === t + 1_700_000_000_000_000;
  }));
  await context.unrouteAll({ behavior: 'ignoreErrors' });
  await context.close();
});

test('everything comes from the board itself', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  assert.ok(page.asked.length > 20);
  assert.deepStrictEqual(page.asked.filter((url) => !url.startsWith(board.url) && !url.startsWith('data:')), []);
});

test('two tabs of a browser share one event stream', async () => {
  const context = await (await chromium()).newContext();
  const first = await open(board, { context }), second = await open(board, { context });
  for (const page of [first, second]) await until('a drawn point', () => lastPoint(page));
  // Pages of earlier tests may still be open: count what these two add.
  const count = async () => (await board.get('status')).viewers;
  const withBoth = await count();
  await context.close();
  await until('one viewer less', async () => (await count()) === withBoth - 1);
});

test('frozen, drawing and numbers stand still while the board goes on; released, it catches up', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  await page.keyboard.press('f');
  const since = async () => Number((await textOf(page.locator('[data-notice=frozen]'))).match(/\d+/)?.[0] ?? 0);
  await until('a count of what came since', async () => (await since()) > 3);
  const at = await lastPoint(page);
  await until('it counts on', async () => (await since()) > 20);
  assert.strictEqual(String(await lastPoint(page)), String(at));
  const [big] = await page.locator('.readout .big b').allInnerTexts();
  assert.deepStrictEqual([big, ...await page.locator('.lane .v').allInnerTexts()].map(parseFloat), [at[1], ...at.slice(1)].map((y) => Number(y.toFixed(2))));
  await page.keyboard.press('2');
  await until('the same digits', async () => parseFloat(await page.locator('.digit b').first().innerText()) === parseFloat(big));
  await page.keyboard.press('1');
  await page.keyboard.press('f');
  await until('newer points', async () => await lastTime(page) > at[0] + 0.5);
});

test('a value that stands in three places is one value', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  await page.keyboard.press('2');
  await until('digits', () => page.locator('.digit b').count());
  const different = await page.evaluate(() => new Promise((done) => {
    const text = (/** @type {string} */ where) => parseFloat(document.querySelector(where)?.textContent ?? '');
    const found = /** @type {string[]} */ ([]), end = performance.now() + 3000;
    const look = () => {
      const seen = [text('.readout .big b'), text('.lane .v'), text('.digit b')].filter(Number.isFinite);
      if (new Set(seen).size > 1) found.push(seen.join(' '));
      if (performance.now() < end) requestAnimationFrame(look); else done(found);
    };
    requestAnimationFrame(look);
  }));
  assert.deepStrictEqual(different, []);
});

test('language, theme and the switch for single keys work and are remembered', async () => {
  const page = await open(board, { query: '' });
  const menu = page.locator('.idbar .btn.sq');
  const lang = () => page.locator('html').getAttribute('lang');
  const before = await lang();
  await menu.click();
  await page.locator('.pop .item').first().click();
  assert.notStrictEqual(await lang(), before);
  await page.locator('.pop .item').nth(2).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('3');
  assert.strictEqual(await page.locator('#tab-chart').getAttribute('aria-selected'), 'true');
  await page.reload();
  assert.notStrictEqual(await lang(), before);
  await until('the key', () => phase(page));
});
