// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Whose a mark is: a push button's is everybody's, a class's only of what that class records.

/** @param {import('./api.js').Mark} mark @param {number|null|undefined} session @param {number|null|undefined} group */
export const isMarkOf = (mark, session, group) => mark.session == null || (mark.session === session && (mark.group == null || mark.group === group));
