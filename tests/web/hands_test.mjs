// SPDX-License-Identifier: GPL-3.0-or-later
// Hands and keys on the chart: a dragged range gives the board's own numbers; wheel, two fingers and keys zoom.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastTime, open, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 50]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const paper = (page) => page.locator('.chart .u-over').boundingBox();
const state = (page) => page.evaluate(async () => {
  const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js');
  return { range: view.range, zoom: view.zoom, window: view.shownWindow, stream: view.stream.id, at: view.mainLane.at };
});
async function drawn(page) {
  await page.keyboard.press('a');
  await until('five seconds of readings', async () => await lastTime(page) > 5);
  return paper(page);
}
async function drag(page, box, from, to) {
  await page.mouse.move(box.x + from, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + to, box.y + 70, { steps: 5 });
  await page.mouse.up();
}
const plain = (text) => Number(text.replaceAll('\u202f', '').replace('\u2212', '-').replace(/[^-+.\d].*$/, ''));

test('a dragged range has the statistics that follow from the board\'s rows', async () => {
  const page = await open(board), box = await drawn(page);
  await drag(page, box, 20, 130);
  await until('numbers', async () => /\d/.test(await page.locator('.stats dd').first().innerText()));
  const { range, stream, at } = await state(page);
  const ask = `streams/${stream}/columns?from_us=${Math.floor(range[0])}&to_us=${Math.ceil(range[1])}&columns=4000`;
  const rows = await until('rows from the board', async () => { const b = await board.get(ask); return b.is_raw && b.t_us.length > 10 && b; });
  const y = rows.channels[at].y, mean = y.reduce((s, v) => s + v, 0) / y.length;
  await until(`n ${y.length} and mean ${mean}`, async () => {
    const cells = (await page.locator('.stats dd').allInnerTexts()).map(plain);
    return Math.abs(cells[5] - y.length) <= 1 && Math.abs(cells[0] - mean) < 0.02;
  });
  await page.keyboard.press('Escape');
  assert.strictEqual((await state(page)).range, null);
});

test('the grips and Shift with arrows move the range by keys', async () => {
  const page = await open(board), box = await drawn(page);
  await drag(page, box, 20, 120);
  const before = (await state(page)).range;
  await page.locator('.sel .l').focus();
  await page.keyboard.press('ArrowRight');
  const after = (await state(page)).range;
  assert.ok(after[0] > before[0] && after[1] === before[1]);
  await page.keyboard.press('Escape');
  await page.locator('.chart').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  assert.ok((await state(page)).range, 'a range without a mouse');
});

test('the wheel zooms about the pointer, Shift pans, A shows all', async () => {
  const page = await open(board), box = await drawn(page);
  await page.mouse.move(box.x + 200, box.y + 60);
  await page.mouse.wheel(0, -300);
  const first = await until('a zoom', async () => (await state(page)).zoom);
  await page.keyboard.down('Shift');
  await page.mouse.wheel(0, 300);
  await page.keyboard.up('Shift');
  await until('a pan', async () => (await state(page)).zoom[0] !== first[0]);
  const second = (await state(page)).zoom;
  assert.ok(Math.abs((second[1] - second[0]) - (first[1] - first[0])) < 1, 'panning keeps the span');
  assert.ok(await page.locator('.seg button', { hasText: '放大中' }).count());
  await page.keyboard.press('a');
  assert.strictEqual((await state(page)).window, 'all');
});

test('two fingers zoom', async () => {
  const page = await open(board, { hasTouch: true, size: [360, 740] }), box = await drawn(page);
  const devtools = await page.context().newCDPSession(page), y = box.y + box.height / 2;
  const touch = (type, ...xs) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x: box.x + x, y, id })) });
  await touch('touchStart', 100, 160);
  for (const d of [10, 20, 30, 40]) await touch('touchMove', 100 - d, 160 + d);
  await touch('touchEnd');
  const zoom = await until('a zoom', async () => (await state(page)).zoom);
  assert.ok(zoom[1] - zoom[0] < 25e6, `${zoom}`);
  assert.deepStrictEqual(page.faults, []);
});

test('the reading line tells value and time, also to those who cannot see it', async () => {
  const page = await open(board), box = await drawn(page);
  await page.mouse.move(box.x + 60, box.y + 60);
  await until('a value', async () => /°C[^]*s/.test(await page.locator('.cross p').innerText()));
  await page.mouse.move(box.x + 60, box.y - 300);
  await page.locator('.chart').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await until('it is spoken', async () => /°C/.test(await page.locator('.chart .sr').innerText()));
});

test('on a phone its words stay words', async () => {
  const page = await open(board, { size: [360, 740] });
  await drawn(page);
  await page.locator('.chart').focus();
  await page.keyboard.press('Home');
  const tip = await until('its words', () => page.locator('.cross p').boundingBox());
  assert.ok(tip.height < 60 && tip.width > 80 && tip.x + tip.width <= 360, JSON.stringify(tip));
});
