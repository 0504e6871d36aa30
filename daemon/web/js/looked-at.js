// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A saved run that the page was opened on by its address, `?run=4194368`: from the teacher's saved runs, also one that was imported or
// is older than those that every page knows. Of several kits it shows the first. Loaded only then.
import { Refusal } from './api.js';
import { getRun, getRunStreams } from './class-api.js';
import { sentence } from './pin.js';
import { refusals } from './refusals.js';
import { kitOf } from './replay.js';
import { view } from './view.js';

/** @param {number} id */
export async function lookAt(id) {
  try {
    const [{ streams }, run] = await Promise.all([getRunStreams(id), getRun(id)]);
    if (run && streams.length) view.lookAt({ run, device: kitOf(streams[0]) });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusals.tell(sentence(error));
  }
}
