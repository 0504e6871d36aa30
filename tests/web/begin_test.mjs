// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// What a lesson says of its recording is done, as teacher, group and wall see it: groups wait for the trigger, a run ends by
// itself, one that is too short says what to do and is added to; where the probe goes, what a project reminds of.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Board, chromium, closeBrowser, open, PATIENCE, phase, until } from '../support/browser.mjs';
import { Teacher } from '../support/lessons.mjs';
import { complaints } from '../support/looks.mjs';

const HEAD = `title: {zh: 倒热水, en: Hot water is poured}
stage: [primary]
question: {zh: 多快？, en: How fast?}
needs:
  - {id: T, name: {zh: 水温, en: Water}, quantity: temperature, unit: Cel, kits: [ds18b20], place: {zh: 杯子正中, en: Middle of the cup}}
  - {id: air, name: {zh: 室温, en: Room}, quantity: temperature, unit: Cel, channel: room, optional: yes}
safety:
  - {zh: 热水烫手, en: Hot water scalds}
`;
/** A probe that is plugged in comes from the air of the room, some 22 °C, into water of 84 °C and more. */
const LESSONS = {
  pour: `subject: science
theme: {zh: 厨房, en: The kitchen}
catalogue: 小学科学 水的温度
record:
  mode: time
  rate: 20 Hz
  duration: 4 s
  trigger: {channel: T, edge: rising, above: 60, before: 500 ms}
accept:
  - {channel: T, least: 9000 samples, otherwise: {zh: 再记一会儿, en: Record a little more}}
  - {channel: T, range: [0, 200], otherwise: {zh: 探头泡进水里, en: Put the probe into the water}}
`,
  cross: `subject: physics
record:
  mode: edges
plot: {x: air, y: T}
accept:
  - {channel: T, least: 1 h, otherwise: {zh: 记满一节课, en: Record for the whole lesson}}
`,
  diary: `subject: biology
record:
  mode: time
  rate: every 10 min
  duration: 21 d
  project: yes
accept:
  - {channel: T, least: 9000 samples, otherwise: {zh: 每天看一次, en: Look each day}}
  - {channel: T, range: [0, 40], otherwise: {zh: 太热了，挪个地方, en: Too hot; move it}}
reminders:
  - {every: 1 s, text: {zh: 看一看，闻一闻, en: Look and smell}}
  - {every: 7 d, text: {zh: 拍一张, en: Take a picture}}
  - {every: 1 s, who: teacher, text: {zh: 老师开盖, en: The teacher vents}}
`,
};
const TEXTS = {
  student: { zh: '# 倒 {#title}\n\n## 猜 {#predict}\n\n想。\n\n## 做 {#measure}\n\n倒。\n\n## 想 {#think}\n\n为什么？\n', en: '# Pour {#title}\n\n## Guess {#predict}\n\nThink.\n\n## Do {#measure}\n\nPour.\n\n## Think {#think}\n\nWhy?\n' },
  teacher: { zh: '# 倒 {#title}\n\n## 课前 {#before}\n\n烧水。\n\n## 揭晓 {#reveal}\n\n看。\n\n## 问 {#ask}\n\n为什么？\n', en: '# Pour {#title}\n\n## Before {#before}\n\nBoil.\n\n## Reveal {#reveal}\n\nLook.\n\n## Ask {#ask}\n\nWhy?\n' },
};

/** @param {string} folder */
function putLessons(folder) {
  for (const [id, more] of Object.entries(LESSONS)) {
    const home = path.join(folder, 'lessons', id);
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(path.join(home, 'lesson.yaml'), `lesson: ${id}\n${HEAD}${more}`);
    for (const who of /** @type {('student'|'teacher')[]} */ (['student', 'teacher'])) {
      for (const lang of /** @type {('zh'|'en')[]} */ (['zh', 'en'])) {
        const text = TEXTS[who][lang];
        fs.writeFileSync(path.join(home, `${who}.${lang}.md`), id === 'diary' ? text.replace('{#measure}', '{#daily}') : text);
      }
    }
  }
  return `store: {commit: 1 s}\nlessons: [${folder}/lessons]\n`;
}

/** @type {Board} */ let board;
/** @type {Teacher} */ let teacher;
before(async () => { board = await Board.start([['cup', 20], ['cup', 20]], putLessons); teacher = await Teacher.signIn(board); });
beforeEach(() => teacher.endAll());
after(async () => { await closeBrowser(); await board?.close(); });

const shot = async (/** @type {any} */ page, /** @type {string} */ name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/begin-${name}.png` }); };
const context = async (/** @type {[number, number]} */ [width, height]) => (await chromium()).newContext({ viewport: { width, height }, reducedMotion: 'reduce' });

/** @param {any} session @param {number} group @param {[number, number]} size */
async function member(session, group, size) {
  const page = await open(board, { context: await context(size), query: `?join=${session.code}&lang=zh&theme=light` });
  page.setDefaultTimeout(4 * PATIENCE);
  await page.locator('.place').nth(group - 1).click();
  await page.locator('.gmark').first().waitFor();
  await page.locator('dialog.lessonsheet[open]').waitFor();
  return page;
}
const groupOf = async (/** @type {number} */ id, /** @type {number} */ number) => (await board.get(`sessions/${id}`)).groups[number - 1];

test('groups wait for the trigger, each for its own; the run ends by itself and says what is missing', async () => {
  const session = await teacher.session('pour', [1, 2]);
  await teacher.act(session.id, { do: 'may_start', who: 'groups' });
  const page = await member(session, 1, [360, 740]), wall = await open(board, { size: [1920, 1080], query: 'screen?lang=zh&theme=light&view=all' });
  assert.match(await page.locator('.placed').innerText(), /水温\s*杯子正中/);
  await shot(page, 'sheet');
  await page.keyboard.press('Escape');
  await until('the key', async () => await phase(page) === 'ready');
  await page.locator('.state').click();
  await until('it waits', async () => await phase(page) === 'armed');
  await until('for what', async () => /等触发[\s\S]*等水温升到 60\s*°C，点一下马上开始/.test(await page.locator('.state').innerText()));
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'armed');
  await until('the wall says so', async () => /等水温升到 60/.test(await wall.locator('.cell').first().innerText()));
  assert.doesNotMatch(await wall.locator('.cell').nth(1).innerText(), /等/);
  assert.deepStrictEqual(await complaints(wall), []);
  await shot(wall, 'wall-armed');
  assert.strictEqual((await groupOf(session.id, 1)).run, null, 'hot from the start is no crossing');
  await page.reload();
  await until('it waits on', async () => await phase(page) === 'armed');
  await page.locator('.nowait').click();
  await until('it does not any more', async () => await phase(page) === 'ready');
  await page.locator('.state').click();
  await until('it waits again', async () => await phase(page) === 'armed');

  await board.unplug(0);
  await board.plug(0);
  await until('it records', async () => await phase(page) === 'rec');
  assert.match(await page.locator('.state small').innerText(), /还有 00:0\d，自动停/);
  await shot(page, 'rec');
  await page.locator('dialog.receipt[open]').waitFor();
  const { runs: [run] } = await groupOf(session.id, 1), told = await board.get(`runs/${run}`);
  assert.strictEqual(told.to_us - told.from_us, 4e6);
  await until('what is missing', async () => /再记一会儿/.test(await page.locator('.receipt').innerText()));
  assert.doesNotMatch(await page.locator('.receipt').innerText(), /探头泡进水里/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'receipt');
  await page.locator('.receipt .more').click();
  await until('the same run goes on', async () => (await groupOf(session.id, 1)).run === run);
  await until('it records', async () => await phase(page) === 'rec');
  assert.strictEqual((await groupOf(session.id, 1)).ends_us, null);

  await page.locator('.markit').click();
  await page.locator('.markform input').fill('还在写');
  await teacher.act(session.id, { do: 'stop' });
  await until('the page knows that it is over', async () => await phase(page) !== 'rec');
  assert.strictEqual(await page.locator('dialog.receipt').count(), 0, 'nobody is torn from what is being written');
  assert.strictEqual(await page.locator('.markform input').inputValue(), '还在写');
  await page.keyboard.press('Escape');
  await page.locator('dialog.receipt[open]').waitFor();
  await until('the verdict, and no sign before it that all is well', async () => {
    const text = await page.locator('.receipt').innerText();
    assert.match(text, /正在看够不够|再记一会儿|正在清点/);
    return /再记一会儿/.test(text);
  });
  await page.keyboard.press('Escape');
  await page.locator('.howto.warn').click();                 // it stays to be seen once the receipt is closed
  await page.locator('.sheet .lacking').getByText('再记一会儿').waitFor();
  assert.deepStrictEqual(await complaints(page), []);
  assert.deepStrictEqual([...page.faults, ...wall.faults], []);
  for (const p of [page, wall]) await p.context().close();
});

for (const [lang, size] of /** @type {['zh'|'en', [number, number]][]} */ ([['zh', [1024, 768]], ['en', [360, 740]]])) {
  test(`the teacher lets groups wait, starts at once, chooses how long, adds to a run, ${lang}`, async () => {
    const made = await teacher.session('pour', [1, 2]);
    const page = await open(board, { context: await context(size), query: `teacher?lang=${lang}&theme=light` });
    await page.locator('.pin input').fill(board.pin);
    await page.locator('.pin .main').click();
    await page.locator('.goin').first().click();
    await until('the kits with their places', async () => await page.locator('.kit .whereto').count() === 2);
    await shot(page, `kits-${lang}`);
    assert.deepStrictEqual(await complaints(page), []);
    const [, { id: late }] = (await board.get('devices')).devices;
    await teacher.act(made.id, { do: 'assign', group: 2, devices: [] });
    await page.locator('.startbar .main.big').click();
    await until('one waits', async () => await page.locator('.gcard .armed').count() === 1);
    await teacher.act(made.id, { do: 'assign', group: 2, devices: [late] });
    await page.locator('.startbar .some').click();                       // its kit came late
    await until('both wait', async () => await page.locator('.gcard .armed').count() === 2);
    assert.deepStrictEqual(await complaints(page), []);
    await shot(page, `armed-${lang}`);
    await page.locator('.startbar .main.stop').click();
    await until('nobody waits', async () => (await board.get(`sessions/${made.id}`)).groups.every((/** @type {any} */ g) => g.armed_us == null));

    await page.locator('.startbar .btn.how').click();
    await until('the lengths', () => page.locator('.startbar .pop .item').first().isVisible());
    assert.deepStrictEqual(await complaints(page), []);
    await shot(page, `how-${lang}`);
    await page.locator('.startbar .pop .item').nth(2).click();           // twice as long as the lesson has it
    await page.locator('.startbar .btn.how').click();
    await page.locator('.startbar .pop .now').click();
    await until('it records', async () => (await groupOf(made.id, 1)).run != null);
    const group = await groupOf(made.id, 1), run = await board.get(`runs/${group.run}`);
    assert.strictEqual(group.ends_us - run.from_us, 8e6);
    await until('it says how much is left', async () => /(还有|left)/.test(await page.locator('.startbar').innerText()));
    await until('both are judged', async () => await page.locator('.gcard .verdict').count() === 2);
    assert.match(await page.locator('.gcard .verdict').first().innerText(), lang === 'zh' ? /再记一会儿/ : /Record a little more/);
    assert.deepStrictEqual(await complaints(page), []);
    await shot(page, `verdict-${lang}`);
    await page.locator('.gcard .verdict .btn').first().click();
    await until('it goes on', async () => (await groupOf(made.id, 1)).run === group.run);
    await page.locator('.startbar .main.stop').click();
    await until('it stopped', async () => (await groupOf(made.id, 1)).run == null);

    await page.evaluate(async () => { const { desk } = await import('/js/desk.js'); desk.set({ lasts: { lesson: 'pour', us: 600e6 } }); });
    await page.locator('.startbar .btn.forgot').click();
    await page.locator('.startbar .pop .item').first().click();
    await until('what was forgotten records', async () => (await groupOf(made.id, 1)).run != null);
    const forgot = await groupOf(made.id, 1);
    assert.strictEqual(forgot.ends_us - (await board.get(`runs/${forgot.run}`)).from_us, 600e6, 'as long as was chosen');
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  });
}

test('a lesson whose plot is one reading against another is looked at so first; a run that is too short says how long it is', async () => {
  const session = await teacher.session('cross', [1]), page = await member(session, 1, [1024, 768]);
  await page.keyboard.press('Escape');
  await until('the x–y picture', () => page.locator('.xyv .dots').count());
  const [across, up] = await page.evaluate(async () => (await import('/js/view.js')).view.across.map((lane) => lane?.channel.name.zh));
  assert.deepStrictEqual([across, up], ['室温', '水温']);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'cross');
  await teacher.act(session.id, { do: 'start' });
  await until('it records', async () => await phase(page) === 'rec');
  await teacher.act(session.id, { do: 'stop' });
  await page.locator('dialog.receipt[open]').waitFor();
  await until('how long it is, and should be', async () => /记满一节课\s*00:\d\d，要 60.min/.test(await page.locator('.receipt').innerText()));
  await page.context().close();
});

test('lessons say their subject, theme and place in the list of experiments; a project what is due, until it is done', async () => {
  const page = await open(board, { size: [1024, 768], query: 'teacher?lang=zh&theme=light' });
  await page.locator('.pin input').fill(board.pin);
  await page.locator('.pin .main').click();
  const card = (/** @type {string} */ words) => page.locator('.lcard', { hasText: words });
  await card('厨房').waitFor();
  assert.match(await card('厨房').innerText(), /科学[\s\S]*厨房 · 小学科学 水的温度/);
  await page.locator('.subjects').selectOption('biology');
  await until('only that', async () => await card('厨房').count() === 0);
  await page.locator('.subjects').selectOption('');
  const made = await teacher.post('sessions', { lesson: 'diary', title: '', groups: 1, is_project: true });
  await until('the teacher has its button', async () => await page.locator('.reminders li').nth(2).locator('.btn').count() === 1);
  await until('it is due', async () => /看一看，闻一闻[\s\S]*到时候了/.test(await page.locator('.reminders').innerText().catch(() => '')));
  assert.match(await page.locator('.reminders li').nth(1).innerText(), /拍一张[\s\S]*7\.0\s*d 后/);
  assert.deepStrictEqual(await complaints(page), []);
  await shot(page, 'shelf');
  await page.locator('.reminders .btn').first().click();
  await until('the mark is set', async () => (await board.get('marks')).marks.some((/** @type {any} */ m) => m.text === '看一看，闻一闻'));
  await page.evaluate(async () => {
    const { board: here } = await import('/js/board.js'), { marks } = await (await fetch('/api/v1/marks')).json();
    here.hear('mark', { ...marks[0], at_us: here.now() + 3600e6 });
  });
  await until('it is done for an hour', async () => await page.locator('.reminders li').first().locator('.btn').count() === 0);
  await page.evaluate(async () => {
    const { board: here } = await import('/js/board.js'), { marks } = await (await fetch('/api/v1/marks')).json();
    here.hear('mark', { ...marks[0], is_withdrawn: true });
  });
  await until('what was undone is due again', async () => await page.locator('.reminders li').first().locator('.btn').count() === 1);
  const student = await member(made, 1, [360, 740]);
  await until('it is due again', async () => /看一看，闻一闻[\s\S]*到时候了/.test(await student.locator('.sheet .reminders').innerText()));
  await until('the lid is the teacher\'s', async () => /老师开盖[\s\S]*到时候了[\s\S]*老师来做/.test(await student.locator('.sheet .reminders li').nth(2).innerText()));
  assert.strictEqual(await student.locator('.sheet .reminders li').nth(2).locator('.btn').count(), 0);
  assert.deepStrictEqual(await complaints(student), []);
  await shot(student, 'reminders');
  await student.locator('.sheet .reminders .btn').first().click();
  await until('the group\'s mark is set', async () => (await board.get('marks')).marks.filter((/** @type {any} */ m) => m.text === '看一看，闻一闻').length === 2);
  await student.keyboard.press('Escape');
  await until('the button says that something is due', async () => /记得做/.test(await student.locator('.howto').getAttribute('aria-label')));
  assert.deepStrictEqual([...page.faults, ...student.faults], []);
  await student.context().close();
  await teacher.act(made.id, { do: 'end' });
  await page.context().close();
});

test('pupils see whether the data of a project come as they should, and what to do', async () => {
  const made = await teacher.post('sessions', { lesson: 'diary', title: '', groups: 2, is_project: true });
  await teacher.act(made.id, { do: 'start', groups: [1], from_us: (await board.get('status')).now_us - 3e6 });
  await until('the board has looked', async () => (await groupOf(made.id, 1)).accept?.some((/** @type {any} */ a) => a.holds === false));
  for (const size of /** @type {[number, number][]} */ ([[360, 740], [1024, 768]])) {
    const page = await member(made, 1, size);
    // What is hot is wrong; that there is little yet is not.
    await until('what is wrong', async () => await page.locator('.sheet .lacking li:not(.dim)').count() === 1);
    assert.match(await page.locator('.sheet .lacking li:not(.dim)').innerText(), /太热了，挪个地方/);
    assert.match(await page.locator('.sheet .lacking li.dim').innerText(), /每天看一次/);
    assert.deepStrictEqual(await complaints(page), []);
    await shot(page, `data-sheet-${size[0]}`);
    await page.keyboard.press('Escape');
    await page.locator('.datasign.warn').waitFor();
    assert.deepStrictEqual(await complaints(page), []);
    await shot(page, `data-sign-${size[0]}`);
    await page.locator('.datasign').click();
    await page.locator('dialog.lessonsheet[open]').waitFor();
    assert.deepStrictEqual(page.faults, []);
    await page.context().close();
  }
});
