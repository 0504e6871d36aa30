// SPDX-License-Identifier: GPL-3.0-or-later
// What tests of the pages share: where things are, the npm packages of daemon/web, a skip that says why.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const source = process.env.KITLOG_SOURCE ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const build = process.env.KITLOG_BUILD ?? path.join(source, 'build/ci');
export const web = path.join(source, 'daemon/web');

/** Ends the test as skipped. @param {string} why */
export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

/** The folder of npm packages that the pages were built with. */
export function modules() {
  const places = [path.join(web, 'node_modules'), path.join(build, 'daemon/web/npm/node_modules')];
  const found = places.find((place) => fs.existsSync(path.join(place, 'playwright-core')));
  return found ?? skip('the npm packages of daemon/web are not installed; run: npm ci in daemon/web');
}

/** Loads an npm package of the tests. @param {string} name */
export const load = (name) => createRequire(path.join(modules(), 'here.js'))(name);

/** The modules of the pages, as [name, text]. */
export const scripts = () => fs.readdirSync(path.join(web, 'js')).filter((name) => name.endsWith('.js'))
  .map((name) => /** @type {[string, string]} */ ([name, fs.readFileSync(path.join(web, 'js', name), 'utf8')]));
