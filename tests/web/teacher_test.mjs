// SPDX-License-Identifier: GPL-3.0-or-later
// A teacher's whole lesson on the teacher's page, with the real daemon and two kits, in Chinese and in English: the PIN,
// a lesson, a look over the kits, start, a kit that is pulled and plugged again, the reveal, the end. In each state the
// page is looked over as looks.mjs does.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { attributeOf, Board, closeBrowser, open, textOf, until } from '../support/browser.mjs';
import { lessonIn } from '../support/lesson.mjs';
import { complaints } from '../support/looks.mjs';

const TAPS_MOST = 6;
const WORDS = {
  zh: { wrong: /PIN 不对/, gone: /2 号.*没有信号。把 USB 线重新插进板子/, started: /2 组一起开始/, one: /1 组先开始/, kept: '数据都存好了，中间有缺口', undone: '已撤销' },
  en: { wrong: /not the PIN/, gone: /Kit 2.*No signal. Push its USB cable into the board/, started: /Start all 2 groups/, one: /Start 1 groups now/, kept: 'All that came is kept; there are gaps', undone: 'undone' },
};

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10], ['cup', 10]], (folder) => `store: {commit: 1 s}\n${lessonIn(folder)}`); });
after(async () => { await closeBrowser(); await board?.close(); });

/** A picture of a state, where somebody wants to look. @param {any} page @param {string} name */
async function shoot(page, name) {
  const folder = process.env.KITLOG_SHOTS;
  if (!folder) return;
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `teacher-${name}.png`) });
}
/** @param {any} page @param {string} name */
async function lookOver(page, name) {
  await shoot(page, name);
  assert.deepStrictEqual(await complaints(page), [], name);
}
const tileLine = (/** @type {any} */ page, /** @type {number} */ group) => attributeOf(page.locator(`[data-group="${group}"] .plot .ln`).first(), 'd').then((d) => d ?? '');
/** The session as the board has it. */
const session = async () => (await board.get('sessions')).sessions[0];
/** Asks the board from the page, with the teacher's cookie. @param {any} page @param {string} what @param {unknown} body @returns {Promise<number>} */
const post = (page, what, body) => page.evaluate(async ([where, text]) => (await fetch(`/api/v1/${where}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })).status,
  [what, JSON.stringify(body)]);

for (const [lang, size] of /** @type {['zh'|'en', [number, number]][]} */ ([['zh', [1024, 768]], ['en', [1920, 1080]]])) {
  const words = WORDS[lang];

  test(`a whole lesson, ${lang}`, async () => {
    const page = await open(board, { size, query: `teacher?lang=${lang}&theme=${lang === 'zh' ? 'light' : 'dark'}` });
    let taps = 0;
    const tap = async (/** @type {string} */ where) => { taps++; await page.locator(where).click(); };

    // The PIN: a wrong one first.
    await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
    assert.strictEqual(await page.locator('.lcard').count(), 0, 'nothing of the class is seen before it');
    await page.locator('.pin input').fill('0000');
    await page.locator('.pin .main').click();
    await until('it is wrong', async () => words.wrong.test(await page.locator('.pinbad').first().innerText()));
    await lookOver(page, `pin-${lang}`);
    await page.locator('.pin input').fill(board.pin);
    await tap('.pin .main');

    // Step 1 and 2.
    await until('the lesson can run', async () => /2/.test(await textOf(page.locator('.lcard .can.ok-c').first())));
    const card = '.lcard:has-text("' + (lang === 'zh' ? '绳子和水温' : 'String and water') + '")';
    await tap(card);
    await until('both kits are well', async () => await page.locator('.kit.ok').count() === 2 && await page.locator('[data-check=kits].ok').count());
    await lookOver(page, `choose-${lang}`);
    await tap('.startbar .big');
    await until('a code', async () => /^\d{4}$/.test(await textOf(page.locator('.code'))));
    await until('its picture', () => page.locator('.qr').evaluate((/** @type {any} */ img) => img.naturalWidth > 0));
    assert.doesNotMatch(await page.locator('.join').innerText(), /127\.0\.0\.1|localhost/, 'nobody is sent to what leads only the board to itself');
    await until('each group has a kit', async () => (await session()).groups.every((/** @type {any} */ g) => g.devices.length === 1));
    await until('two groups can start', async () => words.started.test(await page.locator('.startbar .big').innerText()));
    await lookOver(page, `kits-${lang}`);
    await tap('.startbar .big');
    await until('a line grows', async () => (await tileLine(page, 1)).length > 40 && (await tileLine(page, 2)).length > 40);
    const first = await tileLine(page, 1);
    await until('it grows on', async () => await tileLine(page, 1) !== first);
    assert.ok(taps <= TAPS_MOST, `${taps} taps from the page to a live chart`);
    await lookOver(page, `wall-${lang}`);
    const running = await session();
    assert.strictEqual(running.state, 'running');
    const runs = running.groups.map((/** @type {any} */ g) => g.run), all = (await board.get('runs')).runs.filter((/** @type {any} */ r) => runs.includes(r.id));
    assert.strictEqual(all.length, 2);
    assert.strictEqual(all[0].from_us, all[1].from_us, 'one instant for all');

    // A kit is pulled, and plugged again: what to do, and then it goes.
    await board.unplug(1);
    await until('the next action', async () => words.gone.test(await textOf(page.locator('[data-group="2"] .fix'))));
    await lookOver(page, `fault-${lang}`);
    await board.plug(1);
    await until('it is back', async () => await page.locator('[data-group="2"] .fix').count() === 0);
    await until('the gap is seen', () => page.locator('[data-group="2"] .plot .gap').count());

    // What goes to all: a mark, a freeze, an axis; a reload loses nothing.
    await page.locator('.acts .popbox .btn').first().click();
    await page.locator('.pop input').fill('<b>搅拌</b> 🍵');
    await page.locator('.pop .main').click();
    await until('the mark is on the wall', async () => (await page.locator('[data-group="1"] .plot').textContent()).includes('<b>搅拌</b> 🍵'));
    await page.locator('.inclass .acts > .btn').first().click();
    await until('all are frozen', async () => (await session()).is_frozen);
    await page.reload();
    await until('still in class', () => page.locator('.startbar .stop').count());
    await page.locator('.inclass .acts > .btn[aria-pressed=true]').first().click();
    await until('they go on', async () => !(await session()).is_frozen);
    await page.locator('.btn.axes').click();
    await page.locator('.pop input').first().fill('9');
    await page.locator('.pop input').last().fill('1');
    await page.locator('.pop .main').click();
    await until('the smaller one first', async () => (await page.locator('.pop .pinbad').innerText()).length > 5);
    await page.locator('.pop input').first().fill('0');
    await page.locator('.pop input').last().fill('120');
    await page.locator('.pop .main').click();
    await until('one range for all', async () => String((await session()).y_range) === '0,120');
    await page.keyboard.press('Escape');

    // The clock of the lesson.
    await page.locator('.phases button').nth(1).click();
    await until('the second phase', async () => (await session()).phase?.index === 1);
    await until('it counts down', async () => /^09:5\d/.test(await page.locator('.lclock .big').innerText()));

    // Signed out in another tab: Stop asks for the PIN, and then it stops. The reveal, with what only the teacher knows until then.
    await page.evaluate(() => fetch('/api/v1/login', { method: 'DELETE' }));
    await page.locator('.startbar .stop').click();
    await until('the PIN again', () => page.locator('dialog.pin[open]').count());
    await page.locator('.pin input').fill(board.pin);
    await page.locator('.pin .main').click();
    await until('stopped', async () => (await session()).state === 'open');
    await page.locator('.inclass .acts .seg button').nth(2).click();
    const expected = await page.locator('.expect').innerText();
    assert.match(expected, /91\.5.*97\.5/);
    assert.match(expected, lang === 'zh' ? /学生看不到[^]*水温 · 平均/ : /students do not see it[^]*Water · Mean/, 'in words');
    await page.locator('[data-do=reveal]').click();
    await until('shown to the class', async () => (await session()).is_revealed);
    await until('and the page says so', async () => (lang === 'zh' ? /学生看得到了/ : /students see it now/).test(await page.locator('.expect').innerText()));
    await lookOver(page, `reveal-${lang}`);

    // The log, and what can be undone.
    await page.locator('.inclass .acts .seg button').nth(3).click();
    await until('the log', async () => await page.locator('.logv tbody tr').count() > 6);
    await page.locator('.logv tr:not(.undone) .btn').first().click();
    await until('undone', async () => (await page.locator('.logv').innerText()).includes(words.undone));
    await until('hidden again', async () => !(await session()).is_revealed);
    await lookOver(page, `log-${lang}`);

    // The end: one package.
    await page.locator('.startbar .end').click();
    await page.locator('.startbar .pop .item').first().click();
    await until('all is kept, and the gap is said', async () => (await textOf(page.locator('.slip h1'))).includes(words.kept));
    await lookOver(page, `end-${lang}`);
    assert.match(await page.locator('.startbar a.big').getAttribute('href') ?? '', new RegExp(`sessions/${running.id}/package$`));
    const download = page.waitForEvent('download');
    await page.locator('.startbar a.big').click();
    const packed = fs.readFileSync(await (await download).path());
    assert.strictEqual(packed.subarray(0, 2).toString(), 'PK', 'a zip');
    for (const run of runs) assert.ok(packed.includes(`run-${run}/`), `the run of each group is in it: ${run}`);
    await page.locator('.tbar .btn').click();
    const figures = await page.evaluate(async (where) => (await fetch(where)).text(), await page.locator('.tbar .pop a[download]').getAttribute('href'));
    assert.match(figures, /warm-string/);
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}
