// SPDX-License-Identifier: GPL-3.0-or-later
// How a page is judged by its looks: nothing scrolls sideways, is cut, broken inside a word, written over another text or
// out of its place, every target is large enough for a finger, axe-core finds nothing. Every size, language and theme.
import fs from 'node:fs';
import path from 'node:path';
import { lastPoint, open, until } from './browser.mjs';
import { modules } from './pages.mjs';

const axe = fs.readFileSync(path.join(modules(), 'axe-core/axe.min.js'), 'utf8');

/** Every size in both languages and both themes. What is cut follows from the language and not from the theme, contrast
 * from the theme and not from the language: so two of the four show all there is, and KITLOG_LONG shows the others, too. */
export const COMBINATIONS = [[360, 740], [1024, 768], [1920, 1080]].flatMap((size) => (
  [['zh', 'light'], ['en', 'dark'], ...(process.env.KITLOG_LONG ? [['zh', 'dark'], ['en', 'light']] : [])]
    .map(([lang, theme]) => ({ size: /** @type {[number, number]} */ (size), lang, theme }))));

/** What is wrong with the page as it stands. @param {any} page @returns {Promise<string[]>} */
export async function complaints(page) {
  const laidOut = await page.evaluate(() => {
    const out = [], free = '.sr, .u-wrap, .runs, svg, .lanelist, .tablev, .tabs, .cards, .stageseg, h1, .wide';
    if (document.documentElement.scrollWidth > innerWidth) out.push(`scrolls sideways: ${document.documentElement.scrollWidth}`);
    for (const e of document.querySelectorAll('body *')) {
      const r = e.getBoundingClientRect();
      if (!r.width || getComputedStyle(e).visibility === 'hidden' || e.closest(free)) continue;
      if (r.right > innerWidth + 1 || r.left < -1) out.push(`outside: ${e.className || e.tagName}`);
      if (/^(BUTTON|A|INPUT|SELECT)$/.test(e.tagName) && (r.width < 43.5 || r.height < 41.5)) out.push(`small: ${e.className} ${r.width}x${r.height}`);
      if (/^(DD|B|BUTTON|H2)$/.test(e.tagName) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline') out.push(`cut: ${e.textContent}`);
    }
    const stage = document.querySelector('.stage')?.getBoundingClientRect();
    if (stage && stage.height < 150) out.push(`the chart has no room: ${stage.height}`);
    const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
    for (const e of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[placeholder]'))) {
      const s = getComputedStyle(e), hint = getComputedStyle(e, '::placeholder');
      if (e.value || !e.checkVisibility() || /, 0\)$/.test(hint.color)) continue;
      pen.font = `${hint.fontWeight} ${hint.fontSize} ${hint.fontFamily}`;
      if (pen.measureText(e.placeholder).width > e.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight) + 1) out.push(`cut hint: ${e.placeholder}`);
    }
    // Three names on one line may end in …: a tip and the lesson's text have them whole.
    for (const e of document.querySelectorAll('.typedform:not(:has(label:nth-child(3))) label:has(:placeholder-shown) .lb')) {
      if (getComputedStyle(e).webkitLineClamp !== 'none' && e.scrollHeight > e.clientHeight + 1) out.push(`cut: ${e.textContent}`);
    }
    for (const axis of document.querySelectorAll('.plot [data-axis=x]')) if (axis.children.length < 2) out.push(`an axis of ${axis.children.length} numbers: ${axis.closest('.plot')?.getAttribute('aria-label')}`);
    const within = (/** @type {Element} */ e, /** @type {Element|null} */ frame) => {
      const r = e.getBoundingClientRect(), f = (frame ?? document.body).getBoundingClientRect();
      if (r.left < f.left - 1 || r.right > f.right + 1 || r.top < f.top - 1 || r.bottom > f.bottom + 1) out.push(`leaves its place: ${e.textContent}`);
    };
    for (const e of document.querySelectorAll('.lane:nth-child(-n+2) .v')) within(e, e.closest('.lanelist'));
    for (const e of document.querySelectorAll('.notice')) within(e, e.closest('.readout'));
    // Where texts stand, line by line, as far as they are seen. What is above the page (a dialog, a menu, a slip) is a layer
    // of its own. A line is higher than its letters, which stand in the middle three fifths.
    /** @type {{e: Element, left: number, right: number, top: number, bottom: number, layer: Element|null}[]} */ const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = /** @type {Element} */ (node.parentElement);
      if (!node.textContent?.trim() || !e.checkVisibility() || getComputedStyle(e).visibility === 'hidden' || getComputedStyle(e).clipPath === 'inset(50%)' || e.closest('.sr, .u-wrap, svg, option, title, .flag')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const lines = range.getClientRects();
      for (const { index, 0: word } of lines.length > 1 ? (node.textContent ?? '').matchAll(/[A-Za-z]{2,14}(?![\w/.])|\d+:\d+(:\d+)?/g) : []) {
        const inWord = document.createRange();
        inWord.setStart(node, index);
        inWord.setEnd(node, index + word.length);
        if (new Set([...inWord.getClientRects()].map((r) => r.top)).size > 1) out.push(`broken inside a word: ${word}`);
      }
      for (const r of lines) {
        const seen = { e, left: r.left, right: r.right, top: r.top + r.height / 5, bottom: r.bottom - r.height / 5, layer: /** @type {Element|null} */ (null) };
        let isMeant = false;                         // it scrolls, or ends in … and the whole stands in a tip or elsewhere
        for (let box = /** @type {Element|null} */ (e); box && box !== document.body; box = box.parentElement) {
          const s = getComputedStyle(box), b = box.getBoundingClientRect();
          if (s.clipPath === 'inset(50%)') { seen.right = seen.left; break; }      // for ears only
          isMeant ||= /auto|scroll/.test(s.overflowX + s.overflowY) || s.textOverflow === 'ellipsis' || s.webkitLineClamp !== 'none';
          if (!/visible/.test(s.overflowX)) {
            if (!isMeant && (seen.right > b.right + 1 || seen.left < b.left - 1 || seen.bottom > b.bottom + 1 || seen.top < b.top - 1)) { out.push(`cut off: ${e.textContent}`); isMeant = true; }
            Object.assign(seen, { left: Math.max(seen.left, b.left), right: Math.min(seen.right, b.right), top: Math.max(seen.top, b.top), bottom: Math.min(seen.bottom, b.bottom) });
          }
          if (/absolute|fixed|sticky/.test(s.position)) seen.layer ??= box;
        }
        if (seen.right - seen.left > 2 && seen.bottom - seen.top > 2) texts.push(seen);
      }
    }
    for (const [i, a] of texts.entries()) {
      for (const b of texts.slice(i + 1)) {
        const x = Math.min(a.right, b.right) - Math.max(a.left, b.left), y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (a.layer === b.layer && a.e !== b.e && x > 3 && y > 3) out.push(`one over the other: ${a.e.textContent} / ${b.e.textContent}`);
      }
    }
    return out;
  });
  // Evaluated, not added as an element: the page's policy lets no script of ours in.
  if (!await page.evaluate('"axe" in window')) await page.evaluate(axe);
  const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  return [...laidOut, ...found.violations.map((/** @type {any} */ v) => `axe ${v.id}: ${v.nodes[0].html.slice(0, 120)}`)];
}

/** Walks one page of each combination through states; returns what is wrong, by state.
 * @param {any} board @param {{size: [number, number], lang: string, theme: string}} how
 * @param {[string, (page: any) => Promise<unknown>][]} states */
export async function walk(board, { size, lang, theme }, states) {
  const page = await open(board, { size, query: `?lang=${lang}&theme=${theme}` }), wrong = [];
  await until('a drawn point', () => lastPoint(page));
  for (const [name, act] of states) {
    await act(page);
    for (const words of await complaints(page)) wrong.push(`${name}: ${words}`);
  }
  wrong.push(...page.faults);
  await page.context().close();
  return wrong;
}
