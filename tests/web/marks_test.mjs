// SPDX-License-Identifier: GPL-3.0-or-later
// A press of a button is seen on the student page: a numbered flag on every kit's chart, its words for hands, keys
// and listeners, a row of the table. The button hangs at a serial port, as in tests/system/marks_test.py.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { attributeOf, Board, closeBrowser, lastPoint, open, startRun, textOf, until } from '../support/browser.mjs';
import { complaints } from '../support/looks.mjs';

const BELL = `kit: bell
name: {zh: 铃, en: Bell}
serial: 115200 8N1
lines: {}
channels:
  - {id: press, name: {zh: 按下次数, en: Presses}, quantity: count, unit: "1", range: [0, 1e6], resolution: 1, from: press, mark: yes}
  - {id: light, name: {zh: 光, en: Light}, quantity: number, unit: "1", range: [0, 1023], resolution: 1, from: light}
`;
const PRESSED = 2;                   // before any page is opened: these come from the card

/** @type {Board} */ let board;
before(async () => {
  board = await Board.start([['cup', 10], { emulate: 'bell.py', args: [], port: 'kit: bell' }], (folder) => {
    fs.mkdirSync(path.join(folder, 'kits/bell'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'kits/bell/kit.yaml'), BELL);
    return `kits: [${folder}/kits]\nstore: {commit: 1 s}\n`;
  });
  await until('rows of the bell', async () => (await board.get('devices')).devices[1].health?.rows > 10);
  for (let n = 1; n <= PRESSED; n++) await press(n);
});
after(async () => { await closeBrowser(); await board?.close(); });

const marks = async () => (await board.get('marks')).marks;
/** Presses the bell, until the board has that many marks on its card. @param {number} n */
async function press(n) {
  board.kits[1].process.kill('SIGUSR1');
  await until(`mark ${n}`, async () => (await marks()).length === n);
}
const drawn = (/** @type {any} */ page) => attributeOf(page.locator('.chart .paper'), 'data-marks');
/** @param {any} page @param {string} numbers */
const shows = (page, numbers) => until(`marks ${numbers}`, async () => await drawn(page) === numbers);
async function look(how = {}) {
  const page = await open(board, how);
  await until('a drawn point', () => lastPoint(page));
  await page.keyboard.press('a');
  return page;
}
const note = (/** @type {any} */ page) => textOf(page.locator('.cross p em'));

test('marks of before and new ones are flags on the chart of another kit', async () => {
  const page = await look();
  await shows(page, '1,2');
  assert.match(await page.locator('.gb').innerText(), /1 号/);
  await press(3);
  await shows(page, '1,2,3');
  await page.reload();
  await shows(page, '1,2,3');
  assert.deepStrictEqual(page.faults, []);
});

test('a mouse near the flag, and the M key, tell its words; a listener hears of all', async () => {
  for (const [lang, words, all] of [['zh', '标记 2：2 号 铃', /^标记共 3 个.*标记 1：2 号 铃/], ['en', 'Mark 2: Bell, kit 2', /^Marks: 3\..*Mark 1: Bell, kit 2/]]) {
    const page = await look({ query: `?lang=${lang}&theme=dark` });
    await shows(page, '1,2,3');
    const near = await page.evaluate(async () => {
      const { view } = await import('/js/view.js'), { marks: known } = await import('/js/marks.js');
      const [, { at_us: at }] = known.shown;
      view.look('zoom', [at - 2e6, at + 2e6]);
      return (document.querySelector('.chart .u-over')?.getBoundingClientRect().width ?? 0) / 2;
    });
    await until('zoomed', () => page.locator('.seg button', { hasText: /放大中|Zoomed/ }).count());
    const box = await page.locator('.chart .u-over').boundingBox();
    await page.mouse.move(box.x + near + 5, box.y + 80);
    await until(words, async () => (await note(page)).includes(words));
    assert.match(await page.locator('.cross p span').innerText(), /s/, 'and when it was');
    await page.mouse.move(box.x + 5, box.y - 200);
    await page.keyboard.press('a');
    await page.locator('.chart').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('m');
    await page.keyboard.press('m');
    await until('it is spoken', async () => (await page.locator('.chart .sr').textContent()).includes(words));
    const id = await page.locator('.chart').getAttribute('aria-describedby');
    assert.match(await page.locator(`#${id}`).textContent(), all);
    await page.context().close();
  }
});

test('the table has a row for each', async () => {
  const page = await look({ query: '?lang=en&theme=light' }), at = (await marks())[0].at_us;
  await page.keyboard.press('3');
  await page.evaluate(async (us) => { (await import('/js/view.js')).view.measure([us - 1e6, us + 1e6]); }, at);
  const row = page.locator('.tablev tr.mark', { hasText: 'Mark 1: Bell, kit 2' });
  await row.waitFor();
  const [time, above, below] = await row.evaluate((/** @type {Element} */ e) => [e, e.previousElementSibling, e.nextElementSibling]
    .map((r) => parseFloat(r?.firstElementChild?.textContent?.replaceAll('\u202f', '') ?? '')));
  assert.ok(above >= time && time >= below, `${above} ${time} ${below}`);
});

test('a run counts its own marks, and only those', async () => {
  const page = await look();
  await startRun(page, board);
  await shows(page, '');
  await press(4);
  await shows(page, '1');
  await page.evaluate(async () => { (await import('/js/view.js')).view.show('live'); });
  await page.keyboard.press('a');                      // the first are older than the half minute of a fresh look
  await shows(page, '1,2,3,4');
  await page.waitForTimeout(1500);
  await press(5);
  await shows(page, '1,2,3,4,5');
});

test('flags that would touch are one, and none leaves the paper on the left', async () => {
  const page = await look();
  const flags = await page.evaluate(async () => {
    const { flagsOf } = await import('/js/chart-marks.js');
    return flagsOf([10, 200, 205, 300].map((x, i) => ({ x, first: i + 1, last: i + 1 })), (text) => text.length * 20, 0)
      .map(({ x, first, last, way }) => [x, first, last, way]);
  });
  assert.deepStrictEqual(flags, [[300, 4, 4, -1], [205, 2, 3, -1], [10, 1, 1, 1]]);
});

for (const [size, lang, theme] of /** @type {[[number, number], string, string][]} */ ([[[360, 740], 'en', 'dark'], [[1024, 768], 'zh', 'light']])) {
  test(`${size.join('×')} ${lang} ${theme}`, async () => {
    await press((await marks()).length + 1);           // the table has the newest readings only
    const page = await look({ size, query: `?lang=${lang}&theme=${theme}` });
    await page.locator('.chart').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('m');
    await page.keyboard.press('m');
    const tip = await until('its words', async () => await note(page) && page.locator('.cross p').boundingBox());
    assert.ok(tip.height < 80 && tip.x >= 0 && tip.x + tip.width <= size[0], JSON.stringify(tip));
    assert.deepStrictEqual(await complaints(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: path.join(process.env.SHOTS, `marks-${lang}.png`) });
    await page.keyboard.press('3');
    await page.locator('.tablev tr.mark').first().scrollIntoViewIfNeeded();
    assert.deepStrictEqual(await complaints(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: path.join(process.env.SHOTS, `marks-table-${lang}.png`) });
    await page.context().close();
  });
}
