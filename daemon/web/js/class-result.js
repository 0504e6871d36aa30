// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// The result of the class, as every page shows it: one point for each run of a group, or for each reading in a lesson of
// events, with the fit that the lesson names; without one, all values together.
import jsep from '/vendor/jsep.js';
import { html, say, t, useEffect, useState } from './base.js';
import { askFit, Refusal } from './api.js';
import { colourOf, groupName, isOpenShape } from './animals.js';
import { isOfReadings, runsOfClass, useKept } from './class-found.js';
import { lanesOf } from './class-lanes.js';
import { absentOf, curveOf, pointsOf, pooled } from './class-points.js';
import { formulaOf } from './formula.js';
import { devicesOf } from './group-view.js';
import { uncertain } from './numbers.js';
import { Plot } from './plot.js';
import { unitText } from './units.js';

/** @typedef {import('./class-api.js').Session} Session */
/** @typedef {import('./class-api.js').Result} Result */
/** @typedef {import('./class-points.js').ClassPoint} ClassPoint */
/** @typedef {import('./api.js').FitAnswer} Fit */
/** @typedef {Pick<import('./class-api.js').Lesson, 'needs'|'record'|'formulas'|'plot'|'class_plot'|'predict'>} Lesson as far as its result goes; the teacher's is one, too */
/** @typedef {{session: Session, lesson: Lesson|null, axes: import('./class-api.js').Axes, model: string|undefined, runs: Result[], points: ClassPoint[], fit: Fit|null,
 *   refused: import('./base.js').Words|null}} Found */

const FIT_LEAST = 2, PAPER = 14;
const AIR = 0.1, NEAR = 1.5;         // beside the points; how far an origin may be, in widths of them, to be shown too

/** @type {Record<string, import('./base.js').Key>} */
const LACKS = { run: 'cr_noRun', typed: 'cr_noTyped', read: 'cr_noRead', value: 'cr_noValue' };

/** @type {import('./class-points.js').Reader} */
export const read = (text, names) => formulaOf(jsep, text, names).value;

/** @param {string} id @param {Lesson|null} lesson */
export const known = (id, lesson) => [...(lesson?.formulas ?? []), ...(lesson?.record.typed ?? []), ...(lesson?.needs ?? [])].find((k) => k.id === id);

/** The unit of an id of the lesson, in UCUM; a need that takes any has that of the kits. @param {string} id @param {Lesson|null} lesson @param {Session} session */
export function unitOf(id, lesson, session) {
  const unit = known(id, lesson)?.unit ?? session.groups.flatMap((g) => lanesOf(devicesOf(g), lesson, g.shared)).find((lane) => lane.need === id)?.channel.unit ?? '';
  return unit === '1' ? '' : unit;
}

/** What an id of the lesson is called, with its unit. @param {string} id @param {Lesson|null} lesson @param {Session} session @returns {string} */
export function titleOf(id, lesson, session) {
  if (id === 'group') return t('cr_group');
  const unit = unitText(unitOf(id, lesson, session));
  return (say(known(id, lesson)?.name) || id) + (unit && ` / ${unit}`);
}

/** The fit over these points, asked for when they are others. @param {string|undefined} model @param {string[]} among which others may be advised
 * @param {[number, number][]} points @param {{x_unit: string, y_unit: string}} units */
function useFit(model, among, points, units) {
  const nothing = { fit: /** @type {Fit|null} */ (null), refused: /** @type {import('./base.js').Words|null} */ (null) };
  const [answer, setAnswer] = useState(nothing), key = JSON.stringify([model, points, units]);
  useEffect(() => {
    if (!model || points.length < FIT_LEAST) { setAnswer(nothing); return undefined; }
    let isOver = false;
    askFit({ model, among, points, x_is_time: false, ...units }).then((fit) => { if (!isOver) setAnswer({ fit, refused: null }); }, (error) => {
      if (!(error instanceof Refusal)) throw error;
      if (!isOver) setAnswer({ fit: null, refused: error.words });
    });
    return () => { isOver = true; };
  }, [key]);
  return answer;
}

/** What the class found. @param {Session} session @param {Lesson|null} lesson @param {Result[]} results @param {string} [chosen] a model of the class plot; else its
 * first @returns {Found} */
export function useFound(session, lesson, results, chosen = '') {
  const kept = useKept(session, isOfReadings(lesson)), runs = runsOfClass(session, lesson, results, kept);
  const main = lesson?.plot?.y ?? lesson?.needs[0]?.id ?? Object.keys(results.flatMap((r) => r.runs)[0]?.channels ?? {})[0] ?? '';
  const axes = lesson?.class_plot ?? { x: 'group', y: main, fits: [] }, model = axes.fits.includes(chosen) ? chosen : axes.fits[0];
  const points = pointsOf(runs, axes, lesson?.formulas ?? [], read);
  const units = { x_unit: unitOf(axes.x, lesson, session), y_unit: unitOf(axes.y, lesson, session) };
  return { session, lesson, axes, model, runs, points, ...useFit(model, axes.fits, points.map(({ x, y }) => [x, y]), units) };
}

/** A range for these values; it begins at 0 where that is not far. @param {number[]} values @returns {[number, number]} */
function axis(values) {
  if (!values.length) return [0, 1];
  const lo = Math.min(...values), hi = Math.max(...values), air = (hi - lo) * AIR || Math.abs(hi) * AIR || 1;
  return [lo > 0 && lo < (hi - lo) * NEAR ? 0 : lo - air, hi < 0 && -hi < (hi - lo) * NEAR ? 0 : hi + air];
}

/** The points with their bars, the curve of the fit, or the mean. @param {{found: Found, font?: number, mine?: number|null, cls?: string}} p `font`: more than
 * a page's is for a wall; `mine`: the group whose points stand out */
export function FoundPlot({ found, font = PAPER, mine = null, cls = '' }) {
  const { session, lesson, axes, model, points, fit } = found, scale = font / PAPER, isWall = font > PAPER;
  const x = axes.x === 'group' ? /** @type {[number, number]} */ ([0, session.groups.length + 1]) : axis(points.map((p) => p.x)), curve = fit && curveOf(fit, read, x[0], x[1]);
  const y = axis(points.flatMap((p) => [p.y - (p.u ?? 0), p.y + (p.u ?? 0)])), { mean } = pooled(points.map((p) => p.y)), dashes = (/** @type {number[]} */ ...d) => d.map((v) => v * scale);
  const bars = points.flatMap(({ x: at, y: of, u, group }) => (u ? [{ x: [at, at], y: [of - u, of + u], colour: `var(--c${colourOf(group)})`, width: 2 * scale }] : []));
  const lines = [...bars, ...(curve ? [{ ...curve, colour: fit.is_good ? 'var(--ink)' : 'var(--cinnabar)', dash: fit.is_good ? dashes(10, 4) : dashes(2, 4), width: 2 * scale }] : []),
    ...(!model && points.length > 1 ? [{ x, y: [mean, mean], colour: 'var(--ink)', dash: dashes(10, 4), width: 2 * scale }] : [])];
  const dots = points.map((p) => ({ x: p.x, y: p.y, colour: colourOf(p.group), isOpen: isOpenShape(p.group), size: (isWall ? font / 11 : 1.7) * (p.group === mine ? 1.6 : 1),
    label: p.group === mine ? t('cr_we') : isWall ? String(p.group) : '' }));
  const xTitle = titleOf(axes.x, lesson, session), yTitle = titleOf(axes.y, lesson, session);
  return html`<${Plot} label=${t('cr_result')} font=${font} x=${x} y=${y} most=${[axes.x === 'group' ? Math.min(6, session.groups.length + 1) : 6, 5]} xTitle=${xTitle} yTitle=${yTitle} lines=${lines} dots=${dots} cls=${cls}/>
    <p class="sr">${points.map((p) => `${groupName(p.group)}: ${uncertain(p.x, null)}, ${uncertain(p.y, p.u)}`).join('; ')}</p>`;
}

/** Which groups are not in the plot, and why, in a sentence; '': all are, or nobody is yet. @param {Found} found */
export function absentWords({ session, lesson, axes, runs, points }) {
  if (!points.length) return '';
  const of = { formulas: lesson?.formulas ?? [], needs: lesson?.needs ?? [], typed: lesson?.record.typed ?? [] };
  const absent = absentOf(session.groups.map((g) => g.number), points, runs, axes, of);
  return absent.map(({ groups, of: id, why }) => t(why === 'run' && isOfReadings(lesson) ? 'cr_noKept' : LACKS[why], groups.join(t('cr_and')),
    id ? say(known(id, lesson)?.name) || id : '')).join(t('cr_then'));
}

/** What the class found, in a sentence; '': nothing yet. @param {Found} found */
export function verdictOf({ model, fit, refused, points, lesson, axes, session }) {
  if (model) return say(fit?.sentence ?? refused);
  const { n, mean, sd } = pooled(points.map(({ y }) => y));
  return n > 1 ? t('cr_pooled', n, uncertain(mean, sd, unitText(unitOf(axes.y, lesson, session)))) : '';
}
