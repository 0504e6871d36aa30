// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What every page shares: rendering, language, theme, the single-letter-key setting, and parts that
// are used more than once. A setting is kept in the browser, never on the board.
import { h, render } from '/vendor/preact.js';
import { useEffect, useLayoutEffect, useRef, useState, useReducer, useMemo } from '/vendor/hooks.js';
import htm from '/vendor/htm.js';
import { S } from './strings.js';

export const html = htm.bind(h);
export { render, useEffect, useLayoutEffect, useRef, useState, useReducer, useMemo };

/** @typedef {keyof typeof S | keyof typeof import('./strings-later.js').T | keyof typeof import('./strings-teacher.js').T} Key a sentence of the catalogue */
/** @typedef {{zh: string, en: string}} Words a text that comes from the board in both languages */

/** @param {Storage} where @param {string} name */
const stored = (where, name) => { try { return where.getItem('kitlog.' + name); } catch { return null; } };
/** @param {Storage} where @param {string} name @param {string} value */
const keep = (where, name, value) => { try { where.setItem('kitlog.' + name, value); } catch { /* private mode */ } };

/** Things this tab remembers through a reload. */
export const memory = {
  /** @param {string} name @returns {any} */
  get(name) { try { return JSON.parse(stored(sessionStorage, name) ?? 'null'); } catch { return null; } },
  /** @param {string} name @param {unknown} value */
  set(name, value) { keep(sessionStorage, name, JSON.stringify(value)); },
};

const url = new URLSearchParams(location.search);
const speaksEnglish = /^en/.test(navigator.language) && !/zh/.test(navigator.languages.join());
const isDark = matchMedia('(prefers-color-scheme: dark)').matches;

/** Settings of this browser; `?lang=` and `?theme=` win, so that a link can show either. */
export const app = {
  lang: url.get('lang') || stored(localStorage, 'lang') || (speaksEnglish ? 'en' : 'zh'),
  theme: url.get('theme') || stored(localStorage, 'theme') || (isDark ? 'dark' : 'light'),
  keys: stored(localStorage, 'keys') || 'on',
};

function apply() {
  document.documentElement.lang = app.lang === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset.theme = app.theme;
}
apply();

const listeners = new Set();
/** @param {'lang'|'theme'|'keys'} name @param {string} value */
export function setApp(name, value) {
  app[name] = value;
  keep(localStorage, name, value);
  apply();
  listeners.forEach((f) => f());
}

/** Renders again when a setting changes. */
export function useApp() {
  const again = useAgain();
  useEffect(() => { listeners.add(again); return () => listeners.delete(again); }, []);
  return app;
}

/** A function that renders the component again. @returns {() => void} */
export function useAgain() { return /** @type {any} */ (useReducer((/** @type {number} */ n) => n + 1, 0)[1]); }

/** @type {Record<string, string[]>} */
const catalogue = { ...S };
/** Adds the words of one page, which the others need not carry. @param {Record<string, string[]>} words */
export const learn = (words) => { Object.assign(catalogue, words); };

/** The sentence in the page's language; {0}, {1} are replaced. @param {Key} key @param {...unknown} values */
export function t(key, ...values) {
  const sentence = catalogue[key][app.lang === 'zh' ? 0 : 1];
  return sentence.replace(/\{(\d)\}/g, (_, i) => String(values[i]));
}
/** @param {Words|null|undefined} words */
export const say = (words) => (words ? words[app.lang === 'zh' ? 'zh' : 'en'] || words.zh : '');

/** A colour token. @param {string} name */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A menu or card that opens from a button: Esc and a press outside close it, focus returns. It listens from the moment it
 * is there: an effect comes a picture later, and a slow board or phone takes long for a picture.
 * @param {{label: string, cls?: string, isNamed?: boolean, face: any, children?: any, side?: string}} p */
export function Pop({ label, cls = '', isNamed, face, children, side = '' }) {
  const [isOpen, setOpen] = useState(false), box = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const outside = (/** @type {Event} */ e) => {
      if (!box.current?.contains(/** @type {Node} */ (e.target))) setOpen(false);
    };
    const escape = (/** @type {KeyboardEvent} */ e) => {
      if (e.key !== 'Escape') return;
      e.stopPropagation();
      setOpen(false);
      box.current?.querySelector('button')?.focus();
    };
    addEventListener('pointerdown', outside);
    addEventListener('keydown', escape, true);
    /** @type {HTMLElement|null|undefined} */ (box.current?.querySelector('.pop button, .pop a, .pop [tabindex]'))?.focus();
    return () => { removeEventListener('pointerdown', outside); removeEventListener('keydown', escape, true); };
  }, [isOpen]);
  const closes = (/** @type {any} */ e) => e.target.closest('[data-close]') && setOpen(false);
  return html`<div class="popbox" ref=${box}>
    <button class=${'btn ' + cls} aria-expanded=${isOpen} aria-label=${isNamed ? undefined : label}
      title=${label} onClick=${() => setOpen(!isOpen)}>${face}</button>
    ${isOpen && html`<div class=${'pop ' + side} role="group" aria-label=${label} onClick=${closes}>${children}</div>`}
  </div>`;
}

/** A row of buttons of which one is pressed.
 * @param {{label: string, value: string, items: [string, string][], onPick: (key: string) => void}} p */
export const Segments = ({ label, value, items, onPick }) => html`
  <div class="seg" role="group" aria-label=${label}>${items.map(([key, text]) => html`
    <button type="button" key=${key} aria-pressed=${value === key} onClick=${() => onPick(key)}>${text}</button>`)}</div>`;
