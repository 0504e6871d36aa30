// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Calibration: the mark beside a channel, its words, and the dialog in which a teacher zeroes the main
// channel, calibrates it by two points that were measured, or takes a calibration back. Only the dialog
// sees raw values: they are the mean of the last second, asked for while it is open.
import { html, t, useEffect, useRef, useState } from './base.js';
import { calibrate, getRaw, Refusal, withdraw, zero } from './api.js';
import { board } from './board.js';
import { Emitter } from './emitter.js';
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

const opener = new Emitter();

/** A day as people write it, or ''. @param {number|null} wallUs */
const day = (wallUs) => (wallUs == null ? '' : new Date(wallUs / 1000).toISOString().slice(0, 10));

/** What there is to say of a channel's calibration. @param {Channel} channel */
export function calibrationWords(channel) {
  const by = channel.calibration;
  if (!by) return t('cal_none', channelName(channel));
  const what = [by.name, day(by.wall_made_us)].filter(Boolean).join(' ');
  return t(channel.is_overdue ? 'cal_overdue' : 'cal_by', channelName(channel), what || `#${by.id}`);
}

/** The mark of a calibrated channel: a tick, or a warning when it is to be calibrated again.
 * @param {{channel: Channel}} p */
export const CalibrationMark = ({ channel }) => (channel.calibration ? html`<span
  class=${'cal' + (channel.is_overdue ? ' warn' : '')} title=${calibrationWords(channel)}><${Icon}
  n=${channel.is_overdue ? 'warn' : 'gauge'} s=${16}/><span class="sr">${calibrationWords(channel)}</span></span>` : null);

/** The line of the facts, and the teacher's way in. */
export function CalibrationFact() {
  useBoard('devices', 'status');
  useView('what');
  const channel = view.mainLane?.channel;
  if (!channel || (!channel.calibration && !board.isTeacher)) return null;
  return html`<li class=${channel.is_overdue ? 'warn' : ''}><${Icon} n=${channel.is_overdue ? 'warn' : 'gauge'} s=${20}/>
    <span>${calibrationWords(channel)}${board.isTeacher && html`<button class="btn calopen" data-close
      onClick=${() => opener.emit('open')}>${t('cal_open')}</button>`}</span></li>`;
}

/** A number as somebody typed it, or null. @param {string} text */
function typed(text) {
  const plain = text.trim().replace(',', '.').replace(/[\u2212\uff0d]/g, '-');
  return plain && Number.isFinite(Number(plain)) ? Number(plain) : null;
}

/** Asks for the raw value of a channel while the dialog is open. @param {boolean} isOpen
 * @param {number|undefined} stream @param {string|undefined} channel @returns {number|null} */
function useRaw(isOpen, stream, channel) {
  const [raw, setRaw] = useState(/** @type {number|null} */ (null));
  useEffect(() => {
    setRaw(null);
    if (!isOpen || !stream) return undefined;
    let isOver = false;
    const look = () => getRaw(stream).then((all) => {
      if (!isOver) setRaw(all.find((c) => c.id === channel)?.mean ?? null);
    }, () => { if (!isOver) setRaw(null); });
    look();
    const timer = setInterval(look, RAW_EVERY_MS);
    return () => { isOver = true; clearInterval(timer); };
  }, [isOpen, stream, channel]);
  return raw;
}

const EMPTY = { raw1: '', true1: '', raw2: '', true2: '', name: '' };
/** @typedef {keyof typeof EMPTY} Field */

/** One measured point: what the sensor said, taken by a press, and what it really was.
 * @param {{n: 1|2, form: typeof EMPTY, raw: number|null, set: (field: Field, text: string) => void}} p */
function Point({ n, form, raw, set }) {
  const side = (/** @type {Field} */ field, /** @type {import('./base.js').Key} */ key) => html`<label><span>${t(key)}</span>
    <input type="text" inputmode="decimal" autocomplete="off" name=${field} value=${form[field]}
      onInput=${(/** @type {any} */ e) => set(field, e.target.value)}/></label>`;
  return html`<fieldset><legend>${t(n === 1 ? 'cal_point1' : 'cal_point2')}</legend>
    ${side(n === 1 ? 'raw1' : 'raw2', 'cal_said')}
    <button type="button" class="btn" disabled=${raw == null} onClick=${() => set(n === 1 ? 'raw1' : 'raw2', String(+Number(raw).toPrecision(9)))}>${t('cal_take')}</button>
    ${side(n === 1 ? 'true1' : 'true2', 'cal_true')}</fieldset>`;
}

export function CalibrateDialog() {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const [isOpen, setOpen] = useState(false), [form, setForm] = useState(EMPTY);
  const [bad, setBad] = useState(''), [isBusy, setBusy] = useState(false);
  useBoard('devices');
  useView('what');
  const { device, stream, mainLane: lane } = view, channel = lane?.channel;
  const raw = useRaw(isOpen, stream?.id, channel?.id);
  useEffect(() => opener.on('open', () => {
    setForm(EMPTY);
    setBad('');
    setOpen(true);
    box.current?.showModal();
  }), []);
  const close = () => { setOpen(false); box.current?.close(); };
  const set = (/** @type {Field} */ field, /** @type {string} */ text) => setForm((all) => ({ ...all, [field]: text }));

  /** @param {() => Promise<unknown>} deed @param {string} done */
  const act = async (deed, done) => {
    if (isBusy) return;
    setBusy(true);
    setBad('');
    try {
      if (await withTeacher(() => deed().then(() => true))) { toast(done); close(); }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setBad(sentence(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (!stream || !channel) return;
    const [r1, t1, r2, t2] = [form.raw1, form.true1, form.raw2, form.true2].map(typed);
    if (r1 == null || t1 == null || r2 == null || t2 == null) { setBad(t('cal_four')); return; }
    act(() => calibrate(stream.id, channel.id, [{ raw: r1, true: t1 }, { raw: r2, true: t2 }], form.name), t('cal_done'));
  };
  const by = channel?.calibration;
  // As fine as what is shown, or as the sensor speaks: calibrated values may have fewer decimals.
  const digits = lane ? Math.max(readings.digits(lane), Math.min(RAW_DECIMALS, decimalsOf(raw))) : 0;
  return html`<dialog class="slip calib" ref=${box} aria-labelledby="cal-title" onClose=${() => setOpen(false)}>
    ${isOpen && stream && channel && lane && html`<form onSubmit=${submit}>
      <h2 id="cal-title"><${Icon} n="gauge" s=${26}/>${t('cal_title', device?.sticker, channelName(channel))}</h2>
      <p>${t('cal_raw')} <output class="raw">${quantity(raw, digits, lane.unit)}</output></p>
      <p class="dim">${calibrationWords(channel)}</p>
      ${device?.identity.startsWith('port:') && html`<p class="dim">${t('cal_socket')}</p>`}
      <div class="acts"><button type="button" class="btn main zero" disabled=${isBusy || raw == null}
          onClick=${() => act(() => zero(stream.id, channel.id), t('cal_zeroed', channelName(channel)))}>${t('cal_zero')}</button>
        ${by && html`<button type="button" class="btn back" disabled=${isBusy}
          onClick=${() => act(() => withdraw(by.id), t('cal_back'))}>${t('cal_withdraw')}</button>`}</div>
      <${Point} n=${1} form=${form} raw=${raw} set=${set}/>
      <${Point} n=${2} form=${form} raw=${raw} set=${set}/>
      <label class="calname"><span>${t('cal_name')}</span><input type="text" maxlength=${NAME_MAX} autocomplete="off" name="name"
        value=${form.name} placeholder=${t('cal_nameHint')} onInput=${(/** @type {any} */ e) => set('name', e.target.value)}/></label>
      <p class="pinbad" role="alert">${bad && html`<${Icon} n="warn" s=${20}/>${bad}`}</p>
      <div class="acts"><button type="button" class="btn" onClick=${close}>${t('cancel')}</button>
        <button class="btn main go" disabled=${isBusy}>${t('cal_go')}</button></div>
    </form>`}</dialog>`;
}
