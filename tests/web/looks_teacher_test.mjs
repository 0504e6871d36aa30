// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The teacher's page in every size and language while a lesson goes on, before one, and with no kit at all: nothing is cut
// or out of its place, every target is large enough, axe finds nothing.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { attributeOf, Board, closeBrowser, until } from '../support/browser.mjs';
import { lessonIn } from '../support/lesson.mjs';
import { COMBINATIONS, complaints } from '../support/looks.mjs';
import { post, teacherOn } from '../support/teacher.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10], ['cup', 10], ['co2', 1]], lessonIn); });
after(async () => { await closeBrowser(); await board?.close(); });

const says = (/** @type {any} */ { size, lang, theme }) => `${size.join('×')} ${lang} ${theme}`;

for (const how of COMBINATIONS) {
  test(`before a lesson: ${says(how)}`, async () => {
    const page = await teacherOn(board, how);
    await until('kits', async () => await page.locator('.kit.ok').count() === 3);
    assert.deepStrictEqual(await complaints(page), [], 'nothing chosen');
    await page.locator('.lcard', { hasText: /自由记录|Free recording/ }).click();
    await until('chosen', () => page.locator('.startbar .big:enabled').count());
    assert.deepStrictEqual(await complaints(page), [], 'a free recording');
    await page.locator('.tbar .btn').click();
    assert.deepStrictEqual(await complaints(page), [], 'the menu');
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}

test('a lesson goes on, with a name that is long and has marks in it', async () => {
  const page = await teacherOn(board, COMBINATIONS[0]);
  const { id } = await post(page, 'sessions', { lesson: 'warm-string', title: '七（3）班 <i>“很长的班级名字”</i> 🍵', groups: 7, is_project: false, deal: false });
  const [one, two, three] = (await board.get('devices')).devices;
  await post(page, `sessions/${id}/acts`, { do: 'assign', group: 1, devices: [one.id] });
  await post(page, `sessions/${id}/acts`, { do: 'assign', group: 2, devices: [two.id] });
  await post(page, `sessions/${id}/acts`, { do: 'assign', group: 3, devices: [three.id] });      // it is left out of the start
  const made = await post(page, `sessions/${id}/acts`, { do: 'start', groups: [1, 2] });
  assert.strictEqual(made.state, 'running');
  await page.context().close();
});

for (const how of COMBINATIONS) {
  test(`in a lesson: ${says(how)}`, async () => {
    const page = await teacherOn(board, how);
    await page.locator('.goin').click();                 // another teacher's page goes into the lesson that is on
    await until('seven tiles', async () => await page.locator('.gcard').count() === 7);
    await until('a line', async () => ((await attributeOf(page.locator('.gcard .plot .ln').first(), 'd')) ?? '').length > 20);
    assert.strictEqual(await page.locator('.startbar .some').count(), 1, 'one group can start yet');
    assert.deepStrictEqual(await complaints(page), [], 'groups');
    assert.match(await page.locator('h1').innerText(), /<i>“很长的班级名字”<\/i>/, 'a label is text');
    for (const [i, view] of [[0, 'kits'], [2, 'reveal'], [3, 'log']]) {
      await page.locator('.inclass .acts .seg button').nth(Number(i)).click();
      await until(`${view} is there`, () => page.locator({ kits: '.code', reveal: '[data-do=reveal]', log: '.logv tbody tr' }[view] ?? '').count());
      assert.deepStrictEqual(await complaints(page), [], String(view));
    }
    await page.locator('.startbar .end').click();
    assert.deepStrictEqual(await complaints(page), [], 'asked whether it ends');
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}

test('a board without any kit says three steps', async () => {
  const bare = await Board.start([], lessonIn);
  try {
    for (const how of COMBINATIONS.filter(({ size }) => size[0] < 1900)) {
      const page = await teacherOn(bare, how);
      await until('three steps', async () => await page.locator('.tea .steps li').count() === 3);
      assert.deepStrictEqual(await complaints(page), []);
      await page.context().close();
    }
  } finally {
    await bare.close();
  }
});
