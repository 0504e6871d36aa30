// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// When a reminder of a project is due, and by which mark it is known to be done. Without a browser.
import assert from 'node:assert';
import test from 'node:test';
import { dueAt, isDone, markOf } from '../../daemon/web/js/reminders-due.js';

const daily = { every_us: 100, text: { zh: '看一看', en: 'Look' } };

test('it is due each time when its time has passed since the begin, and not before', () => {
  assert.deepStrictEqual(dueAt(daily, 1000, 1000), { due: null, next: 1100 });
  assert.deepStrictEqual(dueAt(daily, 1000, 1099), { due: null, next: 1100 });
  assert.deepStrictEqual(dueAt(daily, 1000, 1100), { due: 1100, next: 1200 });
  assert.deepStrictEqual(dueAt(daily, 1000, 1345), { due: 1300, next: 1400 });
});

test('a mark of its name says that it is done, in whatever language the page is', () => {
  assert.ok(isDone(daily, 7, { text: markOf(daily), session: 7, author: 'group 2' }));
  assert.ok(!isDone(daily, 7, { text: '看', session: 7, author: 'group 2' }));
  const long = { ...daily, text: { zh: '看'.repeat(200), en: 'Look' } };
  assert.ok(new TextEncoder().encode(markOf(long)).length <= 191, 'the board takes it');
  assert.ok(isDone(long, 7, { text: markOf(long), session: 7, author: 'group 2' }));
});

test('what one class did is not done for another', () => {
  assert.ok(!isDone(daily, 7, { text: markOf(daily), session: 8, author: 'group 2' }));
  assert.ok(!isDone(daily, 7, { text: markOf(daily), session: null, author: 'kit 3' }), 'a button that anybody pressed');
});

test('what is the teacher\'s is done when the teacher says so', () => {
  const vent = { ...daily, who: /** @type {'teacher'} */ ('teacher') }, mark = { text: markOf(vent), session: 7 };
  assert.ok(!isDone(vent, 7, { ...mark, author: 'group 2' }));
  assert.ok(isDone(vent, 7, { ...mark, author: 'teacher' }));
});
