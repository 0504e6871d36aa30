// SPDX-License-Identifier: GPL-3.0-or-later
// A teacher at a page of a board, signed in by its PIN.
import { open, typePin, until } from './browser.mjs';

/** @param {import('./browser.mjs').Board} at @param {{size: [number, number], lang: string, theme: string}} how */
export async function teacherOn(at, { size, lang, theme }) {
  const page = await open(at, { size, query: `teacher?lang=${lang}&theme=${theme}` });
  await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  await typePin(page, at.pin);
  await until('it is right', async () => await page.locator('dialog.pin[open]').count() === 0 && await page.locator('.startbar').count());
  return page;
}

/** Asks the board with the page's cookie. @param {any} page @param {string} what @param {unknown} body */
export const post = (page, what, body) => page.evaluate(async ([where, text]) => (await fetch(`/api/v1/${where}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })).json(),
  [what, JSON.stringify(body)]);
