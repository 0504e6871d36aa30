// SPDX-License-Identifier: GPL-3.0-or-later
// Fits on the student page: the board's numbers as they stand on the card, a refused model in grey, the curve on the chart,
// a calculated column and one channel against another. The kits are a sine of 1 Hz with a counter, and a cup that cools.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastPoint, open, until } from '../support/browser.mjs';
import { complaints } from '../support/looks.mjs';

const LONG = 60000;
/** @type {Board} */ let board;
/** @type {any} */ let page;
before(async () => {
  board = await Board.start([['wave', 50]]);
  page = await open(board);
  await until('seconds of readings', async () => (await lastPoint(page))?.[0] > 6, LONG);
  await page.evaluate(async () => {
    const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js'), end = readings.series.lastT;
    view.freeze();
    view.measure([end - 5e6, end]);
  });
});
after(async () => { await closeBrowser(); await board?.close(); });

const choose = async (name) => {
  if (await page.locator('.fithead .btn').count() < 2) await page.locator('.fitbtn').click(); else await page.locator('.fithead .btn').first().click();
  await page.locator('.models .btn', { hasText: name }).first().click();
};
const fit = () => page.evaluate(async () => {
  const { analysis } = await import('/js/analysis.js'), f = analysis.fit;
  return f && f.state !== 'asking' && f.key === analysis.key ? { model: f.model, answer: f.answer, words: f.words } : null;
});
const fitted = (model) => until(`a fit ${model}`, async () => { const f = await fit(); return f?.model === model && f; }, LONG);
const plain = (text) => text.replaceAll('\u202f', ' ').replaceAll('\u2212', '-');

test('a sine is found; card, curve and board agree', async () => {
  await choose('正弦');
  const { answer } = await fitted('sine'), { A, f } = Object.fromEntries(answer.parameters.map((p) => [p.id, p.value]));
  assert.ok(answer.is_good && Math.abs(f - 1) < 1e-3 && Math.abs(Math.abs(A) - 3) < 1e-2, JSON.stringify(answer.parameters));
  const far = await page.evaluate(async () => {
    const { readings } = await import('/js/readings.js'), { view } = await import('/js/view.js'), { analysis } = await import('/js/analysis.js'), b = readings.series.slice(...view.range);
    return Math.max(...Array.from({ length: b.length }, (_, i) => Math.abs(b.lanes[0].mid[i] - analysis.fit.curve(b.t[i]))));
  });
  assert.ok(far < 0.02, `the curve is ${far} off a reading`);
  assert.strictEqual(await page.locator('.chart .paper').getAttribute('data-curve'), 'good');
  assert.match(plain(await page.locator('.params').innerText()), /f\s+\((1\.00|0\.99)\d* ± 0\.0\d*\) Hz/);
  assert.strictEqual(await page.locator('.fit .verdict.good').innerText(), answer.sentence.zh);
  assert.strictEqual(await page.locator('.resid').count(), 1);
  assert.deepStrictEqual(await complaints(page), []);
});

test('a line through it is refused: grey numbers, a red sentence, and what to try', async () => {
  await choose('直线');
  const { answer } = await fitted('linear');
  assert.ok(!answer.is_good && answer.better === 'sine', answer.why);
  await until('the dotted curve', async () => await page.locator('.chart .paper').getAttribute('data-curve') === 'poor');
  assert.strictEqual(await page.locator('.params.grey').count(), 1);
  assert.strictEqual(await page.locator('.fit .verdict.poor').innerText(), answer.sentence.zh);
  assert.deepStrictEqual(await complaints(page), []);
  await page.locator('.better').click();
  assert.ok((await fitted('sine')).answer.is_good);
});

test('another range is fitted by itself, and what the board refuses is said in words', async () => {
  await page.evaluate(async () => { const { view } = await import('/js/view.js'), [a, b] = view.range; view.measure([a + 1e6, b]); });
  await until('the new range', async () => { const f = await fit(); return f?.answer && f.answer.n < 230; }, LONG);
  await choose('幂');
  const { words } = await fitted('power');
  if (words) assert.strictEqual(await page.locator('.fit .verdict.poor').innerText(), words.zh);
  await page.locator('.chart').focus();
  await page.keyboard.press('Escape');
  await until('the card is closed', async () => await page.locator('.fit').count() === 0);
  assert.ok(await page.evaluate(async () => (await import('/js/view.js')).view.range), 'the range stays');
});

test('a calculated column is fitted by its points, and a channel against another', async () => {
  await page.evaluate(async () => {
    const { columns } = await import('/js/columns.js'), { view } = await import('/js/view.js');
    columns.keep(view.device, view.stream, [{ id: 'f1', kind: 'formula', name: 'double', unit: 'V', is: '2*sine + 1' }]);
    view.set('what', { active: 'f1' });
  });
  const asked = page.waitForRequest((/** @type {any} */ r) => /fits$/.test(r.url()) && r.postDataJSON().points, { timeout: 60000 });
  await choose('正弦');
  const { x_is_time: isTime, points } = (await asked).postDataJSON();
  assert.ok(isTime && points.length <= 1500, `against time: ${isTime}, ${points.length} points`);
  const column = await until('its fit', async () => { const f = await fit(); return f?.model === 'sine' && f.answer && f; }, LONG), values = Object.fromEntries(column.answer.parameters.map((p) => [p.id, p.value]));
  assert.ok(Math.abs(Math.abs(values.A) - 6) < 0.02 && Math.abs(values.C - 1) < 0.02, JSON.stringify(values));
  await page.evaluate(async () => { const { view } = await import('/js/view.js'); view.set('what', { axes: ['sine', 'f1'] }); view.set('tab', { tab: 'xy' }); });
  await choose('直线');
  const across = await until('a line', async () => { const f = await fit(); return f?.model === 'linear' && f.answer && f; }, LONG), line = Object.fromEntries(across.answer.parameters.map((p) => [p.id, p.value]));
  assert.ok(Math.abs(line.k - 2) < 1e-6 && Math.abs(line.b - 1) < 1e-6, JSON.stringify(line));
  await until('its curve', async () => await page.locator('.plot .curve').count() === 1);
  assert.deepStrictEqual(page.faults, []);
});
