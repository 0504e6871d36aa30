// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What the big key says, and what the one notice line says. Both are decided here from plain facts,
// in one order, so that two things never speak at once. Pure.

/** @typedef {import('./api.js').Device} Device */
/** @typedef {import('./api.js').Stream} Stream */
/** @typedef {import('./base.js').Words} Words */
/** @typedef {'wait'|'noKit'|'predict'|'await'|'armed'|'gone'|'part'|'replay'|'ready'|'rec'|'done'} Phase */

/** @param {{link: string, hasLoaded: boolean, devices: {state: string}[], run: {to_us: number|null}|null,
 *   isRecording: boolean, duty?: {mustPredict: boolean, mayStart: boolean, isArmed?: boolean, isGone?: boolean, pulled?: number|null, isReplay?: boolean}|null}} facts
 *   `run`: the one shown; `isRecording`: some run is going on; `duty`: of a group in a class; `isGone`: all its kits are
 *   pulled; `pulled`: the number of one of several @returns {Phase} */
export function phaseOf({ link, hasLoaded, devices, run, isRecording, duty = null }) {
  if (link !== 'open' || !hasLoaded) return 'wait';
  if (isRecording) return 'rec';
  if (!duty?.isReplay && !devices.some((d) => d.state === 'ready' || d.state === 'silent')) return 'noKit';
  if (duty?.mustPredict) return 'predict';
  if (duty?.isReplay) return 'replay';
  if (duty?.isArmed) return 'armed';
  if (duty?.isGone && !run) return 'gone';
  if (duty?.pulled != null && !run) return 'part';
  if (duty && !duty.mayStart && !run) return 'await';
  return run ? 'done' : 'ready';
}

/** @typedef {{kind: 'bad'|'warn'|'calm', icon: import('./icons.js').IconName, key: import('./base.js').Key|null,
 *   values: unknown[], words: Words|null, id: string, other?: number}} Notice `id` names it for closing; a fault ("bad")
 *   cannot be closed, it goes when it is mended; `other` is the device when it is not the shown one */

/** @param {Notice['kind']} kind @param {Notice['icon']} icon @param {Notice['key']} key @param {unknown[]} [values]
 * @param {Words|null} [words] @param {string} [id] @returns {Notice} */
const notice = (kind, icon, key, values = [], words = null, id = key ?? '') => ({ kind, icon, key, values, words, id });

/** A kit's trouble in the board's own words, or null: of one stream where that has a label, else of the kit.
 * @param {Notice['kind']} kind @param {Device} device @param {Stream|undefined} stream */
function told(kind, { id, sticker, problem }, stream) {
  if (stream?.problem && stream.label) {
    return notice(kind, 'warn', 'n_kitPart', [sticker, stream.label, stream.problem], null, `stream-${stream.id}-${stream.problem.en}`);
  }
  const words = stream?.problem ?? problem;
  return words ? notice(kind, 'warn', 'n_kit', [sticker, words], null, `problem-${id}-${words.en}`) : null;
}

/** What troubles the shown kit, or null. A kit that gives readings all the same has a notice that can be closed.
 * @param {Device} device @param {Stream|undefined} stream @param {string|null} portState @param {number} quietSeconds */
function ofShown(device, stream, portState, quietSeconds) {
  const { id, sticker, state } = device;
  if (state === 'gone') return notice('bad', 'unplug', 'n_gone', [sticker]);
  const words = told(state === 'ready' && !stream?.problem ? 'warn' : 'bad', device, stream);
  if (words) return words;
  if (portState === 'garbled') return notice('warn', 'warn', 'n_kitGarbled', [sticker], null, `garbled-${id}`);
  if (portState === 'text') return notice('warn', 'warn', 'n_kitText', [sticker], null, `text-${id}`);
  return state === 'silent' ? notice('bad', 'unplug', 'n_silent', [sticker, Math.max(1, Math.round(quietSeconds))]) : null;
}

/** What troubles another kit, or null. @param {Device} device */
function ofOther(device) {
  const { id, sticker, state, streams } = device;
  if (state === 'gone') return notice('warn', 'unplug', 'n_gone', [sticker], null, `gone-${id}`);
  const words = told('warn', device, device.problem ? undefined : streams.find((s) => s.problem));
  if (words) return words;
  return state === 'silent' ? notice('warn', 'unplug', 'n_otherSilent', [sticker], null, `silent-${id}`) : null;
}

/** The one notice, or null. First the answer to what a hand just asked for, then faults of what is looked at, then of the rest, then news.
 * A kit's trouble is told with its number, in the board's words where it has some. `garbled` and `text` are ports
 * without a kit, `portState` is the state of the shown kit's.
 * @param {{device: Device|undefined, stream: Stream|undefined, others: Device[], quietSeconds: number,
 *   frozenRows: string|null, storeProblem: Words|null, portState: string|null, garbled: string|null, text: string|null, sinks: {name: string, state: string, sentence: Words|null,
 *   rows_behind: number}[], healed: {id: string, lasted: string}|null, isRecording: boolean,
 *   refused: {id: string, words: Words}|null}} facts
 * @param {(id: string) => boolean} isClosed @returns {Notice|null} */
export function noticeOf(facts, isClosed) {
  const { device, others, healed } = facts, all = [];
  if (facts.refused) all.push(notice('warn', 'warn', null, [], facts.refused.words, facts.refused.id));
  if (facts.storeProblem) all.push(notice('bad', 'store', 'n_store', [], facts.storeProblem));
  const own = device && ofShown(device, facts.stream, facts.portState, facts.quietSeconds);
  if (own) all.push(own);
  if (facts.frozenRows != null) all.push(notice('calm', 'freeze', 'n_frozen', [facts.frozenRows], null, 'frozen'));
  if (facts.isRecording) all.push(...others.flatMap((d) => { const n = ofOther(d); return n ? [{ ...n, other: d.id }] : []; }));
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
