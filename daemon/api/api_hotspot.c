/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /hotspot and /hotspot/qr: the board's own Wi-Fi while it is on (data/hotspot.h), for the teacher, who shows
 * it to the class. Its file is small and read anew each time, since kitlog switches it behind our back. */
#include <errno.h>

#include "api/handlers.h"
#include "data/hotspot.h"
#include "http/ask.h"
#include "http/qr.h"

enum { CODE_TEXT = 256 };

void handle_hotspot(void *self, struct request *request)
{
	struct parts *parts = self;
	struct hotspot hotspot;
	struct text text = answer_begin(parts);

	if (hotspot_read(parts->config->data, &hotspot) < 0) {
		text_add(&text, "{\"is_on\":false}\n");
		answer_send(request, 200, &text);
		return;
	}
	text_add(&text, "{\"is_on\":true,\"name\":");
	text_add_json(&text, hotspot.name);
	text_add(&text, ",\"password\":");
	text_add_json(&text, hotspot.password);
	text_addf(&text, ",\"url\":\"%s://" HOTSPOT_ADDRESS ":%u/\"}\n",
		parts->tls ? "https" : "http", parts->port);
	answer_send(request, 200, &text);
}

void handle_hotspot_qr(void *self, struct request *request)
{
	struct parts *parts = self;
	struct hotspot hotspot;
	char words[CODE_TEXT];
	struct text code = text_over(words, sizeof words);

	if (hotspot_read(parts->config->data, &hotspot) < 0) {
		refuse_unknown(request, "板子没开热点；在板子上用 sudo kitlog hotspot on 打开。",
			"The board's hotspot is off; sudo kitlog hotspot on, on the board, opens it.");
		return;
	}
	struct text text = answer_begin(parts);

	hotspot_write_code(&hotspot, &code);
	if (qr_write_svg(code.at, &text) < 0)
		refuse_busy(request);
	else
		request_answer(request, 200, "image/svg+xml", text.at, text.length);
}
