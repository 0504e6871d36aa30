// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// How parts of a page hear of each other: topics, and a picture clock that runs only while the page is
// seen. Components that show a number ten times a second subscribe here and change one text node, so
// the page is never rendered as a whole for a reading.

export class Emitter {
  constructor() { /** @type {Map<string, Set<(value: any) => void>>} */ this.topics = new Map(); }

  /** @param {string} topic @param {(value: any) => void} hear @returns {() => void} ends it */
  on(topic, hear) {
    const set = this.topics.get(topic) ?? new Set();
    this.topics.set(topic, set.add(hear));
    return () => { set.delete(hear); };
  }

  /** @param {string} topic @param {unknown} [value] */
  emit(topic, value) { this.topics.get(topic)?.forEach((/** @type {(value: any) => void} */ hear) => hear(value)); }
}

/** @type {Set<{ms: number, beat: number, draw: () => void}>} */
const pictures = new Set();
let isRunning = false;

function turn(/** @type {number} */ now) {
  for (const p of pictures) {
    const beat = Math.floor(now / p.ms);
    if (beat !== p.beat) { p.beat = beat; p.draw(); }
  }
  if (pictures.size) requestAnimationFrame(turn); else isRunning = false;
}

/** Calls `draw` once every `ms`, with the display's own beat; all of the same `ms` in the same picture, so that
 * a value shown twice is the same value. @param {number} ms @param {() => void} draw
 * @returns {() => void} ends it */
export function every(ms, draw) {
  const entry = { ms, beat: -1, draw };
  pictures.add(entry);
  if (!isRunning) { isRunning = true; requestAnimationFrame(turn); }
  return () => { pictures.delete(entry); };
}

/** Lets all that are drawn every `ms` be drawn in the next picture. @param {number} ms */
export function soon(ms) { for (const p of pictures) if (p.ms === ms) p.beat = -1; }
