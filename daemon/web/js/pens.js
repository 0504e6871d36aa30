// SPDX-License-Identifier: GPL-3.0-or-later
// @ts-check
// Two pens with one hand: what is drawn with either is the same picture, once of pixels, once of an SVG file. A path is
// the text that SVG and Path2D share. The page's policy lets no SVG be loaded as an image, so the one is not made of the other.

/** @typedef {{fill?: string, stroke?: string, width?: number, dash?: number[], cap?: CanvasLineCap}} Ink */
/** @typedef {{size?: number, fill?: string, anchor?: 'start'|'middle'|'end', weight?: number, most?: number}} Type `most`: as wide at most, in pixels. `at`: what is drawn there
 *   counts from (x, y) */
/** @typedef {{path: (d: string, ink: Ink) => void, text: (x: number, y: number, text: string, type: Type) => void,
 *   at: (x: number, y: number, draw: () => void) => void, clip: (x: number, y: number, w: number, h: number, draw: () => void) => void, widthOf: (text: string, type: Type) => number}} Pen */

/** @param {CanvasRenderingContext2D} ctx @param {string} font family @returns {Pen} */
export function canvasPen(ctx, font) {
  const face = (/** @type {Type} */ { size = 14, weight = 400 }) => { ctx.font = `${weight} ${size}px ${font}`; };
  return {
    path(d, { fill, stroke, width = 1, dash = [], cap = 'butt' }) {
      const path = new Path2D(d);
      if (fill && fill !== 'none') { ctx.fillStyle = fill; ctx.fill(path); }
      if (!stroke || stroke === 'none') return;
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width;
      ctx.lineCap = cap;
      ctx.lineJoin = 'round';
      ctx.setLineDash(dash);
      ctx.stroke(path);
    },
    text(x, y, text, type) {
      face(type);
      ctx.fillStyle = type.fill ?? '#000';
      ctx.textAlign = type.anchor === 'middle' ? 'center' : type.anchor === 'end' ? 'right' : 'left';
      ctx.fillText(text, x, y, type.most);
    },
    at(x, y, draw) {
      ctx.save();
      ctx.translate(x, y);
      draw();
      ctx.restore();
    },
    clip(x, y, w, h, draw) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(x, y, w, h);
      ctx.clip();
      draw();
      ctx.restore();
    },
    widthOf(text, type) { face(type); return ctx.measureText(text).width; },
  };
}

/** @param {string} text */
export const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '');

/** A pen that writes; `file` is the picture so far. @param {number} width @param {number} height @param {string} font family
 * @param {(text: string, type: Type) => number} widthOf @returns {Pen & {file: (title: string) => string}} */
export function svgPen(width, height, font, widthOf) {
  /** @type {string[]} */ const out = [], defs = /** @type {string[]} */ ([]);
  const round = (/** @type {number} */ v) => String(+v.toFixed(2));
  return {
    path(d, { fill = 'none', stroke = 'none', width: w = 1, dash = [], cap = 'butt' }) {
      out.push(`<path d="${escaped(d)}" fill="${escaped(fill)}" stroke="${escaped(stroke)}" stroke-width="${round(w)}"${dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''} stroke-linecap="${cap}" stroke-linejoin="round"/>`);
    },
    text(x, y, text, { size = 14, fill = '#000', anchor = 'start', weight = 400, most }) {
      const wide = most && widthOf(text, { size, weight }) > most ? ` textLength="${round(most)}" lengthAdjust="spacingAndGlyphs"` : '';
      out.push(`<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${escaped(fill)}" text-anchor="${anchor}"${wide}>${escaped(text)}</text>`);
    },
    at(x, y, draw) {
      out.push(`<g transform="translate(${round(x)} ${round(y)})">`);
      draw();
      out.push('</g>');
    },
    clip(x, y, w, h, draw) {
      defs.push(`<clipPath id="c${defs.length}"><rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"/></clipPath>`);
      out.push(`<g clip-path="url(#c${defs.length - 1})">`);
      draw();
      out.push('</g>');
    },
    widthOf,
    file: (title) => `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(font)}">\n<title>${escaped(title)}</title>\n`
      + `<defs>${defs.join('')}</defs>\n${out.join('\n')}\n</svg>\n`,
  };
}
