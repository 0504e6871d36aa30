// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The reveal on the teacher's page, from real runs: a point for each run of a group with what it typed in, the fit that
// the lesson names, what was drawn before under what came; a free recording, whose values stand together; a saved run in
// place of a kit that was pulled; a kit that comes late.
import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { attributeOf, Board, closeBrowser, open, textOf, until } from '../support/browser.mjs';
import { lessonIn } from '../support/lesson.mjs';

const RUN_US = 2e6;

/** @type {Board} */ let board;
before(async () => { board = await Board.start([['cup', 10], ['cup', 10]], (folder) => `store: {commit: 1 s}\n${lessonIn(folder)}`); });
after(async () => { await closeBrowser(); await board?.close(); });

/** @param {string} [query] */
async function teacher(query = 'teacher?lang=zh&theme=light') {
  const page = await open(board, { size: [1024, 768], query });
  await until('the PIN is asked for', () => page.locator('dialog.pin[open]').count());
  await page.locator('.pin input').fill(board.pin);
  await page.locator('.pin .main').click();
  await until('signed in', () => page.locator('.startbar').count());
  const post = async (/** @type {string} */ what, /** @type {unknown} */ body, /** @type {number} */ status = 200) => {
    const answer = await page.evaluate(async ([where, text]) => {
      const got = await fetch(`/api/v1/${where}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
      return { status: got.status, body: await got.json() };
    }, [what, JSON.stringify(body)]);
    assert.strictEqual(answer.status, status, JSON.stringify(answer.body));
    return answer.body;
  };
  return { page, post };
}

/** Both groups record for a while; what they type in belongs to that run. @param {any} post @param {number} id @param {(number|null)[]} typed */
async function run(post, id, typed) {
  const { groups } = await post(`sessions/${id}/acts`, { do: 'start' });
  for (const [i, L] of typed.entries()) if (L != null) await post(`sessions/${id}/groups/${i + 1}/readings`, { typed: { L } }, 201);
  const began = (await board.get('runs')).runs.find((/** @type {any} */ r) => r.id === groups[0].run).from_us;
  await until('some readings', async () => (await board.get('status')).now_us > began + RUN_US);
  await post(`sessions/${id}/acts`, { do: 'stop' });
}

const dots = (/** @type {any} */ page) => page.locator('[aria-labelledby=result] .plot g[transform]').count();

test('each run of a group is a point, and the fit over them says what it found', async () => {
  const { page, post } = await teacher();
  const { id } = await post('sessions', { lesson: 'warm-string', title: '', groups: 2, is_project: false, deal: false }, 201);
  const devices = (await board.get('devices')).devices;
  for (const i of [0, 1]) await post(`sessions/${id}/acts`, { do: 'assign', group: i + 1, devices: [devices[i].id] });
  await post(`sessions/${id}/groups/1/prediction`, { points: [[0, 40], [30, 60], [60, 70]] });
  await page.locator('.goin').click();
  await page.locator('.inclass .acts .seg button').nth(2).click();
  await run(post, id, [1, 2]);
  await until('two points', async () => await dots(page) === 2);
  await run(post, id, [3, 4]);
  await until('four points', async () => await dots(page) === 4);
  const results = (await page.evaluate(async (session) => (await fetch(`/api/v1/sessions/${session}/results`)).json(), id)).groups;
  assert.deepStrictEqual(results.flatMap((/** @type {any} */ g) => g.runs.map((/** @type {any} */ r) => r.typed.L)), [1, 3, 2, 4]);
  const says = () => textOf(page.locator('.verdict[data-model=linear]'));
  await until('a sentence with its equation', async () => /y = k x \+ b/.test(await says()));
  const { sentence } = await post('fits', { model: 'linear', x_unit: 'm', y_unit: 'Cel', points: results.flatMap((/** @type {any} */ g) => g.runs.map((/** @type {any} */ r) => [r.typed.L, 2 * r.channels.water.mean + 1000 * r.typed.L])) });
  await until('that of the board for these very points, by the formula of the lesson', async () => (await says()).includes(sentence.zh));
  await until('what was drawn before', () => page.locator('[aria-labelledby=preds] .plot .pred').count());
  assert.match(await page.locator('[aria-labelledby=preds] .near').innerText(), /最接近的预测：1 组/);

  await page.locator('[aria-labelledby=result] .seg button').nth(1).click();
  await until('another model', () => page.locator('.verdict[data-model=proportional]').count());
  await page.locator('[data-do=reveal]').click();
  await until('the class sees it', async () => (await fetch(`${board.url}/api/v1/sessions/${id}/results`)).status === 200);
  await post(`sessions/${id}/acts`, { do: 'end' });
  await until('it is over on this page too', () => page.locator('.tslip').count());
  await page.reload();
  await until('and after a reload', async () => /数据都存好了|数据齐了/.test(await textOf(page.locator('.tslip h1'))));
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('a line that misses has no tick and no range to choose, and who is not in the plot is named', async () => {
  const { page, post } = await teacher();
  const { id } = await post('sessions', { lesson: 'warm-string', title: '', groups: 2, is_project: false }, 201);
  await page.locator('.goin').click();
  await page.locator('.inclass .acts .seg button').nth(2).click();
  // The points that the board judges: those of a class of whom none measured what it should have.
  const missed = [[0.2, 4], [0.4, 4.8], [0.6, 1.6], [0.8, 0.8]];
  await page.route('**/api/v1/fits', async (/** @type {any} */ route) => {
    await route.fulfill({ response: await route.fetch({ postData: JSON.stringify({ ...route.request().postDataJSON(), points: missed }) }) });
  });
  await run(post, id, [1, null]);
  const result = page.locator('[aria-labelledby=result]'), absent = () => textOf(result.locator('.absent'));
  await until('one point', async () => await dots(page) === 1);
  await until('who has not typed', async () => await absent() === '2 组还没填绳长');
  await run(post, id, [null, 2]);
  await until('all are there', async () => await dots(page) >= 2 && await absent() === '');
  const says = (/** @type {string} */ model) => result.locator(`.verdict[data-model=${model}]`);
  await until('no change is seen', async () => /水平线也一样好/.test(await textOf(says('linear'))));
  assert.strictEqual(await says('linear').getAttribute('class'), 'verdict', 'it is no fault, and no tick');
  await result.locator('.seg button').nth(1).click();
  await until('it does not fit', async () => /不合适：一条水平线/.test(await textOf(says('proportional'))));
  assert.strictEqual(await says('proportional').getAttribute('class'), 'verdict bad');
  assert.doesNotMatch(await says('proportional').innerText(), /一段/);
  await post(`sessions/${id}/acts`, { do: 'end' });
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('what was forgotten is recorded from the past, in a free recording', async () => {
  const { page } = await teacher('teacher?lang=en&theme=dark');
  await until('a way back, or the lessons', () => page.locator('.lcard').count());
  await page.locator('.lcard', { hasText: 'Free recording' }).click();
  await page.locator('.startbar .big').click();
  await until('two groups can start', async () => /Start all 2 groups/.test(await page.locator('.startbar .big').innerText()));
  await page.locator('.startbar .forgot').click();
  await page.locator('.startbar .pop .item').first().click();
  await until('it records', () => page.locator('.startbar .stop').count());
  const { now_us: now } = await board.get('status'), { runs } = await board.get('runs'), going = runs.filter((/** @type {any} */ r) => r.to_us == null);
  assert.strictEqual(going.length, 2);
  assert.ok(now - going[0].from_us >= 60e6 || going[0].from_us < 60e6, 'a minute ago, or as early as there is something');
  await page.locator('.startbar .stop').click();
  await until('stopped', async () => await page.locator('.startbar .stop').count() === 0);
  await page.locator('.startbar .forgot').click();
  await page.locator('.startbar .pop .over').first().click();
  await until('a second run that is over already', async () => (await board.get('sessions')).sessions[0].groups.every((/** @type {any} */ g) => g.runs.length === 2 && g.run == null));
  await page.locator('.inclass .acts .seg button').nth(2).click();
  await until('four values together', async () => /of 4 values: \S*\d/.test(await textOf(page.locator('[aria-labelledby=result] .verdict'))));
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('a saved run stands in for a kit that was pulled, and says that it is a replay', async () => {
  const { page } = await teacher('teacher?lang=en&theme=light');
  await page.locator('.goin').click();
  await page.locator('.inclass .acts .seg button').nth(1).click();
  await page.locator('.startbar .big').click();
  await until('a run with readings from its beginning', async () => Number((await page.locator('.startbar strong').innerText()).match(/(\d\d)$/)?.[1]) >= 2);
  await page.locator('.startbar .stop').click();
  await until('it is over', async () => await page.locator('.startbar .stop').count() === 0);
  await board.unplug(1);
  const tile = page.locator('[data-group="2"]');
  await until('what to do, and a way on', async () => /Push its USB cable/.test(await textOf(tile.locator('.fix'))));
  await tile.locator('.fix .btn').click();
  await tile.locator('.pop .item').first().click();
  await until('it is a replay', async () => /Replay/.test(await tile.locator('.plot .watermark').textContent({ timeout: 500 }).catch(() => '') ?? ''));
  // Not what came last of the pulled kit: the run from its beginning, later than it was recorded.
  await until('the run itself', () => page.evaluate(async () => {
    const [{ classroom }, { sourceFor, spanOf }] = await Promise.all([import('/js/classroom.js'), import('/js/group-view.js')]);
    const group = classroom.sessions?.[0].groups[1], source = group && sourceFor(group, null), span = source && spanOf(group, source.stream, null);
    return !!span && span.later > 0 && source.device.identity.startsWith('replay/');
  }));
  await until('its line', async () => ((await attributeOf(tile.locator('.plot .ln').first(), 'd')) ?? '').length > 20);
  await until('its value', async () => /°C/.test(await tile.locator('.val').innerText()));
  assert.strictEqual(await tile.locator('.fix').count(), 0, 'the fault is out of the way');
  await tile.locator('.replaying .btn').click();
  await until('live again', () => tile.locator('.fix').count());
  await board.plug(1);
  await until('the kit is back', async () => await tile.locator('.fix').count() === 0);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('a group whose kit was loose starts later, and what its kit sent before can be recorded still', async () => {
  const { page, post } = await teacher('teacher?lang=en&theme=light');
  const session = async () => (await board.get('sessions')).sessions[0], { id, groups } = await session();
  const runs = async () => (await session()).groups.map((/** @type {any} */ g) => g.runs.length), before = await runs();
  await page.locator('.goin').click();
  await page.locator('.inclass .acts .seg button').nth(1).click();
  await board.unplug(1);
  await until('one group can start', async () => /Start 1 groups now/.test(await page.locator('.startbar .big').innerText()));
  await page.locator('.startbar .big').click();
  await until('it records', () => page.locator('.startbar .stop').count());
  assert.strictEqual(await page.locator('.startbar .some').count(), 0, 'nobody else can');
  await board.plug(1);
  await until('the other can', async () => /Start 1 more/.test(await textOf(page.locator('.startbar .some'))));
  await page.locator('.startbar .some').click();
  await until('both record', async () => (await session()).groups.every((/** @type {any} */ g) => g.run != null));
  await page.locator('.startbar .stop').click();
  await until('stopped', async () => (await session()).state === 'open');

  await board.unplug(1);
  await until('it is loose again', async () => /Start 1 groups now/.test(await page.locator('.startbar .big').innerText()));
  await page.locator('.startbar .forgot').click();
  await page.locator('.startbar .pop .over').first().click();
  await until('both have what was', async () => String(await runs()) === String(before.map((/** @type {number} */ n) => n + 2)));
  await board.plug(1);

  for (const { number } of groups) await post(`sessions/${id}/acts`, { do: 'assign', group: number, devices: [] });
  await until('a way on beside each empty group', async () => await page.locator('.gcard .nokit + .replaying').count() === 2);
  await page.locator('.startbar .forgot').click();
  await page.locator('.startbar .pop .over').first().click();
  await until('it is said that there is none', async () => /No group to start/.test(await textOf(page.locator('[data-notice=refused]'))));
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});

test('what is plugged in once the lesson is open is dealt by one press', async () => {
  const { page, post } = await teacher('teacher?lang=en&theme=light');
  for (const { id } of (await board.get('sessions')).sessions) await post(`sessions/${id}/acts`, { do: 'end' });
  const ready = async () => (await board.get('devices')).devices.filter((/** @type {any} */ d) => d.state === 'ready').length;
  const hands = async () => String((await board.get('sessions')).sessions[0].groups.map((/** @type {any} */ g) => g.devices));
  await until('both kits', async () => await ready() === 2);
  await board.unplug(1);
  await until('one kit', async () => await ready() === 1);
  await post('sessions', { lesson: 'warm-string', groups: 2 }, 201);
  const first = await hands();
  assert.match(first, /^\d+,$/, 'the second group has none');
  await page.locator('.goin').click();
  const press = page.locator('.secthead .btn.main', { hasText: 'Deal kits, groups: 1' });
  await until('the kits', () => page.locator('.kit').count());
  assert.strictEqual(await press.count(), 0, 'there is nothing to deal');
  await board.plug(1);
  await press.click();
  await until('each has one, and the first the same', async () => new RegExp(`^${first}\\d+$`).test(await hands()));
  await until('nothing is left to deal', async () => await press.count() === 0);
  assert.deepStrictEqual(page.faults, []);
  await page.context().close();
});
