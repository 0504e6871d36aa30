// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Formulas of calculated columns and of lessons: numbers, names, + - * / ^ ( ), a few functions, pi. jsep
// reads them into a tree, and the tree is walked here: no text ever runs as a program. The board means the
// same by them (muParser); tests/data/formulas.txt holds for both. Pure; jsep is given, so that node tests it.

/** @typedef {import('./base.js').Key} Key */
/** @typedef {{names: string[], value: (values: Record<string, number>) => number}} Formula what it is made of, and its value;
 *   NaN where it has none */

/** Why a text is no formula: a sentence of the catalogue and the word that it names. */
export class Unreadable extends Error {
  /** @param {Key} key @param {...string} words */
  constructor(key, ...words) {
    super(`${key} ${words.join(' ')}`);
    this.key = key;
    this.words = words;
  }
}

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = { sqrt: Math.sqrt, ln: Math.log, log10: Math.log10, exp: Math.exp, sin: Math.sin, cos: Math.cos, tan: Math.tan, abs: Math.abs };
export const functions = Object.keys(FUNCTIONS);
/** @type {Record<string, (a: number, b: number) => number>} */
const SIGNS = { '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '^': (a, b) => a ** b };
/** What hands type for the same signs. @type {Record<string, string>} */
const TYPED = { '×': '*', '·': '*', '÷': '/', '−': '-', '（': '(', '）': ')', '＋': '+', '²': '^2', '³': '^3', 'π': 'pi', '　': ' ' };
const LONGEST = 200;

/** A text as somebody typed it, with the signs of this language. @param {string} text */
export const plain = (text) => text.replace(/[×·÷−（）＋²³π　]/g, (c) => TYPED[c]).trim();

/** A number, and at once a name: "2x". jsep would refuse it in words of its own. */
const GLUED = /(?<![\p{L}_\d.])(?:\d+\.?\d*|\.\d+)(?!e[-+]?\d)[\p{L}_(]/iu;
const FOREIGN = /[^\p{L}\p{N}_+\-*/^(). ]/u;

/** Teaches jsep this language, once. @param {any} jsep */
function teach(jsep) {
  if (jsep.isKitlog) return;
  jsep.isKitlog = true;
  jsep.removeAllBinaryOps();
  jsep.removeAllUnaryOps();
  jsep.removeAllLiterals();
  for (const [sign, weight] of /** @type {[string, number][]} */ ([['+', 9], ['-', 9], ['*', 10], ['/', 10], ['^', 11]])) {
    jsep.addBinaryOp(sign, weight, sign === '^');
  }
  // A sign in front is weaker than a power, as on paper: -2^2 is -4. jsep has it stronger.
  /** @type {(reader: any) => any} */
  const power = (reader) => {
    const base = reader.gobbleToken();
    reader.gobbleSpaces();
    if (!base || reader.char !== '^') return base;
    reader.index++;
    return { type: 'BinaryExpression', operator: '^', left: base, right: power(reader) };
  };
  jsep.hooks.add('gobble-token', (/** @type {any} */ env) => {
    const reader = env.context, { char } = reader;
    if (char !== '-' && char !== '+') return;
    reader.index++;
    env.node = { type: 'UnaryExpression', operator: char, argument: power(reader) };
  });
}

/** @param {any} node @param {Map<string, string>} known names by what they are written as @param {Set<string>} used
 * @returns {(values: Record<string, number>) => number} */
function meaning(node, known, used) {
  const of = (/** @type {any} */ part) => meaning(part, known, used);
  switch (node && node.type) {
    case 'Literal': {
      if (typeof node.value !== 'number') break;
      return () => node.value;
    }
    case 'Identifier': {
      const name = known.get(node.name);
      if (name === undefined && node.name === 'pi') return () => Math.PI;
      if (name === undefined) throw functions.includes(node.name) ? new Unreadable('fm_bracket', node.name) : new Unreadable('fm_name', node.name);
      used.add(name);
      return (values) => values[name];
    }
    case 'ThisExpression': throw new Unreadable('fm_name', 'this');
    case 'UnaryExpression': {
      const inner = of(node.argument);
      return node.operator === '-' ? (values) => -inner(values) : inner;
    }
    case 'BinaryExpression': {
      const left = of(node.left), right = of(node.right), sign = SIGNS[node.operator];
      return (values) => sign(left(values), right(values));
    }
    case 'CallExpression': {
      const name = node.callee.name ?? '', f = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : null;
      if (!name) throw new Unreadable('fm_times', '(');
      if (!f) throw known.has(name) || name === 'pi' ? new Unreadable('fm_times', name + '(') : new Unreadable('fm_function', name, functions.join(' '));
      if (node.arguments.length !== 1) throw new Unreadable('fm_bracket', name);
      const inner = of(node.arguments[0]);
      return (values) => f(inner(values));
    }
    case 'Compound': {
      const second = node.body[1];
      if (second) throw new Unreadable('fm_times', second.name ?? second.raw ?? '(');
    }
  }
  throw new Unreadable('fm_unfinished');
}

/** Reads a formula. @param {any} jsep the library @param {string} text @param {Iterable<string>} names that it may be made of
 * @returns {Formula} @throws {Unreadable} */
export function formulaOf(jsep, text, names) {
  teach(jsep);
  const source = plain(text), foreign = source.match(FOREIGN), glued = source.match(GLUED);
  if (!source) throw new Unreadable('fm_empty');
  if (source.length > LONGEST) throw new Unreadable('fm_long', String(LONGEST));
  if (foreign) throw new Unreadable('fm_sign', foreign[0]);
  if (glued) throw new Unreadable('fm_times', glued[0]);
  const opened = [...source].reduce((n, c) => (n < 0 ? n : c === '(' ? n + 1 : c === ')' ? n - 1 : n), 0);
  if (opened) throw new Unreadable(opened > 0 ? 'fm_open' : 'fm_close');
  let tree;
  try { tree = jsep(source); } catch { throw new Unreadable('fm_unfinished'); }
  const used = new Set(/** @type {string[]} */ ([])), value = meaning(tree, new Map([...names].map((n) => [n, n])), used);
  return { names: [...used], value: (values) => { const v = value(values); return Number.isFinite(v) ? v : NaN; } };
}
