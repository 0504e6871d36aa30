// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// One row of fixed height above the chart, while this browser is in a group: the lesson's slip, what is typed and kept
// beside a reading, how many were kept, a mark. What was typed stays through a reload.
import { html, memory, say, t, useAgain, useEffect, useRef, useState, Pop } from './base.js';
import { board } from './board.js';
import { keepReading, markOfGroup, runOfGroup } from './class-api.js';
import { openSlip } from './class-dialog.js';
import { classroom } from './classroom.js';
import { own } from './class-own.js';
import { useClass } from './hooks.js';
import { Icon } from './icons.js';
import { later } from './later.js';
import { num } from './numbers.js';
import { sentence } from './pin.js';
import { refusals } from './refusals.js';
import { remindersNow, useReminders } from './reminders.js';
import { toast } from './toast.js';
import { typed } from './typed.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').TypedField} Field */

const MARK_MAX = 31, LONG_NAME = 16, TYPED = 'typed', DataSign = later(() => import('./lacking.js').then((m) => m.DataSign));

/** Renders again when our prediction or readings are others. */
export function useOwn() {
  const again = useAgain();
  useEffect(() => own.on('change', again), []);
  return own;
}

/** What a field says is wrong with it, in a sentence; null: it is a number in the range. @param {Field} field @param {string} text
 * @returns {{value: number}|{words: string}} */
function readField({ name, low, high }, text) {
  const read = typed(text), label = say(name);
  if (!('value' in read)) return { words: read.fault === 'empty' ? t('k_empty', label) : read.fault === 'unit' ? t('k_unit', label) : t('k_number') };
  if (read.value < low || read.value > high) return { words: t('k_range', label, num(low, low % 1 ? 2 : 0), num(high, high % 1 ? 2 : 0)) };
  return { value: read.value };
}

/** @param {{fields: Field[], isCrowded: boolean}} p */
function Typed({ fields, isCrowded }) {
  const [texts, setTexts] = useState(/** @type {Record<string, string>} */ (memory.get(TYPED) ?? {})), [isBusy, setBusy] = useState(false);
  // A reading is answered when it is on the card, up to a second later: the next one, typed meanwhile, waits its turn. The same
  // once more is a finger that slipped.
  const last = useRef(Promise.resolve()), sent = useRef('');
  const form = useRef(/** @type {HTMLFormElement|null} */ (null)), [wrong, setWrong] = useState('');
  const change = (/** @type {string} */ id, /** @type {string} */ text) => {
    setTexts((was) => { const now = { ...was, [id]: text }; memory.set(TYPED, now); return now; });
    setWrong('');
  };
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const { mine, group } = classroom, at = board.now();
    if (!mine || !group) return;
    /** @type {Record<string, number>} */ const values = {};
    for (const field of fields) {
      const read = readField(field, texts[field.id] ?? '');
      if ('words' in read) {
        setWrong(field.id);
        refusals.tell(read.words);
        /** @type {HTMLInputElement|null|undefined} */ (form.current?.querySelector(`[name="${field.id}"]`))?.focus();
        return;
      }
      values[field.id] = read.value;
    }
    if (isBusy && JSON.stringify(values) === sent.current) return;
    sent.current = JSON.stringify(values);
    setBusy(true);
    const turn = last.current.then(async () => {
      try {
        own.take(await keepReading(mine.id, group.number, values, at));
        refusals.tell('');
        toast(t('k_kept', own.kept.length));
      } catch (error) {
        refusals.tell(sentence(error));
      }
    });
    last.current = turn;
    await turn;
    if (last.current === turn) setBusy(false);
  };
  return html`<form class=${'typedform' + (isCrowded || fields[1] || say(fields[0].name).replace(/[^ -~]/g, '--').length > LONG_NAME ? ' long' : '')} ref=${form} onSubmit=${submit} noValidate>${fields.map((f) => html`<label key=${f.id} title=${say(f.name)}><span class="lb">${say(f.name)}</span>
      <input name=${f.id} inputmode="decimal" autocomplete="off" placeholder=${say(f.name)} value=${texts[f.id] ?? ''} aria-label=${say(f.name) + (f.unit && ` / ${unitText(f.unit)}`)}
        aria-invalid=${wrong === f.id ? 'true' : 'false'} onInput=${(/** @type {any} */ e) => change(f.id, e.target.value)}/><span class="un">${unitText(f.unit)}</span></label>`)}
    <button class="btn main" aria-busy=${isBusy} aria-label=${t('k_keep')} title=${t('k_keep')}><${Icon} n="pin"/><span class="tx">${t('k_keep')}</span></button></form>`;
}

/** A mark at the instant when its button was pressed, whatever time the words take. */
function MarkIt() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null)), at = useRef(0), close = useRef(/** @type {HTMLElement|null} */ (null));
  const submit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const { mine, group } = classroom, text = field.current?.value.trim() || t('m_plain');
    if (!mine || !group) return;
    try {
      await markOfGroup(mine.id, group.number, text, at.current);
      toast(t('m_done', text));
    } catch (error) {
      refusals.tell(sentence(error));
    }
    close.current?.click();
  };
  const Field = () => { useEffect(() => { at.current = board.now(); field.current?.focus(); }, []); return null; };
  return html`<${Pop} label=${t('m_do')} cls="markit" face=${html`<${Icon} n="flag"/><span class="tx">${t('m_do')}</span>`}>
    <form class="markform" onSubmit=${submit}><label>${t('m_what')}<input ref=${field} type="text" maxlength=${MARK_MAX} autocomplete="off" placeholder=${t('m_plain')}/></label>
      <button class="btn main">${t('m_do')}</button><span ref=${close} data-close hidden></span></form><${Field}/><//>`;
}

/** Our group waits for its trigger no longer. */
async function waitNoLonger() {
  const { mine, group } = classroom;
  if (!mine || !group) return;
  try { await runOfGroup(mine.id, group.number, 'stop'); } catch (error) { refusals.tell(sentence(error)); }
}

export function Bar() {
  useClass('sessions', 'me');
  const { kept } = useOwn(), { group, lesson, isOver, mine } = classroom, reminders = lesson?.reminders ?? [];
  useReminders(mine, reminders);
  if (!group) return null;
  const fields = (!isOver && lesson?.record.typed) || [], isJudged = mine?.is_project && group.run != null && !!group.accept?.length, isDue = !!mine && remindersNow(mine, reminders).some((r) => r.since != null), isLacking = group.run == null && !!group.accept?.some((a) => a.holds === false), how = [t('l_open'), isDue && t('re_title'), isLacking && t('r_look')].filter(Boolean).join(t('cal_comma2'));
  return html`<div class="classbar">${lesson && html`<button class=${'btn howto' + (isDue || isLacking ? ' warn' : '')} aria-label=${how} title=${how} onClick=${() => openSlip('lesson')}><${Icon} n=${isDue || isLacking ? 'warn' : 'book'}/><span class="tx">${t('l_open')}</span></button>`}
    ${isJudged && html`<${DataSign} accept=${group.accept}/>`}
    ${fields.length > 0 && html`<${Typed} fields=${fields} isCrowded=${!!isJudged || !!mine?.is_revealed}/>`}
    ${(fields.length > 0 || kept.length > 0) && html`<button class="btn kept" aria-label=${t('k_list', kept.length)} title=${t('k_list', kept.length)} onClick=${() => openSlip('kept')}><${Icon} n="table"/>${num(kept.length)}</button>`}
    <span class="grow"></span>${!isOver && html`${group.armed_us != null && mine?.may_start === 'groups' && html`<button class="btn nowait" onClick=${waitNoLonger}><${Icon} n="cross"/><span class="tx">${t('k_noWait')}</span></button>`}${mine?.is_revealed && lesson && html`<button class="btn howto reveals" aria-label=${t('cr_open')} title=${t('cr_open')} onClick=${() => openSlip('results')}><${Icon} n="eye"/><span class="tx">${t('cr_open')}</span></button>`}<${MarkIt}/>`}</div>`;
}
