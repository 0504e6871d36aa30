// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The pages are served without the comments of their source: not a word of the program may go with them.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { load, scripts, web } from '../support/pages.mjs';
import { bare } from '../../daemon/web/bare.mjs';

const ts = load('typescript'), printer = ts.createPrinter({ removeComments: true });
const program = (/** @type {string} */ text) => printer.printFile(ts.createSourceFile('page.js', text, ts.ScriptTarget.ES2022));

test('without its comments every script is the same program', () => {
  for (const [name, text] of scripts()) {
    assert.ok(bare(text).length < text.length, name);
    assert.strictEqual(program(bare(text)), program(text), name);
  }
});

test('the licence stays, in styles too, and every rule', () => {
  for (const name of fs.readdirSync(path.join(web, 'css'))) {
    const text = fs.readFileSync(path.join(web, 'css', name), 'utf8'), few = bare(text), rules = (/** @type {string} */ s) => s.replace(/\/\*[^]*?\*\//g, '').replace(/\s+/g, '');
    assert.match(few, /SPDX-License-Identifier/, name);
    assert.strictEqual(rules(few), rules(text), name);
  }
  for (const [name, text] of scripts()) assert.match(bare(text), /^\/\/ SPDX-License-Identifier/, name);
});
