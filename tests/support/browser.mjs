// SPDX-License-Identifier: GPL-3.0-or-later
// The real kitlogd with virtual kits, each in a folder of its own, and Debian's Chromium on its pages.
// Everything that was started here is ended here, by its own process number.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { load, skip, source } from './pages.mjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((p) => fs.existsSync(p));
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
export const PATIENCE = 20000;       // ms; only for what must come sooner anyway
const LOOK_MS = 30, SLOW = 3;

/** Asks until the answer is true and returns it. On a machine that is busy with something else each look takes longer, and so
 * does what is waited for: patience ends when the time is over and it was looked as often as a machine of our own would have
 * looked in a half of it; at the latest after thrice the time. @param {string} what @param {() => any} test @param {number} [ms] */
export async function until(what, test, ms = PATIENCE) {
  const began = performance.now(), enough = ms / LOOK_MS / 2;
  for (let looks = 1; ; looks++) {
    const answer = await test(), took = performance.now() - began;
    if (answer) return answer;
    if (took > ms && (looks > enough || took > SLOW * ms)) throw new Error(`${what}: not within ${Math.round(took / 1000)} s`);
    await new Promise((done) => { setTimeout(done, LOOK_MS); });
  }
}

/** What an element says now; '' while it is not there. It waits for nothing: none is missed because a look took
 * long. A page that is just loading anew says nothing.
 * @param {any} locator */
export const textOf = async (locator) => (await locator.allInnerTexts().catch(() => []))[0] ?? '';
/** An attribute of an element now; null while there is none. @param {any} locator @param {string} name @returns {Promise<string|null>} */
export const attributeOf = (locator, name) => locator.evaluateAll((/** @type {Element[]} */ all, /** @type {string} */ n) => all[0]?.getAttribute(n) ?? null, name).catch(() => null);

const freePort = () => new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    server.close(() => done(port));
  });
});

const ended = (child) => child.exitCode !== null || child.signalCode !== null;
async function end(child, signal = 'SIGTERM') {
  if (!child || ended(child)) return;
  const gone = new Promise((done) => { child.once('exit', done); });
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
  await gone;
  clearTimeout(timer);
}

/** @typedef {{emulate: string, args: string[], port: string}} Emulated a program of tests/support/emulate, what stands
 *   behind its LINK, and YAML for its port */

/** How a kit is started. @param {[string, number]|Emulated} kit @param {string} link */
function starting(kit, link) {
  const python = (script, ...args) => ({ program: 'python3', args: ['-B', path.join(source, 'tests/support', script), ...args] });
  if ('emulate' in kit) return python(`emulate/${kit.emulate}`, link, ...kit.args);
  const [model, rate] = kit;
  return model.includes('{') ? python('printer.py', link, String(rate), model)
    : { program: /** @type {string} */ (process.env.KITLOG_VIRTUAL), args: ['--quiet', '--model', model, '--link', link, '--rate', String(rate), '--seed', '7'] };
}

/** A board with its kits, all ready: `kits` are [model, samples per second]. */
export class Board {
  /** @param {([string, number]|Emulated)[]} kits a model is of kitlog-virtual, or with a {place} the lines of a printing board (printer.py)
   * @param {string|((folder: string) => string)} [more] YAML behind the usual lines; a function may put files into its folder first
   * @param {string} [name] what it is called */
  static async start(kits, more = '', name = 'kitlog-3B2') {
    if (!process.env.KITLOGD || !process.env.KITLOG_VIRTUAL) skip('kitlogd and kitlog-virtual are not built');
    const board = new Board();
    board.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kitlog-web-'));
    board.port = await freePort();
    board.url = `http://127.0.0.1:${board.port}`;
    board.kits = kits.map((kit, i) => {
      const link = path.join(board.folder, `kit${i}`);
      return { ...starting(kit, link), link, port: 'port' in kit ? `, ${kit.port}` : '', process: null };
    });
    const ports = board.kits.map((kit) => `\n    - {path: ${kit.link}${kit.port}}`).join('') || ' []';
    fs.writeFileSync(path.join(board.folder, 'kitlogd.yaml'), `board: ${name}\ndata: ${board.folder}/data\n`
      + `wall_clock: system\nhttp: {port: ${board.port}}\nserial:\n  scan: no\n  ports:${ports}\n${typeof more === 'string' ? more : more(board.folder)}`);
    try {
      await board.boot();
      for (let i = 0; i < kits.length; i++) {    // one after the other, so that kit i has sticker i + 1
        await board.plug(i);
        await board.ready(i + 1);
      }
    } catch (error) {                            // nobody else knows of it, to end it
      await board.close();
      throw error;
    }
    return board;
  }

  /** Starts kitlogd and waits until it answers. */
  async boot() {
    const log = fs.openSync(path.join(this.folder, 'kitlogd.log'), 'a');
    this.process = spawn(/** @type {string} */ (process.env.KITLOGD), ['--config', path.join(this.folder, 'kitlogd.yaml')],
      { stdio: ['ignore', log, log] });
    fs.closeSync(log);
    await until(`kitlogd at ${this.url}`, async () => {
      if (ended(this.process)) throw new Error(`kitlogd ended: ${this.said()}`);
      return (await this.get('status').catch(() => null)) != null;
    });
  }

  /** @param {number} i which kit */
  async plug(i) {
    const kit = this.kits[i];
    kit.process = spawn(kit.program, kit.args, { stdio: 'ignore' });
    await until(`the port ${kit.link}`, () => {
      if (ended(kit.process)) throw new Error(`${kit.program} ended before there was a port`);
      return fs.existsSync(kit.link);
    });
  }

  /** @param {number} i which kit */
  async unplug(i) { await end(this.kits[i].process, 'SIGKILL'); fs.rmSync(this.kits[i].link, { force: true }); }

  /** A kit says nothing while `act` goes on. @param {number} i @param {() => Promise<void>} act */
  async stopped(i, act) {
    const { process: kit } = this.kits[i];
    kit.kill('SIGSTOP');
    try { await act(); } finally { kit.kill('SIGCONT'); }
  }

  said() { return fs.readFileSync(path.join(this.folder, 'kitlogd.log'), 'utf8'); }
  get pin() { return fs.readFileSync(path.join(this.folder, 'data/pin'), 'utf8').trim(); }

  /** @param {string} what */
  async get(what) { return (await fetch(`${this.url}/api/v1/${what}`)).json(); }

  /** Waits for so many ready devices. @param {number} [n] */
  async ready(n = this.kits.length) {
    await until(`${n} ready kits`, async () => (await this.get('devices')).devices.filter((d) => d.state === 'ready').length >= n);
  }

  /** @param {NodeJS.Signals} [signal] */
  async halt(signal) { await end(this.process, signal); }

  async close() {
    await end(this.process);
    for (const kit of this.kits) await end(kit.process);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

let shared = null;
/** One Chromium for all tests of a file. */
export async function chromium() {
  if (!CHROMIUM) skip('no Chromium here; install the package chromium');
  shared ??= await load('playwright-core').chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  return shared;
}
export async function closeBrowser() { await shared?.close(); shared = null; }

/** A page in a context of its own, and what went wrong in it.
 * @param {Board} board @param {{size?: [number, number], query?: string, hasTouch?: boolean, context?: any}} [o] */
export async function open(board, { size = [1024, 768], query = '?lang=zh&theme=light', hasTouch = false, context } = {}) {
  context ??= await (await chromium()).newContext({ viewport: { width: size[0], height: size[1] }, hasTouch, acceptDownloads: true, reducedMotion: 'reduce' });
  context.setDefaultTimeout(SLOW * PATIENCE);     // of a click, too
  const page = await context.newPage();
  const faults = [], asked = [];
  page.on('pageerror', (e) => faults.push(e.message));
  page.on('console', (m) => { if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) faults.push(m.text()); });
  context.on('request', (r) => asked.push(r.url()));
  await page.goto(`${board.url}/${query}`);
  return Object.assign(page, { faults, asked });
}

/** The newest drawn point, [x, y, …], or null. @param {any} page */
export const lastPoint = async (page) => {
  const text = await attributeOf(page.locator('.chart .paper'), 'data-last');
  return text ? text.split(',').map(Number) : null;
};
/** The time of that point in seconds; 0 while nothing is drawn, as for a moment after a change of view. @param {any} page */
export const lastTime = async (page) => (await lastPoint(page) ?? [0])[0];
/** The phase the big key shows. @param {any} page */
export const phase = (page) => page.locator('.state').getAttribute('data-phase');

/** Types the teacher's PIN into the dialog. @param {any} page @param {string} pin */
export async function typePin(page, pin) {
  await page.locator('.pin input').fill(pin);
  await page.locator('.pin .main').click();
}

/** The key rests for a moment after each press: a double tap is one. @param {any} page */
export const rested = (page) => until('the key has rested', () => page.evaluate(async () => !(await import('/js/top.js')).isBusy));

/** Starts a run through the page. @param {any} page @param {Board} board */
export async function startRun(page, board) {
  await rested(page);
  await until('the key is ready', async () => ['ready', 'done'].includes(await phase(page)));
  await page.locator('.state').click();
  if (await page.locator('dialog[open]').count()) await typePin(page, board.pin);
  await until('recording', async () => (await phase(page)) === 'rec');
}
