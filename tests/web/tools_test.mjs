// SPDX-License-Identifier: GPL-3.0-or-later
// What a hand does with readings on the student page: views, smoothing, tangent, calculated columns, the picture as a
// file, the chart in words and sounds. The kits are a sine of 1 Hz and a cup that cools.
import assert from 'node:assert';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { attributeOf, Board, closeBrowser, lastPoint, open, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
/** @type {any} */ let sine;
/** @type {any} */ let cup;
const plain = (text) => text.replaceAll('\u202f', ' ').replaceAll('\u2212', '-');
const shows = async (page) => until('a drawn point', () => lastPoint(page), 60000);

before(async () => {
  board = await Board.start([['wave', 100], ['cup', 20]]);
  sine = await open(board);
  cup = await open(board);
  await shows(sine);
  await shows(cup);
  await cup.locator('.btn.gb').click();
  await cup.locator('.kitrow .item').nth(1).click();
  for (const page of [sine, cup]) {
    await page.keyboard.press('a');
    await until('seconds of readings', async () => (await lastPoint(page))?.[0] > 6, 60000);
  }
});
after(async () => { await closeBrowser(); await board?.close(); });

/** The page as it was in the beginning: the chart of all, no range. @param {any} page */
async function look(page) {
  await page.bringToFront();
  await page.evaluate(async () => {
    const { view } = await import('/js/view.js'), { columns } = await import('/js/columns.js');
    columns.keep(view.device, view.stream, []);
    view.set('what', { active: null });
    view.set('tab', { tab: 'chart' });
    view.measure(null);
    view.look('all');
  });
  await until('the chart', async () => await page.locator('.chart .paper').count() === 1);
  return page;
}
const range = (page, seconds) => page.evaluate(async (n) => {
  const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js');
  view.measure([readings.series.lastT - n * 1e6, readings.series.lastT]);
}, seconds);

test('the spectrum of a sine has its frequency and amplitude, and says which window', async () => {
  const page = await look(sine);
  await range(page, 5);
  await page.keyboard.press('7');
  const words = await until('a peak', async () => { const text = plain(await page.locator('.graphnote').innerText()); return /Hz/.test(text) && text; });
  const [, f] = words.match(/\(?(\d\.\d+)/), [, a] = words.match(/(\d\.\d+) V/);
  assert.ok(Math.abs(f - 1) < 0.02 && Math.abs(a - 3) < 0.1, words);
  assert.strictEqual(await page.locator('.graphbar [aria-pressed=true]').innerText(), 'Hann 窗');
  await page.locator('.graphbar button', { hasText: '不加窗' }).click();
  await until('without a window', async () => plain(await page.locator('.graphnote').innerText()) !== words);
  assert.deepStrictEqual(page.faults, []);
});

test('the histogram counts each reading of the range once', async () => {
  const page = await look(sine);
  await range(page, 4);
  await page.keyboard.press('6');
  const words = await until('counts', async () => { const text = plain(await page.locator('.graphnote').innerText()); return /^\d+ 个读数，每组/.test(text) && text; });
  assert.ok(Math.abs(Number(words.match(/^(\d+)/)[1]) - 400) <= 3, words);
  await until('its bars', async () => await page.locator('.plot .bar').count() >= 5);
});

test('the gauge follows the reading within the instrument\'s range', async () => {
  const page = await look(cup);
  await page.keyboard.press('5');
  await until('a needle', () => page.locator('.dial .needle').count());
  const [value, big] = await page.evaluate(() => [document.querySelector('.dial b')?.textContent, document.querySelector('.readout .big b')?.textContent]);
  assert.ok(value && Math.abs(parseFloat(value) - parseFloat(big ?? '')) < 1, `${value} ${big}`);
});

test('smoothing changes the line, says so, and leaves the numbers alone', async () => {
  const page = await look(cup);
  await range(page, 3);
  const mean = await until('a mean', async () => { const s = await page.locator('.stats dd').first().innerText(); return /\d/.test(s) && s; });
  await page.locator('.toolbtn').click();
  await page.locator('.smooth button').nth(2).click();
  await until('a smooth line', async () => await page.locator('.chart .paper').getAttribute('data-smoothed') === 'true');
  assert.match(await page.locator('.chart .ylab').innerText(), /平滑 11 点/);
  assert.strictEqual(await page.locator('.stats dd').first().innerText(), mean);
  await page.reload();
  await until('it stays through a reload', async () => await attributeOf(page.locator('.chart .paper'), 'data-smoothed') === 'true');
  await page.evaluate(async () => (await import('/js/analysis.js')).analysis.set({ smooth: 0 }));
  assert.deepStrictEqual(page.faults, []);
});

test('the tangent of the sine has the slope of the sine', async () => {
  const page = await look(sine);
  await page.evaluate(async () => {
    const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js'), end = readings.series.lastT;
    view.look('zoom', [end - 3e6, end - 1e6]);
  });
  await page.keyboard.press('t');
  await until('the window', async () => Number(await page.locator('.chart .paper').getAttribute('data-points')) < 210);
  const box = await page.locator('.chart .u-over').boundingBox();
  let checked = 0;
  for (let px = 200; px < 800 && checked < 6; px += 97) {
    await page.mouse.move(box.x + px * box.width / 992, box.y + 80);
    const at = await page.evaluate(async () => {
      const { shownChart } = await import('/js/chart-view.js'), chart = shownChart(), r = chart.cross == null ? null : chart.reading(chart.cross);
      const tangent = r && chart.m.tangent?.(r.from, chart.span);
      return tangent ? { y: r.values[0].y, slope: tangent.slope, hidden: document.querySelector('.tangent i').hidden } : null;
    });
    if (!at) continue;
    checked++;
    assert.strictEqual(at.hidden, false);
    const steepest = 2 * Math.PI * Math.sqrt(Math.max(0, 9 - at.y * at.y));      // |dy/dt| of 3 sin(2 pi t)
    assert.ok(Math.abs(Math.abs(at.slope) - steepest) < 1.5, `${at.slope} at ${at.y}, expected ${steepest}`);
  }
  assert.ok(checked >= 3);
  assert.match(plain(await page.locator('.cross p').innerText()), /V\/s/);
  await page.keyboard.press('t');
});

test('a calculated column is a channel like others; a wrong formula is named', async () => {
  const page = await look(cup);
  await page.locator('.addcol').click();
  const formula = page.locator('.columns input[name=formula]'), says = page.locator('#col-says');
  await formula.fill('water - rom');
  await until('the word', async () => /“rom”/.test(await says.innerText()));
  await page.locator('.columns .go').click();
  assert.match(await page.locator('.columns .says').innerText(), /“rom”/);
  await formula.fill('water - room');
  await until('its value', async () => /\d/.test(await says.innerText()));
  await page.locator('.columns .go').click();
  assert.match(await page.locator('.columns .pinbad').innerText(), /名称/);
  await page.locator('.columns input[name=name]').fill('<b>差</b>');
  await page.locator('.columns input[name=unit]').fill('°C');
  await page.locator('.columns .go').click();
  await until('its line', async () => (await page.locator('.lane .nm').allInnerTexts()).includes('<b>差</b>'));
  const [water, room, delta] = await page.evaluate(async () => {
    const { readings } = await import('/js/readings.js'), { view } = await import('/js/view.js'), b = readings.series.slice(-Infinity, Infinity);
    return view.lanes.map((l) => b.lanes[l.at].mid[b.length - 1]);
  });
  assert.ok(Math.abs(delta - (water - room)) < 1e-9, `${delta} ${water} ${room}`);
  await page.keyboard.press('3');
  await until('it is in the table', async () => /<b>差<\/b> \/ °C/.test(await page.locator('.tablev thead').innerText()));
  await page.reload();
  await until('it stays', async () => (await page.locator('.lane .nm').allInnerTexts()).includes('<b>差</b>'), 60000);
  await page.locator('.addcol').click();
  await page.locator('.cols .sq').click();
  await until('it is gone', async () => !(await page.locator('.lane .nm').allInnerTexts()).includes('<b>差</b>'));
  await page.locator('.columns .acts .btn').first().click();
  assert.deepStrictEqual(page.faults, []);
});

test('the names of a lesson mean the channels that serve its needs', async () => {
  const page = await look(cup);
  const made = await page.evaluate(async () => {
    const { planOf } = await import('/js/columns.js'), { view } = await import('/js/view.js');
    const needs = [{ id: 'hot', quantity: 'temperature' }, { id: 'cold', quantity: 'temperature', channel: 'room' }, { id: 'p', quantity: 'pressure' }];
    const of = (is) => planOf(view.stream, [{ id: 'x', kind: 'formula', name: 'x', unit: 'K', is }], needs).map((c) => c.of.map((k) => k.at));
    return { both: of('hot - cold'), missing: of('hot - p'), typed: of('hot * L') };
  });
  assert.deepStrictEqual(made, { both: [[0, 1]], missing: [], typed: [] });
});

test('a rate of change has the unit of one', async () => {
  const page = await look(cup);
  await page.locator('.addcol').click();
  await page.locator('.columns .seg button').nth(1).click();
  await page.locator('.columns .go').click();
  await until('°C/s', async () => /°C\/s/.test(await page.locator('.chart .ylab').innerText()));
  await until('a value', async () => /\d/.test(await page.locator('.readout .big b').innerText()));
  assert.deepStrictEqual(page.faults, []);
});

async function saved(page, which) {
  await page.locator('.btn.out').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.pop .item', { hasText: which }).click()]);
  return { name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path()) };
}

test('the picture is a PNG at twice the size, and an SVG with title, units and where it comes from', async () => {
  const page = await look(cup);
  const png = await saved(page, 'PNG');
  assert.match(png.name, /^kitlog-\d{8}-\d{6}\.png$/);
  assert.strictEqual(png.bytes.subarray(1, 4).toString(), 'PNG');
  const width = png.bytes.readUInt32BE(16), shown = (await page.locator('.chart .paper').boundingBox()).width;
  assert.ok(Math.abs(width - 2 * shown) <= 4, `${width} for ${shown}`);
  const svg = (await saved(page, 'SVG')).bytes.toString();
  for (const words of ['水温', '/ °C', '时间 / ', 'kitlog-3B2', '2 号', '20 Hz']) assert.ok(svg.includes(words), `${words}: ${svg.slice(0, 900)}`);
  const drawn = await page.evaluate(([text]) => {
    const doc = new DOMParser().parseFromString(text, 'image/svg+xml');
    return { faults: doc.querySelectorAll('parsererror').length, longest: Math.max(...[...doc.querySelectorAll('path')].map((p) => (p.getAttribute('d') ?? '').split('L').length)) };
  }, [svg]);
  assert.strictEqual(drawn.faults, 0);
  assert.ok(drawn.longest > 50, `${drawn.longest} points`);
  await page.keyboard.press('6');
  await until('bars', () => page.locator('.plot .bar').count());
  assert.match((await saved(page, 'SVG')).bytes.toString(), /<path d="M[\d.]+ [\d.]+V/);
  assert.deepStrictEqual(page.faults, []);
  assert.ok(page.asked.every((u) => u.startsWith(board.url) || u.startsWith('blob:')), 'nothing leaves the board');
});

test('the line in words says where it goes, and the sound follows it', async () => {
  const page = await look(sine);
  await range(page, 3);
  await page.locator('.toolbtn').click();
  await page.locator('.pop .item', { hasText: '用话说' }).click();
  await until('words', async () => /最高 (2\.9|3\.0)\d* ?V.*最低 -(2\.9|3\.0)/.test(plain(await page.locator('.toast').innerText())));
  const notes = await page.evaluate(async () => {
    const { notesOf } = await import('/js/listen.js'), { readings } = await import('/js/readings.js'), { view } = await import('/js/view.js');
    const all = notesOf(readings.series.slice(...view.range), 0, ...view.range, 60);
    return [Math.min(...all), Math.max(...all), all.filter((v) => v !== v).length];
  });
  assert.ok(notes[0] > 215 && notes[0] < 260 && notes[1] > 780 && notes[1] < 885 && !notes[2], `${notes}`);
  await page.keyboard.press('p');
  await until('the reading line goes on', () => page.evaluate(async () => {
    const { shownChart } = await import('/js/chart-view.js'), seen = new Set();
    for (let k = 0; k < 60 && seen.size < 3; k++) { if (shownChart().cross != null) seen.add(shownChart().cross); await new Promise((done) => { setTimeout(done, 20); }); }
    return seen.size >= 3;
  }));
  if (await page.evaluate(async () => (await import('/js/listen.js')).isPlaying())) await page.keyboard.press('p');
  await until('it stops', async () => await page.evaluate(async () => (await import('/js/listen.js')).isPlaying()) === false);
  assert.deepStrictEqual(page.faults, []);
});

test('the list of keys opens with its own key, and turns single letters off', async () => {
  const page = await look(sine);
  await page.keyboard.press('?');
  await until('the list', async () => await page.locator('dialog.keys[open]').count() === 1);
  await page.locator('.keys .acts .btn').first().click();
  await page.locator('.keys .acts .main').click();
  await page.keyboard.press('3');
  assert.strictEqual(await page.locator('#tab-chart').getAttribute('aria-selected'), 'true');
});
