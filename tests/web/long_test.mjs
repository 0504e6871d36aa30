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

const HIGH = 900;
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
  let most = -Infinity, top = 0;
  hi.forEach((v, i) => { if (v != null && v > most) { most = v; top = p.x[i]; } });
  return { points: p.x.length, width, window: chart.window, most, top, strays: chart.strays.length, isBand: p.isBand };
});

/** Chooses a run as a hand does, and waits until its picture is drawn; milliseconds. */
async function choose(page, kit, run) {
  await page.locator('.btn.gb').click();
  await page.locator('.kitrow .item').nth(kit).click();
  const key = await page.evaluate(async (n) => {
    const { board: known } = await import('/js/board.js'), { view } = await import('/js/view.js');
    const shown = known.runs.find((r) => r.from_us === n);
    performance.mark('pressed');
    view.show(shown.id);
    return shown.id;
  }, run);
  await until('the run', () => page.evaluate(async () => {
    const { readings } = await import('/js/readings.js'), { shownChart } = await import('/js/chart-view.js');
    const is = readings.series?.isLoaded && readings.to && shownChart()?.picture.x.length > 100;
    if (is && !performance.getEntriesByName('drawn').length) performance.measure('drawn', 'pressed');
    return is;
  }));
  assert.ok(key);
}

/** Zooms into [from, to] of board time, and waits for a picture of it that is as fine as it will be. */
const zoom = (page, from, to) => page.evaluate(async ([a, b]) => {
  const { view } = await import('/js/view.js'), { readings } = await import('/js/readings.js'), { shownChart } = await import('/js/chart-view.js');
  const begin = performance.now(), before = readings.series.version;
  view.look('zoom', [a, b]);
  const chart = shownChart(), rest = (ms) => new Promise((done) => { setTimeout(done, ms); });
  while (Math.abs(chart.window[0] - (a - readings.origin) / 1e6) > 1e-3) await rest(5);
  const wants = readings.series.isCoarse(a, b, chart.over.clientWidth);
  for (let k = 0; wants && readings.series.version === before && k < 1000; k++) await rest(5);
  chart.draw();
  return performance.now() - begin;
}, [from, to]);

for (const [kit, name] of /** @type {[number, string][]} */ ([[0, 'hours'], [1, 'days']])) {
  test(`${name}: no zoom has more than two points a pixel, and the lone reading is in each`, async () => {
    const page = await open(board, { size: [1920, 1080] });
    await until('kits', async () => await page.locator('.btn.gb').count() > 0);
    const [from, to, ...spikes] = runs[name];
    const asked = () => page.asked.filter((u) => u.includes('/columns?')).length, times = [];
    await choose(page, kit, from);
    let before = asked();
    for (let span = to - from; span > (name === 'hours' ? 2e6 : 1200e6); span /= 6) {
      for (const at of spikes) {
        const a = Math.max(from, Math.min(to - span, at - span * 0.4));
        before = asked();
        times.push(await zoom(page, a, a + span));
        const s = await until('the lone reading', async () => { const now = await state(page); return now.most === HIGH && now; });
        assert.ok(s.points <= 2 * s.width, `${s.points} points on ${s.width} pixels`);
        assert.ok(Math.abs(s.top - (at - from) / 1e6) <= span / 1e6 / s.width * 2 + 0.02, `${s.top} of ${(at - from) / 1e6}`);
        assert.ok(s.strays === 0 || s.strays >= 1);
        assert.ok(asked() - before <= 1, `${asked() - before} questions for one window`);
      }
    }
    times.sort((a, b) => a - b);
    console.log(`# ${name}: a window is drawn in ${times[times.length >> 1].toFixed(0)} ms (median), ${times[times.length - 1].toFixed(0)} ms at most, of ${times.length}`);
    if (process.env.KITLOG_LONG) assert.ok(times[times.length - 1] <= 300, `${times}`);
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}
