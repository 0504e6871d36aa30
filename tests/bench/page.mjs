// SPDX-License-Identifier: GPL-3.0-or-later
// How heavy the student's page is, and when its first point is drawn: a board with one kit, a browser with nothing in
// its cache. Prints one line of JSON, and so for a processor a quarter as fast (the browser's own brake). For bench.py.
import { Board, chromium, closeBrowser, lastPoint, open, PATIENCE, until } from '../support/browser.mjs';

const TRIALS = 3;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** @param {Board} board @param {number} slower */
async function look(board, slower) {
  const context = await (await chromium()).newContext({ viewport: { width: 360, height: 740 } });
  const page = await open(board, { context, query: 'api/v1/status' }), cdp = await context.newCDPSession(page);
  let bytes = 0;
  await cdp.send('Network.enable');
  cdp.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slower });
  const began = performance.now();
  await page.goto(`${board.url}/?lang=zh`, { waitUntil: 'commit' });
  await until('the first point', () => lastPoint(page), 3 * PATIENCE);
  const seen = { ms: performance.now() - began, bytes };
  await context.close();
  return seen;
}

const board = await Board.start([['pendulum', 50]]);
try {
  for (const slower of [1, 4]) {
    const looks = [];
    for (let i = 0; i < TRIALS; i++) looks.push(await look(board, slower));
    console.log(JSON.stringify({ slower, ms: Math.round(median(looks.map((l) => l.ms))), bytes: median(looks.map((l) => l.bytes)) }));
  }
} finally {
  await closeBrowser();
  await board.close();
}
