// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Lessons of this repository as a class has them: groups guess, record, type what they read; the teacher reveals. What they
// thought stands on the same axes as what came, in its unit; formulas of two kits are there; each group finds its own point.
// On the page of a group, on the wall and on the teacher's page, from a phone to a large display.
import assert from 'node:assert';
import { after, test } from 'node:test';
import { Board, chromium, closeBrowser, lastPoint, open, PATIENCE, textOf, until } from '../support/browser.mjs';
import { Teacher } from '../support/lessons.mjs';
import { complaints } from '../support/looks.mjs';

const SIZES = /** @type {[number, number][]} */ ([[360, 740], [1024, 768], [1920, 1080]]);
const LANGUAGES = process.env.SHOTS ? ['zh', 'en'] : [''];       // else one size in the one, the next in the other
const RUN_US = 4e6, ROOM = 30.5;         // what xy-md02 says, played by modbus_slave.py

after(() => closeBrowser());

/** A minute each: pendulum, stairs and solar panel show what is new in all of them. */
const ONLY_LONG = { skip: process.env.KITLOG_LONG ? false : 'KITLOG_LONG=1 takes it' };

/** @param {any} page @param {string} name in each size, and in both languages where pictures are taken @param {(page: any) => Promise<unknown>} ready */
async function looks(page, name, ready) {
  const wrong = [], was = page.viewportSize();
  for (const [i, [width, height]] of SIZES.entries()) {
    for (const lang of LANGUAGES) {
      await page.setViewportSize({ width, height });
      await page.evaluate(async (/** @type {string} */ l) => (await import('/js/base.js')).setApp('lang', l), lang || ['zh', 'en'][i % 2]);
      await ready(page);
      await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
      for (const words of await complaints(page)) wrong.push(`${name} ${width} ${lang}: ${words}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${lang}-${width}.png` });
    }
  }
  await page.setViewportSize(was);
  await page.evaluate(async () => (await import('/js/base.js')).setApp('lang', 'zh'));
  return wrong;
}

/** @param {any} page @param {string} where @param {RegExp} what */
async function says(page, where, what) {
  let words = '';
  try {
    await until(String(what), async () => what.test(words = await textOf(page.locator(where))));
  } catch { assert.match(words, what); }
}

class Class {
  /** A session of this lesson, whose groups have the kits of these stickers. @param {string} lesson @param {any[]} kits @param {number[][]} groups */
  static async begin(lesson, kits, groups) {
    const made = new Class(), board = made.board = await Board.start(kits, 'store: {commit: 1 s}\n');
    made.lesson = lesson;
    const teacher = made.teacher = await Teacher.signIn(board), { devices } = await board.get('devices');
    const { is_project: isProject } = (await board.get('lessons')).lessons.find((/** @type {any} */ l) => l.id === lesson);
    made.session = await teacher.post('sessions', { lesson, title: '', groups: groups.length, is_project: isProject });
    for (const [i, stickers] of groups.entries()) {
      await teacher.act(made.session.id, { do: 'assign', group: i + 1, is_shared: true,
        devices: stickers.map((sticker) => devices.find((/** @type {any} */ d) => d.sticker === sticker).id) });
    }
    return made;
  }

  /** @param {number} group @param {object} what */
  guess(group, what) { return this.teacher.post(`sessions/${this.session.id}/groups/${group}/prediction`, what); }
  /** @param {number} group @param {Record<string, number>} typed */
  type(group, typed) { return this.teacher.post(`sessions/${this.session.id}/groups/${group}/readings`, { typed }); }

  /** All record for a while; `during` when there are readings. @param {() => Promise<unknown>} during */
  async record(during) {
    await this.teacher.act(this.session.id, { do: 'start' });
    const { now_us: began } = await this.board.get('status');
    await until('some readings', async () => (await this.board.get('status')).now_us > began + RUN_US);
    await during();
    await this.teacher.act(this.session.id, { do: 'stop' });
  }

  /** The page of a group, its slip of the lesson closed. @param {number} group */
  async member(group) {
    const context = await (await chromium()).newContext({ viewport: { width: 1024, height: 768 }, reducedMotion: 'reduce' });
    const page = await open(this.board, { context, query: `?join=${this.session.code}&lang=zh&theme=light` });
    page.setDefaultTimeout(4 * PATIENCE);
    await page.locator('.place').nth(group - 1).click();
    await page.locator('dialog.lessonsheet[open]').waitFor();
    await page.keyboard.press('Escape');
    await until('closed', async () => await page.locator('dialog.lessonsheet[open]').count() === 0);
    return page;
  }

  /** What all see once it is revealed. @param {any} page of group 1 @param {{points: number, wall: RegExp, phone: RegExp}} what */
  async reveal(page, { points, wall: ofWall, phone }) {
    await page.locator('dialog.receipt[open]').waitFor();
    await page.keyboard.press('Escape');
    // One reading against another is looked at as x–y.
    const wrong = await looks(page, `${this.lesson}-page`, () => until('a drawn point', async () => await page.locator('.xyv').count() || lastPoint(page)));
    await this.teacher.act(this.session.id, { do: 'reveal', on: true });
    const sheet = page.locator('dialog.resultsheet[open]');
    await until('the slip opens by itself', () => sheet.count());
    await says(page, 'dialog.resultsheet[open]', phone);
    await until('its own point', async () => (await page.locator('.resultsheet section').last().locator('.plot text').allTextContents()).some((/** @type {string} */ text) => /我们|we/.test(text)));
    wrong.push(...await looks(page, `${this.lesson}-phone`, () => until('the points', async () => await page.locator('.resultsheet section').last().locator('.plot g[transform]').count() >= points)));

    await page.reload();
    await page.locator('.classbar .reveals').waitFor();
    assert.strictEqual(await page.locator('dialog.slip[open]').count(), 0, 'it opens by itself once');
    await page.locator('.classbar .reveals').click();
    await says(page, 'dialog.resultsheet[open]', phone);

    const wall = await open(this.board, { size: [1920, 1080], query: 'screen?lang=zh&theme=light' });
    await until('the points on the wall', async () => await wall.locator('.reveal > .frame:last-of-type .plot g[transform]').count() === points);
    await says(wall, '.reveal', ofWall);
    wrong.push(...await looks(wall, `${this.lesson}-wall`, () => until('a drawing', () => wall.locator('.reveal .plot svg').count())));

    const desk = await open(this.board, { size: [1024, 768], query: 'teacher?lang=zh&theme=light' });
    await until('the PIN is asked for', () => desk.locator('dialog.pin[open]').count());
    await desk.locator('.pin input').fill(this.board.pin);
    await desk.locator('.pin .main').click();
    await desk.locator('.goin, .shelfitem').first().click();
    await desk.locator('.inclass .acts .seg button').nth(2).click();
    await until('the points at the desk', async () => await desk.locator('[aria-labelledby=result] .plot g[transform]').count() === points);
    wrong.push(...await looks(desk, `${this.lesson}-desk`, () => until('a drawing', () => desk.locator('.revealgrid .plot svg').count())));
    assert.deepStrictEqual(wrong, []);
    for (const one of [page, wall, desk]) { assert.deepStrictEqual(one.faults, []); await one.context().close(); }
  }

  close() { return this.board.close(); }
}

/** The newest value of a calculated column on a group's page. @param {any} page @param {string} id */
const column = (page, id) => page.evaluate(async (/** @type {string} */ name) => {
  const [{ view }, { readings }] = await Promise.all([import('/js/view.js'), import('/js/readings.js')]), lane = view.lanes.find((l) => l.channel.id === name);
  return lane ? readings.value(lane) : null;
}, id);

test('the pendulum: six lengths make one line, its slope with a unit', async () => {
  const lengths = [0.25, 0.36, 0.49, 0.64, 0.81, 1];
  const room = await Class.begin('pendulum', lengths.map((length) => [`period:${(2 * Math.PI * Math.sqrt(length / 9.794)).toFixed(6)}s n:{n}`, 20]), lengths.map((_, i) => [i + 1]));
  try {
    const page = await room.member(1);
    for (let group = 1; group <= 6; group++) await room.guess(group, { choice: group % 3 });
    await room.record(async () => { for (const [i, L] of lengths.entries()) await room.type(i + 1, { L }); });
    await room.reveal(page, { points: 6, wall: /x 每增加 1\s?m，y 变化 4\.03\d*\s.*s²/, phone: /变化 4\.03\d*\s.*s²/ });
  } finally { await room.close(); }
});

test('the stairs: the difference of two kits is a channel, and a guess in Pa meets pascals', async () => {
  const heights = [3.3, 6.6, 13.2], room = await Class.begin('stairs-pressure', [...heights, 0].map((h) => [`pressure:${(1013.25 - 0.118 * h).toFixed(3)}hPa n:{n}`, 10]), [[1, 4], [2, 4], [3, 4]]);
  try {
    const page = await room.member(1);
    for (const [i, value] of [40, 30, 1000].entries()) await room.guess(i + 1, { value });
    await room.record(async () => {
      await until('the difference', async () => Math.abs(await column(page, 'dp') - -0.389) < 1e-6);
      assert.deepStrictEqual(await page.evaluate(async () => (await import('/js/view.js')).view.shown.map((l) => l.channel.id)), ['dp'], 'it is drawn, and by itself: 1013 hPa would flatten it');
      for (const [i, h] of heights.entries()) await room.type(i + 1, { h });
    });
    await room.reveal(page, { points: 3, wall: /全班量到 .*38\.9.*Pa[\s\S]*最接近的预测：1 组，40.*Pa[\s\S]*hPa/, phone: /我们猜 40.*Pa[\s\S]*全班量到 .*38\.9/ });
  } finally { await room.close(); }
});

test('knitwear: water less room is drawn, and °C is no exponential', ONLY_LONG, async () => {
  const curve = { points: Array.from({ length: 40 }, (_, k) => [k * 45, 75 - k]) };
  const room = await Class.begin('knit-insulation', [['temperature:{tenth}C', 10], ['temperature:{tenth}C', 10],
    { emulate: 'modbus_slave.py', args: ['xy-md02@1'], port: 'kit: xy-md02, slaves: [1]' }], [[1, 3], [2, 3]]);
  try {
    const page = await room.member(1);
    for (const group of [1, 2]) await room.guess(group, curve);
    await room.record(async () => {
      await until('what it is above the room', async () => {
        const [warm, water] = await page.evaluate(async () => {
          const [{ view }, { readings }] = await Promise.all([import('/js/view.js'), import('/js/readings.js')]), block = readings.series?.slice(-Infinity, Infinity);
          const lane = view.lanes.find((l) => l.channel.id === 'warm'), main = view.mainLane;
          const i = lane && block ? block.lanes[lane.at].mid.findLastIndex((/** @type {number} */ v, /** @type {number} */ k) => k < block.length && v === v) : -1;
          return i < 0 || !lane || !main ? [NaN, NaN] : [block.lanes[lane.at].mid[i], block.lanes[main.at].mid[i]];
        });
        return warm === water - ROOM;
      });
      await until('the guess lies under the water', () => page.evaluate(async () => ((await import('/js/view.js')).view.stroke?.length ?? 0) === 40));
      const fits = async () => page.evaluate(async () => (await import('/js/lesson-fits.js')).allowedFits());
      assert.deepStrictEqual(await fits(), ['decay', 'linear']);
      await page.evaluate(async () => (await import('/js/view.js')).view.set('what', { active: 'warm' }));
      assert.deepStrictEqual(await fits(), ['exponential', 'decay', 'linear']);
      assert.strictEqual(await page.evaluate(async () => (await import('/js/view.js')).view.stroke), null, 'the guess was of the water');
      for (const group of [1, 2]) await room.type(group, { layers: group - 1, drop: 12.5 - group });
    });
    await room.reveal(page, { points: 2, wall: /最接近的预测：\d 组，平均差 [\d.]+\s?°C/, phone: /和我们画的平均差 [\d.]+\s?°C/ });
  } finally { await room.close(); }
});

test('the solar panel: what is typed makes the line', async () => {
  const lights = [[18, 29.6], [33, 54.1], [97, 158.9]], room = await Class.begin('solar-iv', lights.map(() => ['voltage:{tenth}V current:98.5mA', 10]), [[1], [2], [3]]);
  try {
    const page = await room.member(1);
    for (const group of [1, 2, 3]) await room.guess(group, { choice: 1 });
    await room.record(async () => { for (const [i, [E, Isc]] of lights.entries()) await room.type(i + 1, { E, Isc, cells: 12 }); });
    await room.reveal(page, { points: 3, wall: /2 倍[\s\S]*1\s?klx，y 变化 1\.63\d*\s.*mA/, phone: /2 倍 ?我们[\s\S]*klx/ });
  } finally { await room.close(); }
});

test('the ferment: a project whose guess is of what two kits differ by', ONLY_LONG, async () => {
  const room = await Class.begin('fermentation', [['temperature:{tenth}C', 5], ['temperature:2{n}.5C', 3]], [[1, 2]]);
  try {
    const page = await room.member(1), day = 86400;
    await room.guess(1, { points: Array.from({ length: 40 }, (_, k) => [k * 14 * day / 39, k < 20 ? k / 10 : 4 - k / 10]) });
    await room.record(async () => {
      await until('it is shown first', () => page.evaluate(async () => (await import('/js/view.js')).view.mainLane?.channel.id === 'warm'));
      await until('its guess with it', () => page.evaluate(async () => ((await import('/js/view.js')).view.stroke?.length ?? 0) === 40));
      await until('its value', async () => { const warm = await column(page, 'warm'); return warm > 20 && warm < 30; });
      await room.type(1, { strip: 4.5 });
    });
    // The board joins two kits by the same rule, for a fit of one against the other; its stamps are finer by nanoseconds.
    const [{ streams: [jar] }, { streams: [air] }] = (await room.board.get('devices')).devices, [run] = (await room.board.get('runs')).runs;
    const ofBoard = async () => (await room.teacher.post('fits', { model: 'linear', stream: jar.id, channel: jar.channels[0].id, from_us: run.from_us, to_us: run.to_us, x: { stream: air.id, channel: air.channels[0].id } })).residuals.x;
    const told = async () => page.evaluate(async ([from, to]) => {
      const [{ view }, { readings }] = await Promise.all([import('/js/view.js'), import('/js/readings.js')]), block = readings.series?.slice(from, to - 1), lane = view.lanes.find((l) => l.channel.id === 'warm');
      return block && lane ? [...block.lanes[lane.at].mid.slice(0, block.length)].flatMap((warm, i) => (warm === warm ? [block.lanes[0].mid[i] - warm] : [])) : [];
    }, [run.from_us, run.to_us]);
    const inOrder = (/** @type {number[]} */ all) => [...all].sort((a, b) => a - b);
    const both = await until('as many on both, once all is on the card', async () => {
      const [here, there] = await Promise.all([told(), ofBoard()]);
      return here.length === there.length && [inOrder(here), inOrder(there)];
    });
    both[0].forEach((/** @type {number} */ x, /** @type {number} */ i) => assert.ok(Math.abs(x - both[1][i]) < 1e-4, `${i}: ${x} ${both[1][i]}`));
    await room.reveal(page, { points: 1, wall: /K/, phone: /和我们画的平均差 .*K/ });
  } finally { await room.close(); }
});
