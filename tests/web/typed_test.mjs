// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// Numbers as people type them: understood where they mean one thing, else it is said what is wrong.
import assert from 'node:assert';
import test from 'node:test';
import { typed } from '../../daemon/web/js/typed.js';
import { num } from '../../daemon/web/js/numbers.js';

test('what means one thing is understood', () => {
  for (const [text, value] of [['20.5', 20.5], [' 20.5 ', 20.5], ['-3', -3], ['+3', 3], ['.5', 0.5], ['5.', 5], ['1e3', 1000],
    ['\uff12\uff10\uff0e\uff15', 20.5], ['\uff0d\uff11', -1], ['20\u30025', 20.5], ['\u22120,5', -0.5], ['20,5', 20.5], ['20\uff0c5', 20.5],
    [',5', 0.5], ['0,125', 0.125], ['1013,25', 1013.25], ['1013,250', 1013.25], ['1\u202f284.5', 1284.5], ['1 000', 1000],
    ['1 000 000,5', 1000000.5], ['- 4', -4], [num(-1284.5, 1), -1284.5]]) {
    assert.deepStrictEqual(typed(text), { value }, text);
  }
});

test('what does not is not guessed', () => {
  for (const [text, fault] of [['', 'empty'], [' \u3000', 'empty'], ['1,000', 'comma'], ['12,345', 'comma'], ['1,234.5', 'comma'],
    ['1.234,5', 'comma'], ['1,234,567', 'comma'], ['20 \u00b0C', 'unit'], ['20C', 'unit'], ['20\u5ea6', 'unit'], ['100 %', 'unit'],
    ['x', 'number'], ['-', 'number'], ['0x10', 'unit'], ['1.2.3', 'number'], ['1 2', 'number'], ['1e999', 'number'], ['NaN', 'number'],
    ['Infinity', 'number'], ['--1', 'number']]) {
    assert.deepStrictEqual(typed(text), { fault }, text);
  }
});
