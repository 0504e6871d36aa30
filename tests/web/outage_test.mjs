// SPDX-License-Identifier: GPL-3.0-or-later
// What breaks in a classroom: the board goes away, a cable comes loose, a tablet falls asleep. The chart
// stays, says what to do, and mends itself; what is missing is shaded, what is not missing comes back.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { Board, closeBrowser, lastPoint, lastTime, open, phase, textOf, until } from '../support/browser.mjs';

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10]]); });
after(async () => { await closeBrowser(); await board?.close(); });

const stamps = (page) => page.evaluate(async () => {
  const { readings } = await import('/js/readings.js');
  const b = readings.series.slice(-Infinity, Infinity);
  return [...b.t.subarray(0, b.length)];
});

test('an unplugged kit is named with what to do; plugged in again, the gap stays shaded with its reason', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  await board.unplug(0);
  await until('a sentence', async () => /1 号.*USB 线/.test(await textOf(page.locator('.notice.bad'))));
  await until('no old value is shown as if it were new', async () => await page.locator('.readout .big b').innerText() === '—');
  await until('the open gap is shaded', async () => Number(await page.locator('.chart .paper').getAttribute('data-gaps')) > 0);
  await board.plug(0);
  const before = await until('a drawn point', () => lastPoint(page));
  await until('new points', async () => await lastTime(page) > before[0] + 1);
  await until('no fault any more', async () => await page.locator('.notice.bad').count() === 0);
  assert.ok(Number(await page.locator('.chart .paper').getAttribute('data-gaps')) > 0);
  const gaps = await page.evaluate(async () => (await import('/js/readings.js')).readings.gaps());
  assert.ok(gaps.some((g) => ['unplugged', 'reset', 'silent'].includes(g.reason) && g.to_us > g.from_us), JSON.stringify(gaps));
  await until('they are counted', async () => /缺失 [1-9]/.test(await page.locator('.badge').innerText()));
  await page.keyboard.press('3');
  await until('the table has it too', async () => await page.locator('.tablev .miss').count() > 0);
});

test('the board is lost: three things to check, the chart stays; it is back: the page goes on by itself', async () => {
  const page = await open(board);
  const before = await until('a drawn point', () => lastPoint(page));
  await board.halt('SIGKILL');
  await until('the slip', () => page.locator('.slip.bad').isVisible());
  assert.strictEqual(await page.locator('.slip.bad .steps li').count(), 3);
  assert.ok(await page.evaluate(() => document.activeElement?.closest('.slip.bad') != null), 'the hand and the screen reader are led to it');
  assert.strictEqual(await phase(page), 'wait');
  await page.locator('.slip.bad .btn').first().click();
  assert.ok(!await page.locator('.slip.bad').isVisible());
  assert.ok(await lastTime(page) >= before[0], 'the chart already drawn stays');
  await board.boot();
  await until('the key is back', async () => ['ready', 'done'].includes(await phase(page)));
  const first = await until('a point', () => lastPoint(page));
  await until('it moves', async () => String(await lastPoint(page)) !== String(first));
  assert.deepStrictEqual(page.faults.filter((f) => !/ERR_CONNECTION|EventSource/.test(f)), []);
});

test('a page that slept catches up: no reading is missing and none is twice', async () => {
  const page = await open(board);
  await page.keyboard.press('a');
  await until('a drawn point', () => lastPoint(page));
  await until('the first readings are here', async () => (await stamps(page)).length > 20);
  const devtools = await page.context().newCDPSession(page);
  const asleep = (await stamps(page)).at(-1);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await until('three seconds at the board', async () => (await board.get('status')).now_us > asleep + 3e6);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await until('no hole', async () => {
    const t = await stamps(page);
    return t.at(-1) > asleep + 3e6 && t.every((v, i) => !i || v < asleep - 1e5 || v - t[i - 1] < 150000);
  });
  const t = await stamps(page);
  assert.ok(t.every((v, i) => !i || v > t[i - 1]), 'stamps rise');
});

test('a page that was hidden has no connection meanwhile, and catches up when it is seen', async () => {
  const page = await open(board);
  await until('a drawn point', () => lastPoint(page));
  const viewers = async () => (await board.get('status')).viewers, seen = await viewers();
  const hide = (isHidden) => page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
  await hide(true);
  await until('one viewer less', async () => (await viewers()) < seen);
  const asleep = (await stamps(page)).at(-1);
  await until('two seconds at the board', async () => (await board.get('status')).now_us > asleep + 2e6);
  await hide(false);
  await until('no hole', async () => {
    const t = await stamps(page);
    return t.at(-1) > asleep + 2e6 && t.every((v, i) => !i || v < asleep - 1e5 || v - t[i - 1] < 150000);
  });
});

test('a card that is written seldom fills the hole of a slept page late, and fills it', async () => {
  const slow = await Board.start([['cup', 10]], 'store: {commit: 6 s}\n');
  try {
    const page = await open(slow);
    await page.keyboard.press('a');
    await until('a drawn point', () => lastPoint(page));
    await until('the first readings are here', async () => (await stamps(page)).length > 20);
    const devtools = await page.context().newCDPSession(page), asleep = (await stamps(page)).at(-1);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await until('three seconds at the board', async () => (await slow.get('status')).now_us > asleep + 3e6);
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await until('no hole', async () => {
      const t = await stamps(page);
      return t.at(-1) > asleep + 3e6 && t.every((v, i) => !i || v < asleep - 1e5 || v - t[i - 1] < 150000);
    });
  } finally { await slow.close(); }
});
