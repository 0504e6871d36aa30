// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a latecomer types.

/** The page's host; '' on the board itself, whose own page knows no address that others could use. */
export const hostForOthers = () => (/^(localhost|127\.|\[?::1)/.test(location.hostname) ? '' : location.host);
