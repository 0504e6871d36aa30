// SPDX-License-Identifier: GPL-3.0-or-later
// A kit of 1 000 readings a second: the page draws as many columns as it has pixels, keeps a bounded number of
// points, and shows every reading where somebody zooms in.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { attributeOf, Board, closeBrowser, lastPoint, lastTime, open, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['wave', 1000]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const held = (page) => page.evaluate(async () => {
  const { readings: { series } } = await import('/js/readings.js');
  const b = series.slice(-Infinity, Infinity), t = [...b.t.subarray(0, b.length)], n = [...b.n.subarray(0, b.length)];
  return { points: series.base.length + series.tail.length + (series.detail?.length ?? 0),
    rows: n.reduce((sum, v) => sum + v, 0), rising: t.every((v, i) => !i || v > t[i - 1]), seconds: (t.at(-1) - t[0]) / 1e6 };
});

test('more readings than pixels are a band of least and greatest, and it moves', async () => {
  const page = await open(board);
  await page.keyboard.press('a');
  await until('a band', async () => await attributeOf(page.locator('.chart .paper'), 'data-band') === 'true');
  const width = (await page.locator('.chart .u-over').boundingBox()).width;
  assert.ok(Number(await page.locator('.chart .paper').getAttribute('data-points')) <= width * 1.5 + 4);
  const first = await until('a drawn point', () => lastPoint(page));
  await until('newer points', async () => await lastTime(page) > first[0] + 1, 3000);
  assert.deepStrictEqual(page.faults, []);
});

test('zoomed in, every single reading is drawn', async () => {
  const page = await open(board);
  await page.keyboard.press('a');
  await until('five seconds', async () => await lastTime(page) > 5);
  const box = await page.locator('.chart .u-over').boundingBox();
  await page.mouse.move(box.x + 60, box.y + 60);
  for (let i = 0; i < 30; i++) await page.mouse.wheel(0, -300);
  await until('rows, not columns', async () => await page.locator('.chart .paper').getAttribute('data-band') === 'false'
    && Number(await page.locator('.chart .paper').getAttribute('data-points')) > 50);
  const { zoom } = await page.evaluate(async () => ({ zoom: (await import('/js/view.js')).view.zoom }));
  const drawn = Number(await page.locator('.chart .paper').getAttribute('data-points'));
  assert.ok(Math.abs(drawn - (zoom[1] - zoom[0]) / 1000) < 6, `${drawn} points in ${(zoom[1] - zoom[0]) / 1e6} s`);
});

test('the table of a range has its readings, not the columns of the chart', async () => {
  const page = await open(board);
  const range = await until('columns of many readings', () => page.evaluate(async () => {
    const { readings: { series } } = await import('/js/readings.js'), { view } = await import('/js/view.js'), { base } = series ?? {};
    if (!(base?.n[1] > 1)) return null;
    view.measure([base.t[0], base.t[0] + 8e5]);
    return view.range;
  }));
  await page.keyboard.press('3');
  const rows = () => page.locator('.tablev tbody tr td:first-child').allInnerTexts();
  await until('a row for each millisecond', async () => {
    const seconds = (await rows()).map(Number);
    return seconds.length === 300 && seconds.every((s, i) => !i || Math.abs(seconds[i - 1] - s - 0.001) < 2e-4);
  });
  assert.match(await page.locator('.tablev caption').innerText(), /^最新 300 行/);
  assert.ok(range[1] > range[0]);
});

test('a range and its seconds stay where they are while columns replace rows, and through a reload', async () => {
  const page = await open(board);
  await page.keyboard.press('a');
  await until('five seconds', async () => await lastTime(page) > 5);
  // Rows of the fullest of the first columns: the very first begins in the middle of its bin and may stay as it is.
  const known = () => page.evaluate(async () => {
    const { readings } = await import('/js/readings.js'), { view } = await import('/js/view.js');
    return { range: view.range, origin: readings.origin, isPlaced: readings.isPlaced, isLong: readings.series.isLong, loads: readings.loads, n: Math.max(...readings.series.base.n.slice(0, 20)) };
  });
  await until('zero is found', async () => (await known()).isPlaced);
  const box = await page.locator('.chart .u-over').boundingBox();
  await page.mouse.move(box.x + 20, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 70, { steps: 5 });
  await page.mouse.up();
  const before = await known(), seconds = await page.locator('.stat .q').innerText();
  await until('wider columns', async () => (await known()).n > Math.max(2, before.n), 60000);
  const after = await known();
  assert.deepStrictEqual([after.range, after.origin, await page.locator('.stat .q').innerText()], [before.range, before.origin, seconds]);
  await page.reload();
  await until('the same range', async () => String((await known().catch(() => ({}))).range) === String(before.range));
});

test('what the page keeps is bounded, however long it looks', async () => {
  const page = await open(board);
  await page.keyboard.press('a');
  await until('the live part gave way to columns twice', async () => (await page.evaluate(async () => (await import('/js/readings.js')).readings.loads)) >= 4, 60000);
  const now = await held(page);
  assert.ok(now.rising, 'stamps rise');
  assert.ok(now.points < 16000, `${now.points} points`);
  // Columns of two ages may share rows at their seam, never miss any.
  assert.ok(now.rows > now.seconds * 1000 * 0.995 && now.rows < now.seconds * 1000 * 1.02, `${now.rows} rows in ${now.seconds} s`);
  assert.deepStrictEqual(page.faults, []);
});
