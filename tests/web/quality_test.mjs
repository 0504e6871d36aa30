// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// How good the data is, as the page says it: of a kit that nobody asked for a rate, and of a run that is over.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Board, chromium, closeBrowser, lastTime, open, phase, rested, startRun, textOf, until } from '../support/browser.mjs';
import { kindsBoard, lookAt } from '../support/kinds.mjs';

// emulate/bell.py says how often it was pressed only when it is.
const BELL = `kit: bell
name: {zh: 铃, en: Bell}
serial: 115200 8N1
lines: {}
channels:
  - {id: press, name: {zh: 按下次数, en: Presses}, quantity: count, unit: "1", range: [0, 1e6], resolution: 1, from: press}
  - {id: light, name: {zh: 光, en: Light}, quantity: number, unit: "1", range: [0, 1023], resolution: 1, from: light}
`;

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['T:20.5 p:{n}', 10], { emulate: 'bell.py', args: [], port: 'kit: bell' }], (folder) => {
  fs.mkdirSync(path.join(folder, 'kits/bell'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'kits/bell/kit.yaml'), BELL);
  return `kits: [${folder}/kits]\nstore: {commit: 1 s}\n`;
}); });
after(async () => { await closeBrowser(); await board?.close(); });

const facts = (/** @type {any} */ page) => textOf(page.locator('.quality .facts'));
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

test('a column that is not in every row shows its newest value, and how old that is', async () => {
  const page = await lookAt(board, 2), big = () => page.locator('.readout .big b').innerText(), age = (/** @type {string} */ where) => page.locator(`${where} .age`).first().innerText();
  assert.strictEqual(await big(), '—', 'nobody pressed it');
  board.kits[1].process.kill('SIGUSR1');
  await until('it counts', async () => await big() === '1');
  assert.strictEqual(await age('.readout .big'), '', 'it is new');
  await until('its age', async () => /^[3-9] 秒前$/.test(await age('.readout .big')));
  assert.strictEqual(await big(), '1');
  assert.match(await age('.lane'), /^\d+ 秒前$/);
  assert.deepStrictEqual(await page.locator('.lane').last().locator('.age').innerText(), '', 'light is in every row');
  await page.keyboard.press('2');
  await until('the large one', async () => await page.locator('.digit b').first().innerText() === '1');
  await until('and how old', async () => /^\d+ 秒前$/.test(await age('.digit')));
  await page.keyboard.press('f');
  await until('when it came', async () => /^在 \d+\.\d\u202fs$/.test(await age('.digit')));
  assert.strictEqual(await page.locator('.digit b').first().innerText(), '1');
  await page.keyboard.press('f');
  const late = await lookAt(board, 2);
  await until('who comes later', async () => await late.locator('.readout .big b').innerText() === '1' && /秒前|分钟前/.test(await late.locator('.readout .big .age').innerText()));
  assert.deepStrictEqual([...page.faults, ...late.faults], []);
  await page.context().close();
  await late.context().close();
});

const stop = async (/** @type {any} */ page) => {
  await rested(page);
  await page.locator('.state').click();
  await until('done', async () => (await phase(page)) === 'done');
};

test('what is said beside a finished run is said of the run, not of the kit as it is now', async () => {
  const kinds = await kindsBoard();
  try {
    const page = await lookAt(kinds, 3);
    await startRun(page, kinds);
    await until('three seconds of it', async () => await lastTime(page) > 3);
    await stop(page);
    const [stream] = (await kinds.get('devices')).devices[2].streams;
    assert.strictEqual(await page.evaluate(async (id) => (await fetch('/api/v1/calibrations', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: id, channel: 'temp', points: [{ raw: 21.5, true: 11.5 }], name: 'water', is_sure: true }) })).status, stream.id), 201);
    await kinds.unplug(2);
    await until('the board notices', async () => (await kinds.get('devices')).devices[2].state === 'gone');
    await startRun(page, kinds);
    const { now_us: began } = await kinds.get('status');
    await until('a second at the board', async () => (await kinds.get('status')).now_us > began + 1e6);
    await stop(page);
    await says(page, /^这一次没有 3 号的数据/);
    assert.doesNotMatch(await facts(page), /每秒|一个点也没少/);
    assert.match(await page.locator('.badge').innerText(), /^—(?!.*缺失 0)/);
    await kinds.plug(2);
    await until('it is back', async () => (await kinds.get('devices')).devices[2].state === 'ready');

    await page.locator('.run', { hasText: '第 1 次' }).click();
    await says(page, /这一次每秒 [45](\.\d)? 次/);
    await says(page, /这一次从头到尾都在预热/);
    await says(page, /温度：没有校准过/);
    await says(page, /量程 21\u202f°C 到 21\.9\u202f°C/);
    assert.doesNotMatch(await facts(page), /water|再等|现在/);
    await says(page, /这一次的时刻最差准到 ±[\d.]+\u202f(ms|s)，100 个点里至少 95 个在这个范围内。时刻是读数到板子的一刻。/);
    assert.match(await page.locator('.badge').innerText(), /±\u202f?[\d.]+\u202f(ms|s)/);
    assert.strictEqual(await page.locator('.lane .cal').count(), 0);
    assert.match(await page.locator('.badge').innerText(), /^预热\s*[\d.]+\u202fs\s*[45](\.\d)?\u202fHz/);
    await page.locator('.run', { hasText: '实时' }).click();
    await says(page, /已校准（water /);
    await says(page, /量程 11\u202f°C 到 11\.9\u202f°C/);
    await says(page, /还在预热，再等/);
    await until('its mark', () => page.locator('.lane .cal').count());
    assert.deepStrictEqual(page.faults, []);
  } finally {
    await kinds.close();
  }
});
