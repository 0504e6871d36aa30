// SPDX-License-Identifier: GPL-3.0-or-later
// Ten hours at 100 Hz, and 21 days once a minute: the chart of either has at most two points for each pixel at every
// zoom, asks the board once for a window, and shows a single reading that stands out. The time is told, and held to
// only where KITLOG_LONG says that nothing else runs here.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, open, until } from '../support/browser.mjs';
import { skip } from '../support/pages.mjs';

/** @type {Board} */ let board;
/** @type {Record<string, number[]>} begin, end and the instants that stand out, by kind of run */ const runs = {};

function fill(name, stream, channels, periodUs, seconds) {
  const out = execFileSync(/** @type {string} */ (process.env.LONG_STORE), [path.join(board.folder, 'data'), stream, channels, periodUs, seconds].map(String), { encoding: 'utf8' });
  runs[name] = out.trim().split(' ').map(Number);
}

before(async () => {
  if (!process.env.LONG_STORE) skip('long-store is not built');
  board = await Board.start([['cup', 1], ['pendulum', 1]]);
  const { devices } = await board.get('devices'), of = (i) => devices[i].streams.find((s) => s.channels.length);
  await board.halt();
  fill('hours', of(0).id, of(0).channels.length, 10000, 36000);
  fill('days', of(1).id, of(1).channels.length, 60e6, 21 * 86400);
  await board.boot();
  for (const i of [0, 1]) { await board.unplug(i); await board.plug(i); }
  await board.ready(2);
});
after(async () => { await closeBrowser(); await board?.close(); });

/** What the chart has drawn, and the questions that the board was asked since. */
const state = (page) => page.evaluate(async () => {
  const { shownChart } = await import('/js/chart-view.js'), chart = shownChart();
  const p = chart.picture, at = chart.m.lines[0].at, hi = p.lanes[at].hi, width = chart.over.clientWidth;
  const tops = p.x.filter((_, i) => hi[i] === 900);
  return { points: p.x.length, width, tops, isSeen: chart.values[1] >= 900 || chart.strays.length >= tops.length };
});

/** Chooses a kit and its run as a hand does, and waits until the picture is drawn; milliseconds of the run's. */
async function choose(page, kit, begin) {
  await page.locator('.btn.gb').click();
  await page.locator('.kitrow .item').nth(kit).click();
  return page.evaluate(async (from) => {
    const { board: known } = await import('/js/board.js'), { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js');
    const { shownChart } = await import('/js/chart-view.js'), pressed = performance.now();
    view.show(known.runs.find((r) => r.from_us === from)?.id ?? null);
    while (!(readings.series?.isLoaded && readings.origin === from && (shownChart()?.picture.x.length ?? 0) > 500)) await new Promise((done) => { setTimeout(done, 5); });
    return performance.now() - pressed;
  }, begin);
}

/** Zooms into [from, to] of board time, and waits for a picture of it that is as fine as it will be. */
const zoom = (page, from, to) => page.evaluate(async ([a, b]) => {
  const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js'), { shownChart } = await import('/js/chart-view.js');
  const begin = performance.now();
  view.look('zoom', [a, b]);
  const chart = shownChart(), rest = (ms) => new Promise((done) => { setTimeout(done, ms); });
  while (Math.abs(chart.window[0] - (a - readings.origin) / 1e6) > 1e-3) await rest(5);
  for (let k = 0; readings.series.isCoarse(a, b, chart.over.clientWidth) && k < 4000; k++) await rest(5);
  chart.draw();
  return performance.now() - begin;
}, [from, to]);

for (const [kit, name] of /** @type {[number, string][]} */ ([[0, 'hours'], [1, 'days']])) {
  test(`${name}: no zoom has more than two points a pixel, and the lone reading is in each`, async () => {
    const page = await open(board, { size: [1920, 1080] });
    await until('kits', async () => await page.locator('.btn.gb').count() > 0);
    const [from, to, ...spikes] = runs[name];
    // The opening asks for all of it, maybe once more when the chart knows its width: questions are counted by how much they ask for.
    const spanOf = (/** @type {string} */ u) => Number(new URL(u).searchParams.get('to_us')) - Number(new URL(u).searchParams.get('from_us'));
    const asked = (/** @type {number} */ most) => page.asked.filter((u) => u.includes('/columns?') && spanOf(u) <= 2 * most).length, times = [];
    const opened = await choose(page, kit, from);
    let before = 0;
    for (let span = to - from; span > (name === 'hours' ? 2e6 : 1200e6); span /= 6) {
      for (const at of spikes) {
        const a = Math.max(from, Math.min(to - span, at - span * 0.4));
        before = asked(span);
        times.push(await zoom(page, a, a + span));
        const s = await state(page), near = span / 1e6 / s.width * 2 + 0.02;
        assert.ok(s.points <= 2 * s.width, `${s.points} points on ${s.width} pixels`);
        assert.ok(s.tops.some((x) => Math.abs(x - (at - from) / 1e6) <= near), `${s.tops} of ${(at - from) / 1e6} in ${span / 1e6} s`);
        assert.ok(s.isSeen, 'in the picture, or as a triangle at its edge');
        assert.ok(asked(span) - before <= (span === to - from ? 2 : 1), `${asked(span) - before} questions for one window`);
      }
    }
    times.sort((a, b) => a - b);
    console.log(`# ${name}: opened in ${opened.toFixed(0)} ms; a window is drawn in ${times[times.length >> 1].toFixed(0)} ms (median), ${times[times.length - 1].toFixed(0)} ms at most, of ${times.length}`);
    if (process.env.KITLOG_LONG) assert.ok(Math.max(opened, ...times) <= 300, `${opened}, ${times}`);
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}
