// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Three boards in a room, each a real kitlogd: the teacher's page of one shows the others, joins them by their PINs, teaches
// one lesson on all of them, shows all groups, and says which board does not answer. The screen shows all groups, too.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, open, textOf, until } from '../support/browser.mjs';
import { lessonIn } from '../support/lesson.mjs';
import { complaints } from '../support/looks.mjs';
import { post, teacherOn } from '../support/teacher.mjs';

const LESSON = 'warm-string', LOOK = { size: /** @type {[number, number]} */ ([1024, 768]), lang: 'zh', theme: 'light' };

/** @type {Board} */ let ours;
/** @type {Board[]} */ const others = [];
/** @type {any} */ let page;
before(async () => {
  // One after the other: each takes a port that is free.
  for (const [name, kits] of /** @type {[string, number][]} */ ([['2 号板子', 2], ['kitlog-C3', 1]])) others.push(await Board.start(Array(kits).fill(['cup', 10]), lessonIn, name));
  ours = await Board.start([['cup', 10]], (folder) => `${lessonIn(folder)}boards: [${others.map((b) => `"127.0.0.1:${b.port}"`)}]\n`);
  page = await teacherOn(ours, LOOK);
});
after(async () => {
  await closeBrowser();
  for (const board of [ours, ...others]) { board?.process?.kill('SIGCONT'); await board?.close(); }
});

const shot = async (/** @type {any} */ of, /** @type {string} */ name) => { if (process.env.SHOTS) await of.screenshot({ path: `${process.env.SHOTS}/boards-${name}.png` }); };
const known = async () => (await ours.get('boards')).boards;
/** A board as ours sees it. @param {Board} board */
const seen = async (board) => (await known()).find((/** @type {any} */ b) => b.address.endsWith(`:${board.port}/`));
const open_ = async (/** @type {Board} */ board) => (await board.get('sessions')).sessions;
const all = () => [ours, ...others];

/** The list, open. */
async function list() {
  if (!await page.locator('dialog.boardsheet').count()) await page.locator('.boardskey').click();
  await page.locator('dialog.boardsheet[open]').waitFor();
}
const shut = async () => { await page.keyboard.press('Escape'); await until('the list is shut', async () => !await page.locator('dialog.boardsheet').count()); };
/** @param {Board} board @param {string} pin */
async function typePinOf(board, pin) {
  const row = page.locator(`.boardlist [data-board="${(await seen(board)).id}"]`);
  if (!await row.locator('.joinform').count()) await row.locator('.btn.main').click();
  await row.locator('input').fill(pin);
  await row.locator('.joinform .main').click();
  return row;
}

/** What the axes of each small chart hold, by their ticks: [x from, x to, y from, y to]. @param {any} at @param {string} cards */
const axesIn = async (at, cards) => at.locator(`${cards} .plot svg`).evaluateAll((/** @type {SVGElement[]} */ all) => all.map((svg) => {
  const [left, top, bottom, end] = (svg.querySelector('.ax')?.getAttribute('d') ?? '').match(/[\d.]+/g)?.map(Number) ?? [];
  const value = (/** @type {Element} */ text) => Number(text.textContent?.replace('\u2212', '-')), place = (/** @type {Element} */ text, /** @type {string} */ of) => Number(text.getAttribute(of));
  const along = (/** @type {Element[]} */ [a, b], /** @type {string} */ of) => (/** @type {number} */ px) => value(a) + (px - place(a, of)) / (place(b, of) - place(a, of)) * (value(b) - value(a));
  const x = along([...svg.querySelectorAll('[data-axis=x] text')], 'x'), texts = [...svg.querySelectorAll('text[text-anchor=end]')].filter((text) => text.previousElementSibling?.matches('.gr'));
  const y = along(texts, 'y'), middle = parseFloat(/** @type {SVGTextElement} */ (texts[0]).style.fontSize) * 0.36;
  return [x(left), x(end), y(bottom + middle), y(top + middle)];
}));
/** All hold the same, as groups of one board do. @param {any} at @param {string} cards @param {number} n */
const areAlike = (at, cards, n) => until('one pair of axes for all', async () => {
  const all = await axesIn(at, cards), [first] = all, near = (/** @type {number} */ i) => all.every((one) => Math.abs(one[i] - first[i]) < 0.02 * Math.abs(first[i | 1] - first[i & ~1]) + 1e-9);
  return all.length === n && [0, 1, 2, 3].every(near);
});

test('a board alone shows nothing of others', async () => {
  const alone = await teacherOn(others[0], LOOK);
  await until('it has asked', () => alone.evaluate(async () => { const { boards } = await import('/js/boards.js'); await boards.load(); return boards.list.length === 0; }));
  assert.strictEqual(await alone.locator('.boardskey').count(), 0);
  assert.deepStrictEqual(alone.faults, []);
  await alone.context().close();
});

test('another board is joined by its PIN, typed once; a wrong one is told, and it is forgotten again', async () => {
  await until('two others', async () => /2/.test(await textOf(page.locator('.boardskey'))));
  await list();
  await until('both want their PIN', async () => await page.locator('.boardlist [data-state=locked]').count() === 2);
  const row = await typePinOf(others[0], others[0].pin === '000000' ? '000001' : '000000');
  await until('why not', async () => /PIN 不对/.test(await row.locator('.pinbad').innerText()));
  assert.strictEqual((await seen(others[0])).state, 'locked');
  await shot(page, 'wrong');
  await typePinOf(others[0], others[0].pin);
  await until('it obeys', async () => await row.getAttribute('data-state') === 'here');
  assert.match(await row.innerText(), /2 号板子\s+能一起上课\s+时钟 ±\u202f[\d.]+\u202fms/);
  await row.locator('.acts .btn').click();
  await until('it is forgotten', async () => await row.getAttribute('data-state') === 'locked');
  for (const board of others) await typePinOf(board, board.pin).then((of) => until('it obeys', async () => await of.getAttribute('data-state') === 'here'));
  await shot(page, 'here');
  await shut();
});

test('one lesson is opened, started, stopped and ended on all, and told board by board', async () => {
  const key = page.locator('.startbar .big'), told = page.locator('.boardstold');
  await page.locator('.lcard', { hasText: '绳子和水温' }).click();
  await until('on three boards', async () => /开课，3 块板子/.test(await key.innerText()) && await key.isEnabled());
  await key.click();
  await page.locator('.code').waitFor();
  for (const board of all()) assert.deepStrictEqual((await open_(board)).map((/** @type {any} */ s) => s.lesson), [LESSON]);
  await until('it starts on all', async () => /3 块板子一起开始/.test(await key.innerText()) && await key.isEnabled());
  // A thermometer's zero is no hand's to make, here or there.
  await page.locator('.startbar .btn', { hasText: '全部清零' }).click();
  await until('it is said', async () => /没有要一起清零的器材/.test(await textOf(page.locator('.toast'))));
  for (const board of all()) assert.ok((await board.get('devices')).devices.every((/** @type {any} */ d) => d.streams.every((/** @type {any} */ s) => s.channels.every((/** @type {any} */ c) => !c.calibration))));
  await page.locator('.startbar .how .btn, .startbar .btn.how').first().click();
  await page.locator('.startbar .pop .item', { hasText: '20' }).click();
  await key.click();
  await until('told', async () => /^3 块板子一起开始了，相差不超过 ±\u202f[\d.]+\u202fms/.test(await told.innerText()));
  for (const board of all()) await until('it records, as long as was chosen', async () => (await open_(board))[0].groups.every((/** @type {any} */ g) => g.run != null && g.ends_us != null));
  for (const board of all()) {
    const [{ groups: [{ run, ends_us: ends }] }] = await open_(board), { from_us: from } = (await board.get('runs')).runs.find((/** @type {any} */ r) => r.id === run);
    assert.ok(Math.abs(ends - from - 1200e6) < 1e6, `${ends - from}`);
  }
  // Each under its board's name, with a value and a line.
  for (const [board, groups] of /** @type {[Board, number][]} */ ([[others[0], 2], [others[1], 1]])) {
    const section = page.locator(`.boardgroups[data-board="${(await seen(board)).id}"]`);
    await until('its groups', async () => await section.locator('.gcard').count() === groups);
    assert.strictEqual(await section.locator('h2').innerText(), (await board.get('status')).board);
    await until('values', async () => (await section.locator('.val').allInnerTexts()).every((/** @type {string} */ text) => /^\d+\.\d\d\u202f°C$/.test(text)));
    await until('lines', async () => ((await section.locator('.ln').first().getAttribute('d').catch(() => '')) ?? '').includes('L'));
  }
  const screen = await open(ours, { size: [1920, 1080], query: 'screen?lang=zh&theme=light' });
  await until('all groups of all boards', async () => await screen.locator('.room').count() === 3 && await screen.locator('.room .cell').count() === 4);
  await until('with values', async () => (await screen.locator('.room .val').allInnerTexts()).every((/** @type {string} */ text) => /°C/.test(text)));
  assert.deepStrictEqual(await complaints(screen), []);
  await shot(screen, 'screen');
  assert.deepStrictEqual(screen.faults, []);
  // One range of values and one time for all, so that they compare; a run begins where ours does.
  await areAlike(page, '.gcard', 4);
  await areAlike(screen, '.room .cell', 4);
  // Held still on the walls of all boards, and let go again.
  const freeze = page.locator('.inclass .acts button', { hasText: '全班定格' }), frozen = page.locator('.inclass .acts button', { hasText: '定格中' });
  await freeze.click();
  await until('told', async () => /^3 块板子都定格了/.test(await told.innerText()));
  for (const board of all()) await until('it is frozen', async () => (await open_(board))[0].is_frozen);
  // On our wall the groups of others stand still, too, while they go on cooling.
  await until('the wall says so', async () => /定格/.test(await textOf(screen.locator('.line'))));
  const still = screen.locator(`.room[data-board="${(await seen(others[1])).id}"] .val`), was = await textOf(still);
  await until('it goes on there', async () => Math.abs((await seen(others[1])).groups[0].channels[0].value - parseFloat(was)) > 0.15);
  assert.strictEqual(await textOf(still), was);
  await frozen.click();
  await until('told', async () => /^3 块板子都动起来了/.test(await told.innerText()));
  for (const board of all()) assert.ok(!(await open_(board))[0].is_frozen);
  await until('it moves on the wall', async () => await textOf(still) !== was);
  assert.deepStrictEqual(screen.faults, []);
  await screen.context().close();
  await key.click();
  for (const board of all()) await until('it has stopped', async () => (await open_(board))[0].groups.every((/** @type {any} */ g) => g.run == null && g.runs.length === 1));
  // What was recorded stays, from its beginning.
  await until('over there, too', async () => (await known()).every((/** @type {any} */ b) => b.groups.every((/** @type {any} */ g) => g.course?.is_over)));
  for (const { course } of (await known()).flatMap((/** @type {any} */ b) => b.groups)) assert.ok(course.first_s < 10 && course.values.filter((/** @type {any} */ v) => v != null).length > 1, JSON.stringify(course));
  await areAlike(page, '.gcard', 4);
  // The question says where it ends; and that it did is taken back on all.
  for (const isLast of [false, true]) {
    await page.locator('.startbar .end').click();
    assert.match(await textOf(page.locator('.startbar .pop .where')), /绳子和水温.*在这些板子上下课：kitlog-3B2、2 号板子、kitlog-C3。/);
    await page.locator('.startbar .pop .item').first().click();
    await page.locator('.tslip').waitFor();
    for (const board of all()) await until('it is over', async () => (await open_(board)).length === 0);
    if (isLast) break;
    await page.locator('.startbar .btn', { hasText: '还没下课' }).click();
    for (const board of all()) await until('it goes on', async () => (await open_(board)).length === 1);
    await page.locator('.startbar .end').waitFor();
    await until('known here', async () => /3 块板子一起开始/.test(await key.innerText()));
  }
  await page.locator('.startbar .btn:not(.big)', { hasText: '回到选课' }).click();
});

test('with the switch off it is this board\'s alone', async () => {
  await list();
  await page.locator('.boardsheet [role=checkbox]').click();
  await shut();
  await until('of groups, not of boards', async () => /^开课，1 组$/.test(await page.locator('.startbar .big').innerText()));
  await page.locator('.startbar .big').click();
  await page.locator('.code').waitFor();
  assert.deepStrictEqual(await Promise.all(all().map(async (b) => (await open_(b)).length)), [1, 0, 0]);
  await page.locator('.startbar .end').click();
  await page.locator('.startbar .pop .item').first().click();
  await page.locator('.tslip').waitFor();
  await page.locator('.startbar .btn:not(.big)', { hasText: '回到选课' }).click();
  await list();
  await page.locator('.boardsheet [role=checkbox]').click();
  await shut();
});

test('a board that does not answer is told with what to look at, on both pages, and comes back by itself', async () => {
  const [, lost] = others, told = page.locator('.boardstold .notice.bad'), screen = await open(ours, { size: [1920, 1080], query: 'screen?lang=zh&theme=light' });
  const away = screen.locator(`.room[data-board="${(await seen(lost)).id}"] .cell`);
  await page.locator('.lcard', { hasText: '绳子和水温' }).click();
  await until('on three boards', async () => /开课，3 块板子/.test(await page.locator('.startbar .big').innerText()) && await page.locator('.startbar .big').isEnabled());
  await page.locator('.startbar .big').click();
  await until('its line', async () => ((await away.locator('.ln').first().getAttribute('d').catch(() => '')) ?? '').includes('L'));
  lost.process.kill('SIGSTOP');
  await until('it is missed', async () => /^“kitlog-C3” .*没有应答：看看它的电源灯/.test(await textOf(told)));
  assert.match(await page.locator('.boardskey').getAttribute('aria-label') ?? '', /没有应答 1 块/);
  await until('on the wall', async () => /没有应答/.test(await textOf(screen.locator(`.room[data-board="${(await seen(lost)).id}"]`))));
  // Its value is gone, and its line stays.
  await until('no value', async () => await away.locator('.val').innerText() === '—');
  assert.match(await away.locator('.ln').first().getAttribute('d') ?? '', /L/);
  await shot(page, 'missing');
  await shot(screen, 'screen-missing');
  lost.process.kill('SIGCONT');
  await until('it is back', async () => await told.count() === 0);
  await screen.context().close();
  await page.locator('.startbar .end').click();
  await page.locator('.startbar .pop .item').first().click();
  await page.locator('.tslip').waitFor();
  await page.locator('.startbar .btn:not(.big)', { hasText: '回到选课' }).click();
});

test('a board that still records where ours does not can be stopped from here, and nothing else is', async () => {
  const [, lost] = others, key = page.locator('.startbar .big'), again = page.locator('.startbar .stopothers');
  await page.locator('.lcard', { hasText: '绳子和水温' }).click();
  await until('on three boards', async () => /开课，3 块板子/.test(await key.innerText()) && await key.isEnabled());
  await key.click();
  await until('it starts on all', async () => /3 块板子一起开始/.test(await key.innerText()) && await key.isEnabled());
  await key.click();
  for (const board of all()) await until('it records', async () => (await open_(board))[0].groups.every((/** @type {any} */ g) => g.run != null));
  await until('stop', async () => /3 块板子一起停/.test(await key.innerText()));
  await key.click();
  for (const board of all()) await until('it has stopped', async () => (await open_(board))[0].groups.every((/** @type {any} */ g) => g.run == null));
  // As one does that did not hear the stop.
  const there = await teacherOn(lost, LOOK), [{ id }] = await open_(lost);
  await post(there, `sessions/${id}/acts`, { do: 'start', groups: [1] });
  await until('it can be stopped', async () => /kitlog-C3 还在记录：停/.test(await textOf(again)));
  assert.match(await key.innerText(), /kitlog-C3 还在记录，先停下/);
  assert.ok(await key.isDisabled());   // a start would make two instants of one
  await shot(page, 'still');
  assert.ok((await page.locator('.startbar strong').first().boundingBox())?.height < 60, 'the name is not squeezed');
  assert.deepStrictEqual(await complaints(page), []);
  await again.click();
  await until('it has stopped', async () => (await open_(lost))[0].groups.every((/** @type {any} */ g) => g.run == null));
  await until('nothing is left to stop', async () => await again.count() === 0);
  assert.deepStrictEqual(await Promise.all(all().map(async (board) => (await open_(board))[0].groups[0].runs.length)), [1, 1, 2]);
  await there.context().close();
});

test('what is revealed is revealed on all boards; who did not hear it is named, and is told again', async () => {
  const [, lost] = others, told = page.locator('.boardstold .notice.warn');
  await page.locator('.inclass .acts .seg button', { hasText: '揭晓' }).click();
  lost.process.kill('SIGSTOP');
  await page.locator('[data-do=reveal]').click();
  await until('who did not', async () => /^kitlog-C3：.*没有应答/.test(await textOf(told)));
  assert.strictEqual(await told.count(), 1);
  for (const board of [ours, others[0]]) await until('revealed', async () => (await open_(board))[0].is_revealed);
  await shot(page, 'not-revealed');
  assert.deepStrictEqual(await complaints(page), []);
  lost.process.kill('SIGCONT');
  await until('it answers', async () => (await seen(lost)).state === 'here');
  await told.locator('.btn', { hasText: '再试一次' }).click();
  await until('there, too', async () => (await open_(lost))[0].is_revealed);
  await until('told', async () => /^3 块板子都给全班看了/.test(await textOf(page.locator('.boardstold .notice.calm'))));
  // Whose groups are shown is said, on the page and on the wall.
  const result = page.locator('[aria-labelledby=result]'), screen = await open(ours, { size: [1920, 1080], query: 'screen?lang=zh&theme=light' });
  assert.strictEqual(await textOf(result.locator('h2')), '“kitlog-3B2”上各组的结果');
  assert.match(await result.innerText(), /这里只有“kitlog-3B2”这块板子的组/);
  assert.deepStrictEqual((await result.locator('.elsewhere a').evaluateAll((/** @type {any[]} */ of) => of.map((a) => a.href))).sort(), others.map((b) => `${b.url}/teacher`).sort());
  await until('on the wall', async () => (await textOf(screen.locator('.reveal .boardname'))) === '“kitlog-3B2”上各组的结果');
  await shot(page, 'result');
  await shot(screen, 'screen-result');
  assert.deepStrictEqual([...await complaints(page), ...await complaints(screen)], []);
  await screen.context().close();
  await page.locator('[data-do=reveal]').click();
  for (const board of all()) await until('hidden again', async () => !(await open_(board))[0].is_revealed);
});

test('the list says how pupils of another board join, and the end slip where its data is', async () => {
  const second = await teacherOn(ours, LOOK), card = second.locator('.lcard', { hasText: '绳子和水温' });
  await until('a page in no lesson says that the kit is taken', async () => /在另一节课里用着/.test(await card.innerText()));
  await list();
  const row = page.locator(`.boardlist [data-board="${(await seen(others[0])).id}"] .pupils`);
  assert.match(await textOf(row), /它自己大屏上的 4 个数字/);
  assert.deepStrictEqual(await row.locator('a').evaluateAll((/** @type {any[]} */ of) => of.map((a) => a.href)), [`${others[0].url}/`, `${others[0].url}/screen`]);
  await shot(page, 'pupils');
  await shut();
  await page.locator('.startbar .end').click();
  await page.locator('.startbar .pop .item').first().click();
  const slip = page.locator('.tslip');
  await until('it is said of this board', async () => /^“kitlog-3B2”上的数据齐了/.test(await textOf(slip.locator('h1'))));
  assert.match(await slip.innerText(), /只是“kitlog-3B2”这块板子的/);
  assert.deepStrictEqual((await slip.locator('.elsewhere a').evaluateAll((/** @type {any[]} */ of) => of.map((a) => a.href))).sort(), others.map((b) => `${b.url}/teacher`).sort());
  assert.match(await page.locator('.startbar .big').innerText(), /“kitlog-3B2”的实验包/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'end');
  await until('there it can be taught again, though nobody pressed there', async () => /现在就能上，够 1 组/.test(await card.innerText()));
  assert.deepStrictEqual(second.faults, []);
  await second.context().close();
  await page.locator('.startbar .btn:not(.big)', { hasText: '回到选课' }).click();
});

for (const [width, height, lang, theme] of /** @type {[number, number, string, string][]} */ ([[360, 740, 'en', 'dark'],
  ...(process.env.KITLOG_LONG ? [[1920, 1080, 'zh', 'light'], [768, 1024, 'zh', 'light'], [1920, 1080, 'en', 'dark'], [360, 740, 'zh', 'light']] : [])])) {
  test(`${width}×${height} ${lang} ${theme}: the list, the wall and the screen`, async () => {
    const at = await teacherOn(ours, { size: [width, height], lang, theme });
    await at.locator('.boardskey').click();
    await until('both', async () => await at.locator('.boardlist [data-state=here]').count() === 2);
    assert.deepStrictEqual(await complaints(at), []);
    await shot(at, `list-${width}`);
    await at.keyboard.press('Escape');
    await at.locator('.lcard', { hasText: lang === 'zh' ? '绳子和水温' : 'String and water' }).click();
    await until('it can be opened', () => at.locator('.startbar .big:enabled').count());
    await at.locator('.startbar .big').click();
    await at.locator('.code').waitFor();
    await at.locator('.seg button', { hasText: lang === 'zh' ? '各组' : 'Groups' }).click();
    await until('all groups', async () => await at.locator('.boardgroups .gcard').count() === 4 && (await at.locator('.other .val').allInnerTexts()).every((/** @type {string} */ text) => /°C/.test(text)));
    assert.deepStrictEqual(await complaints(at), []);
    await shot(at, `wall-${width}`);
    const screen = await open(ours, { size: [width, height], query: `screen?lang=${lang}&theme=${theme}` });
    await until('all groups', async () => await screen.locator('.room .cell').count() === 4);
    assert.deepStrictEqual(await complaints(screen), []);
    await shot(screen, `screen-${width}`);
    await screen.context().close();
    await at.locator('.startbar .end').click();
    await at.locator('.startbar .pop .item').first().click();
    await at.locator('.tslip').waitFor();
    assert.deepStrictEqual([...at.faults, ...page.faults], []);
    await at.context().close();
  });
}

test('the board is lost: its teacher is told what to look at, and is not sent to the teacher', async () => {
  await ours.halt('SIGKILL');
  const last = page.locator('.slip.bad .steps li').last();
  await until('the slip', () => last.isVisible());
  assert.match(await last.innerText(), /看看板子的绿灯/);
  assert.doesNotMatch(await page.locator('.slip.bad').innerText(), /告诉老师/);
});
