// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// What goes wrong in a class is one sentence on the page, and nothing is lost: a PIN that is guessed, a code of yesterday,
// two teachers who press at once, a lesson with a mistake in its file, a card that is full.
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Board, chromium, closeBrowser, lastTime, open, phase, textOf, typePin, until } from '../support/browser.mjs';
import { putLessons, Teacher } from '../support/lessons.mjs';
import { complaints } from '../support/looks.mjs';

const WRONG = 10, CARD = '8m', LONG = 60000;

/** @type {Board} */ let board;
/** @type {string} the folder of a small card, or '' where mounting is not allowed */ let card = '';
before(async () => {
  board = await Board.start([['cup', 10], ['cup', 10]], (folder) => {
    card = path.join(folder, 'data');
    fs.mkdirSync(card);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${CARD}`, 'tmpfs', card]).status !== 0) card = '';
    const yaml = putLessons(folder), place = path.join(folder, 'lessons/our-own');
    fs.mkdirSync(place);
    fs.writeFileSync(path.join(place, 'lesson.yaml'), 'lesson: our-own\ntitle: {zh: 我们的课, en: Ours}\n');
    return `${yaml}store: {commit: 1 s}\nwifi: yes\n`;                  // which kitlogd does not know
  });
});
after(async () => {
  await closeBrowser();
  if (card) spawnSync('umount', ['-l', card]);
  await board?.close();
});

const text = (/** @type {any} */ page, /** @type {string} */ where) => textOf(page.locator(where).first());
const session = async () => (await board.get('sessions')).sessions[0];
const close = async (/** @type {any} */ page) => { assert.deepStrictEqual(page.faults, []); await page.context().close(); };

/** The teacher's page, signed in. @param {string} [lang] */
async function teacherOn(lang = 'zh') {
  const page = await open(board, { query: `teacher?lang=${lang}&theme=light` });
  await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  await typePin(page, board.pin);
  await until('signed in', () => page.locator('.startbar').count());
  return page;
}

/** A page of a group, its lesson's slip closed. @param {string} code @param {number} group */
async function member(code, group) {
  const page = await open(board, { query: `?join=${code}&lang=zh&theme=light` });
  await page.locator('.place').nth(group - 1).click();
  await page.locator('dialog.lessonsheet[open]').waitFor();
  await page.keyboard.press('Escape');
  await until('the slip is closed', async () => !await page.locator('dialog.lessonsheet[open]').count());
  return page;
}

// The first, while the store's write-ahead log is short: one that has grown takes commits for minutes without any room.
test('a full card is told on every page and costs nothing that was answered; with room again all goes on', { skip: process.getuid?.() !== 0 && 'needs root to mount a small card' }, async (t) => {
  if (!card) { t.skip('mounting is not allowed here'); return; }
  const teacher = await Teacher.signIn(board), { id, code } = await teacher.session('cool-choice', [1, 2]);
  const page = await member(code, 1), desk = await teacherOn();
  await desk.locator('.goin').click();
  const keep = async (/** @type {string} */ depth) => { await page.locator('.typedform input').fill(depth); await page.locator('.typedform .btn').click(); };
  await keep('5');
  await until('a reading is kept', async () => await text(page, '.classbar .kept') === '1');

  const filler = fs.openSync(path.join(card, 'filler'), 'w');
  assert.throws(() => { for (;;) fs.writeSync(filler, Buffer.alloc(4096)); }, /ENOSPC/);
  fs.closeSync(filler);
  await until('the group is told', async () => /卡满了/.test(await text(page, '.notice')), LONG);
  await until('the teacher is told', async () => /卡满了/.test(await text(desk, '.tfacts')), LONG);
  await until('before a start, too', async () => /卡满了。删掉卡上别的文件/.test(await text(desk, '[data-check=card].warn')));
  assert.deepStrictEqual(await complaints(page), []);
  assert.deepStrictEqual(await complaints(desk), []);
  await keep('7');
  await until('it says that this one is not kept', async () => /什么也没|没有/.test(await text(page, '[data-notice^=told]')));
  assert.strictEqual(await page.locator('.typedform input').inputValue(), '7', 'what was typed stays');
  await desk.locator('.startbar .big').click();
  await until('why nothing starts', async () => (await text(desk, '[data-notice=refused]')).length > 5);
  assert.strictEqual(await desk.locator('.startbar .stop').count(), 0);
  const at = await lastTime(page);
  await until('readings go on', async () => await lastTime(page) > at);
  for (const what of [`export?stream=${(await board.get('devices')).devices[0].streams[0].id}`, `sessions/${id}/package`]) {
    const answer = await fetch(`${board.url}/api/v1/${what}`, { headers: { cookie: teacher.cookie } });
    if (answer.ok) await answer.arrayBuffer();
    else assert.ok((await answer.json()).error.zh, what);
  }

  fs.rmSync(path.join(card, 'filler'));
  await until('it is well again', async () => !/卡满了/.test(await text(page, '.notice')) && !/卡满了/.test(await text(desk, '.tfacts')), LONG);
  await page.locator('.typedform .btn').click();
  await until('it is kept now', async () => await text(page, '.classbar .kept') === '2');
  await page.reload();
  await until('both are there after a reload', async () => await text(page, '.classbar .kept') === '2');
  await desk.locator('.startbar .big').click();
  await until('it records', () => desk.locator('.startbar .stop').count());
  await until('on the page, too', async () => await phase(page) === 'rec');
  await teacher.endAll();
  for (const p of [page, desk]) await close(p);
});

test('a lesson with a mistake in its file is told with its place, and the others can be taught', async () => {
  const page = await teacherOn('en');
  await until('the lessons', async () => await page.locator('.lcard').count() > 3);
  await page.locator('.configleft summary').click();
  assert.match(await text(page, '.configleft li'), /kitlogd\.yaml:\d+:\d+: .*"?wifi/);
  await page.locator('.kitsleft summary').click();
  assert.match(await text(page, '.kitsleft li'), /our-own\/lesson\.yaml:1:1: .*"stage"/);
  // It is mended, and is there without a restart.
  const lessons = path.join(board.folder, 'lessons'), yaml = fs.readFileSync(path.join(lessons, 'cool-choice/lesson.yaml'), 'utf8');
  fs.cpSync(path.join(lessons, 'cool-choice'), path.join(lessons, 'our-own'), { recursive: true });
  fs.writeFileSync(path.join(lessons, 'our-own/lesson.yaml'),
    yaml.replace(/^lesson: .*$/m, 'lesson: our-own').replace(/^title: .*$/m, 'title: {zh: 我们的课, en: Our very own}'));
  await page.locator('.reread button').click();
  await until('it is among the cards', () => page.locator('.lcard', { hasText: 'Our very own' }).count());
  await until('nothing is wrong', async () => !await page.locator('.kitsleft').count());
  await until('what came is told', async () => /1 new, 0 changed, 0 removed/.test(await text(page, '.toast')));
  assert.deepStrictEqual(await complaints(page), []);
  await close(page);
});

test('the name of a class that is too long is told where it ends', async () => {
  const page = await teacherOn(), name = page.locator('[aria-labelledby=about] input[type=text]'), hint = page.locator('[aria-labelledby=about] [role=status]');
  await name.pressSequentially('七'.repeat(30));
  assert.strictEqual(await hint.count(), 0);
  await name.pressSequentially('三班');
  await until('it is told', async () => /最多 31 个字/.test(await textOf(hint)));
  assert.strictEqual((await name.inputValue()).length, 31);
  await close(page);
});

test('two teachers press at once: one start, one end, and each page shows what is', async () => {
  const teacher = await Teacher.signIn(board), pages = [await teacherOn(), await teacherOn('en')];
  const { id } = await teacher.session('cool-choice', [1, 2]);
  // At once: both hold the key that they see, whatever the first press makes of it.
  const both = async (/** @type {string} */ where) => {
    const keys = await Promise.all(pages.map((page) => page.locator(where).first().elementHandle()));
    await Promise.all(keys.map((key) => key.evaluate((/** @type {HTMLElement} */ e) => e.click())));
  };
  await both('.goin');
  await until('both can start both groups', async () => (await Promise.all(pages.map((page) => text(page, '.startbar .big:enabled')))).every((words) => /2/.test(words)));
  await both('.startbar .big');
  for (const page of pages) await until('it records', () => page.locator('.startbar .stop').count());
  assert.deepStrictEqual((await session()).groups.map((/** @type {any} */ g) => g.runs.length), [1, 1], 'one run each');
  const [one, other] = pages;
  await one.locator('.inclass .acts > .btn').first().click();
  await until('the other sees it', () => other.locator('.inclass .acts > .btn[aria-pressed=true]').count());
  await both('.startbar .stop');
  await until('all have stopped', async () => (await session()).state === 'open');
  for (const page of pages) {
    const said = await text(page, '[data-notice=refused]');
    assert.ok(!said || /[。.]$/.test(said), `a sentence, or nothing: ${said}`);
  }
  await one.locator('.startbar .end').click();
  await one.locator('.startbar .pop .item').first().click();
  for (const page of pages) await until('it is over', () => page.locator('.tslip').count());
  const log = (await one.evaluate(async (/** @type {number} */ of) => (await fetch(`/api/v1/sessions/${of}/log`)).json(), id)).acts.map((/** @type {any} */ a) => a.do);
  for (const once of ['start', 'stop', 'end']) assert.strictEqual(log.filter((/** @type {string} */ what) => what === once).length, 1, once);
  for (const page of pages) await close(page);
});

test('a press on start that comes after another teacher\'s is no stop', async () => {
  const teacher = await Teacher.signIn(board), page = await teacherOn(), { id } = await teacher.session('cool-choice', [1, 2]);
  await page.locator('.goin').first().click();
  const key = await page.locator('.startbar .big:enabled').elementHandle();
  await teacher.act(id, { do: 'start' });
  await page.locator('.startbar .stop').waitFor();
  await key.evaluate((/** @type {HTMLElement} */ e) => e.click());
  await page.evaluate(() => fetch('/api/v1/status'));            // asked after what the press asked for
  assert.ok((await session()).groups.every((/** @type {any} */ g) => g.run != null), 'both record on');
  await teacher.endAll();
  await close(page);
});

test('the code of a lesson that is over is a sentence that names it; the new one is on the wall', async () => {
  const teacher = await Teacher.signIn(board), old = await teacher.session('cool-choice', [1, 2]);
  await teacher.endAll();
  const now = await teacher.session('cool-choice', [1, 2]), page = await open(board);
  assert.notStrictEqual(now.code, old.code);
  await page.locator('.digits4').fill(old.code);
  await page.locator('.join .main').click();
  await until('a sentence', async () => (await text(page, '.join .pinbad')).includes(`没有 ${old.code} 这节课`));
  await page.locator('.digits4').fill(now.code);
  await page.locator('.join .main').click();
  await until('the groups', async () => await page.locator('.place').count() === 2);
  await teacher.endAll();
  await close(page);
});

test('a PIN of full-width digits is a PIN, and one of letters or of nothing is a sentence', async () => {
  const page = await open(board, { query: 'teacher?lang=zh&theme=light' });
  await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  const said = () => text(page, '.pin .pinbad'), hears = () => page.locator('.pin [role=alert]').textContent();
  await page.locator('.pin .main').click();
  await until('nothing is a sentence', async () => (await said()).includes('PIN 只有数字') && (await hears()).includes('PIN 只有数字'));
  await typePin(page, board.pin === '1234' ? '4321' : '1234');
  await until('another sentence', async () => (await said()).includes('PIN 不对'));
  await page.locator('.pin input').pressSequentially('ab');
  await until('letters are a sentence', async () => (await said()).includes('PIN 只有数字'));
  assert.strictEqual(await page.locator('.pin input').inputValue(), '');
  await page.locator('.pin input').pressSequentially(board.pin.replace(/\d/g, (/** @type {string} */ c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)));
  assert.strictEqual(await page.locator('.pin input').inputValue(), board.pin);
  await page.locator('.pin .main').click();
  await until('signed in', () => page.locator('.startbar').count());
  await close(page);
});

/** Pupils with addresses of their own, who guess until nobody new is let in. */
async function guess() {
  const ask = (/** @type {number} */ last, /** @type {string} */ pin) => new Promise((done, fail) => {
    const request = http.request(`${board.url}/api/v1/login`, { method: 'POST', localAddress: `127.0.3.${last}`, headers: { 'content-type': 'application/json' } },
      (answer) => { answer.resume(); answer.on('end', () => done(answer.statusCode)); });
    request.on('error', fail);
    request.end(JSON.stringify({ pin }));
  });
  for (let i = 1; i <= 40; i++) await ask(i, 'x');
  assert.strictEqual(await ask(50, board.pin), 429);
}

test('pupils who guess the PIN do not keep out the teacher where she was before; a new telephone is told what to do', async () => {
  const home = new URL(board.url), street = net.createServer((near) => {   // the browsers here come from the board itself; she does not
    const far = net.connect({ port: Number(home.port), host: home.hostname, localAddress: '127.0.3.99' });
    for (const [from, to] of [[near, far], [far, near]]) { from.pipe(to); from.on('error', () => to.destroy()); }
  });
  await new Promise((ready) => street.listen(0, '127.0.0.1', () => ready(null)));
  const away = { url: `http://127.0.0.1:${/** @type {net.AddressInfo} */ (street.address()).port}` };
  const asked = (/** @type {any} */ page) => until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  const signedIn = (/** @type {any} */ page) => until('signed in', () => page.locator('.startbar').count());
  const desk = await open(/** @type {any} */ (away), { query: 'teacher?lang=zh&theme=light' });
  await asked(desk);
  await typePin(desk, board.pin);
  await signedIn(desk);
  await guess();
  await desk.evaluate(() => fetch('/api/v1/login', { method: 'DELETE' }));
  await desk.reload();
  await asked(desk);
  await typePin(desk, board.pin);
  await signedIn(desk);
  for (const [lang, words] of /** @type {[string, RegExp][]} */ ([['zh', /有人在猜 PIN.*等 \d+ 秒.*不用等/], ['en', /Others are guessing the PIN.*waits \d+ s\..*need not wait/]])) {
    const phone = await open(/** @type {any} */ (away), { size: [360, 640], query: `teacher?lang=${lang}&theme=light` });
    await asked(phone);
    await typePin(phone, board.pin);
    await until('it is told', async () => words.test(await text(phone, '.pin .pinbad')));
    assert.deepStrictEqual(await complaints(phone), []);
    await close(phone);
  }
  await close(desk);
  street.close();
});

// The last one: nobody signs in for a minute after it.
test('a PIN that is guessed ten times is a sentence each time, then the right one has to wait, and the class goes on', async () => {
  const student = await open(board, { context: await (await chromium()).newContext({ viewport: { width: 360, height: 640 }, hasTouch: true }) });
  const page = await open(board, { query: 'teacher?lang=zh&theme=light' });
  await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  const said = [];
  for (let i = 0; i < WRONG; i++) {
    await typePin(page, String(1000 + i) === board.pin ? '2000' : String(1000 + i));
    await until('an answer', async () => await page.locator('.pin input').inputValue() === '' && await page.locator('.pin .main:enabled').count());
    said.push(await until('a sentence', () => text(page, '.pin .pinbad')));
  }
  assert.match(said[0], /PIN 不对/);
  assert.match(said[WRONG - 1], /错了太多次。等 \d+ 秒再试/);
  assert.ok(said.every((words) => /^[^。]+。[^。]+。$/.test(words.trim())), said.join('\n'));
  await typePin(page, board.pin);
  await until('right or wrong, it waits', async () => await page.locator('.pin input').inputValue() === '' && /错了太多次/.test(await text(page, '.pin .pinbad')));
  const seconds = async () => Number((await text(page, '.pin .pinbad')).match(/\d+/)?.[0]), first = await until('seconds', seconds);
  await until('the seconds go down', async () => await seconds() < first);
  assert.deepStrictEqual(await complaints(page), []);
  const at = await lastTime(student);
  await until('readings go on', async () => await lastTime(student) > at);
  for (const p of [page, student]) await close(p);
});
