/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST and DELETE /login. */
#include <errno.h>

#include "http/ask.h"
#include "api/handlers.h"

enum { COOKIE_TEXT = 128, PEER_TEXT = 64 };

static const char COOKIE_RULES[] = "; HttpOnly; SameSite=Strict; Path=/";

static void set_cookie(struct request *request, const char *token, long life_s)
{
	char buffer[COOKIE_TEXT];
	struct text cookie = text_over(buffer, sizeof buffer);

	text_addf(&cookie, "kitlog=%s%s; Max-Age=%ld", token, COOKIE_RULES, life_s);
	request_add_header(request, "Set-Cookie", cookie.at);
}

static void refuse_wait(struct request *request, unsigned wait_s)
{
	char wait[16], en[128], zh[128];
	struct text text = text_over(wait, sizeof wait);
	struct text in_en = text_over(en, sizeof en), in_zh = text_over(zh, sizeof zh);

	text_add_uint(&text, wait_s);
	text_addf(&in_zh, "PIN 错了太多次。等 %u 秒再试。", wait_s);
	text_addf(&in_en, "Too many wrong PINs. Wait %u s and try again.", wait_s);
	request_add_header(request, "Retry-After", wait);
	request_refuse(request, 429, "too_many_tries", zh, en);
}

void handle_login(void *self, struct request *request)
{
	struct parts *parts = self;
	char token[TEACHER_TOKEN_TEXT], peer[PEER_TEXT];
	const char *pin = NULL;
	unsigned wait_s;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (!ask_member_text(request, body, "pin", &pin))
		goto out;
	if (!pin) {
		refuse_parameter(request, "pin", "要写上", "is missing");
		goto out;
	}
	request_peer(request, peer, sizeof peer);
	switch (teacher_login(
		&parts->teacher, pin, peer, clock_now(parts->clock), token, &wait_s)) {
	case 0:
		set_cookie(request, token, TEACHER_HOURS * 3600L);
		request_answer(request, 204, NULL, "", 0);
		break;
	case -EAGAIN:
		refuse_wait(request, wait_s);
		break;
	case -EACCES:
		request_refuse(request, 403, "wrong_pin", "PIN 不对。看一眼板子旁边的纸条再输。",
			"That is not the PIN. Look at the note beside the board and type it again.");
		break;
	default:
		refuse_busy(request);
	}
out:
	json_decref(body);
}

void handle_logout(void *self, struct request *request)
{
	struct parts *parts = self;

	teacher_logout(&parts->teacher, request_cookie(request, "kitlog"));
	set_cookie(request, "", 0);
	request_answer(request, 204, NULL, "", 0);
}
