// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The catalogue: no word outside it, no word in it that nobody uses, both languages the same shape.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { scripts, web } from '../support/pages.mjs';

// One catalogue: strings.js that every page loads, and strings-PAGE.js with what one page needs alone.
const isCatalogue = (/** @type {string} */ name) => /^strings(-\w+)?\.js$/.test(name);
const parts = [];
for (const [name, body] of scripts().filter(([name]) => isCatalogue(name))) {
  // Without the import of base.js, which needs a browser.
  const alone = body.replace(/^import .*$/m, '').replace(/^learn\(.*$/m, '');
  parts.push([name, Object.values(await import(`data:text/javascript,${encodeURIComponent(alone)}`))[0]]);
}
const S = Object.assign({}, ...parts.map(([, words]) => words));

const code = scripts().filter(([name]) => !isCatalogue(name));
const text = code.map(([, t]) => t).join('\n');
const withoutComments = (t) => t.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"])\/\/.*$/gm, '$1');

test('every key is used somewhere', () => {
  const unused = Object.keys(S).filter((key) => !new RegExp(`['"]${key}['"]`).test(text));
  assert.deepStrictEqual(unused, []);
});

test('every key that is asked for exists, and none is put together at run time', () => {
  for (const [name, body] of code) {
    for (const [, key] of body.matchAll(/\bt\(\s*'([^']+)'/g)) assert.ok(key in S, `${name} asks for "${key}"`);
    assert.doesNotMatch(body, /\bt\(\s*`/, `${name} builds a key`);
    assert.doesNotMatch(body, /\bt\([^()]*'\s*\+/, `${name} builds a key`);
  }
});

test('Han text stands in the catalogue only', () => {
  for (const [name, body] of code) {
    const line = withoutComments(body).split('\n').find((l) => /\p{Script=Han}/u.test(l));
    assert.strictEqual(line, undefined, name);
  }
  for (const name of fs.readdirSync(path.join(web, 'css'))) {
    assert.doesNotMatch(fs.readFileSync(path.join(web, 'css', name), 'utf8'), /\p{Script=Han}/u, name);
  }
  for (const name of fs.readdirSync(web).filter((file) => file.endsWith('.html'))) {
    const html = fs.readFileSync(path.join(web, name), 'utf8').replace(/<noscript>.*<\/noscript>/, '');
    assert.doesNotMatch(html, /\p{Script=Han}/u, name);
  }
});

test('both languages say something, with the same places to fill in', () => {
  for (const [key, [zh, en, ...more]] of Object.entries(S)) {
    assert.ok(zh && en && !more.length, key);
    const places = (s) => [...new Set(s.match(/\{\d\}/g) ?? [])].sort().join();
    assert.strictEqual(places(zh), places(en), key);
  }
});

test('no key stands in two parts of the catalogue', () => {
  const keys = parts.flatMap(([, words]) => Object.keys(words));
  assert.deepStrictEqual(keys.filter((key, i) => keys.indexOf(key) < i), []);
});

test('the words keep the house rules', () => {
  for (const [key, [zh, en]] of Object.entries(S)) {
    assert.doesNotMatch(en, /[“”‘’]/, `${key}: curly quotes come out full width in CJK fonts`);
    assert.doesNotMatch(en, /\b(please|error|invalid)\b/i, key);
    assert.doesNotMatch(zh, /端口|丢包|异常|错误/, key);
    assert.doesNotMatch(zh + en, /[!！]/, key);
    assert.doesNotMatch(zh, /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u, `${key}: a space between Han and Latin`);
    assert.doesNotMatch(zh, /\p{Script=Han}[,.?:;]/u, `${key}: full-width punctuation after Han`);
    if (/^n_/.test(key)) {
      assert.ok(zh.replace(/\{\d\}/g, '0').length <= 24, `${key}: 20 characters, give or take a number`);
      assert.ok(en.split(/\s+/).length <= 12, `${key}: 12 words`);
    }
  }
});

test('a program that was stopped is not told as a board without power', () => {
  for (const text of S.g_stopped) assert.match(text, /^kitlog(?!.*(板子|board))/);
});
