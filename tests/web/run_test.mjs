// SPDX-License-Identifier: GPL-3.0-or-later
// Runs: only behind the teacher's PIN, kept through reload and by latecomers, laid over, exported.
import assert from 'node:assert';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastPoint, lastTime, open, phase, rested, startRun, textOf, typePin, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10]]); });
after(async () => { await closeBrowser(); await board?.close(); });

test('a wrong PIN starts nothing and says what to do; the right one starts', async () => {
  const page = await open(board);
  await until('ready', async () => (await phase(page)) === 'ready');
  await page.locator('.state').click();
  await typePin(page, board.pin === '000000' ? '000001' : '000000');
  await until('a sentence', async () => /PIN 不对/.test(await page.locator('.pinbad').innerText()));
  assert.strictEqual((await board.get('runs')).runs.length, 0);
  await typePin(page, board.pin);
  await until('recording', async () => (await phase(page)) === 'rec');
  assert.ok(await page.locator('.who').isVisible(), 'it shows that the teacher is signed in');
  await until('the clock runs', async () => (await page.locator('.clk').innerText()) >= '00:01');
  assert.deepStrictEqual(page.faults, []);
});

test('a reload and another browser see the same run going on, from its start', async () => {
  const page = await open(board);
  await until('recording', async () => (await phase(page)) === 'rec');
  assert.ok(await page.locator('.pinned').count(), 'a student is told that stopping needs the PIN');
  const [run] = (await board.get('runs')).runs;
  const first = await until('a drawn point', () => lastPoint(page));
  await page.reload();
  // Its newest second may not be kept yet: it comes live, or a moment later.
  const again = await until('time goes on from the start of the run', async () => {
    const point = await lastPoint(page);
    return point && point[0] >= first[0] && point;
  });
  const now = ((await board.get('status')).now_us - run.from_us) / 1e6;
  assert.ok(again[0] <= now + 0.2 && again[0] > now - 5, `${again[0]} s drawn, ${now} s recorded`);
});

test('the teacher stops it; it is done, and its length is kept', async () => {
  const page = await open(board);
  await until('recording', async () => (await phase(page)) === 'rec');
  await page.locator('.state').click();
  await typePin(page, board.pin);
  await until('done', async () => (await phase(page)) === 'done');
  const [run] = (await board.get('runs')).runs;
  assert.ok(run.to_us > run.from_us);
  const length = await page.evaluate(async (s) => (await import('/js/numbers.js')).clock(s), (run.to_us - run.from_us) / 1e6);
  await until('its length', async () => (await page.locator('.clk').innerText()) === length);
  await page.reload();
  await until('done still', async () => (await phase(page)) === 'done');
  await until('the same length', async () => (await page.locator('.clk').innerText()) === length);
  await until('the chart ends where the run does', async () => (
    Math.abs(await lastTime(page) - (run.to_us - run.from_us) / 1e6) < 0.3));
});

test('whoever comes after a run sees the line move; the run is a chip, and shown, the numbers are its own', async () => {
  const page = await open(board);
  await until('ready', async () => (await phase(page)) === 'ready');
  const first = await until('a drawn point', () => lastPoint(page));
  await until('the line moves', async () => await lastTime(page) > first[0] + 0.3);
  await page.locator('.run', { hasText: '第 1 次' }).click();
  await until('done', async () => (await phase(page)) === 'done');
  const [run] = (await board.get('runs')).runs;
  await until('its end', async () => Math.abs(await lastTime(page) - (run.to_us - run.from_us) / 1e6) < 0.3);
  const last = await lastPoint(page), shown = () => page.locator('.big b, .lane .v').allInnerTexts();
  const isIts = async () => (await shown()).every((text) => last.slice(1).some((y) => parseFloat(text) === Number(y.toFixed(2))));
  await until('its last values', isIts);
  const since = await board.get('status');
  await until('a second at the board', async () => (await board.get('status')).now_us > since.now_us + 1e6);
  assert.ok(await isIts(), 'and they stay');
  await page.reload();
  await until('it is still shown', async () => (await phase(page)) === 'done');
});

test('a second run replaces none; the first can be laid over it and shown again', async () => {
  const page = await open(board);
  await startRun(page, board);
  await until('three seconds of it', async () => await lastTime(page) > 3);
  await page.locator('.lay').first().click();
  assert.strictEqual(await page.locator('.lay').first().getAttribute('aria-pressed'), 'true');
  await until('the overlay is here', () => page.evaluate(async () => {
    const { readings } = await import('/js/readings.js');
    return readings.overlays()[0]?.block.length > 5;
  }));
  await page.locator('.run', { hasText: '第 1 次' }).click();
  const [first] = (await board.get('runs')).runs;
  await until('the first run', async () => Math.abs(await lastTime(page) - (first.to_us - first.from_us) / 1e6) < 0.3);
  assert.strictEqual(await phase(page), 'rec', 'looking at another run does not stop the one going on');
  await page.locator('.state').click();
  await until('done', async () => (await phase(page)) === 'done');
});

test('a double tap is one press, and a key that is held down is one too', async () => {
  const page = await open(board);
  // By the board: the clock of the page shows the run before until the next picture.
  const has = (n) => until(`${n} s of a run`, async () => {
    const run = (await board.get('runs')).runs.at(-1), { now_us: now } = await board.get('status');
    return (run.to_us ?? now) - run.from_us >= n * 1e6;
  });
  await startRun(page, board);                       // signs the teacher in
  await has(2);
  await page.keyboard.press('r');
  await until('done', async () => (await phase(page)) === 'done');
  await has(1);
  const before = (await board.get('runs')).runs.length;
  await rested(page);
  await page.locator('.state').dblclick();
  await until('recording', async () => (await phase(page)) === 'rec');
  await has(2);
  assert.deepStrictEqual([await phase(page), (await board.get('runs')).runs.length], ['rec', before + 1]);
  assert.strictEqual(await page.locator('.notice').count(), 0, 'and nothing was refused');
  await rested(page);
  await page.keyboard.down('r');
  await until('done', async () => (await phase(page)) === 'done');
  await rested(page);
  for (let i = 0; i < 3; i++) await page.keyboard.down('r');      // a repeat, as no key went up
  const { now_us: at } = await board.get('status');
  await until('two seconds at the board', async () => (await board.get('status')).now_us > at + 2e6);
  assert.deepStrictEqual([await phase(page), (await board.get('runs')).runs.length], ['done', before + 1]);
  await page.keyboard.up('r');
});

test('the teacher names a run, and its name stands wherever the run is named', async () => {
  const page = await open(board), name = '茶杯 <b>1</b>';
  assert.strictEqual(await page.locator('.title').count(), 0, 'no name is asked of students');
  await startRun(page, board);                       // signs the teacher in
  await rested(page);
  await page.locator('.state').click();
  await until('done', async () => (await phase(page)) === 'done');
  await page.locator('.title').fill(name);
  await rested(page);
  await page.locator('.state').click();
  await until('recording', async () => (await phase(page)) === 'rec');
  const run = (await board.get('runs')).runs.at(-1), said = `第 ${run.number} 次：${name}`;
  assert.strictEqual(run.title, name);
  assert.strictEqual(await page.locator('.run b').first().innerText(), said);
  await page.locator('.out').click();
  await until('the run by its name', async () => (await page.locator('.pop h2').allInnerTexts()).some((text) => text.startsWith(said)));
  await page.keyboard.press('Escape');
  await rested(page);
  await page.locator('.state').click();
  await until('done', async () => (await phase(page)) === 'done');
  assert.strictEqual(await page.locator('.title').inputValue(), '', 'the name is of one run');
});

test('a refusal is told in the notice line', async () => {
  const page = await open(board);
  await startRun(page, board);
  await page.route('**/stop', (route) => route.fulfill({ status: 409, json: { error: { code: 'x', zh: '不行。', en: 'No.' } } }));
  await rested(page);
  await page.locator('.state').click();
  await until('its sentence', async () => (await textOf(page.locator('.notice'))).includes('不行。'));
  assert.strictEqual(await page.locator('.readout [role=status]').innerText(), '不行。', 'and spoken');
  await page.unroute('**/stop');
  await rested(page);
  await page.locator('.state').click();
  await until('done', async () => (await phase(page)) === 'done');
});

test('the export of the shown run is a table and line protocol with its readings', async () => {
  const page = await open(board);
  await page.locator('.run', { hasText: '第 1 次' }).click();
  await until('done', async () => (await phase(page)) === 'done');
  for (const [form, wanted] of /** @type {[string, RegExp][]} */ ([['csv', /time_s/], ['lp', /^virtual-cup[ ,]/m]])) {
    await page.locator('.out').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`.pop a[href*="format=${form}"]`).first().click()]);
    const text = fs.readFileSync(await download.path(), 'utf8');
    assert.match(text, wanted);
    assert.ok(text.split('\n').length > 10, 'it has rows');
  }
});

test('a run of no class has a receipt, too', async () => {
  const page = await open(board);
  await page.locator('.run', { hasText: '第 1 次' }).click();
  await until('done', async () => (await phase(page)) === 'done');
  await page.locator('.out').click();
  await page.locator('.pop button', { hasText: '清单' }).click();
  const slip = page.locator('dialog.receipt[open]');
  await until('what it says', async () => await slip.locator('dt').count() > 2);
  const { sha256, stored } = await board.get(`runs/${(await board.get('runs')).runs.find((/** @type {any} */ r) => r.number === 1).id}/receipt`), said = await slip.innerText();
  assert.ok(said.includes(`${sha256.slice(0, 4)} ${sha256.slice(4, 8)}`), said);
  assert.ok(said.replaceAll(/[\s,]/g, '').includes(String(stored)), said);
  await page.keyboard.press('Escape');
  await until('closed', async () => await page.locator('dialog[open]').count() === 0);
  await page.locator('.out').click();
  await page.locator('.pop button', { hasText: '清单' }).click();
  await until('open again', async () => await slip.count() === 1);
  assert.deepStrictEqual(page.faults, []);
});

test('too many wrong PINs make everybody wait, and a sentence says so', async () => {
  const page = await open(board);
  await until('ready', async () => (await phase(page)) === 'ready');
  await page.locator('.state').click();
  const bad = page.locator('.pinbad');
  for (let i = 0; i < 8 && !/1 分钟|\d+ 秒/.test(await bad.innerText()); i++) {
    await page.locator('.pin input').fill('999990');
    await Promise.all([page.waitForResponse(/login/), page.locator('.pin .main').click()]);
    await until('an answer', async () => (await bad.innerText()) !== '' && await page.locator('.pin .main').isEnabled());
  }
  assert.match(await bad.innerText(), /1 分钟|\d+ 秒/);
  await page.keyboard.press('Escape');
  assert.strictEqual(await page.locator('dialog[open]').count(), 0);
});
