// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The screen on the wall, on a real board: it needs no login and no hands, nothing on it is small, and it mends itself.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { attributeOf, Board, chromium, closeBrowser, textOf, until } from '../support/browser.mjs';
import { complaints } from '../support/looks.mjs';

const SMALLEST = 0.034;                           // of the height

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10], ['pendulum', 100]], 'store: {commit: 1 s}\n'); });
after(async () => { await closeBrowser(); await board?.close(); });

/** The screen, as a display has it. @param {{size?: [number, number], query?: string}} [how] */
async function wall({ size = [1920, 1080], query = '?lang=zh&theme=light' } = {}) {
  const context = await (await chromium()).newContext({ viewport: { width: size[0], height: size[1] }, reducedMotion: 'reduce' });
  const page = await context.newPage(), faults = /** @type {string[]} */ ([]);
  page.on('pageerror', (/** @type {Error} */ e) => faults.push(e.message));
  page.on('console', (/** @type {any} */ m) => { if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) faults.push(m.text()); });
  await page.goto(`${board.url}/screen${query}`);
  return Object.assign(page, { faults });
}
/** The big number, or NaN. @param {any} page */
const value = async (page) => parseFloat((await textOf(page.locator('.bignum .v b'))).replace(/\u2212/, '-').replace(/\u202f/g, ''));
/** How much of the line is drawn. @param {any} page */
const line = async (page) => ((await attributeOf(page.locator('.frame .ln'), 'd')) ?? '').length;
/** @param {any} page */
async function shown(page) { await until('a number and its line', async () => !Number.isNaN(await value(page)) && await line(page) > 60); }

/** Texts that are too small to be read from the back. @param {any} page */
const small = (page) => page.evaluate((/** @type {number} */ least) => [...document.querySelectorAll('.scr *')].filter((e) => e.checkVisibility() && !e.closest('.sr')
  && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent?.trim()) && parseFloat(getComputedStyle(e).fontSize) < least - 0.01)
  .map((e) => `${e.textContent} ${getComputedStyle(e).fontSize}`), SMALLEST * 1080);

test('with no lesson it shows the newest kit, live, and where to open the page', async () => {
  const page = await wall();
  await shown(page);
  assert.match(await page.locator('.who').innerText(), /2 号/);
  assert.match(await page.locator('h1').innerText(), /kitlog-3B2/);
  const before = await line(page);
  await until('the line moves', async () => await line(page) !== before);
  assert.deepStrictEqual(await small(page), []);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('a hand chooses all kits or one, and a reload keeps it', async () => {
  const page = await wall();
  await shown(page);
  await page.mouse.move(400, 400);
  await page.locator('.tools button', { hasText: '看全部' }).click();
  await until('two tiles', async () => await page.locator('.cell .ln').count() === 2);
  await page.reload();
  await until('two tiles again', async () => await page.locator('.cell .ln').count() === 2);
  assert.deepStrictEqual(await small(page), []);
  await page.locator('.tools button', { hasText: '看一个' }).click();
  await page.locator('.tools select').selectOption({ label: '1 号' });
  await until('kit 1', async () => /1 号/.test(await page.locator('.who').innerText()));
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('a run is shown from its begin', async () => {
  const page = await wall({ query: '?lang=en&theme=dark' });
  await shown(page);
  const cookie = (await fetch(`${board.url}/api/v1/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ pin: board.pin }) })).headers.get('set-cookie') ?? '';
  const post = (/** @type {string} */ what, /** @type {object} */ body) => fetch(`${board.url}/api/v1/${what}`, { method: 'POST', headers: { 'content-type': 'application/json', cookie: cookie.split(';')[0] }, body: JSON.stringify(body) });
  const axis = async () => Number((await page.locator('.frame svg text[text-anchor=middle]').first().textContent().catch(() => ''))?.replace('\u2212', '-'));
  assert.ok(await axis() < 0, 'seconds back from now');
  const { id } = await (await post('runs', { title: '' })).json();
  await until('seconds from the begin', async () => await axis() === 0);
  await post(`runs/${id}/stop`, {});
  await page.context().close();
});

test('a kit without signal is told with what to do, and comes back by itself', async () => {
  const page = await wall({ query: '?lang=zh&theme=light&view=all' });
  await until('two tiles', async () => await page.locator('.cell .ln').count() === 2);
  await board.unplug(1);
  await until('what to do', async () => /重新插好/.test(await page.locator('.cell').nth(1).innerText()));
  // What it read last is no value of now.
  assert.strictEqual(await page.locator('.cell').nth(1).locator('.val').innerText(), '—');
  assert.match(await page.locator('.cell').first().locator('.val').innerText(), /\d/);
  assert.deepStrictEqual(await small(page), []);
  await board.plug(1);
  await until('it is back', async () => await page.locator('.ails').count() === 0);
  await page.context().close();
});

test('a board that goes away and comes back is shown again without a hand', async () => {
  const page = await wall();
  await shown(page);
  await board.halt('SIGKILL');
  await until('it says so', () => page.locator('.line.bad').isVisible());
  assert.ok(await line(page) > 60, 'what was drawn stays');
  assert.deepStrictEqual(await small(page), []);
  await board.boot();
  await until('it is there again', async () => await page.locator('.line.bad').count() === 0, 40000);
  await shown(page);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

for (const [size, lang, theme] of /** @type {[[number, number], string, string][]} */ ([[[360, 740], 'zh', 'light'], [[360, 740], 'en', 'dark'],
  [[1024, 768], 'en', 'light'], [[1920, 1080], 'zh', 'dark'], [[1920, 1080], 'en', 'light'], [[3840, 2160], 'zh', 'light']])) {
  test(`looks: ${size.join('×')} ${lang} ${theme}`, async () => {
    const page = await wall({ size, query: `?lang=${lang}&theme=${theme}` });
    await shown(page);
    assert.deepStrictEqual(await complaints(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/screen-one-${lang}-${theme}-${size[0]}.png` });
    await page.mouse.move(100, 300);
    await page.locator('.tools button').nth(1).click();
    await until('two tiles', async () => await page.locator('.cell .ln').count() === 2);
    assert.deepStrictEqual(await complaints(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/screen-all-${lang}-${theme}-${size[0]}.png` });
    await page.context().close();
  });
}

test('with nothing plugged in it says in three steps what to do', async () => {
  const bare = await Board.start([]), was = board;
  board = bare;
  try {
    const page = await wall();
    await until('three steps', async () => await page.locator('.bare li').count() === 3);
    assert.deepStrictEqual(await small(page), []);
    assert.deepStrictEqual(await complaints(page), []);
    await page.context().close();
  } finally {
    board = was;
    await bare.close();
  }
});
