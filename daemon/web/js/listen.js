// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The main line for ears: what it does in a few sentences, and as a tone that rises and falls with it (WebAudio). The range
// that is selected, else the window. High is high: two octaves from the least to the greatest value, by equal steps of the
// value; a gap is a low rattle. A click stands at each quarter of the time.
import './strings-later.js';
import { t } from './base.js';
import { shownEnd, shownWindow } from './chart-view.js';
import { toldOf } from './listen-words.js';
import { channelName } from './names.js';
import { lasting, quantity } from './numbers.js';
import { readings } from './readings.js';
import { view } from './view.js';

const SECONDS = 6, LOW_HZ = 220, OCTAVES = 2, NOTES = 240;

/** What is listened to: the readings and where they are. */
function heard() {
  const { series } = readings, lane = view.mainLane, [from, to] = view.range ?? shownWindow(), end = Math.min(to, shownEnd());
  return series && lane ? { lane, from, to: end, block: series.slice(from, end), gaps: readings.gaps().filter((g) => g.from_us < end && g.to_us > from) } : null;
}

/** In words. */
export function spokenChart() {
  const what = heard();
  if (!what) return t('tell_none');
  const { lane, from, to, block, gaps } = what, told = toldOf(block, lane.at, from, to), d = readings.digits(lane);
  if (!told) return t('tell_none');
  const value = (/** @type {number} */ v) => quantity(v, d, lane.unit), when = (/** @type {number} */ us) => lasting((us - readings.origin) / 1e6);
  /** @type {Record<string, import('./base.js').Key>} */ const WAY = { up: 'tell_up', down: 'tell_down', level: 'tell_level', upDown: 'tell_upDown', downUp: 'tell_downUp', swings: 'tell_swings' };
  return [t('tell_span', channelName(lane.channel), lasting((to - from) / 1e6)), t(WAY[told.way], value(told.first), value(told.last), told.turns),
    t('tell_most', value(told.max), when(told.maxAt), value(told.min), when(told.minAt)), gaps.length ? t('tell_gaps', gaps.length) : ''].filter(Boolean).join(' ');
}

/** @type {AudioContext|null} */ let sound = null;
/** @type {(() => void)|null} */ let stopNow = null;
export const isPlaying = () => !!stopNow;
export const stopPlaying = () => stopNow?.();

/** Frequencies of the notes; NaN: nothing there. Pure. @param {import('./series.js').Block} block @param {number} channel @param {number} from
 * @param {number} to @param {number} n @returns {number[]} */
export function notesOf(block, channel, from, to, n) {
  const sum = new Float64Array(n), count = new Float64Array(n), { mid } = block.lanes[channel];
  let lo = Infinity, hi = -Infinity;
  for (let i = block.after(from - 1), j = block.after(to); i < j; i++) {
    if (mid[i] !== mid[i]) continue;
    const k = Math.min(n - 1, Math.floor((block.t[i] - from) / (to - from) * n));
    sum[k] += mid[i] * block.n[i]; count[k] += block.n[i];
    if (mid[i] < lo) lo = mid[i];
    if (mid[i] > hi) hi = mid[i];
  }
  return Array.from(sum, (s, k) => (count[k] ? LOW_HZ * 2 ** (OCTAVES * (hi > lo ? (s / count[k] - lo) / (hi - lo) : 0.5)) : NaN));
}

/** Plays it; calls `moved` with the instant that sounds, and with null at the end. Played again, it stops.
 * @param {(us: number|null) => void} moved */
export function play(moved) {
  if (stopNow) { stopNow(); return; }
  const what = heard();
  if (!what || !what.block.length) { moved(null); return; }
  const { lane, from, to, block, gaps } = what, notes = notesOf(block, lane.at, from, to, NOTES);
  const audio = sound ??= new AudioContext(), begin = audio.currentTime + 0.05, step = SECONDS / NOTES;
  audio.resume();
  const tone = audio.createOscillator(), loud = audio.createGain(), low = audio.createOscillator(), rattle = audio.createGain();
  tone.type = 'triangle';
  low.type = 'sawtooth';
  low.frequency.value = 60;
  loud.gain.value = rattle.gain.value = 0;
  let isFirst = true;
  notes.forEach((hz, k) => {
    const at = begin + k * step, us = from + (to - from) * k / NOTES, isGap = gaps.some((g) => us >= g.from_us && us <= g.to_us), before = notes[k - 1];
    rattle.gain.setValueAtTime(isGap ? 0.08 : 0, at);
    if (hz === hz) {
      // Between readings that are far apart the tone glides, as the line does.
      if (isFirst) tone.frequency.setValueAtTime(hz, at); else tone.frequency.linearRampToValueAtTime(hz, at);
      isFirst = false;
      if (!(before === before) || k === 0) loud.gain.setTargetAtTime(0.22, at, 0.01);
    } else if (isGap) loud.gain.setTargetAtTime(0, at, 0.01);
    if (k % (NOTES / 4) === 0 && k) { loud.gain.setValueAtTime(0.4, at); loud.gain.setTargetAtTime(0.22, at + 0.02, 0.02); }
  });
  loud.gain.setTargetAtTime(0, begin + SECONDS, 0.02);
  rattle.gain.setValueAtTime(0, begin + SECONDS);
  tone.connect(loud).connect(audio.destination);
  low.connect(rattle).connect(audio.destination);
  const beat = setInterval(() => {
    const part = (audio.currentTime - begin) / SECONDS;
    if (part >= 1) end(); else moved(from + (to - from) * Math.max(0, part));
  }, 60);
  const end = () => {
    clearInterval(beat);
    stopNow = null;
    for (const one of [tone, low]) { one.stop(); one.disconnect(); }
    moved(null);
  };
  for (const one of [tone, low]) one.start(begin);
  stopNow = end;
}
