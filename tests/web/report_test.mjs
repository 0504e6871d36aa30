// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The report of a run in a browser: readable on a phone and at a desk in both languages, no fault for axe, printed on A4; its
// numbers have the digits that they deserve, its names are in its language, what the lesson calculates is drawn.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, open, until } from '../support/browser.mjs';
import { lessonIn } from '../support/lesson.mjs';
import { complaints } from '../support/looks.mjs';
import { post, teacherOn } from '../support/teacher.mjs';

const RUN_US = 3e6, A4_PAGES = 3;

/** The lesson for tests, which predicts and plots what it calculates. @param {string} folder */
function lessonOfFormula(folder) {
  const line = lessonIn(folder), file = path.join(folder, 'lessons/warm-string/lesson.yaml');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('y: water, range', 'y: warm, range').replace('y: water, fits: [linear]', 'y: water, fits: [linear, quadratic]')
    .replace('formulas:\n', 'formulas:\n  - {id: warm, name: {zh: 比室温高, en: Above the room}, unit: K, is: water - 20 - 0 * time}\n'));
  return line;
}

/** @type {Board} */ let board;
/** @type {number} */ let run;
before(async () => {
  board = await Board.start([['cup', 10]], lessonOfFormula);
  const page = await teacherOn(board, { size: [1024, 768], lang: 'zh', theme: 'light' });
  const { id } = await post(page, 'sessions', { lesson: 'warm-string', title: '七（3）班', groups: 1, is_project: false });
  await post(page, `sessions/${id}/groups/1/prediction`, { points: [[0, 70], [2, 60], [4, 50]] });
  const { groups } = await post(page, `sessions/${id}/acts`, { do: 'start' });
  run = groups[0].run;
  const began = (await board.get('runs')).runs[0].from_us;
  await post(page, `sessions/${id}/groups/1/readings`, { typed: { L: 0.3 } });
  await until('some readings', async () => (await board.get('status')).now_us > began + RUN_US);
  await post(page, `sessions/${id}/acts`, { do: 'stop' });
  await post(page, `sessions/${id}/acts`, { do: 'reveal', on: true });
  await until('its rows are on the card', async () => (await board.get(`runs/${run}/receipt`)).stored > 20);
});
after(async () => { await closeBrowser(); await board?.close(); });

for (const lang of ['zh', 'en']) {
  for (const size of /** @type {[number, number][]} */ ([[360, 740], [1024, 768]])) {
    test(`it can be read at ${size[0]} px, ${lang}`, async () => {
      const page = await open(board, { size, query: `api/v1/runs/${run}/report?language=${lang}` });
      assert.deepStrictEqual(await complaints(page), []);
      const narrow = await page.evaluate(() => [...document.querySelectorAll('th, td')].flatMap((e) => (
        e.textContent && e.textContent.length > 1 && e.clientWidth < 2.5 * parseFloat(getComputedStyle(e).fontSize) ? [e.textContent] : [])));
      assert.deepStrictEqual(narrow, [], 'no cell has a character a line');
      for (const svg of await page.locator('svg[role=img]').all()) assert.ok((await svg.boundingBox())?.width >= 550, 'a chart keeps a size at which its numbers are read');
      assert.deepStrictEqual(page.faults, []);
      await page.context().close();
    });
  }

  test(`it prints on A4, ${lang}`, async () => {
    const page = await open(board, { query: `api/v1/runs/${run}/report?language=${lang}` });
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    assert.match(pdf, /\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
    assert.ok([...pdf.matchAll(/\/Type \/Page\b(?!s)/g)].length <= A4_PAGES);
    await page.setViewportSize({ width: 658, height: 1002 });          // A4 without its margins, at 96 px an inch
    await page.emulateMedia({ media: 'print' });
    assert.deepStrictEqual(await page.evaluate(() => [...document.querySelectorAll('.wide > *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.textContent)), [],
      'nothing is cut at the right');
    await page.context().close();
  });

  test(`its numbers and its names are for people, ${lang}`, async () => {
    const page = await open(board, { query: `api/v1/runs/${run}/report?language=${lang}` });
    const told = await page.locator('main').innerText();
    assert.doesNotMatch(told, /\d\.\d{7,}/, 'no number has the digits of a double');
    assert.match(told, lang === 'zh' ? /水温[^]*平均 ± s\/√n[^]*水温\s+°C\s+\d+\s+[\d.]+\s+[\d.]+\s*±\s*[\d.]+/ : /Water[^]*Mean ± s\/√n[^]*Water\s+°C\s+\d+\s+[\d.]+\s+[\d.]+\s*±\s*[\d.]+/);
    assert.match(told, lang === 'zh' ? /绳长 \/ m = 0\.3，水温和绳长 \/ °C = [\d.]+\s*±\s*[\d.]+/ : /Length \/ m = 0\.3, Water and string \/ °C = [\d.]+\s*±\s*[\d.]+/);
    const chart = page.locator(`svg[aria-label^="${lang === 'zh' ? '比室温高' : 'Above the room'}"]`);
    assert.strictEqual(await chart.count(), 1, 'what was predicted is drawn');
    assert.strictEqual(await chart.locator('.stroke').count(), 1, 'and what was drawn before stands under it');
    assert.strictEqual(await page.locator('.stroke').count(), 1, 'there alone');
    assert.ok(((await chart.locator('.line').first().getAttribute('d')) ?? '').length > 200);
    // The first of the lesson's models that fits the whole run, by the board's own verdict.
    const { from_us, to_us } = (await board.get('runs')).runs.find((/** @type {any} */ r) => r.id === run), [{ id: stream, channels }] = (await board.get(`runs/${run}/streams`)).streams;
    const judged = async (/** @type {string} */ model) => {
      const { is_good: isGood, why } = await post(page, 'fits', { model, stream, channel: channels[0].id, from_us, to_us });
      return isGood && why !== 'flat';
    };
    const own = await judged('linear') ? /(直线|Linear): y = k t/ : await judged('quadratic') ? /(二次|Quadratic): y = a t\^2/ : null, title = lang === 'zh' ? /^拟合$/m : /^Fit$/m;
    assert.strictEqual(own?.test(told) ?? !title.test(told), true, told);
    assert.strictEqual(await page.locator('path.fit').count(), own ? 1 : 0, 'and it is drawn');
    await page.context().close();
  });
}
