/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>

enum { MARGIN = 4 }; /* ISO/IEC 18004: four modules of quiet around it */

static int encode(const char *words, QRcode **ret_qr)
{
	*ret_qr = QRcode_encodeString(words, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (*ret_qr)
		return 0;
	return errno == ERANGE ? -EINVAL : -ENOMEM;
}

int qr_write_svg(const char *words, struct text *text)
{
	QRcode *qr;
	int r = encode(words, &qr);

	if (r < 0)
		return r;
	int size = qr->width + 2 * MARGIN;

	text_addf(text,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
		" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
		"<path d=\"",
		size, size, size, size, size);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0, n; x < qr->width; x += n) {
			const unsigned char *module = qr->data + y * qr->width + x;

			for (n = 1; x + n < qr->width && (module[n] & 1) == (module[0] & 1);)
				n++;
			if (module[0] & 1)
				text_addf(text, "M%d %dh%dv1h-%dz", x + MARGIN, y + MARGIN, n, n);
		}
	text_add(text, "\"/></svg>\n");
	QRcode_free(qr);
	return 0;
}

static bool is_dark(const QRcode *qr, int x, int y)
{
	return x >= 0 && y >= 0 && x < qr->width && y < qr->width &&
		(qr->data[y * qr->width + x] & 1);
}

int qr_write_blocks(const char *words, struct text *text)
{
	/* Upper and lower half of a place: none, lower, upper, both are dark. */
	static const char *const halves[] = {" ", "▄", "▀", "█"};
	QRcode *qr;
	int r = encode(words, &qr);

	if (r < 0)
		return r;
	for (int y = -MARGIN; y < qr->width + MARGIN; y += 2) {
		text_add(text, "\x1b[30;107m"); /* black on bright white: cameras want it so */
		for (int x = -MARGIN; x < qr->width + MARGIN; x++)
			text_add(text, halves[2 * is_dark(qr, x, y) + is_dark(qr, x, y + 1)]);
		text_add(text, "\x1b[0m\n");
	}
	QRcode_free(qr);
	return 0;
}
