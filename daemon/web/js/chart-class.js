// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// What a class adds to the chart, under the data: the stroke that was drawn before the start, wide and pale, and the word
// across a picture that is a replay. Canvas only.
import { inside, ratio } from './chart-paper.js';

const STROKE_PX = 6, PALE = 0.3, FAINT = 0.2;

/** @param {any} u uPlot @param {import('./chart-paper.js').Colours} colours @param {string} font
 * @param {{predicted?: [number, number][]|null, watermark?: string}} m */
export function ofClass(u, colours, font, { predicted, watermark }) {
  const r = ratio(), { left, top, width, height } = u.bbox;
  if (watermark) inside(u, (ctx) => {
    ctx.globalAlpha = FAINT;
    ctx.fillStyle = colours.ink3;
    ctx.font = font.replace('14px', `600 ${Math.round(Math.min(width / 5, height / 2) / r) * r}px`);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(watermark, left + width / 2, top + height / 2);
  });
  if (predicted?.length) inside(u, (ctx) => {
    ctx.globalAlpha = PALE;
    ctx.strokeStyle = colours.ink2;
    ctx.lineWidth = STROKE_PX * r;
    ctx.lineJoin = ctx.lineCap = 'round';
    ctx.setLineDash([]);
    ctx.beginPath();
    predicted.forEach(([x, y], i) => { const at = [u.valToPos(x, 'x', true), u.valToPos(y, 'y', true)]; if (i) ctx.lineTo(at[0], at[1]); else ctx.moveTo(at[0], at[1]); });
    ctx.stroke();
  });
}

/** The window of all has the whole stroke in it. @param {[number, number]} window @param {{window: string, predicted?: [number, number][]|null}} m
 * @returns {[number, number]} */
export const withPredicted = ([from, to], { window, predicted }) => [from, window === 'all' && predicted?.length ? Math.max(to, predicted[predicted.length - 1][0]) : to];
