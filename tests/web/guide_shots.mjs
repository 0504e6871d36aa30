#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The pictures of the teacher's guides, TEACHING.md and TEACHING.zh-CN.md, from a real lesson: kitlogd, six virtual cups,
// six phones, a display, Chromium.
//
//     KITLOGD=… KITLOG_VIRTUAL=… node tests/web/guide_shots.mjs [FOLDER]
//
// Writes guide-LANG-NAME.png into FOLDER (default: daemon/web/shots), made smaller by pngquant where it is installed.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Board, closeBrowser, lastTime, phase, until } from '../support/browser.mjs';
import { LONG, alone, draw, openLesson, phoneOf, teacherPage, text } from '../support/classroom.mjs';
import { web } from '../support/pages.mjs';

const folder = process.argv[2] ?? path.join(web, 'shots'), SECONDS = Number(process.env.SECONDS ?? 40), GROUPS = 6, PULLED = 2;
const WORDS = { zh: { lesson: '谁的“毛衣”最保暖', room: '七（3）班' }, en: { lesson: 'Whose sweater keeps warmest', room: 'Class 7 (3)' } };
fs.mkdirSync(folder, { recursive: true });

/** @param {any} page @param {string} name */
async function shoot(page, name) {
  const file = path.join(folder, `guide-${name}.png`);
  await page.screenshot({ path: file });
  try {
    execFileSync('pngquant', ['--force', '--speed', '1', '--strip', '--output', file, '64', file]);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}

/** A lesson from the cards to the package. @param {Board} board @param {'zh'|'en'} lang */
async function lesson(board, lang) {
  const { page, tap } = await teacherPage(board, lang, [1024, 768]), wall = await alone(board, `screen?lang=${lang}&theme=light`, [1280, 720]);
  await until('the cards', () => page.locator('.lcard').count());
  await page.locator('.field input').first().fill(WORDS[lang].room);
  await until('the lesson can be taught', async () => /\d/.test(await text(page, `.lcard:has-text("${WORDS[lang].lesson}") .can.ok-c`)), LONG);
  await page.locator(`.lcard:has-text("${WORDS[lang].lesson}")`).first().click();
  await until('for six groups', async () => /6/.test(await text(page, '.startbar .big:enabled')));
  await shoot(page, `${lang}-lessons`);
  await openLesson(board, page, tap, WORDS[lang].lesson, GROUPS);
  for (const check of ['kits', 'rate', 'clock', 'card', 'calibration']) await until(`${check} is well`, () => page.locator(`[data-check=${check}].ok`).count());
  await shoot(page, `${lang}-kits`);
  const [{ code }] = (await board.get('sessions')).sessions;
  await until('the code on the wall', async () => (await text(wall, '.joinwall')).includes(code));
  await shoot(wall, `${lang}-wall`);

  const phones = [];
  for (let group = 1; group <= GROUPS; group++) phones.push(await phoneOf(board, lang, group, code, GROUPS));
  const [one] = phones;
  for (const [i, phone] of phones.entries()) {
    await draw(phone, i + 1);
    if (phone === one) await shoot(one, `${lang}-guess`);
    await phone.locator('.predict .main').tap();
    await until('it waits for the teacher', async () => await phase(phone) === 'await');
  }
  await tap('.startbar .big');
  for (const phone of phones) await until('the phone records', async () => await phase(phone) === 'rec', LONG);
  for (const [i, phone] of phones.entries()) {
    await phone.locator('.typedform input').first().fill(String(i));
    await phone.locator('.typedform input').last().fill(String(15 - 2 * i));
    await phone.locator('.typedform .btn').tap();
  }
  await until('a curve to look at', async () => await lastTime(one) > SECONDS, 4 * LONG);
  await shoot(page, `${lang}-running`);
  await shoot(one, `${lang}-phone`);
  await board.unplug(PULLED);
  await until('the teacher is told', async () => (await text(page, '[data-group="3"] .fix')).length > 5);
  await shoot(page, `${lang}-fault`);
  await board.plug(PULLED);
  await until('it is back', async () => !await page.locator('[data-group="3"] .fix').count(), LONG);
  await tap('.startbar .stop');
  await until('all have stopped', async () => (await board.get('sessions')).sessions[0].state === 'open');
  await page.locator('.inclass .acts .seg button').nth(2).click();
  await until('six points', async () => await page.locator('[aria-labelledby=result] .plot g[transform]').count() === GROUPS, LONG);
  await tap('[data-do=reveal]');
  await until('six points on the wall', async () => await wall.locator('.reveal .plot g[transform]').count() === GROUPS, LONG);
  await shoot(page, `${lang}-reveal`);
  await tap('.startbar .end');
  await tap('.startbar .pop .item');
  await until('what is kept', () => page.locator('.tslip .slip h1').count(), LONG);
  await until('it is counted', async () => !(await text(page, '.tslip .slip dl')).includes('…'), LONG);
  await shoot(page, `${lang}-end`);
  for (const p of [page, wall, ...phones]) await p.context().close();
}

const board = await Board.start(Array(GROUPS).fill(['cup', 5]), 'store: {commit: 1 s}\n');
try {
  await lesson(board, 'zh');
  await lesson(board, 'en');
} finally {
  await closeBrowser();
  await board.close();
}
console.log(`pictures in ${folder}`);
