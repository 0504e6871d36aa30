// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a lesson waits for before it records, in words.
import { say, t } from './base.js';
import { decimalsOf, quantity } from './numbers.js';
import { unitText } from './units.js';

/** "waits until Speed rises to 0.3 m/s"; "": the lesson has no trigger.
 * @param {{needs: {id: string, name?: import('./base.js').Words, unit?: string|null}[],
 *   record: {trigger?: import('./class-api.js').Trigger|null}}|null|undefined} lesson */
export function triggerText(lesson) {
  const trigger = lesson?.record.trigger, need = trigger && lesson?.needs.find((n) => n.id === trigger.channel);
  if (!trigger) return '';
  const { level } = trigger, value = quantity(level, decimalsOf(level), unitText(need?.unit ?? ''));
  return t(trigger.edge === 'rising' ? 'tr_rising' : 'tr_falling', say(need?.name) || trigger.channel, value);
}
