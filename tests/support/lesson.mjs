// SPDX-License-Identifier: GPL-3.0-or-later
// A lesson for tests: how long the string, how warm the cup. It needs a temperature, which the virtual kit "cup" has, and
// a number that each group types in, so that the class has a plot of its own.
import fs from 'node:fs';
import path from 'node:path';

const LESSON = `lesson: warm-string
title: {zh: 绳子和水温, en: String and water}
stage: [junior]
subject: physics
question: {zh: 水凉得有多快？, en: How fast does the water cool?}
predict: {kind: curve, ask: {zh: 画出水温, en: Draw the temperature}, y: water, range: [0, 100]}
needs:
  - {id: water, name: {zh: 水温, en: Water}, quantity: temperature, unit: Cel, kits: [ds18b20]}
record:
  mode: time
  rate: 10 Hz
  duration: 10 min
  typed:
    - {id: L, name: {zh: 绳长, en: Length}, unit: m, range: [0.1, 9]}
formulas:
  - {id: W2, name: {zh: 水温和绳长, en: Water and string}, unit: Cel, is: 2 * water + 1000 * L}
plot: {x: time, y: water, fits: [linear]}
class_plot: {x: L, y: W2, fits: [linear, proportional]}
expect:
  - {what: water.mean, range: [91.5, 97.5], unit: Cel, because: {zh: 水刚倒好, en: The water is fresh}}
phases:
  - {name: {zh: 预测, en: Predict}, time: 5 min}
  - {name: {zh: 测量, en: Measure}, time: 10 min}
safety:
  - {zh: 水由老师倒, en: The teacher pours the water}
slips:
  - {see: {zh: 水温不动, en: Nothing moves}, then: {zh: 把探头放进水里, en: Put the probe into the water}}
`;
const STUDENT = { zh: '# 绳子和水温 {#title}\n\n## 先想 {#predict}\n\n画一画。\n\n## 测 {#measure}\n\n看图。\n\n## 再想 {#think}\n\n为什么？\n',
  en: '# String and water {#title}\n\n## First {#predict}\n\nDraw.\n\n## Measure {#measure}\n\nLook.\n\n## Think {#think}\n\nWhy?\n' };
const TEACHER = { zh: '# 绳子和水温 {#title}\n\n## 课前 {#before}\n\n烧水。\n\n## 揭晓 {#reveal}\n\n比一比。\n\n## 问 {#ask}\n\n为什么？\n',
  en: '# String and water {#title}\n\n## Before {#before}\n\nBoil water.\n\n## Reveal {#reveal}\n\nCompare.\n\n## Ask {#ask}\n\nWhy?\n' };

/** Puts the lesson into a board's folder; the line for its configuration. @param {string} folder */
export function lessonIn(folder) {
  const home = path.join(folder, 'lessons/warm-string');
  fs.mkdirSync(home, { recursive: true });
  fs.writeFileSync(path.join(home, 'lesson.yaml'), LESSON);
  for (const lang of /** @type {('zh'|'en')[]} */ (['zh', 'en'])) {
    fs.writeFileSync(path.join(home, `student.${lang}.md`), STUDENT[lang]);
    fs.writeFileSync(path.join(home, `teacher.${lang}.md`), TEACHER[lang]);
  }
  return `lessons: [${folder}/lessons]\n`;
}
