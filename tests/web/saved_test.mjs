// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The teacher's saved runs: a package comes in, is found, shown a group, and goes for good only when it is meant.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, until } from '../support/browser.mjs';
import { lessonIn } from '../support/lesson.mjs';
import { COMBINATIONS, complaints } from '../support/looks.mjs';
import { post, teacherOn } from '../support/teacher.mjs';

/** @type {Board} */ let board;
/** @type {any} */ let page;
before(async () => { board = await Board.start([['cup', 10]], lessonIn); });
after(async () => { await closeBrowser(); await board?.close(); });

const rows = () => page.locator('.svrow[data-run]');
const imported = async () => (await board.get('runs?imported=1')).runs;
const openSaved = async () => {
  await page.locator('.rail button', { hasText: /打开存档|Open saved runs/ }).click();
  await until('the dialog', () => page.locator('dialog.saved[open]').count());
};
/** What the dialog says became of it. */
const told = async () => (await page.locator('.svtold').allInnerTexts()).join('\n');

test('a class records a run, and takes its package away', async () => {
  page = await teacherOn(board, { size: [1024, 768], lang: 'zh', theme: 'light' });
  const { id } = await post(page, 'sessions', { lesson: 'warm-string', title: '七（3）班', groups: 2, is_project: false });
  await post(page, `sessions/${id}/acts`, { do: 'start', groups: [1] });
  const [run] = (await board.get('runs')).runs;
  await until('rows of it are on the card', async () => (await board.get(`runs/${run.id}/receipt`)).stored > 0);
  await post(page, `sessions/${id}/acts`, { do: 'stop' });
  const answer = await page.request.get(`${board.url}/api/v1/runs/${run.id}/package`);
  fs.writeFileSync(path.join(board.folder, '七（3）班.zip'), await answer.body());
});

test('the run stands among the saved ones, by its lesson and class, and cannot be deleted', async () => {
  await openSaved();
  await until('one', async () => await rows().count() === 1);
  assert.match(await rows().innerText(), /绳子和水温.*1 组[^]*七（3）班/);
  assert.strictEqual(await page.locator('.svrow .delete').count(), 0);
});

test('the package of its class can be had there, long after the class', async () => {
  const { sessions: [{ id }] } = await board.get('sessions');
  const link = page.locator('.svclass a[download]');
  assert.match(await page.locator('.svclass').innerText(), /绳子和水温[^]*七（3）班/);
  const answer = await page.request.get(new URL(await link.getAttribute('href'), board.url).href);
  assert.strictEqual(answer.status(), 200);
  assert.match(answer.headers()['content-disposition'], /\.zip/);
  assert.strictEqual(await link.getAttribute('href'), `/api/v1/sessions/${id}/package`);
});

test('its package comes in as a run beside it', async () => {
  await page.locator('.svin input').setInputFiles(path.join(board.folder, '七（3）班.zip'));
  await until('it says so', async () => /导入了 1 次记录/.test(await told()));
  await until('two', async () => await rows().count() === 2);
  assert.strictEqual((await imported()).length, 1);
  assert.match(await rows().first().innerText(), /1 组[^]*导入[^]*七（3）班[^]*第 1 次[^]*(kB|MB)/);
});

test('either run is looked at from its row: its line stands on the student page', async () => {
  for (const i of [0, 1]) {
    const link = rows().nth(i).locator('.look'), [shown] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    const id = await rows().nth(i).getAttribute('data-run');
    assert.ok(shown.url().includes(`run=${id}`));
    await until('a run that is over, and not what is plugged in', () => shown.locator('.state[data-phase=done]').count());
    await until('its readings', async () => /水温/.test(await shown.locator('.stu').innerText()));
    assert.deepStrictEqual(await complaints(shown), []);
    if (process.env.SHOTS) await shown.screenshot({ path: path.join(process.env.SHOTS, `looked-${i}.png`) });
    await shown.close();
  }
});

test('of several files each is tried, and what is there already is not taken twice', async () => {
  const file = (/** @type {string} */ name, /** @type {Buffer} */ buffer) => ({ name, mimeType: 'application/zip', buffer });
  const same = fs.readFileSync(path.join(board.folder, '七（3）班.zip'));
  await page.locator('.svin input').setInputFiles([file('one.zip', Buffer.from('no')), file('two.zip', same), file('three.zip', Buffer.from('nor this'))]);
  await until('each is told', async () => /one\.zip：[^]*two\.zip：[^]*已经在存档里[^]*three\.zip：/.test(await told()));
  const [{ id }] = await imported();
  assert.ok((await told()).includes(`${id} 号`), 'and where it is');
  assert.strictEqual((await imported()).length, 1);
  await page.locator('.svfind input').fill(String(id));
  assert.strictEqual(await rows().count(), 1, 'found by its number');
  await page.locator('.svfind input').fill('');
});

test('a dropped file that is no package is refused by the sentence of the board, and nothing else changes', async () => {
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['not a zip'], 'photo.zip'));
    document.querySelector('dialog.saved')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await until('a sentence', async () => /没有导入 photo\.zip：.+/.test(await told()));
  assert.strictEqual(await page.locator('[role=alert] .svtold.bad').count(), 1, 'and it is spoken');
  assert.strictEqual((await imported()).length, 1);
});

test('what is looked for is found by a word, what is not is said', async () => {
  await page.locator('.svfind input').fill('绳子');
  assert.strictEqual(await rows().count(), 2);
  await page.locator('.svfind input').fill('没有这种课');
  await page.locator('.svnone').waitFor();
  await page.locator('.svfind input').fill('');
  await page.locator('.svfind .seg button', { hasText: '导入的' }).click();
  assert.strictEqual(await rows().count(), 1);
  await page.locator('.svfind .seg button', { hasText: '全部' }).click();
});

test('it is there after a restart of the board', async () => {
  await page.locator('.svhead .btn').click();
  await until('closed', async () => await page.locator('dialog.saved').count() === 0);
  await board.halt();
  await board.boot();
  await board.ready();
  await page.context().close();
  page = await teacherOn(board, { size: [1024, 768], lang: 'zh', theme: 'light' });
  await openSaved();
  await until('both', async () => await rows().count() === 2);
});

test('in a class a group is shown it, from the dialog that its tile opens', async () => {
  await page.keyboard.press('Escape');
  await page.locator('.goin').click();
  await page.locator('.inclass .acts .seg button').nth(1).click();
  await page.locator('.gcard').nth(1).locator('button', { hasText: '换回放' }).click();
  await page.locator('.gcard .pop .item', { hasText: '别的记录' }).click();
  await until('the dialog', () => page.locator('dialog.saved[open]').count());
  await rows().first().locator('.replay').click();                      // the imported one, for group 2
  await until('it is shown', async () => (await board.get('sessions')).sessions[0].groups[1].replay?.run === (await imported())[0].id);
  await until('the dialog went', async () => await page.locator('dialog.saved').count() === 0);
});

test('what a group is shown is not deleted: the sentence says why', async () => {
  await page.locator('.inclass .acts .seg button').nth(0).click();
  await openSaved();
  await until('the row', async () => await page.locator('.svrow .delete').count() === 1);
  await page.locator('.svrow .delete').click();
  await page.locator('.svask .danger').click();
  await until('a sentence', async () => /回放/.test(await told()));
  assert.strictEqual((await imported()).length, 1);
  const { sessions: [session] } = await board.get('sessions');
  await post(page, `sessions/${session.id}/acts`, { do: 'replay', group: 2, run: null });
});

test('a press on Delete asks first, with the package at hand; the keyboard stays in its place', async () => {
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());   // of a page that lost it: all there is
  await page.locator('.svrow .delete').click();
  await until('the way out has the focus', async () => await focused() === '不删');
  assert.strictEqual(await page.locator('.svask a[download]').count(), 1);
  assert.match(await page.locator('.svask p').innerText(), /绳子和水温 · 1 组 · 第 1 次/, 'it says which one');
  await page.keyboard.press('Enter');
  await until('back on its button', async () => await focused() === '删除');
  assert.strictEqual((await imported()).length, 1);
});

for (const how of COMBINATIONS) {
  test(`looks: ${how.size.join('×')} ${how.lang} ${how.theme}`, async () => {
    const one = await teacherOn(board, how);
    await one.locator('.rail button', { hasText: /打开存档|Open saved runs/ }).click();
    await until('both runs', async () => await one.locator('.svrow[data-run]').count() === 2);
    assert.deepStrictEqual(await complaints(one), [], 'the list');
    await one.locator('.svin input').setInputFiles({ name: 'a-photo-of-the-class-and-nothing-else.zip', mimeType: 'application/zip', buffer: Buffer.from('no') });
    await until('a sentence', () => one.locator('.svtold.bad').count());
    await one.locator('.svrow .delete').click();
    assert.deepStrictEqual(await complaints(one), [], 'refused, and asked');
    if (process.env.SHOTS) await one.screenshot({ path: path.join(process.env.SHOTS, `saved-${how.lang}-${how.size[0]}.png`) });
    assert.deepStrictEqual(one.faults, []);
    await one.context().close();
  });
}

test('deleted it is gone, and its package brings it back', async () => {
  await page.locator('.svrow .delete').click();
  await page.locator('.svask .danger').click();
  await until('gone', async () => (await imported()).length === 0 && await rows().count() === 1);
  assert.match(await told(), /已删掉/);
  await page.locator('.svin input').setInputFiles(path.join(board.folder, '七（3）班.zip'));
  await until('back', async () => (await imported()).length === 1 && await rows().count() === 2);
  assert.deepStrictEqual(page.faults, []);
});

test('runs before the newest 200 are found also while one of those goes on', async () => {
  const [{ from_us, to_us }] = (await board.get('runs')).runs;
  for (let i = 0; i < 200; i++) await post(page, 'runs', { title: `made ${i}`, from_us, to_us });
  await post(page, 'runs', { title: 'goes on' });
  const one = await teacherOn(board, { size: [1024, 768], lang: 'zh', theme: 'light' });
  await one.locator('.rail button', { hasText: '打开存档' }).click();
  await one.locator('.svfind .seg button', { hasText: '板子记的' }).click();
  await one.locator('.svfind input').fill('绳子');
  await one.locator('.svnone').waitFor();
  await one.locator('dialog.saved > .btn', { hasText: '更早' }).click();
  await until('the first', async () => await one.locator('.svrow[data-run]').count() === 1);
  await until('and that was all', async () => await one.locator('dialog.saved > .btn').count() === 0);
  assert.deepStrictEqual(one.faults, []);
  await one.context().close();
});
