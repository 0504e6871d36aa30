// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The little of Markdown that a lesson's text for students uses, as a tree: headings with {#id}, paragraphs, lists,
// **strong**, *emphasis*, `code`. There is no HTML in it and none can come out of it: what is not one of these is text.
// Pure.

/** @typedef {string|{kind: 'strong'|'em'|'code', parts: Inline[]}} Inline */
/** @typedef {{kind: 'p', parts: Inline[]}|{kind: 'ol'|'ul', items: Inline[][]}} Block */
/** @typedef {{id: string, title: Inline[], level: number, blocks: Block[]}} Section */

/** @type {[RegExp, 'strong'|'em'|'code'][]} */
const SPANS = [[/`([^`]+)`/, 'code'], [/\*\*(?=\S)(.+?)(?<=\S)\*\*/, 'strong'], [/\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?!\*)/, 'em'],
  [/(?<![\p{L}\p{N}])_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?![\p{L}\p{N}])/u, 'em']];

/** @param {string} text @returns {Inline[]} */
export function inline(text) {
  let best = null;
  for (const [pattern, kind] of SPANS) {
    const found = pattern.exec(text);
    if (found && (!best || found.index < best.found.index)) best = { found, kind };
  }
  if (!best) return text ? [text] : [];
  const { found, kind } = best, parts = kind === 'code' ? [found[1]] : inline(found[1]);
  return [...inline(text.slice(0, found.index)), { kind, parts }, ...inline(text.slice(found.index + found[0].length))];
}

const HEADING = /^(#{1,6})\s+(.*?)\s*(?:\{#([\w-]+)\})?\s*#*$/, ITEM = /^\s{0,3}(?:([-*+])|(\d{1,3})[.)])\s+(.*)$/;

/** Lines of one paragraph; no space is put between two Han characters. @param {string} a @param {string} b */
const joined = (a, b) => a + (/\p{Script=Han}$|[\u3000-\u303f\uff00-\uffef]$/u.test(a) ? '' : ' ') + b;

/** Sections of a text; what stands before the first heading is a section without a title. @param {string} text @returns {Section[]} */
export function sections(text) {
  /** @type {Section[]} */ const all = [];
  let block = /** @type {{kind: 'p'|'ol'|'ul', lines: string[]}|null} */ (null);
  const section = () => { if (!all.length) all.push({ id: '', title: [], level: 0, blocks: [] }); return all[all.length - 1]; };
  const close = () => {
    if (block?.kind === 'p') section().blocks.push({ kind: 'p', parts: inline(block.lines.reduce(joined)) });
    else if (block) section().blocks.push({ kind: block.kind, items: block.lines.map(inline) });
    block = null;
  };
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    const heading = HEADING.exec(line), item = ITEM.exec(line);
    if (heading) {
      close();
      all.push({ id: heading[3] ?? '', title: inline(heading[2]), level: heading[1].length, blocks: [] });
    } else if (item) {
      const kind = item[1] ? 'ul' : 'ol';
      if (block?.kind !== kind) close();
      block ??= { kind, lines: [] };
      block.lines.push(item[3]);
    } else if (!line.trim()) {
      close();
    } else if (block) {
      block.lines[block.lines.length - 1] = joined(block.lines[block.lines.length - 1], line.trim());
    } else {
      block = { kind: 'p', lines: [line.trim()] };
    }
  }
  close();
  return all;
}
