// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The cards of the groups on the teacher's page: each shows its data, and nothing that is said of it covers it.
import assert from 'node:assert';
import { after, test } from 'node:test';
import { attributeOf, Board, closeBrowser, until } from '../support/browser.mjs';
import { complaints } from '../support/looks.mjs';
import { post, teacherOn } from '../support/teacher.mjs';

after(closeBrowser);

test('what comes as events is seen as points, also where a saved run stands in for the kit', async () => {
  const board = await Board.start([]);
  try {
    const page = await teacherOn(board, { size: [1024, 768], lang: 'en', theme: 'light' });
    await post(page, 'sessions', { lesson: 'free-fall', title: '', groups: 1, deal: false });
    await page.locator('.goin').click();
    await page.locator('.inclass .acts .seg button').nth(1).click();
    await page.locator('.gcard .replaying .btn').click();
    await page.locator('.gcard .pop .item').first().click();
    let d = '';
    await until('readings of the sample', async () => (d = await attributeOf(page.locator('.gcard .plot .ln').first(), 'd') ?? '').length > 20);
    assert.match(d, /^(M[\d. -]+h0)+$/, 'each a point: a line of no length is nothing without it');
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  } finally { await board.close(); }
});

test('what is said of a group stands beside its data, whole, each thing on a line of its own', async () => {
  const board = await Board.start([['cup', 10], ['cup', 10]]);
  try {
    for (const [size, lang] of /** @type {[[number, number], string][]} */ ([[[1024, 768], 'zh'], [[1024, 768], 'en'], [[360, 740], 'zh']])) {
      const page = await teacherOn(board, { size, lang, theme: 'light' });
      if (!(await board.get('sessions')).sessions.length) await post(page, 'sessions', { title: '', groups: 6, deal: true });
      await page.locator('.goin').click();
      await page.locator('.inclass .acts .seg button').nth(1).click();
      await page.evaluate(async () => {
        const { classroom } = await import('/js/classroom.js'), [session] = classroom.sessions ?? [], on = { channel: 'T', n: 9, least: 30, us: 0, least_us: null };
        const bad = ['把罐子挪到阴凉处', '每天用一条试纸'].map((zh) => ({ ...on, holds: false, otherwise: { zh, en: 'Move the jar to a shady place' } }));
        const groups = session.groups.map((g, i) => ({ ...g, is_ready: i < 2, accept: i ? [{ ...on, holds: true, otherwise: { zh: '', en: '' } }] : bad }));
        classroom.take({ ...session, groups });
      });
      const card = (/** @type {number} */ n) => page.locator(`[data-group="${n}"]`), box = async (/** @type {any} */ e) => /** @type {{y: number, height: number}} */ (await e.boundingBox());
      await until('two things to do', async () => await card(1).locator('.verdict li').count() === 2);
      await until('a line', () => card(1).locator('.plot .ln').count());
      const said = await box(card(1).locator('.verdict')), drawn = await box(card(1).locator('.plot'));
      assert.ok(said.y + said.height <= drawn.y + 1 && drawn.height >= 90, `${lang} ${size}: ${JSON.stringify([said, drawn])}`);
      const good = await card(2).locator('.head .ok-c span').evaluate((/** @type {Element} */ e) => [e.scrollWidth - e.clientWidth, getComputedStyle(e).textOverflow, e.getBoundingClientRect().right - Number(e.closest('.head')?.querySelector('.val')?.getBoundingClientRect().left)]);
      assert.ok(good[0] <= 0 && good[1] === 'clip' && good[2] <= 0, `${lang} ${size}: ${good}`);
      const none = await box(card(3).locator('.nokit')), replay = await box(card(3).locator('.replaying'));
      assert.ok(none.y + none.height <= replay.y + 1);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/wall-${lang}-${size[0]}.png`, fullPage: true });
      assert.deepStrictEqual(await complaints(page), []);
      assert.deepStrictEqual(page.faults, []);
      await page.context().close();
    }
  } finally { await board.close(); }
});
