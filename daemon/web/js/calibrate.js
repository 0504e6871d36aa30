// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The dialog in which a teacher zeroes the main channel, calibrates it by points that were measured, or takes a
// calibration back. What the board doubts is done when it is pressed once more. Only the dialog sees raw values: they are
// the mean of the last second, asked for while it is open.
import './strings-later.js';
import { html, say, Segments, t, useEffect, useRef, useState } from './base.js';
import { calibrate, getRaw, Refusal, withdraw, zero } from './api.js';
import { CalibrationPast } from './calibrate-past.js';
import { calibrationWords } from './calibration.js';
import { BLANK, deedWord, isZeroable, kindsOf, kindWord, Point, POINTS_MOST, read, rowsOf } from './calibrate-points.js';
import { useBoard, useView } from './hooks.js';
import { Icon } from './icons.js';
import { channelName } from './names.js';
import { decimalsOf, quantity } from './numbers.js';
import { sentence, withTeacher } from './pin.js';
import { readings } from './readings.js';
import { toast } from './toast.js';
import { view } from './view.js';

/** @typedef {import('./api.js').Channel} Channel */

const RAW_EVERY_MS = 500;
const RAW_DECIMALS = 3;
const NAME_MAX = 21;                 // characters; each has at most 3 of the 63 bytes that the board takes

/** A channel beside its neighbours: probes that share an adapter have the same. @param {import('./api.js').Stream & {label?:
 * import('./base.js').Words|null}} stream @param {Channel} channel */
const placeName = (stream, channel) => [say(stream.label), channelName(channel)].filter(Boolean).join(' ');

/** Asks for the raw value of a channel. @param {number|undefined} stream @param {string|undefined} channel @returns {number|null} */
function useRaw(stream, channel) {
  const [raw, setRaw] = useState(/** @type {number|null} */ (null));
  useEffect(() => {
    setRaw(null);
    if (!stream) return undefined;
    let isOver = false;
    const look = () => getRaw(stream).then((all) => {
      if (!isOver) setRaw(all.find((c) => c.id === channel)?.mean ?? null);
    }, () => { if (!isOver) setRaw(null); });
    look();
    const timer = setInterval(look, RAW_EVERY_MS);
    return () => { isOver = true; clearInterval(timer); };
  }, [stream, channel]);
  return raw;
}

const EMPTY = { kind: '', points: [BLANK, BLANK], name: '' };
const GOOD = { words: '', field: '' };

/** What is being filled in, what is wrong with it, and which deed the board has doubted and would do when asked again. */
function useForm() {
  const [form, setForm] = useState(EMPTY), [bad, setBad] = useState(GOOD);
  const [doubted, setDoubted] = useState(/** @type {''|'zero'|'points'} */ (''));
  const [isBusy, setBusy] = useState(false);
  const change = (/** @type {Partial<typeof EMPTY>} */ patch) => { setDoubted(''); setForm((all) => ({ ...all, ...patch })); };
  const set = (/** @type {number} */ i, /** @type {import('./calibrate-points.js').Side} */ side, /** @type {string} */ text) =>
    change({ points: form.points.map((row, k) => (k === i ? { ...row, [side]: text } : row)) });
  /** @param {'zero'|'points'|'back'} which @param {() => Promise<unknown>} deed */
  const act = async (which, deed) => {
    if (isBusy) return false;
    setBusy(true);
    setBad(GOOD);
    try {
      return await withTeacher(() => deed().then(() => true));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setBad({ words: sentence(error), field: '' });
      setDoubted(error.words?.code === 'doubtful' && which !== 'back' ? which : '');
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { form, bad, setBad, doubted, isBusy, change, set, act };
}

/** @param {{onClose: () => void}} p */
export function CalibrateDialog({ onClose }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const { form, bad, setBad, doubted, isBusy, change, set, act } = useForm();
  useBoard('devices');
  useView('what');
  const { device, stream, mainLane: lane } = view, channel = lane?.channel;
  const raw = useRaw(stream?.id, channel?.id);
  useEffect(() => { box.current?.showModal(); }, []);
  const close = () => box.current?.close();
  /** @param {'zero'|'points'|'back'} which @param {() => Promise<unknown>} deed @param {string} done */
  const finish = async (which, deed, done) => { if (await act(which, deed)) { toast(done); close(); } };
  const kinds = channel ? kindsOf(channel) : [];
  const kind = kinds.find((k) => k === form.kind) ?? kinds.find((k) => k === 'two-point') ?? kinds[0];
  const rows = kind ? rowsOf(form.points, kind) : [];
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!stream || !channel || !kind) return;
    const got = read(rows);
    if ('points' in got) {
      finish('points', () => calibrate({ stream: stream.id, channel: channel.id, kind, points: got.points, name: form.name,
        is_sure: doubted === 'points' }), t('cal_done'));
    } else {
      setBad(got);
      /** @type {HTMLInputElement|null|undefined} */ (box.current?.querySelector(`[name=${got.field}]`))?.focus();
    }
  };
  if (!device || !stream || !channel || !lane) {
    return html`<dialog class="slip calib" ref=${box} aria-labelledby="cal-title" onClose=${onClose}></dialog>`;
  }
  const by = channel.calibration;
  // As fine as what is shown, or as the sensor speaks: calibrated values may have fewer decimals.
  const digits = Math.max(readings.digits(lane), Math.min(RAW_DECIMALS, decimalsOf(raw)));
  const isWarm = channel.quantity === 'temperature';
  return html`<dialog class="slip calib" ref=${box} aria-labelledby="cal-title" onClose=${onClose}>
    <form onSubmit=${submit}>
      <h2 id="cal-title"><${Icon} n="gauge" s=${26}/>${t('cal_title', device.sticker, placeName(stream, channel))}</h2>
      <p>${t('cal_raw')} <output class="raw">${quantity(raw, digits, lane.unit)}</output></p>
      <p class="dim">${calibrationWords(channel, { by, points: null, isOverdue: channel.is_overdue, isTurned: false })}</p>
      ${device.identity.startsWith('port:') && html`<p class="dim">${t('cal_socket')}</p>`}
      ${(isZeroable(channel) || by) && html`<div class="acts">${isZeroable(channel) && html`<button type="button" class="btn main zero" disabled=${isBusy || raw == null}
          onClick=${() => finish('zero', () => zero({ stream: stream.id, channel: channel.id, is_sure: doubted === 'zero' }), t('cal_zeroed', channelName(channel)))}>
          ${t(doubted === 'zero' ? 'cal_sureZero' : 'cal_zero')}</button>`}
        ${by && html`<button type="button" class="btn back" disabled=${isBusy}
          onClick=${() => finish('back', () => withdraw(by.id), t('cal_back'))}>${t('cal_withdraw')}</button>`}</div>`}
      ${kinds.length > 1 && html`<${Segments} label=${t('cal_kind')} value=${kind} onPick=${(/** @type {string} */ k) => change({ kind: k })}
        items=${kinds.map((k) => [k, kindWord(k)])}/>`}
      ${!kind && html`<p>${t('cal_maker')}</p>`}
      ${rows.map((row, i) => html`<${Point} key=${i} i=${i} n=${rows.length} row=${row} raw=${raw} unit=${lane.unit} quantity=${channel.quantity}
        bad=${bad.field} set=${set}/>`)}
      ${kind === 'table' && rows.length < POINTS_MOST && html`<button type="button" class="btn more"
        onClick=${() => change({ points: [...form.points, BLANK] })}>${t('cal_more')}</button>`}
      ${kind && html`<label class="calname"><span>${t('cal_name')}</span><input type="text" maxlength=${NAME_MAX} autocomplete="off" name="name"
        value=${form.name} placeholder=${isWarm ? t('cal_nameHint') : ''} onInput=${(/** @type {any} */ e) => change({ name: e.target.value })}/></label>`}
      <p id="cal-bad" class="pinbad" role="alert">${bad.words && html`<${Icon} n="warn" s=${20}/>${bad.words}`}</p>
      <div class="acts"><button type="button" class="btn" onClick=${close}>${t('cancel')}</button>
        ${kind && html`<button class="btn main go" disabled=${isBusy}>${doubted === 'points' ? t('cal_sure') : deedWord(kind)}</button>`}</div>
    </form>
    <${CalibrationPast} device=${device.id} stream=${stream.name} channel=${channel.id}/></dialog>`;
}
