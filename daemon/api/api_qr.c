/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /sessions/{id}/qr: what a camera scans to join. */
#include <qrencode.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "api/reach.h"

enum {
	ADDRESS_TEXT = 256,
	QR_MARGIN = 4, /* ISO/IEC 18004: four modules of quiet around it */
};

static void draw_qr(const QRcode *qr, struct text *text)
{
	int size = qr->width + 2 * QR_MARGIN;

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
				text_addf(text, "M%d %dh%dv1h-%dz", x + QR_MARGIN, y + QR_MARGIN, n,
					n);
		}
	text_add(text, "\"/></svg>\n");
}

void handle_session_qr(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct session *session = classes_open(parts, request);
	char address[ADDRESS_TEXT];
	struct text in = text_over(address, sizeof address);

	if (!session)
		return;
	if (!session_is_open(session)) {
		classes_refuse(request, ACT_IS_ENDED);
		return;
	}
	reach_write(parts, request, &in);
	text_addf(&in, "j/%s", session->code);
	QRcode *qr = QRcode_encodeString(in.at, 0, QR_ECLEVEL_M, QR_MODE_8, 1);

	if (!qr) {
		refuse_busy(request);
		return;
	}
	struct text text = answer_begin(parts);

	draw_qr(qr, &text);
	QRcode_free(qr);
	request_answer(request, 200, "image/svg+xml", text.at, text.length);
}
