// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// A phone has room for little: what it shows is whole, is true, and comes first. A number keeps its name while it is typed;
// the big key says no "ready" when the group's kit is pulled or a replay is shown; a teacher finds the way in at the top.
import assert from 'node:assert';
import { after, before, beforeEach, test } from 'node:test';
import { Board, chromium, closeBrowser, open, phase, until } from '../support/browser.mjs';
import { putLessons, Teacher } from '../support/lessons.mjs';
import { complaints } from '../support/looks.mjs';
import { teacherOn } from '../support/teacher.mjs';

/** @type {Board} */ let board;
/** @type {Teacher} */ let teacher;
before(async () => {
  board = await Board.start([['cup', 10], ['cup', 10]], (folder) => putLessons(folder) + 'store: {commit: 1 s}\n');
  teacher = await Teacher.signIn(board);
});
beforeEach(() => teacher.endAll());
after(async () => { await closeBrowser(); await board?.close(); });

const shot = async (/** @type {any} */ page, /** @type {string} */ name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/phone-${name}.png` }); };

/** A page of a group, its lesson's slip closed. @param {any} session @param {number} group @param {string} [lang] */
async function member(session, group, lang = 'zh') {
  const context = await (await chromium()).newContext({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
  const page = await open(board, { context, query: `?join=${session.code}&lang=${lang}&theme=light` });
  await page.locator('.place').nth(group - 1).click();
  await page.locator('dialog.lessonsheet[open]').waitFor();
  await page.keyboard.press('Escape');
  await until('closed', async () => !await page.locator('dialog.lessonsheet[open]').count());
  return page;
}

test('a number keeps its name while it is typed, and beside all that a project and a reveal add', async () => {
  for (const lang of ['zh', 'en']) {
    const session = await teacher.session('cool-choice', [1]), page = await member(session, 1, lang);
    for (const isFull of [false, true]) {
      if (isFull) {
        await teacher.act(session.id, { do: 'reveal', on: true });
        await page.locator('dialog.resultsheet[open]').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('.classbar .reveals').waitFor();
        await page.evaluate(async () => {
          const { classroom } = await import('/js/classroom.js'), mine = /** @type {NonNullable<typeof classroom.mine>} */ (classroom.mine);
          const accept = [{ channel: 'T', n: 9, least: 30, us: 0, least_us: null, holds: false, otherwise: { zh: '', en: '' } }];
          classroom.take({ ...mine, is_project: true, groups: mine.groups.map((g) => ({ ...g, run: 1, accept })) });
        });
        await page.locator('.datasign.warn').waitFor();
      }
      await page.locator('.typedform input').fill('13.55');
      const seen = await page.evaluate(() => {
        const name = /** @type {HTMLElement} */ (document.querySelector('.typedform .lb')), number = /** @type {HTMLElement} */ (document.querySelector('.typedform input'));
        const a = name.getBoundingClientRect(), b = number.getBoundingClientRect(), inside = b.height - parseFloat(getComputedStyle(number).paddingTop);
        return { text: name.textContent, cut: name.scrollWidth - name.clientWidth, below: a.right <= b.left ? 0 : a.bottom - (b.bottom - inside), room: inside };
      });
      assert.ok(seen.cut <= 0 && seen.below <= 2 && seen.room >= 20, `${isFull}: ${JSON.stringify(seen)}`);
      assert.deepStrictEqual(await complaints(page), []);
      await shot(page, `typed-${lang}-${isFull}`);
    }
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
    await teacher.endAll();
  }
});

test('whose kit is pulled is not ready, whatever others have', async () => {
  const session = await teacher.session('cool-choice', [1, 2]);
  await teacher.post(`sessions/${session.id}/groups/2/prediction`, { choice: 0 });
  const page = await member(session, 2), key = () => page.locator('.state').innerText();
  await until('the teacher\'s turn', async () => await phase(page) === 'await');
  await board.unplug(1);
  await until('the key knows', async () => await phase(page) === 'gone');
  assert.match(await key(), /已拔下/);
  assert.doesNotMatch(await key(), /准备好了/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'gone');
  await board.plug(1);
  await until('ready again', async () => await phase(page) === 'await');
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('of two kits of a group the one that is pulled is on the key, with its number', async () => {
  for (const lang of ['zh', 'en']) {
    const session = await teacher.session(null, [], { groups: 1 }), { devices } = await board.get('devices');
    await teacher.act(session.id, { do: 'assign', group: 1, devices: devices.map((/** @type {any} */ d) => d.id) });
    await teacher.act(session.id, { do: 'may_start', who: 'groups' });
    const page = await open(board, { context: await (await chromium()).newContext({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' }), query: `?join=${session.code}&lang=${lang}&theme=light` });
    await page.locator('.place').first().click();
    await until('ready', async () => await phase(page) === 'ready');
    await board.unplug(1);
    await until('the key knows', async () => await phase(page) === 'part');
    assert.match(await page.locator('.state').innerText(), lang === 'zh' ? /^2 号已拔下\s+插好它，再开始/ : /^Kit 2 is unplugged\s+Plug it in, then start/);
    assert.deepStrictEqual(await complaints(page), []);
    await shot(page, `part-${lang}`);
    await board.plug(1);
    await until('ready again', async () => await phase(page) === 'ready');
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
    await teacher.endAll();
  }
});

test('the names of what is typed are whole, before and after it is typed', async () => {
  for (const lesson of ['knit-insulation', 'solar-iv']) {
    const session = await teacher.session(lesson, [1]), page = await member(session, 1, 'en'), fields = page.locator('.typedform input');
    for (const isTyped of [false, true]) {
      if (isTyped) for (let i = 0; i < await fields.count(); i++) await fields.nth(i).fill('0.35');
      await shot(page, `names-${lesson}-${isTyped}`);
      const cut = await page.locator('.typedform .lb').evaluateAll((/** @type {HTMLElement[]} */ all) => all.filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 1).map((e) => e.textContent));
      assert.deepStrictEqual(cut, [], `${lesson} ${isTyped}`);
      assert.deepStrictEqual(await complaints(page), []);
    }
    await page.context().close();
    await teacher.endAll();
  }
});

test('a run of more than a day is not ended by one press: neither by a group nor by the teacher', async () => {
  const session = await teacher.session(null, [1], { groups: 1 }), older = (/** @type {any} */ page) => page.evaluate(async () => {
    const { board } = await import('/js/board.js'), run = /** @type {import('../../daemon/web/js/board.js').Run} */ (board.runs.find((r) => r.to_us == null));
    board.setRun({ ...run, from_us: run.from_us - 3 * 86400e6 });
  });
  await teacher.act(session.id, { do: 'may_start', who: 'groups' });
  const page = await open(board, { context: await (await chromium()).newContext({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' }), query: `?join=${session.code}&lang=zh&theme=light` });
  await page.locator('.place').first().click();
  await until('ready', async () => await phase(page) === 'ready');
  await page.locator('.state').click();
  await until('recording', async () => await phase(page) === 'rec');
  await until('it has rested', () => page.evaluate(async () => !(await import('/js/top.js')).isBusy));
  await older(page);
  await page.locator('.state').click();
  await page.locator('dialog.sure[open]').waitFor();
  assert.match(await page.locator('dialog.sure').innerText(), /已经记了 3\.0\u202fd/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'sure');
  await page.keyboard.press('Escape');
  await until('asked', async () => !await page.locator('dialog.sure').count());
  const [group] = (await board.get('sessions')).sessions.find((/** @type {any} */ s) => s.id === session.id).groups;
  assert.ok(group.run != null, 'it goes on');
  const desk = await teacherOn(board, { size: [360, 740], lang: 'zh', theme: 'light' });
  await desk.locator('.goin').click();
  await desk.locator('.startbar .stop').waitFor();
  await older(desk);
  await desk.locator('.startbar .stop').click();
  await desk.locator('dialog.sure .main').click();
  await until('asked', async () => !await desk.locator('dialog.sure').count());
  await page.locator('.state').click();
  await page.locator('dialog.sure .btn:not(.main)').click();
  await until('stopped', async () => await phase(page) === 'done');
  assert.deepStrictEqual([...page.faults, ...desk.faults], []);
  await page.context().close();
  await desk.context().close();
});

test('a replay is called one, and its readings are counted with a word', async () => {
  const session = await teacher.session('free-fall', [], { groups: 1 }), { runs } = await teacher.post('import', { lesson: 'free-fall', sample: 'six-fences' });
  await teacher.post(`sessions/${session.id}/groups/1/prediction`, { choice: 0 });
  await teacher.act(session.id, { do: 'replay', group: 1, run: runs[0].id ?? runs[0] });
  const page = await member(session, 1);
  await until('the key knows', async () => await phase(page) === 'replay');
  assert.match(await page.locator('.state').innerText(), /回放\s*不是现在测的\s*$/);
  await until('counted', async () => /\d+ 点/.test(await page.locator('.badge .often').innerText()));
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'replay');
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('what a teacher looks for comes first: the lesson that goes on, its code, and that there are more cards', async () => {
  await teacher.session('cool-choice', [1, 2]);
  const size = /** @type {[number, number]} */ ([360, 740]), page = await teacherOn(board, { size, lang: 'en', theme: 'light' });
  const inView = async (/** @type {string} */ what) => {
    const at = await page.locator(what).first().boundingBox(), foot = await page.locator('.startbar').boundingBox();
    assert.ok(at && foot && at.y + at.height <= foot.y, `${what}: ${JSON.stringify(at)} above ${JSON.stringify(foot)}`);
  };
  await page.locator('.goin').waitFor();
  await shot(page, 'teacher-choose');
  await inView('.goin');
  await page.locator('.goin').click();
  await page.locator('.code').waitFor();
  await shot(page, 'teacher-kits');
  await inView('.qr');
  await inView('.code');
  assert.deepStrictEqual(await complaints(page), []);
  await page.context().close();
  for (const width of [768, 1024]) {
    const wide = await teacherOn(board, { size: [width, 768], lang: 'zh', theme: 'light' });
    await wide.locator('.lcard').nth(3).waitFor();
    await shot(wide, `teacher-${width}`);
    assert.match(await wide.locator('#step1').innerText(), /共 \d+ 个/);
    const parts = await wide.locator('.cards').evaluate((/** @type {Element} */ e) => { const f = e.getBoundingClientRect(); return [...e.children].map((c) => c.getBoundingClientRect()).map((r) => (Math.min(r.right, f.right) - r.left) / r.width); });
    assert.ok(parts.some((p) => p > 0.25 && p < 0.75), `half a card says that there are more: ${parts.map((p) => p.toFixed(2))}`);
    assert.deepStrictEqual(await complaints(wide), []);
    assert.deepStrictEqual(wide.faults, []);
    await wide.context().close();
  }
});
