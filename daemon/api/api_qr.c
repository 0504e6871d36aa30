/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /sessions/{id}/qr: what a camera scans to join. */
#include "http/ask.h"
#include "http/qr.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "api/reach.h"

enum { ADDRESS_TEXT = 256 };

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
	struct text text = answer_begin(parts);

	if (qr_write_svg(in.at, &text) < 0)
		refuse_busy(request);
	else
		request_answer(request, 200, "image/svg+xml", text.at, text.length);
}
