// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// What formulas mean, by the table that the board keeps to as well.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { load, source } from '../support/pages.mjs';
import { formulaOf, plain, Unreadable } from '../../daemon/web/js/formula.js';

const jsep = load('jsep');
const catalogue = fs.readFileSync(path.join(source, 'daemon/web/js/strings-later.js'), 'utf8');   // as text: it needs a page
const rows = fs.readFileSync(path.join(source, 'tests/data/formulas.txt'), 'utf8').split('\n').filter((l) => l && !l.startsWith('#')).map((line) => {
  const [formula, names, result] = line.split(';').map((part) => part.trim());
  return { formula, result, values: Object.fromEntries(names.split(' ').filter(Boolean).map((n) => [n.split('=')[0], Number(n.split('=')[1])])) };
});

test('every formula of the table means what it says', () => {
  assert.ok(rows.length > 60);
  for (const { formula, values, result } of rows.filter((r) => !r.result.startsWith('!'))) {
    const got = formulaOf(jsep, formula, Object.keys(values)).value(values);
    if (result === '-') assert.ok(Number.isNaN(got), `${formula}: ${got}`);
    else assert.ok(Math.abs(got - Number(result)) <= 1e-12 * Math.abs(Number(result)), `${formula}: ${got}`);
  }
});

test('what is no formula is refused, and the sentence names the word', () => {
  for (const { formula, values, result } of rows.filter((r) => r.result.startsWith('!'))) {
    const word = result.slice(1).trim();
    assert.throws(() => formulaOf(jsep, formula, Object.keys(values)), (/** @type {any} */ wrong) => {
      assert.ok(wrong instanceof Unreadable, `${formula}: ${wrong}`);
      assert.match(catalogue, new RegExp(`^  ${wrong.key}: \\[`, 'm'));
      if (word) assert.strictEqual(wrong.words[0], word, `${formula}: ${wrong.message}`);
      return true;
    }, formula);
  }
});

test('it says what it is made of, each once', () => {
  assert.deepStrictEqual(formulaOf(jsep, 'T*T + L', ['L', 'T', 'm']).names, ['T', 'L']);
});

test('signs of other keyboards are the same signs', () => {
  assert.strictEqual(plain('（a×b÷2 − π²）'), '(a*b/2 - pi^2)');
  assert.strictEqual(formulaOf(jsep, '2×（a²）', ['a']).value({ a: 3 }), 18);
});
