#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pictures of the pages from a real lesson: kitlogd, three virtual kits, Chromium.
//
//     KITLOGD=… KITLOG_VIRTUAL=… node tests/web/shots.mjs [FOLDER]
//
// Writes daemon/web/shots/student-zh.png, the picture in the README, and into FOLDER (default: web-shots
// in the build tree) every state at three sizes, for eyes: looking at them all is part of changing a page.
import fs from 'node:fs';
import path from 'node:path';
import { Board, closeBrowser, lastPoint, lastTime, open, startRun, until } from '../support/browser.mjs';
import { build, web } from '../support/pages.mjs';

const folder = process.argv[2] ?? path.join(build, 'web-shots'), SECONDS = Number(process.env.SECONDS ?? 45);
const SIZES = /** @type {[string, [number, number]][]} */ ([['360', [360, 740]], ['1024', [1024, 768]], ['1920', [1920, 1080]]]);
fs.mkdirSync(folder, { recursive: true });
fs.mkdirSync(path.join(web, 'shots'), { recursive: true });
const board = await Board.start([['cup', 10], ['pendulum', 100], ['co2', 1]]);

/** @param {any} page @param {string} name */
const shoot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });
/** A page on a kit. @param {number} kit @param {object} how */
async function look(kit, how) {
  const page = await open(board, how);
  await until('a drawn point', () => lastPoint(page));
  if (kit > 1) {
    await page.locator('.btn.gb').click();
    await page.locator('.kitrow .item').nth(kit - 1).click();
    await until('its points', async () => (await page.locator('.gb b').first().innerText()).includes(String(kit)) && lastPoint(page));
  }
  return page;
}
const reached = (/** @type {any} */ page, /** @type {number} */ s) => until(`${s} s of the run`, async () => await lastTime(page) > s, 120000);
async function drag(page, from, to) {
  const box = await page.locator('.chart .u-over').boundingBox(), at = (f) => box.x + box.width * f;
  await page.mouse.move(at(from), box.y + 60);
  await page.mouse.down();
  await page.mouse.move(at(to), box.y + 70, { steps: 6 });
  await page.mouse.up();
  await page.mouse.move(5, 5);
  let before = '';
  await until('numbers that stay', async () => {
    const now = (await page.locator('.stats').innerText());
    const isSame = /\d/.test(now) && now === before;
    before = now;
    await page.waitForTimeout(isSame ? 0 : 300);
    return isSame;
  });
}

try {
  for (const [name, size] of SIZES) for (const [lang, theme] of [['zh', 'light'], ['en', 'dark']]) {
    const page = await look(1, { size, query: `?lang=${lang}&theme=${theme}` });
    await shoot(page, `ready-${lang}-${theme}-${name}`);
    await page.context().close();
  }
  const teacher = await look(2, {});
  await startRun(teacher, board);
  await reached(teacher, SECONDS);
  await drag(teacher, 0.2, 0.5);
  await teacher.screenshot({ path: path.join(web, 'shots/student-zh.png') });
  for (const [name, size] of SIZES) for (const [lang, theme] of [['zh', 'light'], ['zh', 'dark'], ['en', 'light'], ['en', 'dark']]) {
    for (const kit of [1, 2, 3]) {
      const page = await look(kit, { size, query: `?lang=${lang}&theme=${theme}` });
      await page.locator('.seg button').filter({ hasText: /^(全部|All)$/ }).click();
      await drag(page, 0.15, 0.6);
      await shoot(page, `recording-${kit}-${lang}-${theme}-${name}`);
      if (kit === 2) for (const tab of ['digits', 'table', 'xy']) {
        await page.locator(`#tab-${tab}`).click();
        await until('the tab', () => page.locator('.digitsv, .tablev tr, .xyv circle').count());
        await shoot(page, `${tab}-${lang}-${theme}-${name}`);
      }
      await page.context().close();
    }
  }
  await board.unplug(1);
  const loose = await look(2, {});
  await loose.locator('.notice').waitFor();
  await shoot(loose, 'unplugged-zh-light-1024');
  await board.plug(1);
  await until('it is back', async () => await loose.locator('.notice.bad').count() === 0);
  await until('points again', async () => (await loose.locator('.badge').innerText()).match(/[1-9]/));
  await shoot(loose, 'healed-zh-light-1024');
  await teacher.locator('.state').click();
  await until('done', async () => await teacher.locator('.state').getAttribute('data-phase') === 'done');
  await shoot(teacher, 'done-zh-light-1024');
  const phone = await look(1, { size: [360, 740], query: '?lang=zh&theme=light' });
  await board.halt('SIGKILL');
  for (const [page, name] of [[teacher, '1024'], [phone, '360']]) {
    await page.locator('.slip.bad').waitFor();
    await shoot(page, `lost-zh-light-${name}`);
  }
} finally {
  await closeBrowser();
  await board.close();
}
console.log(`pictures in ${folder} and ${path.join(web, 'shots')}`);
