// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Kits of every kind on the student page: called by their names, told apart on one adapter, flagged out of
// their range and while they warm up, events as points, and what there is to know about them.
import assert from 'node:assert';
import { after, afterEach, before, test } from 'node:test';
import { Board, chromium, closeBrowser, phase, rested, startRun, textOf, until } from '../support/browser.mjs';
import { kindsBoard, lookAt } from '../support/kinds.mjs';
import { relay } from '../support/relay.mjs';

/** @type {Board} */ let board;
before(async () => { board = await kindsBoard(); });
// A page that nobody looks at any longer draws on, and slows down the others.
afterEach(async () => { for (const context of (await chromium()).contexts()) await context.close(); });
after(async () => { await closeBrowser(); await board?.close(); });
const look = (/** @type {number} */ kit, how = {}, at = board) => lookAt(at, kit, how);
const english = { query: '?lang=en&theme=light' };
const has = (/** @type {any} */ page, /** @type {string} */ where, /** @type {RegExp} */ words) => (
  until(String(words), async () => words.test(await textOf(page.locator(where).first()))));

test('a kit is called by its name in the page\'s language, one that nobody described by what it says', async () => {
  for (const [lang, name, text] of [['zh', '慢热光电门', 'virtual-cup'], ['en', 'Slow photogate', 'virtual-cup']]) {
    const page = await look(3, { query: `?lang=${lang}&theme=light` });
    await has(page, '.gb .model', new RegExp(`^${name}$`));
    await page.locator('.btn.gb').click();
    const names = await page.locator('.kitrow .item > span').allInnerTexts();
    assert.ok(names[0].startsWith(text) && names[2].startsWith(name), names.join());
    await page.context().close();
  }
});

test('a menu listens from the moment it is seen: Escape or a press beside it closes it, however late the next picture is', async () => {
  const page = await look(1, { size: [360, 740] });
  for (const leave of ['Escape', 'beside']) {
    const left = await page.evaluate(async (/** @type {string} */ how) => {
      /** @type {HTMLElement} */ (document.querySelector('.btn.gb')).click();
      await new Promise((done) => { new MutationObserver((_, o) => { if (document.querySelector('.kitrow')) { o.disconnect(); done(0); } }).observe(document.body, { childList: true, subtree: true }); });
      if (how === 'Escape') document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      else document.querySelector('.state')?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      for (let i = 0; i < 9; i++) await new Promise(requestAnimationFrame);
      return document.querySelectorAll('.pop').length;
    }, leave);
    assert.strictEqual(left, 0, leave);
  }
  assert.deepStrictEqual(page.faults, []);
});

test('probes on one adapter are told apart, also on a phone, and the dead one says what to do', async () => {
  const page = await look(2, { size: [360, 740] }), list = page.locator('.lanes select');
  const names = await list.locator('option').allInnerTexts();
  assert.deepStrictEqual(names.map((name) => name.match(/^地址 \d/)?.[0]), ['地址 1', '地址 4']);
  assert.ok(await list.isVisible());
  await has(page, '.lane .v', /30\.5/);
  assert.strictEqual(await page.locator('.notice.bad').count(), 0);
  await list.selectOption({ index: 1 });
  await has(page, '.notice.bad', /^2 号 地址 4：没有应答/);
  await has(page, '.badge', /缺失 [1-9]/);   // by its rate, as long as it is silent
  await list.selectOption({ index: 0 });
  await has(page, '.badge', /缺失 0/);
  await until('the live one is well', async () => await page.locator('.notice.bad').count() === 0);
  assert.deepStrictEqual(page.faults, []);
});

test('trouble of one kit is not shown on another as if it were its own', async () => {
  const page = await look(1);
  await until('the board knows', async () => /\p{Script=Han}/u.test(JSON.stringify((await board.get('devices')).devices[1].streams[1].problem)));
  await page.waitForTimeout(1500);
  assert.strictEqual(await page.locator('.notice').count(), 0);
  await page.locator('.btn.gb').click();
  await has(page, '.kitrow:nth-child(2) small', /地址 4：没有应答/);
});

test('what a kit cannot mean is marked with words wherever it stands', async () => {
  const page = await look(3, english);
  await has(page, '.readout .big .flag', /^out of range$/);
  await until('crosses on the chart', async () => Number(await page.locator('.chart .paper').getAttribute('data-outside')) > 3);
  await page.keyboard.press('2');
  await has(page, '.digit .flag', /^out of range$/);
  await page.keyboard.press('3');
  await has(page, '.tablev td .flag', /out of range|warming up/);
  const [table, known] = await page.evaluate(() => [...document.querySelectorAll('.tablev tbody tr')].map((row) => {
    const cell = row.querySelector('td:nth-last-child(2)'), value = parseFloat(cell?.lastChild?.textContent ?? '');
    return [cell?.querySelector('.flag.out-of-range')?.textContent === 'out of range', value > 21.905];
  }).reduce((sum, [a, b]) => [sum[0] + Number(a), sum[1] + Number(b)], [0, 0]));
  assert.ok(known > 3);
  assert.strictEqual(table, known);
  await page.keyboard.press('1');
  await page.locator('.zbot h2 .btn').first().click();
  await until('they are counted', async () => Number(await page.locator('.stat h2 .flag [aria-hidden]').innerText({ timeout: 500 }).catch(() => '0')) > 3);
  assert.match(await page.locator('.stat h2 .flag .sr').innerText(), /readings out of range: \d/);
  await page.locator('.pickl').nth(1).click();
  await until('no mark on light', async () => await page.locator('.readout .big .flag').innerText() === '');
  assert.deepStrictEqual(page.faults, []);
});

test('a kit that warms up says how long it still does, and its rows are marked', async () => {
  const page = await look(3);
  await has(page, '.badge', /^预热\s?(2\d|30)\u202fmin/);
  await has(page, '.quality .facts', /还在预热，再等 (2\d|30)\u202fmin/);
  await page.keyboard.press('3');
  await has(page, '.tablev td:last-child .flag.warm-up', /^预热$/);
});

test('a phone shows rate, what is missing and how long to warm up at once, in both languages', async () => {
  for (const [lang, lost] of [['zh', /缺失 \d/], ['en', /missing \d/]]) {
    const page = await look(3, { size: [360, 740], query: `?lang=${lang}&theme=light` }), badge = page.locator('.badge');
    await has(page, '.badge .hot', /(2\d|30)\u202fmin/);
    await has(page, '.badge .often', /\d\u202fHz/);
    await has(page, '.badge .lost', /** @type {RegExp} */ (lost));
    // At once: the rate is counted anew each second, and may be as wide as it likes.
    const [around, ...parts] = await badge.evaluate((/** @type {Element} */ e) => [e, ...['.hot', '.often', '.lost'].map((part) => (
      /** @type {Element} */ (e.querySelector(part))))].map((part) => part.getBoundingClientRect().toJSON()));
    assert.ok(around.x >= 0 && around.x + around.width <= 360);
    parts.forEach((part, i) => {
      assert.ok(part.x >= around.x && part.x + part.width <= around.x + around.width && part.y >= around.y && part.y + part.height <= around.y + around.height, `${lang} ${i}`);
      for (const other of parts.slice(0, i)) {
        assert.ok(part.x >= other.x + other.width || other.x >= part.x + part.width || part.y >= other.y + other.height - 1 || other.y >= part.y + part.height - 1, `${lang}: ${i} lies on another`);
      }
    });
    assert.strictEqual(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await page.context().close();
  }
});

test('a phone shows the whole table, and a value once', async () => {
  const page = await look(3, { size: [360, 740], query: '?lang=en&theme=light' });
  await page.locator('#tab-table').click();
  await until('rows', async () => await page.locator('.tablev tbody tr').count() > 3);
  const [table, room, edge] = await page.evaluate(() => {
    const frame = /** @type {Element} */ (document.querySelector('.tablev')), head = /** @type {Element} */ (document.querySelector('.tablev th:last-child'));
    return [frame.scrollWidth, frame.clientWidth, parseFloat(getComputedStyle(head).paddingRight)];
  });
  assert.ok(table <= room && edge >= 12, `${table} in ${room}, ${edge} beside it`);
  await page.locator('#tab-digits').click();
  await page.locator('.digit b').waitFor();
  assert.ok(!await page.locator('.readout .big').isVisible());
  await has(page, '.readout .when', /^\d\d:\d\d:\d\d$/);
});

test('a large screen has room for the whole name of a kit', async () => {
  const page = await look(2, { size: [1920, 1080], query: '?lang=en&theme=light' });
  await has(page, '.gb .model', /^Temperature and humidity probe XY-MD02$/);
  const [text, room] = await page.locator('.gb .model').first().evaluate((/** @type {Element} */ e) => [e.scrollWidth, e.clientWidth]);
  assert.ok(text <= room, `${text} in ${room}`);
});

test('x–y marks what the instrument cannot mean, and what came before it was warm', async () => {
  const page = await look(3, english);
  await page.locator('#tab-xy').click();
  await page.locator('.xyv .outs').first().waitFor({ state: 'attached' });
  await page.locator('.xyv .warming').first().waitFor({ state: 'attached' });
  assert.deepStrictEqual(await page.locator('.xyv .key .flag').allInnerTexts(), ['out of range', 'warming up']);
  assert.deepStrictEqual(page.faults, []);
});

test('about a kit: folded away, opened by key, everything that its folder says', async () => {
  const page = await look(3, english), about = page.locator('.quality .about');
  await about.locator('summary').waitFor();
  assert.strictEqual(await about.locator('dd').first().isVisible(), false);
  await about.locator('summary').focus();
  await page.keyboard.press('Enter');
  await until('it is open', () => about.locator('dd').first().isVisible());
  const text = (await about.innerText()).replace(/\u202f/g, ' ');
  for (const words of ['Do not look into the light', 'Red to 5 V', 'In sunlight it reads too high', 'Temperature ±0.5 °C',
    'Illuminance ±(30 lx + 3 % of the reading)', 'The status bits above bit 0', 'Not yet seen on hardware']) assert.ok(text.includes(words), `${words}: ${text}`);
  await page.waitForTimeout(2500);
  assert.ok(await about.locator('dd').first().isVisible(), 'it stays open while readings come');
});

test('about a kit, in Chinese: each line of its folder, none in English', async () => {
  const about = (await look(3)).locator('.quality .about');
  await about.locator('summary').click();
  await until('it is open', () => about.locator('dd').first().isVisible());
  const lines = await about.locator('dd').allInnerTexts();
  assert.ok(lines.includes('状态位第 0 位以上的各位'), lines.join('\n'));
  for (const line of lines) assert.match(line, /\p{Script=Han}/u);
});

test('the range is the instrument\'s: it moves with a calibration, in every browser', async () => {
  const page = await look(3), [stream] = (await board.get('devices')).devices[2].streams;
  const limits = () => page.evaluate(async () => {
    const { limitsAt } = await import('/js/judge.js'), { view } = await import('/js/view.js');
    return view.mainLane ? limitsAt(view.mainLane, NaN)?.map((v) => v.toFixed(3)) : null;
  });
  await until('as the kit says', async () => String(await limits()) === '20.995,21.905');
  const made = await page.evaluate(async ({ pin, id }) => {
    const post = (/** @type {string} */ what, /** @type {object} */ body) => fetch(`/api/v1/${what}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await post('login', { pin });
    const answer = (await post('calibrations', { stream: id, channel: 'temp', points: [{ raw: 21.5, true: 21.55 }], name: 'water', is_sure: true }));
    return { status: answer.status, us: (await answer.json()).calibrations[0].made_us };
  }, { pin: board.pin, id: stream.id });
  assert.strictEqual(made.status, 201);
  await until('moved', async () => String(await limits()) === '21.045,21.955');
  await has(page, '.quality .facts', /量程 21\.05\u202f°C 到 21\.95\u202f°C/);
  // Older rows are shown as before, when the limits were others, and flagged by these.
  await page.keyboard.press('3');
  const table = () => page.evaluate(async (us) => {
    const { readings } = await import('/js/readings.js'), count = { before: 0, flaggedBefore: 0, flaggedAfter: 0, wrong: 0 };
    for (const row of document.querySelectorAll('.tablev tbody tr:not(.miss)')) {
      const s = parseFloat(row.firstElementChild?.textContent?.replace(',', '') ?? ''), off = readings.origin + s * 1e6 - us;
      const isFlagged = !!row.querySelector('.flag.out-of-range'), value = parseFloat(row.querySelector('td:nth-last-child(2)')?.lastChild?.textContent ?? '');
      if (off < -2e5 && value > 21.905) count.before++;
      if (Math.abs(off) > 2e5 && isFlagged !== (value > (off < 0 ? 21.905 : 21.955))) count.wrong++;
      if (off < -2e5 && isFlagged) count.flaggedBefore++;
      if (off > 0 && isFlagged) count.flaggedAfter++;
    }
    return count;
  }, made.us);
  const n = await until('newer ones are flagged', async () => { const now = await table(); return now.flaggedAfter > 0 && now.before > 3 && now; });
  assert.deepStrictEqual([n.flaggedBefore, n.wrong], [n.before, 0]);
});

test('a description that cannot be used is told to a teacher: in Chinese what to do, then file, word and mistake', async () => {
  const page = await look(1), menu = page.locator('.ztop .btn.sq').last();
  await menu.click();
  assert.strictEqual(await page.locator('.kitsleft').count(), 0, 'a student has nothing to do about it');
  await page.evaluate((pin) => fetch('/api/v1/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ pin }) }), board.pin);
  await page.reload();
  await page.locator('.who').waitFor();
  await menu.click();
  await page.locator('.kitsleft summary').click();
  await has(page, '.kitsleft', /没有用上的器材说明：1\s+.*告诉管板子的人：\s+.*broken\/kit\.yaml:\d+:\d+: warmup：“a while”不对/);
});

/** The third kit as one at the board's pins: nothing else of it is altered. While `isLate`, readings are still on their way. */
const asEvents = (isLate = () => false, type = '') => relay(board.url, (line) => {
  type = line.match(/^event: (.*)/)?.[1] ?? type;
  const at = line.startsWith('data: ') ? 6 : 0;
  if (at && type === 'rows' && isLate()) return ': later';
  if (!line.includes('"warm-gate"')) return line;
  const news = JSON.parse(line.slice(at));
  for (const d of news.devices ?? []) if (d.kit === 'warm-gate') d.streams[0].stamps = 'kernel';
  return line.slice(0, at) + JSON.stringify(news);
});

test('events are points with the time since the last one; nothing is a rate, nothing is silent, and the last count, too', async () => {
  let isLate = false;
  const between = await asEvents(() => isLate);
  try {
    const page = await look(3, {}, between);
    await until('points', async () => await page.locator('.chart .paper').getAttribute('data-drawn') === 'points');
    await until('a few', async () => Number(await page.locator('.chart .paper').getAttribute('data-points')) > 10);
    await has(page, '.readout .when', /^上一次：\d+ 秒前$/);
    assert.doesNotMatch(await page.locator('.badge').innerText(), /Hz/);
    await board.stopped(2, async () => {      // however long it is between two looks, it is longer ago then
      await has(page, '.readout .when', /^上一次：([4-9]|\d{2,}) 秒前$/);
      await has(page, '.badge', /上一次\s?([4-9]|\d{2,}) 秒前/);
      assert.doesNotMatch(await page.locator('.quality .facts').innerText(), /没有读数|每秒/);
    });
    assert.strictEqual(await page.locator('.seg button[aria-pressed=true]').last().innerText(), '全部', 'all events, not 30 s of none');
    await startRun(page, board);
    const says = async (/** @type {RegExp} */ words) => Number((await textOf(page.locator('.readout .when'))).match(words)?.[1] ?? NaN);
    const counted = () => says(/^已有 (\d+) 次，上一次：\d+ 秒前$/);
    const n = await until('events of the run are counted', async () => { const now = await counted(); return now > 2 && now; });
    await until('each of them', async () => await counted() > n);
    await rested(page);
    const came = async () => (await board.get('devices')).devices[2].health.rows;
    isLate = true;                            // the page hears of the end before it hears of these
    const enough = await came() + 2;
    await until('two more', async () => await came() >= enough);
    await page.locator('.state').click();
    await until('done', async () => await phase(page) === 'done');
    const run = (await board.get('runs')).runs.pop(), kept = () => page.evaluate(async (/** @type {any} */ r) => {
      const { view } = await import('/js/view.js'), { getColumns } = await import('/js/api.js');
      return (await getColumns(view.stream?.id ?? 0, r.from_us, r.to_us - 1, 4000)).t_us.length;     // few: raw
    }, run);
    // The card has the last ones later than the page, or the page is told late of what it missed.
    await until('as many are on the card', async () => { const rows = await says(/^一共 (\d+) 次$/); return rows >= n && rows === await kept(); });
    await page.setViewportSize({ width: 360, height: 740 });
    assert.ok(await page.locator('.readout .when').isVisible(), 'on a phone, too');
    assert.strictEqual(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await page.context().close();
  } finally {
    between.close();
  }
});

test('on a phone the trouble of another kit is one line beside the value, and goes', async () => {
  const page = await look(1, { size: [360, 740] }), notice = page.locator('.notice.other');
  await startRun(page, board);
  await notice.waitFor({ timeout: 20000 });
  assert.match(await notice.innerText(), /^2 号 地址 4/);
  const [words, frame, value] = await Promise.all([notice.locator('span'), notice, page.locator('.readout .big b')].map((e) => e.boundingBox()));
  assert.ok(words.height < 24 && words.width > 60, `one line: ${JSON.stringify(words)}`);
  assert.ok(value.width > 40 && value.x + value.width <= frame.x && frame.x + frame.width <= 360, `${JSON.stringify(value)} beside ${JSON.stringify(frame)}`);
  await until('it goes', async () => await notice.count() === 0, 60000);
  await page.locator('.btn.gb').click();
  await has(page, '.kitrow:nth-child(2) small', /地址 4：没有应答/);
  await page.keyboard.press('Escape');
  await page.locator('.state').click();
  await until('done', async () => (await phase(page)) === 'done');
});
