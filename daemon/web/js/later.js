// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Parts of a page that most lessons never open are fetched when somebody opens them. Without the board they stay away, and
// come the next time.
import { html, useEffect, useState } from './base.js';

/** A component in a module of its own. @param {() => Promise<any>} load gives the component */
export function later(load) {
  /** @type {any} */ let known = null;
  return function Later(/** @type {any} */ props) {
    const [Part, setPart] = useState(() => known);
    useEffect(() => {
      if (known) return;
      load().then((part) => { known = part; setPart(() => part); }, () => { /* the page says that the board is lost */ });
    }, []);
    return Part && html`<${Part} ...${props}/>`;
  };
}
