// SPDX-License-Identifier: GPL-3.0-or-later
// Watches no clock: may run beside other tests.
// The little of Markdown that a lesson's text uses: what it means, and that everything else is text.
import assert from 'node:assert';
import test from 'node:test';
import { inline, sections } from '../../daemon/web/js/markdown.js';

const TEXT = `# 单摆 {#title}

## 动手 {#measure}

1. 量**悬点到球心**的长度，
   填在“摆长”里。
2. 放手，*不要推*。

- 一点
- 另一点

## Think {#think}

Two lines
are one.
`;

test('headings with ids, numbered and dotted lists, paragraphs', () => {
  const [title, measure, think] = sections(TEXT);
  assert.deepStrictEqual([title.id, title.title, title.level, title.blocks], ['title', ['单摆'], 1, []]);
  assert.strictEqual(measure.id, 'measure');
  assert.deepStrictEqual(measure.blocks[0], { kind: 'ol', items: [
    ['量', { kind: 'strong', parts: ['悬点到球心'] }, '的长度，填在“摆长”里。'], ['放手，', { kind: 'em', parts: ['不要推'] }, '。']] });
  assert.deepStrictEqual(measure.blocks[1], { kind: 'ul', items: [['一点'], ['另一点']] });
  assert.deepStrictEqual(think.blocks, [{ kind: 'p', parts: ['Two lines are one.'] }]);
});

test('text before the first heading is kept', () => {
  assert.deepStrictEqual(sections('hello\n\n# A\n\nb'), [
    { id: '', title: [], level: 0, blocks: [{ kind: 'p', parts: ['hello'] }] },
    { id: '', title: ['A'], level: 1, blocks: [{ kind: 'p', parts: ['b'] }] }]);
});

test('marks nest; in code nothing is a mark', () => {
  assert.deepStrictEqual(inline('**a *b* c** `**d**`'), [{ kind: 'strong', parts: ['a ', { kind: 'em', parts: ['b'] }, ' c'] }, ' ', { kind: 'code', parts: ['**d**'] }]);
});

test('a times sign, a name with underscores and a lonely star stay what they are', () => {
  for (const text of ['2 * 3 * 4', 'T_mean_max', 'T_a_ b', 'b _a_T', 'a * b', '**', '5**', '_ _']) assert.deepStrictEqual(inline(text), [text], text);
});

test('HTML, links and images are text', () => {
  for (const text of ['<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '[a](javascript:alert(1))', '![x](http://e.example/x.png)', '&lt;']) {
    assert.deepStrictEqual(sections(text)[0].blocks, [{ kind: 'p', parts: [text] }], text);
  }
});

test('nothing of a long text is lost, and none takes long', () => {
  const words = (/** @type {any} */ part) => (typeof part === 'string' ? part : part.parts.map(words).join(''));
  const text = '*'.repeat(3000) + 'a'.repeat(3000) + '_'.repeat(3000) + '`'.repeat(3000), began = performance.now();
  assert.ok(inline(text).map(words).join('').includes('a'.repeat(3000)));
  assert.ok(performance.now() - began < 5000);
});
