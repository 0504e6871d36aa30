// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// A number as people type it: full-width digits of a Chinese keyboard, a decimal comma, the minus and the
// narrow spaces that these pages themselves write. What could mean two things is not guessed. Pure.

/** What is wrong with a text that is no number: nothing is there; words or a unit behind the digits; a comma that
 * could part the thousands or begin the decimals; else.
 * @typedef {'empty'|'unit'|'comma'|'number'} Fault */

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** @param {string} text */
const halfWidth = (text) => text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
  .replace(/[\u2212\u2013\u2014]/g, '-').replace(/\u3002/g, '.').replace(/\u3001/g, ',');

/** @param {string} text @returns {{value: number}|{fault: Fault}} */
export function typed(text) {
  const plain = halfWidth(text).trim().replace(/(?<=\d)[\s\u202f\u00a0](?=\d{3}(?!\d))/g, '').replace(/^([-+])\s+/, '$1');
  if (!plain) return { fault: 'empty' };
  const isDecimal = /^[-+]?(|0|\d{4,}),\d+$/.test(plain) || (/^[-+]?\d+,\d+$/.test(plain) && !/,\d{3}$/.test(plain));
  const number = isDecimal ? plain.replace(',', '.') : plain;
  if (NUMBER.test(number)) return Number.isFinite(Number(number)) ? { value: Number(number) } : { fault: 'number' };
  if (/^[-+]?\d[\d.,]*$/.test(plain) && plain.includes(',')) return { fault: 'comma' };
  return { fault: /^[-+]?\d[\d.,]*\s*[^\d\s.,]/.test(plain) ? 'unit' : 'number' };
}
