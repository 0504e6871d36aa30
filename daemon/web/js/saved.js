// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The saved runs of the board as their dialog shows them: its own and those that were imported; a package on its way in, and
// what became of it. One import after the other; it goes on when the dialog is closed. Topic: change.
import { t } from './base.js';
import { getRunsBefore, Refusal } from './api.js';
import { board } from './board.js';
import { Emitter } from './emitter.js';
import { sentence, withTeacher } from './pin.js';
import { deleteRun, getImported, importPackage } from './teacher-api.js';
import { toast } from './toast.js';

/** @typedef {import('./api.js').Run} Run */
/** @typedef {Run & {bytes?: number}} Imported */

const PAGE = 200, MOST_BYTES = 512 * 1024 * 1024, AGAIN_MS = 3000;

class Saved extends Emitter {
  constructor() {
    super();
    /** @type {Imported[]|null} null: not here yet */ this.imported = null;
    /** @type {Run[]} of the board, before those that every page knows */ this.older = [];
    this.hasOlder = false;                           // before all of these; the board is asked
    /** @type {{name: string, part: number}|null} the package on its way, and how much of it is there */ this.coming = null;
    /** @type {{words: string, isBad: boolean}[]} what became of the last deed: of each file that was to come in */ this.told = [];
  }

  /** In place of what was told before; '': nothing. @param {string} words @param {boolean} [isBad] */
  tell(words, isBad = false) { this.told = []; this.add(words, isBad); }

  /** @param {string} words @param {boolean} [isBad] */
  add(words, isBad = false) {
    if (words) this.told = [...this.told, { words, isBad }];
    this.emit('change');
  }

  /** The first of the board's own that the page knows, over or not. */
  get first() { return this.older[0] ?? board.runs[0]; }

  /** Both lists, anew. */
  async load() {
    try {
      this.imported = await getImported();
      if (this.first) this.hasOlder = (await getRunsBefore(this.first.id, 1)).length > 0;
      this.emit('change');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setTimeout(() => this.load(), AGAIN_MS);
    }
  }

  /** Runs that are over, the newest first. */
  get own() { return [...this.older, ...board.runs].filter((r) => r.to_us != null).reverse(); }

  async more() {
    if (!this.first) return;
    try {
      const page = await getRunsBefore(this.first.id, PAGE);
      this.older = [...page, ...this.older];
      this.hasOlder = page.length === PAGE;
      this.emit('change');
    } catch (error) {
      this.tell(sentence(error), true);
    }
  }

  /** @param {File[]} files */
  async bring(files) {
    if (this.coming) return;
    this.tell('');
    for (const file of files) {
      if (!await this.bringOne(file)) break;
    }
  }

  /** @param {File} file @returns {Promise<boolean>} the next one may come: nobody was to sign in, and would not */
  async bringOne(file) {
    if (file.size > MOST_BYTES) { this.add(t('sv_failed', file.name, t('sv_large')), true); return true; }
    const part = (/** @type {number} */ now) => { this.coming = { name: file.name, part: now }; this.emit('change'); };
    part(0);
    try {
      const runs = await withTeacher(() => importPackage(file, part));
      const words = runs ? t('sv_came', file.name, runs.length) : '';
      if (words) { this.add(words); toast(words); }
      return !!runs;
    } catch (error) {
      this.add(t('sv_failed', file.name, sentence(error)), true);
      return true;
    } finally {
      this.coming = null;
      this.emit('change');
      this.load();
    }
  }

  /** @param {Run} run @param {string} name what people call it @returns {Promise<boolean>} it is gone */
  async remove(run, name) {
    try {
      if (!await withTeacher(() => deleteRun(run.id).then(() => true))) return false;
      this.imported = (this.imported ?? []).filter((r) => r.id !== run.id);
      this.tell(t('sv_deleted', name));
      return true;
    } catch (error) {
      this.tell(sentence(error), true);
      return false;
    } finally {
      this.load();                                   // another teacher may have been quicker
    }
  }
}

export const saved = new Saved();
