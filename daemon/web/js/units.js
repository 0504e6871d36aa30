// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Units as the board writes them (UCUM, for machines) turned into what stands on a page (for eyes):
// Cel becomes °C, m/s2 becomes m/s², uT becomes µT. What is not in the table passes through.

/** Atoms whose UCUM spelling is not what people write. */
const ATOM = {
  Cel: '°C', '[degF]': '°F', deg: '°', "'": '′', "''": '″', Ohm: 'Ω', kOhm: 'kΩ', MOhm: 'MΩ',
  '[ppm]': 'ppm', '[ppb]': 'ppb', '[ppth]': '‰', '[pH]': '', 'B[SPL]': 'B', 'dB[SPL]': 'dB',
  l: 'L', ml: 'mL', ar: 'a', '[g]': 'g₀', bar: 'bar', mbar: 'mbar', "m[H2O]": 'mH₂O', d: 'd', 1: '',
};
const RAISED = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };

const raise = (/** @type {string} */ digits) => digits.replace(/[-0-9]/g, (c) => RAISED[/** @type {'1'} */ (c)]);

/** One factor, e.g. "s2", "uT", "{count}". @param {string} text @returns {string} */
function factor(text) {
  const bare = text.replace(/\{[^}]*\}/g, '');
  if (bare in ATOM) return ATOM[/** @type {keyof typeof ATOM} */ (bare)];
  const [, name, power] = /** @type {RegExpMatchArray} */ (bare.match(/^(.*?)([-+]?\d+)?$/));
  const atom = name in ATOM ? ATOM[/** @type {keyof typeof ATOM} */ (name)]
    : /^u[A-Za-z]/.test(name) ? 'µ' + factor(name.slice(1)) : name.replace(/[[\]]/g, '');
  return atom && power ? atom + raise(power.replace('+', '')) : atom;
}

/** What a page shows for a UCUM unit. Products stand apart by a space; "/min" alone is min⁻¹.
 * @param {string|null|undefined} ucum */
export function unitText(ucum) {
  if (!ucum) return '';
  const [above, ...below] = ucum.split('/');
  const product = (/** @type {string} */ s) => s.split('.').map(factor).filter(Boolean).join(' ');
  const top = product(above), low = below.map(product).filter(Boolean);
  if (!low.length) return top;
  return top ? [top, ...low].join('/') : low.map((u) => u + '⁻¹').join(' ');
}

/** The unit of a slope: °C/min, m/s² for a velocity. @param {string} unit @param {'s'|'min'} time */
export function perTime(unit, time) {
  if (!unit) return time + '⁻¹';
  if (unit === 'm/s' && time === 's') return 'm/s²';
  return /[/⁻]/.test(unit) ? `(${unit})/${time}` : `${unit}/${time}`;
}

/** The unit of an area under the curve: °C min. @param {string} unit @param {'s'|'min'} time */
export const timesTime = (unit, time) => (unit ? `${unit} ${time}` : time);
