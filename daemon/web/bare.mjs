// SPDX-License-Identifier: GPL-3.0-or-later
// Our own scripts and styles without their comments, but for the licence line: a fifth of what a page weighs
// is for whoever reads the source, and no browser does. Not a word of the program changes: bare_test.mjs holds it to
// that. It knows our form only: a comment from // to the end has a line of its own, and no string holds a slash and a star.

/** @param {string} text */
export const bare = (text) => text.replace(/^[ \t]*\/\/(?! SPDX).*\n/gm, '').replace(/[ \t]*\/\*(?!\s*SPDX)[^]*?\*\/[ \t]*/g, ' ')
  .replace(/^[ \t]*\n/gm, '');
