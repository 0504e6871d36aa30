// SPDX-License-Identifier: GPL-3.0-or-later
// A class at its pages, by hand: a teacher who opens a lesson, phones that come in by its code and draw a guess.
import { chromium, open, phase, textOf, until } from './browser.mjs';

export const LONG = 60000;           // ms; sixty browsers' worth of work on a busy machine
export const PHONE = /** @type {[number, number]} */ ([360, 640]);

/** @param {any} page @param {string} where */
export const text = (page, where) => textOf(page.locator(where).first());

/** A page of a browser of its own. @param {import('./browser.mjs').Board} board @param {string} query @param {[number, number]} size @param {boolean} [hasTouch] */
export const alone = async (board, query, size, hasTouch = false) => open(board, { query, context: await (await chromium()).newContext({
  viewport: { width: size[0], height: size[1] }, hasTouch, reducedMotion: 'reduce', acceptDownloads: true }) });

/** The teacher's page behind its PIN, and how to tap there. @param {import('./browser.mjs').Board} board @param {string} lang @param {[number, number]} size */
export async function teacherPage(board, lang, size) {
  const page = await alone(board, `teacher?lang=${lang}&theme=light`, size), taps = { n: 0 };
  const tap = async (/** @type {string} */ where) => { taps.n++; await page.locator(where).first().click(); };
  await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  await page.locator('.pin input').fill(board.pin);
  await tap('.pin .main');
  return { page, tap, taps };
}

/** Chooses the lesson when it can be taught, for as many groups as there are kits for it.
 * @param {import('./browser.mjs').Board} board @param {any} page @param {(where: string) => Promise<void>} tap @param {string} title @param {number} groups */
export async function openLesson(board, page, tap, title, groups) {
  const card = `.lcard:has-text("${title}")`;
  await until('the lesson can be taught', async () => /\d/.test(await text(page, `${card} .can.ok-c`)), LONG);
  await tap(card);
  await until(`for ${groups} groups`, async () => (await text(page, '.startbar .big:enabled')).includes(String(groups)));
  await tap('.startbar .big');
  await until('each group has a kit', async () => (await board.get('sessions')).sessions[0]?.groups.every((/** @type {any} */ g) => g.devices.length === 1) && await page.locator('.inclass + .startbar .big:enabled').count());
}

/** A phone of a group, by the code that stands on the wall; `look` is called with each page it comes to.
 * @param {import('./browser.mjs').Board} board @param {string} lang @param {number} group @param {string} code @param {number} groups
 * @param {(page: any, name: string) => Promise<void>} [look] */
export async function phoneOf(board, lang, group, code, groups, look = async () => {}) {
  const page = await alone(board, `?lang=${lang}&theme=${group % 2 ? 'light' : 'dark'}`, PHONE, true);
  page.setDefaultTimeout(LONG);
  await page.locator('.digits4').waitFor();
  await look(page, 'code');
  await page.locator('.digits4').fill(code);
  await page.locator('.join .main').click();
  await until(`${groups} places`, async () => await page.locator('.place').count() === groups);
  await look(page, 'places');
  await page.locator('.place').nth(group - 1).click();
  await page.locator('dialog.lessonsheet[open]').waitFor();
  await look(page, 'sheet');
  await page.locator('.lessonsheet .acts .main').tap();
  await until('it asks for a guess', async () => await phase(page) === 'predict');
  return page;
}

/** A finger draws how the water will cool. @param {any} page @param {number} group */
export async function draw(page, group) {
  await page.locator('.state').tap();
  await page.locator('.pad').waitFor();
  const box = await page.locator('.pad').boundingBox();
  await page.mouse.move(box.x + 60, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height * (0.4 + group / 20), { steps: 4 });
  await page.mouse.up();
}
