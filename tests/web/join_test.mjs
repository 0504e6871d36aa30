// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Joining a lesson on a real board: by its four digits or the address of its QR code, a group without a name; what
// goes wrong is one sentence, and a reload at any step loses nothing.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, chromium, closeBrowser, open, until } from '../support/browser.mjs';
import { putLessons, Teacher } from '../support/lessons.mjs';
import { complaints } from '../support/looks.mjs';

/** @type {Board} */ let board;
/** @type {Teacher} */ let teacher;
/** @type {any} */ let session;
before(async () => {
  board = await Board.start([['cup', 10], ['cup', 10], ['pendulum', 100]], putLessons);
  teacher = await Teacher.signIn(board);
});
after(async () => { await closeBrowser(); await board?.close(); });

const PHONE = /** @type {[number, number]} */ ([360, 740]);
const type = async (/** @type {any} */ page, /** @type {string} */ code) => { await page.locator('.digits4').fill(code); await page.locator('.join .main').click(); };
const other = (/** @type {string} */ code) => String((Number(code) + 1) % 10000).padStart(4, '0');
const shot = async (/** @type {any} */ page, /** @type {string} */ name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/join-${name}.png` }); };

test('without a lesson nothing asks to join, and nothing of it is loaded', async () => {
  const page = await open(board);
  await until('a kit', async () => /1 号/.test(await page.locator('.gb').first().innerText()));
  assert.strictEqual(await page.locator('dialog.join').count(), 0);
  assert.deepStrictEqual(page.asked.filter((url) => /\/js\/(class|join|predict)\.js/.test(url)), []);
  await page.context().close();
});

test('a lesson opens: every page that is in none is asked for its digits; whoever only looks is not asked again', async () => {
  const page = await open(board, { size: PHONE });
  await until('the key', () => page.locator('.state').count());
  session = await teacher.session('cool-choice', [1, 2], { groups: 3, title: '七（3）班 <b>&</b> 🐟' });
  await page.locator('.digits4').waitFor();
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'code');
  await page.locator('.join header .btn').click();
  await until('it is gone', async () => !await page.locator('dialog.join[open]').count());
  await page.reload();
  await page.locator('.joinin').waitFor();
  assert.strictEqual(await page.locator('dialog.join[open]').count(), 0);
  await page.locator('.joinin').click();
  await page.locator('.digits4').waitFor();
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('wrong digits are one sentence that names them; too few are not sent', async () => {
  const page = await open(board, { size: PHONE });
  await page.locator('.digits4').waitFor();
  await type(page, '12');
  assert.match(await page.locator('.join .pinbad').innerText(), /4 个数字/);
  const wrong = other(session.code);
  await type(page, wrong);
  await until('a sentence', async () => (await page.locator('.join .pinbad').innerText()).includes(wrong));
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'wrong');
  await page.locator('.digits4').fill('４８２７');
  assert.strictEqual(await page.locator('.digits4').inputValue(), '4827', 'digits of a Chinese keyboard');
  await page.context().close();
});

test('the right digits lead to the groups, a group to its own page, and a reload keeps it', async () => {
  const page = await open(board, { size: PHONE });
  await page.locator('.digits4').waitFor();
  await type(page, session.code);
  await until('three groups', async () => await page.locator('.place').count() === 3);
  assert.match(await page.locator('dialog.join').innerText(), /七（3）班 <b>&<\/b> 🐟/, 'strings from outside are text');
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'groups');
  await page.locator('.place').nth(1).click();
  await until('the mark of group 2', async () => /2 组/.test(await page.locator('.gmark').first().innerText()));
  await until('its own kit', async () => /2 号/.test(await page.locator('.gb').first().innerText()));
  await page.reload();
  await until('still group 2', async () => /2 组/.test(await page.locator('.gmark').first().innerText()));
  assert.strictEqual(await page.locator('dialog.join[open]').count(), 0);
  await until('the teacher sees it', async () => (await board.get(`sessions/${session.id}`)).groups[1].joined === 1);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('the address of the QR code leads straight to the groups; an old one says so', async () => {
  const page = await open(board, { size: PHONE, query: `?join=${session.code}&lang=en&theme=dark` });
  await until('three groups', async () => await page.locator('.place').count() === 3);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'groups-en');
  await page.locator('.place').first().click();
  await until('group 1', async () => /Group 1/.test(await page.locator('.gmark').first().innerText()));
  assert.strictEqual(new URL(page.url()).search, '?lang=en&theme=dark', 'a reload joins nothing anew');
  await page.context().close();
  const late = await open(board, { size: PHONE, query: `j/${other(session.code)}` });
  await until('a sentence', async () => (await late.locator('.join .pinbad').innerText()).includes(other(session.code)));
  await late.context().close();
});

test('a browser changes its group, keeps to it when the board starts anew, and may look on when the lesson is over', async () => {
  const context = await (await chromium()).newContext({ viewport: { width: 1024, height: 768 } });
  const page = await open(board, { context, query: `?join=${session.code}&lang=zh&theme=light` });
  await page.locator('.place').nth(2).click();
  await until('group 3', async () => /3 组/.test(await page.locator('.gmark').first().innerText()));
  await page.locator('dialog.lessonsheet[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.idbar .btn.sq').click();
  await page.locator('.pop .item', { hasText: '换一组' }).click();
  await page.locator('.digits4').waitFor();
  await type(page, session.code);
  await page.locator('.place').first().click();
  await until('group 1', async () => /1 组/.test(await page.locator('.gmark').first().innerText()));
  await board.halt('SIGKILL');
  await board.boot();
  await until('connected', async () => await page.locator('.slip.bad').count() === 0 || !await page.locator('.slip.bad').isVisible(), 40000);
  await page.reload();
  await until('group 1 still', async () => /1 组/.test(await page.locator('.gmark').first().innerText()));
  teacher = await Teacher.signIn(board);
  await teacher.act(session.id, { do: 'end' });
  await until('nothing to mark', async () => await page.locator('.markit').count() === 0);
  assert.match(await page.locator('.gmark').first().innerText(), /1 组/);
  await page.reload();
  await until('group 1, to look at', async () => /1 组/.test(await page.locator('.gmark').first().innerText()));
  assert.strictEqual(await page.locator('.markit').count(), 0);
  assert.strictEqual(await page.locator('dialog.join[open]').count(), 0);
  session = await teacher.session('cool-curve', [], { groups: 2 });
  await page.locator('.digits4').waitFor();                    // the next lesson is open
  await context.close();
});
