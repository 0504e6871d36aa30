// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the big key says, and what the one notice line says. Both are decided here from plain facts,
// in one order, so that two things never speak at once. Pure.

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./base.js').Words} Words */
/** @typedef {'wait'|'noKit'|'ready'|'rec'|'done'} Phase */

/** @param {{link: string, hasLoaded: boolean, devices: {state: string}[], run: {to_us: number|null}|null,
 *   isRecording: boolean}} facts `run`: the one shown; `isRecording`: some run is going on @returns {Phase} */
export function phaseOf({ link, hasLoaded, devices, run, isRecording }) {
  if (link !== 'open' || !hasLoaded) return 'wait';
  if (isRecording) return 'rec';
  if (!devices.some((d) => d.state === 'ready' || d.state === 'silent')) return 'noKit';
  return run ? 'done' : 'ready';
}

/** @typedef {{kind: 'bad'|'warn'|'calm', icon: import('./icons.js').IconName, key: import('./base.js').Key|null,
 *   values: unknown[], words: Words|null, id: string}} Notice `id` names it for closing; a fault ("bad")
 *   cannot be closed, it goes when it is mended */

/** @param {Notice['kind']} kind @param {Notice['icon']} icon @param {Notice['key']} key @param {unknown[]} [values]
 * @param {Words|null} [words] @param {string} [id] @returns {Notice} */
const notice = (kind, icon, key, values = [], words = null, id = key ?? '') => ({ kind, icon, key, values, words, id });

/** The one notice, or null. First the answer to what a hand just asked for, then faults of what is looked at, then of the rest, then news.
 * @param {{device: Device|undefined, others: Device[], quietSeconds: number, frozenRows: string|null,
 *   storeProblem: Words|null, garbled: string|null, text: string|null, sinks: {name: string, state: string, sentence: Words|null,
 *   rows_behind: number}[], healed: {id: string, lasted: string}|null, isRecording: boolean,
 *   refused: {id: string, words: Words}|null}} facts
 * @param {(id: string) => boolean} isClosed @returns {Notice|null} */
export function noticeOf(facts, isClosed) {
  const { device, others, healed } = facts, all = [];
  if (facts.refused) all.push(notice('warn', 'warn', null, [], facts.refused.words, facts.refused.id));
  if (facts.storeProblem) all.push(notice('bad', 'store', 'n_store', [], facts.storeProblem));
  if (device?.state === 'gone') all.push(notice('bad', 'unplug', 'n_gone', [device.sticker]));
  if (device?.state === 'silent') all.push(notice('bad', 'unplug', 'n_silent', [device.sticker, Math.max(1, Math.round(facts.quietSeconds))]));
  if (facts.frozenRows != null) all.push(notice('calm', 'freeze', 'n_frozen', [facts.frozenRows], null, 'frozen'));
  if (facts.isRecording) {
    for (const d of others) {
      if (d.state === 'gone') all.push(notice('warn', 'unplug', 'n_gone', [d.sticker], null, `gone-${d.id}`));
      if (d.state === 'silent') all.push(notice('warn', 'unplug', 'n_otherSilent', [d.sticker], null, `silent-${d.id}`));
    }
  }
  if (facts.garbled) all.push(notice('warn', 'warn', 'n_garbled', [facts.garbled], null, `garbled-${facts.garbled}`));
  if (facts.text) all.push(notice('warn', 'warn', 'n_text', [facts.text], null, `text-${facts.text}`));
  if (healed) all.push(notice('warn', 'check', 'n_healed', [device?.sticker, healed.lasted], null, healed.id));
  for (const sink of facts.sinks) {
    if (sink.state === 'waiting') all.push(notice('calm', 'store', 'n_sink', [], null, `sink-${sink.name}`));
    if (sink.state === 'refused') all.push(notice('warn', 'store', 'n_refused', [], sink.sentence, `refused-${sink.name}`));
    if (sink.state === 'no_time' && sink.rows_behind) all.push(notice('calm', 'wait', 'n_noTime', [], null, `time-${sink.name}`));
  }
  return all.find((n) => n.kind === 'bad' || n.id === 'frozen' || !isClosed(n.id)) ?? null;
}
