// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons for tests of the pages, in a folder of their own, and a teacher who works at the board without a page.
import fs from 'node:fs';
import path from 'node:path';

const TEXT = {
  zh: '# 热水 {#title}\n\n## 猜一猜 {#predict}\n\n先猜，再动手。\n\n## 动手 {#measure}\n\n1. 量**水面到杯口**的距离，填在“水深”里。\n2. 手不要碰杯子。\n\n## 想一想 {#think}\n\n- 什么时候凉得最快？\n',
  en: '# Hot water {#title}\n\n## Guess {#predict}\n\nGuess first, then try.\n\n## Do {#measure}\n\n1. Measure from the **water to the rim** and type it as "Depth".\n2. Keep your hands off the cup.\n\n## Think {#think}\n\n- When does it cool fastest?\n',
};
const TEACHER = {
  zh: '# 热水 {#title}\n\n## 课前 {#before}\n\n烧水。\n\n## 揭晓 {#reveal}\n\n看曲线。\n\n## 追问 {#ask}\n\n为什么？\n',
  en: '# Hot water {#title}\n\n## Before {#before}\n\nBoil water.\n\n## Reveal {#reveal}\n\nLook at the curve.\n\n## Ask {#ask}\n\nWhy?\n',
};
const GUESS = {
  curve: '{kind: curve, ask: {zh: 画出水温会怎样变, en: Draw how the water will cool}, y: T, range: [0, 100]}',
  value: '{kind: value, ask: {zh: 一分钟后是几度？, en: "How warm is it after a minute?"}, unit: Cel, compare: T.mean}',
  choice: '{kind: choice, ask: {zh: 先选一个, en: Choose first}, choices: [{zh: 越来越慢, en: Slower and slower}, {zh: 一样快, en: At the same pace}, {zh: "<b>越来越快</b>", en: "<b>Faster</b>"}]}',
};

/** Writes lessons cool-curve, cool-value and cool-choice; returns YAML for the board. @param {string} folder */
export function putLessons(folder) {
  for (const [kind, guess] of Object.entries(GUESS)) {
    const id = `cool-${kind}`, place = path.join(folder, 'lessons', id);
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, 'lesson.yaml'), `lesson: ${id}
title: {zh: 热水怎样变凉, en: How hot water cools}
stage: [primary]
subject: science
question: {zh: 热水放着，温度会怎样变？, en: "Hot water stands: how does its temperature change?"}
predict: ${guess}
needs:
  - {id: T, name: {zh: 水温, en: Water}, quantity: temperature, kits: [ds18b20]}
record:
  mode: time
  rate: 1 Hz
  duration: 10 min
  typed:
    - {id: L, name: {zh: 水深, en: Depth}, unit: cm, range: [1, 20]}
plot: {x: time, y: T, fits: [decay]}
class_plot: {x: L, y: T, fits: [linear]}
expect:
  - {what: T.mean, range: [51.2, 52.8], unit: Cel, because: {zh: 水越深，凉得越慢, en: "The deeper, the slower"}}
phases:
  - {name: {zh: 猜, en: Guess}, time: 5 min}
  - {name: {zh: 量, en: Measure}, time: 10 min}
safety:
  - {zh: 热水烫手，杯子放在桌子中间, en: "Hot water scalds: keep the cup in the middle of the table"}
`);
    for (const lang of /** @type {const} */ (['zh', 'en'])) {
      fs.writeFileSync(path.join(place, `student.${lang}.md`), TEXT[lang]);
      fs.writeFileSync(path.join(place, `teacher.${lang}.md`), TEACHER[lang]);
    }
  }
  return `lessons: [${folder}/lessons]\n`;
}

/** A teacher at this board: sessions and what is done to them, by HTTP. */
export class Teacher {
  /** @param {import('./browser.mjs').Board} board @param {string} cookie */
  constructor(board, cookie) { this.board = board; this.cookie = cookie; }

  /** @param {import('./browser.mjs').Board} board */
  static async signIn(board) {
    const answer = await fetch(`${board.url}/api/v1/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ pin: board.pin }) });
    return new Teacher(board, (answer.headers.get('set-cookie') ?? '').split(';')[0]);
  }

  /** @param {string} what @param {object} body */
  async post(what, body) {
    const answer = await fetch(`${this.board.url}/api/v1/${what}`, { method: 'POST', headers: { 'content-type': 'application/json', cookie: this.cookie }, body: JSON.stringify(body) });
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${JSON.stringify(value)}`);
    return value;
  }

  /** A session whose groups 1, 2 … have the kits of these stickers. @param {string|null} lesson @param {number[]} stickers
   * @param {{groups?: number, title?: string}} [more] */
  async session(lesson, stickers, { groups = stickers.length, title = '' } = {}) {
    let session = await this.post('sessions', { lesson, title, groups, is_project: false, deal: false });
    const { devices } = await this.board.get('devices');
    for (const [i, sticker] of stickers.entries()) {
      const device = devices.find((/** @type {any} */ d) => d.sticker === sticker);
      session = await this.act(session.id, { do: 'assign', group: i + 1, devices: [device.id] });
    }
    return session;
  }

  /** Ends what is open, so that its kits are free. */
  async endAll() {
    for (const { id } of (await this.board.get('sessions')).sessions) await this.act(id, { do: 'end' });
  }

  /** @param {number} session @param {object} what */
  act(session, what) { return this.post(`sessions/${session}/acts`, what); }
}
