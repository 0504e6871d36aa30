/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST and DELETE /login, POST /login/once. */
#include <errno.h>

#include "http/ask.h"
#include "api/handlers.h"
#include "api/reach.h"

enum { COOKIE_TEXT = 160, PEER_TEXT = 64 };

/* Browsers keep no cookie for longer than 400 days. */
static const long BROWSER_S = 400 * 86400L, SESSION_S = TEACHER_HOURS * 3600L;

static void set_cookie(const struct parts *parts, struct request *request, const char *name,
	const char *token, const char *path, long life_s)
{
	char buffer[COOKIE_TEXT];
	struct text cookie = text_over(buffer, sizeof buffer);

	text_addf(&cookie, "%s=%s; HttpOnly; SameSite=Strict; Path=%s; Max-Age=%ld%s", name, token,
		path, life_s, parts_cookie_end(parts));
	request_add_header(request, "Set-Cookie", cookie.at);
}

static void refuse_wait(struct request *request, const struct teacher_answer *answer)
{
	char wait[16], en[320], zh[320];
	struct text text = text_over(wait, sizeof wait);
	struct text in_en = text_over(en, sizeof en), in_zh = text_over(zh, sizeof zh);

	text_add_uint(&text, answer->wait_s);
	request_add_header(request, "Retry-After", wait);
	if (answer->are_others) {
		text_addf(&in_zh,
			"有人在猜 PIN，没登录过的设备要等 %u 秒。用登录过的手机或电脑，就不用等；板子上的 kitlog teacher 也给一个不用等的 PIN。",
			answer->wait_s);
		text_addf(&in_en,
			"Others are guessing the PIN, so a new device waits %u s. A phone or computer "
			"that was signed in before need not wait; kitlog teacher on the board gives a PIN "
			"that need not, either.",
			answer->wait_s);
		request_refuse(request, 429, "others_guess", zh, en);
	} else {
		text_addf(&in_zh, "PIN 错了太多次。等 %u 秒再试。", answer->wait_s);
		text_addf(&in_en, "Too many wrong PINs. Wait %u s and try again.", answer->wait_s);
		request_refuse(request, 429, "too_many_tries", zh, en);
	}
}

static void welcome(
	struct parts *parts, struct request *request, const struct teacher_answer *answer)
{
	set_cookie(parts, request, "kitlog", answer->token, "/", SESSION_S);
	if (*answer->browser)
		set_cookie(parts, request, "kitlog_browser", answer->browser, "/api/v1/login",
			BROWSER_S);
	request_answer(request, 204, NULL, "", 0);
	teacher_file_keep(&parts->teacher_file);
}

static void try_pin(struct parts *parts, struct request *request, const char *pin, bool remember)
{
	struct teacher_answer answer;
	char peer[PEER_TEXT];
	const struct teacher_asks asks = {.pin = pin,
		.address = peer,
		.browser = request_cookie(request, "kitlog_browser"),
		.is_to_be_remembered = remember};

	request_peer(request, peer, sizeof peer);
	switch (teacher_login(&parts->teacher, &asks, clock_now(parts->clock), &answer)) {
	case 0:
		welcome(parts, request, &answer);
		break;
	case -EAGAIN:
		refuse_wait(request, &answer);
		break;
	case -EACCES:
		request_refuse(request, 403, "wrong_pin",
			"PIN 不对。问管板子的人，或者在板子上用 kitlog teacher 看。",
			"That is not the PIN. Ask who keeps the board, or see kitlog teacher on it.");
		break;
	default:
		refuse_busy(request);
	}
}

void handle_login(void *self, struct request *request)
{
	const char *pin = NULL;
	bool remember = false;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (!ask_member_text(request, body, "pin", &pin) ||
		!ask_member_bool(request, body, "remember", &remember))
		goto out;
	if (!pin)
		refuse_parameter(request, "pin", "要写上", "is missing");
	else
		try_pin(self, request, pin, remember);
out:
	json_decref(body);
}

void handle_logout(void *self, struct request *request)
{
	struct parts *parts = self;

	teacher_logout(&parts->teacher, request_cookie(request, "kitlog"));
	teacher_file_keep(&parts->teacher_file);
	set_cookie(parts, request, "kitlog", "", "/", 0);
	request_answer(request, 204, NULL, "", 0);
}

void handle_login_once(void *self, struct request *request)
{
	struct parts *parts = self;
	struct text text = answer_begin(parts);
	char once[TEACHER_ONCE_TEXT];

	if (teacher_make_once(&parts->teacher, clock_now(parts->clock), once) < 0) {
		refuse_busy(request);
		return;
	}
	text_addf(&text, "{\"pin\":\"%s\",\"lasts_s\":%d,\"url\":\"", once, TEACHER_ONCE_S);
	reach_write(parts, request, &text);
	text_add(&text, "teacher\"}\n");
	answer_send(request, 200, &text);
}
