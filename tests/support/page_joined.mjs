// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages take one kit's values to be at the rows of another (web/js/joined.js), for tests that are no pages: JSON from
// the standard input, {t, other: {t, y}, periodUs} in microseconds, to a list of values; null where there is none.
import fs from 'node:fs';
import { joined } from '../../daemon/web/js/joined.js';
import { Block } from '../../daemon/web/js/series.js';

const { t, other, periodUs } = JSON.parse(fs.readFileSync(0, 'utf8'));
const block = (/** @type {number[]} */ at, /** @type {number[]} */ y) => { const made = new Block(1); made.append({ t: at, n: at.map(() => 1), y: [y] }); return made; };
process.stdout.write(JSON.stringify([...joined(block(t, t), block(other.t, other.y), 0, periodUs).mid]));
