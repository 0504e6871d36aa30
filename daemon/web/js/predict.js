// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Guessing before the start, as the lesson asks: a line drawn on the axes of the chart to come, a value, or a choice. A
// finger, a mouse or the arrow keys draw. What was guessed lies under the data as a pale stroke.
import './strings-later.js';
import { html, say, t, useRef, useState } from './base.js';
import { predict } from './class-api.js';
import { classroom } from './classroom.js';
import { openSlip, Slip } from './class-dialog.js';
import { planUnit } from './chart-scale.js';
import { useOwn } from './class-bar.js';
import { own } from './class-own.js';
import { useClass } from './hooks.js';
import { Icon } from './icons.js';
import { channelOf } from './group-view.js';
import { digitsFor, quantity } from './numbers.js';
import { sentence } from './pin.js';
import { layoutOf, Plot, useSize } from './plot.js';
import { drawn, emptyStroke, isEnough, pointsOf, stepAt, STEPS, strokeOf } from './stroke.js';
import { toast } from './toast.js';
import { typed } from './typed.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Lesson} Lesson */
/** @typedef {import('./class-api.js').Prediction} Prediction */

const KEY_STEP = 2;

/** @param {{lesson: Lesson, first: Prediction|null, onSend: (what: Prediction) => void}} p */
function Pad({ lesson, first, onSend }) {
  const { y: id, range, time_us: us } = lesson.predict, seconds = (us ?? 60e6) / 1e6, [unit, per] = planUnit(seconds), y = range ?? [0, 1];
  const lane = own.laneOf(id), what = [...lesson.needs, ...lesson.formulas].find((k) => k.id === id), of = unitText(what?.unit ?? (lane && channelOf(lane).unit));
  const [stroke, setStroke] = useState(first?.points ? strokeOf(first.points, seconds) : emptyStroke()), [bad, setBad] = useState('');
  const frame = useRef(/** @type {HTMLElement|null} */ (null)), [width, height] = useSize(frame);
  const pen = useRef(/** @type {{step: number, y: number}|null} */ (null)), said = useRef(/** @type {HTMLElement|null} */ (null));
  const name = say(what?.name), start = own.now(id);
  const axes = { label: name, x: /** @type {[number, number]} */ ([0, seconds / per]), y, xTitle: `${t('time')} / ${unit}`, yTitle: of ? `${name} / ${of}` : name, most: /** @type {[number, number]} */ ([6, 6]) };
  const { X, Y } = layoutOf(axes, width, height);
  const draw = (/** @type {{step: number, y: number}|null} */ from, /** @type {{step: number, y: number}} */ to) => {
    pen.current = to;
    setBad('');
    setStroke((/** @type {import('./stroke.js').Stroke} */ s) => drawn(s, from, to));
    if (said.current) said.current.textContent = `${quantity(to.step / STEPS * seconds / per, 1, unit)}, ${quantity(to.y, digitsFor(y[1] - y[0]) - 1, of)}`;
  };
  const at = (/** @type {PointerEvent} */ e) => {
    const box = /** @type {HTMLElement} */ (frame.current).getBoundingClientRect(), [x0, x1] = [X(axes.x[0]), X(axes.x[1])], [y0, y1] = [Y(y[0]), Y(y[1])];
    const share = (e.clientX - box.left - x0) / (x1 - x0), up = (e.clientY - box.top - y0) / (y1 - y0);
    return { step: stepAt(share), y: y[0] + Math.max(0, Math.min(1, up)) * (y[1] - y[0]) };
  };
  const down = (/** @type {any} */ e) => { if (e.button > 0) return; e.currentTarget.setPointerCapture(e.pointerId); draw(null, at(e)); };
  const move = (/** @type {any} */ e) => { if (e.currentTarget.hasPointerCapture(e.pointerId)) draw(pen.current, at(e)); };
  const key = (/** @type {KeyboardEvent} */ e) => {
    const here = pen.current ?? { step: 0, y: start ?? (y[0] + y[1]) / 2 }, way = { ArrowLeft: -1, ArrowRight: 1 }[e.key] ?? 0, up = { ArrowDown: -1, ArrowUp: 1 }[e.key] ?? 0;
    if (!way && !up) return;
    e.preventDefault();
    const to = { step: Math.max(0, Math.min(STEPS, here.step + way * KEY_STEP)), y: Math.max(y[0], Math.min(y[1], here.y + up * (y[1] - y[0]) / 50)) };
    draw(way ? here : null, to);
  };
  const send = () => { if (isEnough(stroke)) onSend({ points: pointsOf(stroke, seconds) }); else setBad(t('p_more')); };
  return html`<div class="pad" ref=${frame} tabindex="0" role="application" aria-label=${t('p_aria', name)} onPointerDown=${down} onPointerMove=${move} onKeyDown=${key}>
      <${Plot} ...${axes} lines=${[{ x: stroke.map((_, k) => k / STEPS * seconds / per), y: stroke, colour: 'var(--azurite)', width: 6 }]}
        dots=${start == null || start < y[0] || start > y[1] ? [] : [{ x: 0, y: start, colour: 1, size: 2 }]}/>
      <p class="sr" aria-live="polite" ref=${said}></p></div>
    <p class="pinbad" role="alert">${bad && html`<${Icon} n="warn" s=${20}/>${bad}`}</p>
    <div class="acts"><button class="btn" onClick=${() => { pen.current = null; setStroke(emptyStroke()); }}>${t('p_clear')}</button>
      <button class="btn main" onClick=${send}>${t('p_done')}</button></div>`;
}

/** @param {{lesson: Lesson, first: Prediction|null, onSend: (what: Prediction) => void}} p */
function Choice({ lesson, first, onSend }) {
  const [choice, setChoice] = useState(first?.choice ?? -1), [bad, setBad] = useState('');
  const submit = (/** @type {Event} */ e) => { e.preventDefault(); if (choice < 0) setBad(t('p_pick')); else onSend({ choice }); };
  return html`<form onSubmit=${submit}><div class="choices" role="radiogroup" aria-label=${say(lesson.predict.ask)}>${(lesson.predict.choices ?? []).map((words, i) => html`
      <label class="option"><input type="radio" name="choice" value=${i} checked=${i === choice} onChange=${() => { setChoice(i); setBad(''); }}/><span>${say(words)}</span></label>`)}</div>
    <p class="pinbad" role="alert">${bad && html`<${Icon} n="warn" s=${20}/>${bad}`}</p>
    <div class="acts"><button class="btn main">${t('p_done')}</button></div></form>`;
}

/** @param {{lesson: Lesson, first: Prediction|null, onSend: (what: Prediction) => void}} p */
function Value({ lesson, first, onSend }) {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null)), [bad, setBad] = useState(''), unit = unitText(lesson.predict.unit);
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    const read = typed(field.current?.value ?? '');
    if ('value' in read) onSend({ value: read.value }); else { setBad(t('k_number')); field.current?.focus(); }
  };
  return html`<form onSubmit=${submit}><label class="one">${say(lesson.predict.ask)}<span class="withunit"><input ref=${field} inputmode="decimal" autocomplete="off"
      defaultValue=${first?.value ?? ''} aria-invalid=${bad ? 'true' : 'false'}/>${unit}</span></label>
    <p class="pinbad" role="alert">${bad && html`<${Icon} n="warn" s=${20}/>${bad}`}</p>
    <div class="acts"><button class="btn main">${t('p_done')}</button></div></form>`;
}

/** It stays as it was: the group has a run, all is revealed, or another browser of the group has guessed. @param {{why: import('./base.js').Key}} p */
const Fixed = ({ why }) => html`<p class="fixed"><${Icon} n="check" s=${20}/> ${t(why)}</p>
  <div class="acts"><button class="btn main" onClick=${() => openSlip(null)}>${t('closeN')}</button></div>`;

export function Predict() {
  useClass('sessions', 'me');
  useOwn();
  const { lesson, mine, group } = classroom, [bad, setBad] = useState('');
  if (!lesson || !mine || !group) return null;
  const send = async (/** @type {Prediction} */ what) => {
    try {
      await predict(mine.id, group.number, what);
      own.setPrediction(what);
      openSlip(null);
      toast(t('p_kept'));
    } catch (error) {
      setBad(sentence(error));
    }
  };
  const why = /** @type {import('./base.js').Key|''} */ (own.isOthers ? 'p_others' : group.may_predict ? '' : own.prediction ? 'p_fixed' : 'p_late'), How = { curve: Pad, choice: Choice, value: Value }[/** @type {'curve'} */ (lesson.predict.kind)];
  return html`<${Slip} name="predict" title=${say(lesson.predict.ask) || t('predict')} icon="pen" cls=${'predict by-' + lesson.predict.kind}>
    <p class="ask">${say(lesson.question)}</p>${why ? html`<${Fixed} why=${why}/>` : How && html`<${How} lesson=${lesson} first=${own.prediction} onSend=${send}/>`}
    ${bad && html`<p class="pinbad" role="alert"><${Icon} n="warn" s=${20}/>${bad}</p>`}<//>`;
}
