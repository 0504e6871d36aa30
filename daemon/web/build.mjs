#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Puts the pages together: node build.mjs NODE_MODULES OUT. Copies what we wrote, without its comments
// (a fifth of a page's weight, and for whoever reads the source), and from
// npm the five libraries as their packages have them (two need an export line, one the address of
// its neighbour instead of a bare name). No bundler, nothing minified: gzip is enough. Each file gets
// a .gz sibling, which the daemon sends as it lies. A page over its weight budget ends the build; the student's is
// weighed as it is in a lesson.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { bare } from './bare.mjs';

const BUDGET = 150 * 1024;           // gzip, all files of a page
const IN_LESSON = { 'index.html': ['/js/class.js'] };    // what a page loads by itself as soon as a class is open
const PAGES = ['index.html', 'screen.html', 'teacher.html'];
const here = path.dirname(fileURLToPath(import.meta.url));
const [modules, out] = process.argv.slice(2);
if (!modules || !out) throw new Error('usage: build.mjs NODE_MODULES OUT');

const fromNpm = (name) => fs.readFileSync(path.join(modules, name), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
const VENDOR = {
  'vendor/preact.js': () => fromNpm('preact/dist/preact.mjs'),
  'vendor/hooks.js': () => fromNpm('preact/hooks/dist/hooks.mjs').replace(/from\s*(["'])preact\1/, 'from"/vendor/preact.js"'),
  'vendor/htm.js': () => fromNpm('htm/dist/htm.mjs'),
  'vendor/uplot.js': () => fromNpm('uplot/dist/uPlot.iife.min.js') + '\nexport default uPlot;\n',
  'vendor/jsep.js': () => fromNpm('jsep/dist/jsep.min.js'),
  'vendor/fft.js': () => fromNpm('fft.js/lib/fft.js').replace('module.exports = FFT', 'export default FFT'),
  'vendor/uplot.css': () => fromNpm('uplot/dist/uPlot.min.css'),
};

const files = new Map();
for (const folder of ['', 'js', 'css', 'img']) {
  for (const entry of fs.readdirSync(path.join(here, folder), { withFileTypes: true })) {
    if (!entry.isFile() || (!folder && !PAGES.includes(entry.name))) continue;
    const name = path.posix.join(folder, entry.name);
    const bytes = fs.readFileSync(path.join(here, name));
    files.set(name, /\.(js|css)$/.test(name) ? Buffer.from(bare(String(bytes))) : bytes);
  }
}
for (const [name, make] of Object.entries(VENDOR)) files.set(name, Buffer.from(make()));

for (const [name, bytes] of files) {
  const loose = /\.js$/.test(name) && String(bytes).match(/^\s*(?:import|export)\b[^;'"]*from\s*["'](?![./])[^"']*["']/m);
  if (loose) throw new Error(`${name}: a browser cannot resolve ${loose[0].trim()}`);
}

fs.rmSync(out, { recursive: true, force: true });
const packed = new Map();
for (const [name, bytes] of files) {
  const target = path.join(out, name), small = zlib.gzipSync(bytes, { level: 9 });
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, bytes);
  fs.writeFileSync(target + '.gz', small);
  packed.set('/' + name, small.length);
}

/** Everything a page loads: what its HTML names, and what those and `more` import; `isAll`: also what is loaded once
 * somebody opens it, by import(). */
function load(page, more, isAll) {
  const seen = new Set(['/' + page, ...more]);
  for (const name of seen) {
    const text = String(files.get(name.slice(1)));
    const found = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g), ...text.matchAll(/(?:\bfrom\s*|\bimport\s*|SharedWorker\()["']([^"']+)["']/g),
      ...(isAll ? text.matchAll(/\bimport\(\s*["']([^"']+)["']/g) : [])];
    for (const [, to] of found) {
      const target = to.startsWith('.') ? path.posix.join(path.posix.dirname(name), to) : to;
      if (packed.has(target)) seen.add(target);
      else if (/\.(js|css|svg)$/.test(target)) throw new Error(`${name} asks for ${target}, which is not there`);
    }
  }
  return [...seen];
}

for (const page of PAGES) {
  const inLesson = IN_LESSON[page] ?? [], names = load(page, inLesson, false), sum = (list) => list.reduce((n, k) => n + packed.get(k), 0);
  const all = sum(names), vendor = sum(names.filter((k) => k.startsWith('/vendor/'))), later = sum(load(page, inLesson, true)) - all, kb = (n) => (n / 1024).toFixed(1);
  const alone = inLesson.length ? `, ${kb(sum(load(page, [], false)))} without a class` : '';
  console.log(`${page}: ${names.length} files, ${kb(all)} KB gzip (vendor ${kb(vendor)}, ours ${kb(all - vendor)}${alone}; ${kb(later)} more on demand), budget ${kb(BUDGET)} KB`);
  if (all > BUDGET) { console.error(`${page} is over its budget`); process.exitCode = 1; }
}
