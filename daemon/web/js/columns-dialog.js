// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The dialog of calculated columns: those that there are, and a form for one more. While somebody writes, the sentence
// beneath says what is wrong with the formula, or what it gives now.
import './strings-later.js';
import { html, say, Segments, t, useEffect, useRef, useState } from './base.js';
import jsep from '/vendor/jsep.js';
import { columns, namesOf, symbolOf } from './columns.js';
import { formulaOf, plain, Unreadable } from './formula.js';
import { useBoard, useView } from './hooks.js';
import { Icon } from './icons.js';
import { channelName } from './names.js';
import { digitsFor, quantity } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';

/** @typedef {import('./columns.js').Made} Made */

const MOST = 6, NAME_MAX = 24, UNIT_MAX = 12, FORMULA_MAX = 200;

/** @typedef {Made & {name: string}} Form */

/** @type {Form} */
const EMPTY = { id: '', kind: 'formula', name: '', unit: '', is: '' };

/** @param {Made} made */
const nameOf = ({ name }) => (typeof name === 'string' ? name : say(name));

/** Signs that are hard to find on a tablet's keyboard. */
const KEYS = ['+', '-', '*', '/', '^', '(', ')', 'sqrt('];

/** f1, f2, …: the first that no channel and no column has. @param {Iterable<string>} taken */
function nextId(taken) {
  const all = new Set(taken);
  for (let i = 1; ; i++) if (!all.has(`f${i}`)) return `f${i}`;
}

/** What is wrong with it, in a sentence; "": nothing. @param {Made} form @param {string[]} names */
function fault(form, names) {
  if (form.kind === 'rate') return names.includes(form.is) ? '' : t('fm_name', form.is);
  try { formulaOf(jsep, form.is, names); return ''; } catch (error) {
    if (error instanceof Unreadable) return t(error.key, ...error.words);
    throw error;
  }
}

/** What it gives of the newest readings. @param {Made} form @param {import('./view.js').Stream} stream @param {Made[]} made */
function preview(form, stream, made) {
  if (form.kind === 'rate') return '';
  const names = namesOf(stream, made), formula = formulaOf(jsep, form.is, names.keys()), lanes = view.lanes;
  const values = Object.fromEntries(formula.names.map((name) => {
    const lane = lanes.find((l) => l.at === names.get(name));
    return [name, lane ? readings.value(lane) ?? NaN : ((readings.row?.t ?? NaN) - readings.origin) / 1e6];
  }));
  const v = formula.value(values);
  return t('col_now', quantity(v, digitsFor(v), form.unit));
}

/** @param {{made: Made[], isUsed: (id: string) => boolean, onDrop: (id: string) => void}} p */
const List = ({ made, isUsed, onDrop }) => html`<ul class="cols">${made.map((m) => html`<li key=${m.id}><b>${m.id}</b>
    <span>${nameOf(m)}${m.unit && ` / ${m.unit}`}<small>${m.kind === 'rate' ? t('col_rateOf', m.is) : m.is}${isUsed(m.id) ? '' : ' ⚠'}</small></span>
    <button type="button" class="btn sq plain" aria-label=${t('col_drop', nameOf(m))} title=${t('col_drop', nameOf(m))} onClick=${() => onDrop(m.id)}><${Icon} n="cross" s=${18}/></button></li>`)}</ul>`;

/** @param {{onClose: () => void}} p */
export function ColumnsDialog({ onClose }) {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null)), field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const [form, setForm] = useState(EMPTY), [bad, setBad] = useState('');
  useBoard('devices');
  useView('what');
  useEffect(() => { box.current?.showModal(); }, []);
  const { device, stream } = view, made = columns.made(device, stream);
  if (!device || !stream) return null;
  const taught = columns.plan(device, stream).filter((c) => !made.includes(c.made)).map((c) => c.made), before = [...taught, ...made];
  const names = namesOf(stream, before), channels = stream.channels.map((c) => ({ name: symbolOf(c), words: channelName(c) }));
  const usable = [...channels, ...before.map((m) => ({ name: m.id, words: nameOf(m) })), { name: 'time', words: `${t('time')} / s` }], rates = usable.slice(0, -1);
  const wrong = form.is ? fault(form, [...names.keys()]) : '', change = (/** @type {Partial<Form>} */ patch) => { setBad(''); setForm({ ...form, ...patch }); };
  const insert = (/** @type {string} */ text) => {
    const input = field.current, at = input?.selectionStart ?? form.is.length, end = input?.selectionEnd ?? at;
    change({ is: form.is.slice(0, at) + text + form.is.slice(end) });
    setTimeout(() => { input?.focus(); input?.setSelectionRange(at + text.length, at + text.length); });
  };
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    const words = fault(form, [...names.keys()]) || (form.name.trim() ? '' : t('col_noName')) || (made.length < MOST ? '' : t('col_full', MOST));
    setBad(words);
    if (words) return;
    const id = nextId(names.keys());
    columns.keep(device, stream, [...made, { ...form, id, name: form.name.trim(), unit: form.unit.trim(), is: form.kind === 'rate' ? form.is : plain(form.is) }]);
    view.set('what', { active: id });
    box.current?.close();
  };
  const rate = (/** @type {string} */ name) => change({ is: name, name: form.name || t('col_rateOf', rates.find((r) => r.name === name)?.words ?? name).slice(0, NAME_MAX) });
  const kind = (/** @type {any} */ k) => (k === 'rate' ? setForm({ ...form, kind: k, is: symbolOf(view.mainLane?.channel ?? { id: '' }), name: t('col_rateOf', view.mainLane ? channelName(view.mainLane.channel) : '').slice(0, NAME_MAX), unit: '' })
    : setForm({ ...EMPTY, unit: form.unit }));
  const text = (/** @type {'name'|'unit'} */ key, /** @type {string} */ label, /** @type {number} */ most, hint = '') => html`<label><span>${label}</span><input type="text" name=${key} maxlength=${most} autocomplete="off"
    placeholder=${hint} value=${form[key]} onInput=${(/** @type {any} */ e) => change({ [key]: e.target.value })}/></label>`;
  const isGood = form.is && !wrong, plan = columns.plan(device, stream);
  return html`<dialog class="slip calib columns" ref=${box} aria-labelledby="col-title" onClose=${onClose}><form onSubmit=${submit}>
    <h2 id="col-title"><${Icon} n="calc" s=${26}/>${t('col_title')}</h2><p class="dim">${t('col_where')}</p>
    ${made.length > 0 && html`<${List} made=${made} isUsed=${(/** @type {string} */ id) => plan.some((c) => c.made.id === id)}
      onDrop=${(/** @type {string} */ id) => columns.keep(device, stream, made.filter((m) => m.id !== id))}/>`}
    <${Segments} label=${t('col_kind')} value=${form.kind} onPick=${kind} items=${[['formula', t('col_formula')], ['rate', t('col_rate')]]}/>
    ${form.kind === 'formula' ? html`<label class="calname"><span>${t('col_formula')}</span><input type="text" name="formula" ref=${field} maxlength=${FORMULA_MAX} autocomplete="off" autocapitalize="none" spellcheck=${false}
        value=${form.is} placeholder="T^2" aria-invalid=${!!wrong} aria-describedby="col-says" onInput=${(/** @type {any} */ e) => change({ is: e.target.value })}/></label>
      <div class="chips" role="group" aria-label=${t('col_names')}>${usable.map((u) => html`<button type="button" class="btn" key=${u.name} title=${u.words} onClick=${() => insert(u.name)}><b>${u.name}</b><small>${u.words}</small></button>`)}
        ${KEYS.map((k) => html`<button type="button" class="btn sign" key=${k} aria-label=${k} onClick=${() => insert(k)}>${k}</button>`)}</div>`
    : html`<label class="calname"><span>${t('col_ofWhat')}</span><select name="of" onChange=${(/** @type {any} */ e) => rate(e.target.value)}>
        ${rates.map((r) => html`<option value=${r.name} selected=${r.name === form.is}>${r.words}</option>`)}</select></label>`}
    <p id="col-says" class=${'says' + (wrong ? ' bad' : '')} role="status">${wrong || (isGood ? preview(form, stream, before) : '')}</p>
    <fieldset>${text('name', t('col_name'), NAME_MAX, t('col_nameHint'))}${form.kind === 'formula' && text('unit', t('col_unit'), UNIT_MAX, 's²')}</fieldset>
    <p class="pinbad" role="alert">${bad && bad !== wrong && html`<${Icon} n="warn" s=${20}/>${bad}`}</p>
    <div class="acts"><button type="button" class="btn" onClick=${() => box.current?.close()}>${t('cancel')}</button><button class="btn main go">${t('col_add')}</button></div></form></dialog>`;
}
