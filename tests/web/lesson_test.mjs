// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// A lesson as a group has it, on a real board: what it asks, a guess before the start, typed readings, marks, what the
// teacher does to all pages, the receipt at the end; and the same on the screen on the wall.
import assert from 'node:assert';
import { after, before, beforeEach, test } from 'node:test';
import { Board, chromium, closeBrowser, lastPoint, open, PATIENCE, phase, rested, until } from '../support/browser.mjs';
import { putLessons, Teacher } from '../support/lessons.mjs';
import { complaints } from '../support/looks.mjs';

/** @type {Board} */ let board;
/** @type {Teacher} */ let teacher;
before(async () => {
  board = await Board.start([['cup', 10], ['cup', 10]], (folder) => putLessons(folder) + 'store: {commit: 1 s}\n');
  teacher = await Teacher.signIn(board);
});
beforeEach(() => teacher.endAll());           // also what a test that failed left open
after(async () => { await closeBrowser(); await board?.close(); });

const shot = async (/** @type {any} */ page, /** @type {string} */ name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/lesson-${name}.png` }); };
const slip = (/** @type {any} */ page, /** @type {string} */ cls) => page.locator(`dialog.${cls}[open]`);

/** A page of a group. @param {any} session @param {number} group @param {{size?: [number, number], lang?: string, theme?: string}} [how] */
async function member(session, group, { size = [1024, 768], lang = 'zh', theme = 'light' } = {}) {
  const context = await (await chromium()).newContext({ viewport: { width: size[0], height: size[1] }, reducedMotion: 'reduce' });
  const page = await open(board, { context, query: `?join=${session.code}&lang=${lang}&theme=${theme}` });
  page.setDefaultTimeout(4 * PATIENCE);
  await page.locator('.place').nth(group - 1).click();
  await page.locator('.gmark').first().waitFor();
  return page;
}
const close = async (/** @type {any} */ page, /** @type {string} */ cls) => { await page.keyboard.press('Escape'); await until('closed', async () => !await slip(page, cls).count()); };

/** The teacher undoes the last act of this kind. @param {number} session @param {string} kind */
async function takeBack(session, kind) {
  const { acts } = await board.get(`sessions/${session}/log`), act = acts.findLast((/** @type {any} */ a) => a.do === kind && !a.is_undone);
  await teacher.act(session, { do: 'undo', act: act.id });
}

test('the lesson\'s slip opens once: question, safety, and the steps for now, as text', async () => {
  const session = await teacher.session('cool-value', [1, 2]);
  const page = await member(session, 1);
  await slip(page, 'lessonsheet').waitFor();
  const text = await slip(page, 'lessonsheet').innerText();
  assert.match(text, /热水放着，温度会怎样变/);
  assert.match(text, /热水烫手/);
  assert.strictEqual(await page.locator('.sheet details[open] summary').innerText(), '猜一猜');
  assert.strictEqual(await page.locator('.sheet strong').first().textContent(), '水面到杯口');
  assert.doesNotMatch(text, /51\.2|52\.8/, 'what is to be expected is hidden');
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'sheet');
  await close(page, 'lessonsheet');
  await page.reload();
  await page.locator('.gmark').first().waitFor();
  await until('the key', async () => await phase(page) === 'predict');
  assert.strictEqual(await slip(page, 'lessonsheet').count(), 0);
  await page.context().close();
});

test('a value is guessed before the start: no number is a sentence, a number is kept through a reload', async () => {
  const session = await teacher.session('cool-value', [1, 2]), page = await member(session, 1);
  await slip(page, 'lessonsheet').waitFor();
  await close(page, 'lessonsheet');
  await until('the key', async () => await phase(page) === 'predict');
  await page.locator('.state').click();
  await page.locator('.withunit input').fill('warm');
  await page.locator('.predict .main').click();
  assert.match(await page.locator('.predict .pinbad').first().innerText(), /写成/);
  assert.deepStrictEqual(await complaints(page), []);
  await page.locator('.withunit input').fill('５２，5');
  await page.locator('.predict .main').click();
  await until('the teacher\'s turn', async () => await phase(page) === 'await');
  await page.reload();
  await until('still', async () => await phase(page) === 'await');
  assert.strictEqual(await page.locator('.state').getAttribute('aria-disabled'), 'true');
  const other = await member(session, 1, { size: [360, 740], lang: 'en' });    // a second telephone of the group, or one that came to look
  await slip(other, 'lessonsheet').locator('.acts .btn').first().click();
  await slip(other, 'predict').getByText(/Your group has guessed; until the reveal only the device that did can see/).waitFor();
  assert.strictEqual(await other.locator('.withunit input').count(), 0);
  assert.doesNotMatch(await slip(other, 'predict').innerText(), /52/);
  assert.deepStrictEqual(await complaints(other), []);
  await other.context().close();
  await takeBack(session.id, 'predict');
  await until('the guess is gone', async () => await phase(page) === 'predict');
  await page.locator('.state').click();
  assert.strictEqual(await page.locator('.withunit input').inputValue(), '', 'nothing is guessed yet');
  await page.context().close();
});

test('a choice is text, and one must be chosen', async () => {
  const session = await teacher.session('cool-choice', [1, 2]), page = await member(session, 2, { lang: 'en', theme: 'dark', size: [360, 740] });
  await slip(page, 'lessonsheet').waitFor();
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'sheet-en-360');
  await close(page, 'lessonsheet');
  await until('the key', async () => await phase(page) === 'predict');
  await page.locator('.state').click();
  await page.locator('.predict .main').click();
  assert.match(await page.locator('.predict .pinbad').first().innerText(), /Choose one/);
  assert.match(await page.locator('.choices').innerText(), /<b>Faster<\/b>/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'choice-en-360');
  await page.locator('.option').nth(1).click();
  await page.locator('.predict .main').click();
  await until('kept', async () => (await board.get(`sessions/${session.id}`)).groups[1].has_prediction);
  await page.context().close();
});

test('a curve is drawn by hand or by keys, lies under the data, and the run ends with a receipt', async () => {
  const session = await teacher.session('cool-curve', [1, 2]), page = await member(session, 1);
  await slip(page, 'lessonsheet').waitFor();
  await close(page, 'lessonsheet');
  await until('the key', async () => await phase(page) === 'predict');
  await shot(page, 'predict-key');
  await page.locator('.state').click();
  const box = await page.locator('.pad').boundingBox();
  await page.locator('.predict .main').click();
  assert.match(await page.locator('.predict .pinbad').first().innerText(), /一半/);
  await page.mouse.move(box.x + 60, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.6, { steps: 3 });
  await page.mouse.up();
  await page.locator('.pad').focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  assert.match((await page.locator('.pad .sr').textContent()) ?? '', /°C/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'pad');
  await page.locator('.predict .main').click();
  await until('the teacher\'s turn', async () => await phase(page) === 'await');
  await teacher.act(session.id, { do: 'start' });
  await until('recording', async () => await phase(page) === 'rec');
  await until('points of the run', async () => Number(await page.locator('.chart .paper').getAttribute('data-points')) > 20);
  assert.ok((await page.evaluate(async () => (await import('/js/view.js')).view.stroke))?.length > 30);
  await page.reload();
  await until('the stroke again', () => page.evaluate(async () => ((await import('/js/view.js')).view.stroke?.length ?? 0) > 30));
  await until('recording', async () => await phase(page) === 'rec');
  await shot(page, 'recording');
  assert.deepStrictEqual(await complaints(page), []);
  const here = page.url();
  await page.goto('about:blank');
  await teacher.act(session.id, { do: 'stop' });
  await page.goto(here);
  await slip(page, 'receipt').waitFor();        // it ended while the page was away
  await page.reload();
  await slip(page, 'receipt').waitFor();        // nobody closed it
  await until('it is counted', async () => await page.locator('.receipt .lines div').count() >= 3);
  assert.match(await page.locator('.receipt').innerText(), /指纹/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'receipt');
  await page.locator('.receipt .main').click();
  await until('its numbers', async () => /\d/.test(await page.locator('.stats dd').first().innerText()));
  await page.reload();
  await until('done', async () => await phase(page) === 'done');
  assert.strictEqual(await slip(page, 'receipt').count(), 0, 'once is enough');
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('on a phone the names of what is typed in are whole, in lessons of ours with two numbers or a long name', async () => {
  for (const lesson of ['knit-insulation', 'speed-of-sound', 'classroom-co2']) {
    const session = await teacher.session(lesson, [1]), page = await member(session, 1, { size: [360, 740], lang: 'en' });
    await slip(page, 'lessonsheet').waitFor();
    await close(page, 'lessonsheet');
    assert.deepStrictEqual(await complaints(page), [], lesson);
    await shot(page, `bar-${lesson}-en-360`);
    for (const field of await page.locator('.typedform input').all()) await field.fill('12.5');
    assert.deepStrictEqual(await complaints(page), [], `${lesson}, filled in`);
    await shot(page, `bar-filled-${lesson}-en-360`);
    await page.context().close();
    await teacher.act(session.id, { do: 'end' });
  }
});

test('typed readings are kept with what the kit says; what is out of range is a sentence; a reload keeps all', async () => {
  const session = await teacher.session('cool-choice', [1, 2]), page = await member(session, 1), mate = await member(session, 1, { size: [360, 740], lang: 'en' });
  for (const p of [page, mate]) { await slip(p, 'lessonsheet').waitFor(); await close(p, 'lessonsheet'); }
  const field = page.locator('.typedform input');
  await page.locator('.typedform .btn').click();
  await until('it is empty', async () => /还没填/.test(await page.locator('.notice').innerText().catch(() => '')));
  await field.fill('50');
  await field.press('Enter');
  await until('out of range', async () => /1 到 20/.test(await page.locator('.notice').innerText().catch(() => '')));
  assert.deepStrictEqual(await complaints(page), []);
  for (const [i, depth] of ['5', '7.5', '１０'].entries()) {
    await field.fill(depth);
    await field.press('Enter');
    await until(`${i + 1} kept`, async () => (await page.locator('.classbar .kept').innerText()).trim() === String(i + 1));
  }
  await until('the other tablet has them', async () => (await mate.locator('.classbar .kept').innerText()).trim() === '3');
  assert.deepStrictEqual(await complaints(mate), []);
  await shot(mate, 'bar-en-360');
  await page.reload();
  await until('three still', async () => (await page.locator('.classbar .kept').innerText()).trim() === '3');
  assert.strictEqual(await field.inputValue(), '１０', 'what was typed stays');
  await page.locator('.classbar .kept').click();
  await page.locator('.keptlist td').first().waitFor();
  assert.deepStrictEqual((await page.locator('.keptlist td:nth-child(2)').allInnerTexts()).map(Number), [5, 7.5, 10]);
  assert.ok((await page.locator('.keptlist td:nth-child(3)').allInnerTexts()).every((text) => Number(text) > 15 && Number(text) < 110), 'with the temperature');
  await until('three points', async () => await page.locator('.keptsheet .plot g[transform]').count() === 3);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'kept');
  await close(page, 'keptsheet');
  await page.locator('.markit').click();
  await page.locator('.markform input').fill('<b>开窗</b> 🐟');
  await page.locator('.markform .btn').click();
  await until('the mark is kept', async () => (await board.get('marks')).marks.some((/** @type {any} */ m) => m.text === '<b>开窗</b> 🐟' && /1/.test(m.author)));
  await takeBack(session.id, 'reading');
  await page.evaluate(async (of) => (await import('/js/board.js')).board.emit('reading', of), { session: session.id, group: 1 });
  await until('the one that was taken back is gone', async () => (await page.locator('.classbar .kept').innerText()).trim() === '2');
  for (const p of [page, mate]) { assert.deepStrictEqual(p.faults, []); await p.context().close(); }
});

test('what the teacher does to all is done on the page: freeze, axis, groups that start themselves', async () => {
  const session = await teacher.session('cool-choice', [1, 2]), page = await member(session, 2);
  await slip(page, 'lessonsheet').waitFor();
  await close(page, 'lessonsheet');
  await until('a drawn point', () => lastPoint(page));
  await teacher.act(session.id, { do: 'freeze', on: true });
  await until('frozen', () => page.locator('[data-notice=frozen]').count());
  const at = String(await lastPoint(page));
  await page.keyboard.press('f');
  await page.waitForTimeout(500);
  assert.strictEqual(String(await lastPoint(page)), at, 'a hand does not thaw it');
  await teacher.act(session.id, { do: 'freeze', on: false });
  await until('it moves', async () => String(await lastPoint(page)) !== at);
  await teacher.act(session.id, { do: 'range', low: -40, high: 140 });
  await until('the axis', () => page.evaluate(async () => String((await import('/js/view.js')).view.values) === '-40,140'));
  await teacher.act(session.id, { do: 'range' });
  await until('no axis', () => page.evaluate(async () => (await import('/js/view.js')).view.values == null));
  await teacher.act(session.id, { do: 'may_start', who: 'groups' });
  await page.locator('.state').click();
  await page.locator('.option').first().click();
  await page.locator('.predict .main').click();
  await until('it may start', async () => await phase(page) === 'ready');
  // The answer to Start stays away until the end: what is seen can be acted upon.
  let letGo = () => {};
  const end = new Promise((done) => { letGo = () => done(undefined); });
  await page.route(/groups\/2\/run$/, async (/** @type {any} */ route) => { const response = await route.fetch(); await end; await route.fulfill({ response }).catch(() => {}); }, { times: 1 });
  await page.locator('.state').click();
  await until('recording', async () => await phase(page) === 'rec');
  const { groups } = await board.get(`sessions/${session.id}`);
  assert.ok(groups[1].run && !groups[0].run, 'its own run, and nobody else\'s');
  await rested(page);
  await page.locator('.state').click();
  await slip(page, 'receipt').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.classbar .howto').click();
  await until('the guess is fixed', async () => /不再改/.test(await page.locator('.lessonsheet .fixed').innerText().catch(() => '')));
  assert.strictEqual(await page.locator('.lessonsheet .acts .btn').count(), 1, 'and cannot be changed');
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'fixed');
  letGo();
  await page.keyboard.press('Escape');
  await page.locator('.classbar .howto').click();
  await until('the guess is fixed', async () => /不再改/.test(await page.locator('.lessonsheet .fixed').innerText().catch(() => '')));
  assert.strictEqual(await page.locator('.lessonsheet .acts .btn').count(), 1, 'and cannot be changed');
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'fixed');
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('the screen on the wall shows the groups of the lesson, its code, and what the teacher does', async () => {
  const session = await teacher.session('cool-curve', [1, 2], { groups: 3 });
  const context = await (await chromium()).newContext({ viewport: { width: 1920, height: 1080 }, reducedMotion: 'reduce' }), page = await context.newPage();
  await page.goto(`${board.url}/screen?lang=zh&theme=light`);
  await until('three groups', async () => await page.locator('.cell').count() === 3);
  await until('lines of two', async () => await page.locator('.cell .ln').count() === 2);
  await until('what it is about', async () => new RegExp(`热水怎样变凉[\\s\\S]*热水放着[\\s\\S]*${session.code}`).test(await page.locator('header').innerText()));
  await until('the code as a picture', () => page.locator('.joinwall img').evaluate((/** @type {HTMLImageElement} */ img) => img.complete && img.naturalWidth > 20));
  assert.match(await page.locator('.cell').nth(2).innerText(), /还没有器材/);
  await teacher.act(session.id, { do: 'phase', index: 1 });
  await until('the lesson clock', async () => /量\s*(10:00|09:5\d)/.test(await page.locator('.ph').innerText().catch(() => '')));
  await teacher.act(session.id, { do: 'start', groups: [1, 2] });
  await until('an axis from zero', async () => (await page.locator('.cell svg text[text-anchor=middle]').first().textContent()) === '0');
  await teacher.act(session.id, { do: 'range', low: 0, high: 200 });
  await until('its axis', async () => (await page.locator('.cell').first().locator('svg text[text-anchor=end]').allTextContents()).includes('200'));
  await teacher.act(session.id, { do: 'freeze', on: true });
  await until('it says so', () => page.locator('.line.calm').isVisible());
  const still = await page.locator('.cell .ln').first().getAttribute('d'), digits = await page.locator('.cell .val').first().innerText();
  await page.waitForTimeout(1500);
  assert.deepStrictEqual([await page.locator('.cell .ln').first().getAttribute('d'), await page.locator('.cell .val').first().innerText()], [still, digits]);
  await teacher.act(session.id, { do: 'freeze', on: false });
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'screen');
  await teacher.endAll();
  await until('no code', async () => await page.locator('.joinwall img').count() === 0);
  await context.close();
});

test('what the teacher reveals is on the wall: a point for each group, its fit, and who guessed what', async () => {
  const session = await teacher.session('cool-choice', [1, 2]), groups = [1, 2];
  for (const group of groups) await teacher.post(`sessions/${session.id}/groups/${group}/prediction`, { choice: 0 });
  await teacher.act(session.id, { do: 'start' });
  for (const group of groups) await teacher.post(`sessions/${session.id}/groups/${group}/readings`, { typed: { L: 3 * group } });
  const context = await (await chromium()).newContext({ viewport: { width: 1920, height: 1080 }, reducedMotion: 'reduce' }), page = await context.newPage();
  await page.goto(`${board.url}/screen?lang=zh&theme=light&view=all`);
  await until('lines of both', async () => await page.locator('.cell .ln').count() === 2);
  assert.strictEqual((await fetch(`${board.url}/api/v1/sessions/${session.id}/results`)).status, 403, 'hidden before');
  await teacher.act(session.id, { do: 'stop' });
  await teacher.act(session.id, { do: 'reveal', on: true });
  await until('two points', async () => await page.locator('.reveal .plot g[transform]').count() === 2);
  assert.strictEqual(await page.locator('.reveal .plot text').last().textContent(), '2', 'with the number of their groups');
  assert.match(await page.locator('.votes li').first().innerText(), /越来越慢[\s\S]*2$/);
  assert.deepStrictEqual(await complaints(page), []);
  await teacher.act(session.id, { do: 'reveal', on: false });
  await until('the lines again', async () => await page.locator('.cell .ln').count() === 2);
  await context.close();
});

test('a kept run that stands in for a kit is shown as if it came now, and says that it is a replay', async () => {
  const session = await teacher.session('cool-value', [1, 2]);
  await teacher.act(session.id, { do: 'start' });
  await new Promise((done) => { setTimeout(done, 3000); });
  const [{ runs: [run] }] = (await teacher.act(session.id, { do: 'stop' })).groups;
  await until('it is on the card', async () => (await board.get(`runs/${run}/streams`)).streams?.length > 0);
  await teacher.act(session.id, { do: 'replay', group: 1, run });
  const page = await member(session, 1), wall = await open(board, { size: [1920, 1080], query: 'screen?lang=zh&theme=light&view=all' });
  await until('the student\'s chart is of that run', () => page.evaluate(async (id) => (await import('/js/view.js')).view.run?.id === id && (await import('/js/view.js')).view.replay != null, run));
  await until('its points', () => lastPoint(page));
  await until('the word on the wall', async () => await wall.locator('.cell').first().locator('.watermark').textContent().catch(() => '') === '回放');
  assert.strictEqual(await wall.locator('.cell').nth(1).locator('.watermark').count(), 0);
  await teacher.act(session.id, { do: 'replay', group: 1, run: null });
  await until('live again', () => page.evaluate(async () => (await import('/js/view.js')).view.replay == null));
  assert.deepStrictEqual([...page.faults, ...wall.faults], []);
  for (const p of [page, wall]) await p.context().close();
});
