// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// chart_shot.mjs URL FILE: opens the students' page of a board that somebody else runs, waits until its chart has moved
// on by three seconds, and keeps a picture of it in FILE. Prints the newest point.
import { chromium, closeBrowser, lastPoint, lastTime, open, until } from './browser.mjs';

const [url, file] = process.argv.slice(2);
const PATIENT = 240000; // ms: an emulated board draws slowly
const page = await open(/** @type {any} */ ({ url }), { size: [1280, 800] });
let first = 0;
await until('a point', async () => (first = await lastTime(page)) > 0, PATIENT);
await until('three seconds more', async () => await lastTime(page) >= first + 3, PATIENT);
await page.screenshot({ path: file });
console.log(JSON.stringify({ first, last: await lastPoint(page), faults: page.faults }));
await closeBrowser();
