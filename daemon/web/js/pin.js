// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The teacher's PIN: a dialog that stands before whatever changes the board's state. `withTeacher`
// does a thing at once when the teacher is signed in here, and after the PIN otherwise.
import { html, t, say, useEffect, useRef, useState } from './base.js';
import { login, logout, Refusal } from './api.js';
import { board } from './board.js';
import { Emitter } from './emitter.js';
import { Icon } from './icons.js';

const door = new Emitter();
/** @type {((ok: boolean) => void)[]} all who wait for the one answer: a deed, and the page that is behind the PIN */ let waiting = [];

/** A refusal as a sentence. @param {unknown} error */
export function sentence(error) {
  if (!(error instanceof Refusal)) throw error;
  if (error.status === 0) return t('noAnswer');
  return say(error.words) || t('noAnswer');
}

/** Asks for the PIN and resolves true when it was right, false when the teacher went away.
 * @returns {Promise<boolean>} */
export const askPin = () => new Promise((done) => { waiting.push(done); door.emit('ask'); });

/** Does what only a teacher may; asks for the PIN when the board wants it.
 * @template T @param {() => Promise<T>} deed @returns {Promise<T|null>} null: not done */
export async function withTeacher(deed) {
  if (!board.isTeacher && !await askPin()) return null;
  try {
    return await deed();
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    board.isTeacher = false;                 // the session is over, or the board forgot it
    board.emit('status');
    return await askPin() ? deed() : null;
  }
}

export async function signOut() {
  await logout();
  board.isTeacher = false;
  board.emit('status');
}

/** What is typed into a field of digits, those of a Chinese keyboard, too. @param {string} text */
export const digitsOf = (text) => text.normalize('NFKC').replace(/\D/g, '');

/** A field for a PIN, for a form: what it is, what was wrong with what was typed, and how long to wait.
 * @param {(pin: string) => Promise<boolean>} enter true: it was right; a refusal is told here */
export function usePinField(enter) {
  const input = useRef(/** @type {HTMLInputElement|null} */ (null)), [bad, setBad] = useState(''), [isBusy, setBusy] = useState(false), [wait, setWait] = useState(0);
  useEffect(() => {                          // what the eye sees counts down; the sentence is heard once
    const timer = wait && setTimeout(() => { setWait(wait - 1); if (wait === 1) setBad(''); }, 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const onSubmit = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const field = /** @type {HTMLInputElement} */ (input.current);
    if (!field.value) setBad(t('pinDigits'));
    if (!field.value || isBusy) { field.focus(); return; }
    setBusy(true);
    try {
      if (await enter(field.value)) return;
    } catch (error) {
      setBad(sentence(error));
      setWait(/** @type {Refusal} */ (error).wait);
      field.value = '';
      field.focus();
    } finally {
      setBusy(false);
    }
  };
  const onInput = (/** @type {any} */ e) => { const is = e.target.value, plain = digitsOf(is); e.target.value = plain; if (plain.length < is.length) setBad(t('pinDigits')); };
  return { input, isBusy, setBad, onSubmit,
    field: { ref: input, type: 'password', inputmode: 'numeric', pattern: '[0-9]*', maxlength: 12, autocomplete: 'off', 'aria-invalid': bad ? 'true' : 'false', onInput },
    told: (/** @type {string} */ id) => html`<p id=${id} class="sr" role="alert">${bad}</p>
      <p class="pinbad" aria-hidden="true">${bad && html`<${Icon} n="warn" s=${20}/><span>${wait ? bad.replace(/\d+/, String(wait)) : bad}</span>`}</p>` };
}

export function PinDialog() {
  const box = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const pin = usePinField(async (digits) => {
    await login(digits);
    board.isTeacher = true;
    board.emit('status');
    finish(true);
    return true;
  });
  useEffect(() => door.on('ask', () => {
    if (box.current?.open) return;           // it is asked already: what was typed stays
    pin.setBad('');
    box.current?.showModal();
    if (pin.input.current) pin.input.current.value = '';
    pin.input.current?.focus();
  }), []);
  const finish = (/** @type {boolean} */ ok) => {
    const told = waiting;
    waiting = [];
    box.current?.close();
    told.forEach((done) => done(ok));
  };
  return html`<dialog class="slip pin" ref=${box} aria-labelledby="pin-title" onClose=${() => { if (!box.current?.open) finish(false); }}>
    <form onSubmit=${pin.onSubmit}>
      <h2 id="pin-title"><${Icon} n="lock" s=${26}/>${t('pinTitle')}</h2>
      <p class="dim">${t('pinWhy')}</p>
      <input ...${pin.field} aria-label=${t('pin')} aria-describedby="pin-bad"/>
      ${pin.told('pin-bad')}
      <div class="acts"><button type="button" class="btn" onClick=${() => finish(false)}>${t('cancel')}</button>
        <button class="btn main" disabled=${pin.isBusy}>${t('pinGo')}</button></div>
    </form></dialog>`;
}
