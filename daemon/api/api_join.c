/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining: four digits or a scan, then a group; who am I, and leaving. A browser is known by a random
 * token in a cookie, which goes with the session; nobody gives a name. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "live/json.h"

enum {
	COOKIE_TEXT = 128,
	PEER_TEXT = 64,
	SENTENCE = 256,
	PROJECT_DAYS = 180,
};

static const char GROUP_COOKIE[] = "kitlog_group";

/* ---------------------------------------------------------------- answers */

void write_joined(
	const struct parts *parts, const struct session *session, unsigned group, struct text *text)
{
	text_addf(text, "{\"session\":%u,\"group\":", session->id);
	if (group)
		text_add_uint(text, group);
	else
		text_add(text, "null");
	text_add(text, ",\"is_ended\":");
	json_bool(text, !session_is_open(session));
	text_add(text, ",\"groups\":[");
	for (unsigned i = 1; i <= session->n_groups; i++) {
		unsigned n_joined = 0;

		for (size_t k = 0; k < session->n_members; k++)
			n_joined += session->members[k].group == i;
		text_addf(text, "%s{\"number\":%u,\"animal\":", i > 1 ? "," : "", i);
		json_words(text, group_animal(i).zh, group_animal(i).en);
		text_addf(text, ",\"joined\":%u}", n_joined);
	}
	text_add(text, "]}");
	(void)parts;
}

/* As long as a school day; of a project, as long as it may take. */
static void set_cookie(
	const struct parts *parts, struct request *request, const char *token, long days)
{
	char buffer[COOKIE_TEXT];
	struct text cookie = text_over(buffer, sizeof buffer);

	text_addf(&cookie, "%s=%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=%ld%s", GROUP_COOKIE,
		token, days * 24 * 3600, parts_cookie_end(parts));
	request_add_header(request, "Set-Cookie", cookie.at);
}

/* `zh` and `en` say how many seconds to wait. */
static void refuse_wait(
	struct request *request, const char *code, unsigned wait_s, const char *zh, const char *en)
{
	char wait[16], in_zh[SENTENCE], in_en[SENTENCE];

	snprintf(wait, sizeof wait, "%u", wait_s);
	snprintf(in_zh, sizeof in_zh, "%s等 %u 秒再试。", zh, wait_s);
	snprintf(in_en, sizeof in_en, "%s Wait %u s and try again.", en, wait_s);
	request_add_header(request, "Retry-After", wait);
	request_refuse(request, 429, code, in_zh, in_en);
}

/* Boards beside each other have digits of their own: it is said whose are asked. */
static void refuse_code(const struct parts *parts, struct request *request, const char *code)
{
	char en[SENTENCE], zh[SENTENCE], shown[48];
	struct text text = text_over(shown, sizeof shown);

	text_add_harmless(&text, code);
	snprintf(zh, sizeof zh, "“%s”上没有 %s 这节课。再看一眼“%s”的大屏上的 4 个数字。",
		parts->board, shown, parts->board);
	snprintf(en, sizeof en,
		"No lesson %s on %s. Look at the 4 digits on the big screen of board %s again.",
		shown, parts->board, parts->board);
	request_refuse(request, 404, "wrong_code", zh, en);
}

/* ---------------------------------------------------------------- joining */

static bool make_token(char ret_token[SESSION_TOKEN])
{
	unsigned char bytes[(SESSION_TOKEN - 1) / 2];
	struct text text = text_over(ret_token, SESSION_TOKEN);

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return false;
	text_add_hex(&text, bytes, sizeof bytes);
	return true;
}

/* The open session that a code leads to; NULL: refused. The code hangs on the wall, so only who types wrong ones
 * without end is slowed down, and whoever knows it comes in beside them, from one address, too. */
static const struct session *find_coded(
	struct parts *parts, struct request *request, const char *code)
{
	struct instant now = clock_now(parts->clock);
	const struct session *session;
	char peer[PEER_TEXT];
	unsigned wait_s;

	session = classroom_coded(parts->sessions.room, code);
	if (session)
		return session;
	request_peer(request, peer, sizeof peer);
	wait_s = guesses_wait_s(&parts->wrong_codes, peer, now);
	if (wait_s > 0) {
		refuse_wait(request, "too_many_tries", wait_s, "数字错了太多次。",
			"Too many wrong codes.");
	} else {
		guesses_note(&parts->wrong_codes, peer, now);
		refuse_code(parts, request, code);
	}
	return NULL;
}

static void leave(struct parts *parts, uint32_t session, unsigned group, const char *token)
{
	const struct act *act;

	sessions_do_body(&parts->sessions, session, group ? (int)group : ACT_BY_BOARD, ACT_LEAVE,
		json_pack("{ss}", "token", token), &act);
}

/* Who sits in a class that goes on; NULL: nobody. */
static const struct session *joined_open(
	const struct parts *parts, const char *token, const struct session_member **ret_member)
{
	const struct session *session =
		token ? classroom_joined(parts->sessions.room, token, ret_member) : NULL;

	return session && session_is_open(session) ? session : NULL;
}

/* Nobody comes so often with his hands: a script would fill the class, and its journal. Whoever is in is
 * counted as that browser: a page joins by the code and then chooses its group, and a whole class has one
 * address behind its router. */
static bool may_join(struct parts *parts, struct request *request, const char *token_in)
{
	struct guesses *joins = token_in ? &parts->regroups : &parts->joins;
	struct instant now = clock_now(parts->clock);
	char peer[PEER_TEXT];
	unsigned wait_s;

	request_peer(request, peer, sizeof peer);
	wait_s = guesses_wait_s(joins, token_in ? token_in : peer, now);
	if (wait_s == 0) {
		guesses_note(joins, token_in ? token_in : peer, now);
		return true;
	}
	refuse_wait(request, "too_many_joins", wait_s, "这里加入得太快了。",
		"There are too many joins from here.");
	return false;
}

static json_t *join_body(
	const struct parts *parts, const struct session *session, unsigned group, const char *token)
{
	json_t *body = json_pack("{sIss}", "group", (json_int_t)group, "token", token);
	const char *silent = NULL;

	if (session->n_members == SESSION_MEMBERS)
		silent = presence_silent(&parts->presence, session, clock_now(parts->clock));
	if (silent)
		json_object_set_new(body, "instead", json_string(silent));
	return body;
}

static void answer_joined(
	struct parts *parts, struct request *request, const struct session *session, unsigned group)
{
	struct text text = answer_begin(parts);

	write_joined(parts, session, group, &text);
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

/* A new browser, or one that changes its group: 0, or refused. */
static int enter(struct parts *parts, struct request *request, const struct session *session,
	unsigned group, const char *token, bool is_in)
{
	const struct act *act = NULL;
	bool is_project = session->is_project;
	json_t *body = is_in ? json_pack("{sIss}", "group", (json_int_t)group, "token", token)
			     : join_body(parts, session, group, token);
	int r = sessions_do_body(&parts->sessions, session->id, group ? (int)group : ACT_BY_BOARD,
		ACT_JOIN, body, &act);

	if (r == 0) {
		set_cookie(parts, request, token, is_project ? PROJECT_DAYS : 1);
		presence_come(&parts->presence, token, clock_now(parts->clock));
	}
	if (r == ACT_FULL)
		request_refuse(request, 409, "is_full",
			"这节课的 240 个位子都满了。等几分钟再试，或者请老师开一节新课。",
			"All 240 places of this lesson are taken. Wait some minutes and try again, or ask the "
			"teacher to begin a new session.");
	else
		classes_answer(parts, request, r, act);
	return r;
}

/* Whoever is in already changes the group, or leaves the other session once in this one. */
static void join(
	struct parts *parts, struct request *request, const struct session *session, unsigned group)
{
	const char *had = request_cookie(request, GROUP_COOKIE);
	const struct session_member *member;
	const struct session *before = joined_open(parts, had, &member);
	char token[SESSION_TOKEN], left_token[SESSION_TOKEN] = "";
	uint32_t left = before && before != session ? before->id : 0;
	unsigned left_group = left ? member->group : 0;

	if (before == session && (group == 0 || group == member->group)) { /* scanned once more */
		set_cookie(parts, request, had, session->is_project ? PROJECT_DAYS : 1);
		answer_joined(parts, request, session, member->group);
		return;
	}
	if (!may_join(parts, request, before == session ? had : NULL))
		return;
	if (left)
		text_copy(left_token, sizeof left_token, had);
	if (before == session) {
		text_copy(token, sizeof token, had);
	} else if (!make_token(token)) {
		refuse_busy(request);
		return;
	}
	if (enter(parts, request, session, group, token, before == session) == 0 && left)
		leave(parts, left, left_group, left_token);
}

void note_presence(void *self, const struct request *request)
{
	struct parts *parts = self;
	const char *token = request_cookie(request, GROUP_COOKIE);

	if (token && parts->sessions.is_known)
		presence_see(
			&parts->presence, parts->sessions.room, token, clock_now(parts->clock));
}

void handle_join(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct session *session;
	const char *code = NULL;
	int64_t group = 0;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (!ask_member_text(request, body, "code", &code) ||
		!ask_member_int(request, body, "group", &group))
		goto out;
	if (!code)
		refuse_parameter(request, "code", "要写上 4 个数字", "is missing: 4 digits");
	else if (!parts->sessions.is_known)
		refuse_busy(request);
	else if ((session = find_coded(parts, request, code))) {
		if (group < 0 || group > session->n_groups)
			classes_refuse(request, ACT_NO_GROUP);
		else
			join(parts, request, session, (unsigned)group);
	}
out:
	json_decref(body);
}

void handle_joined(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct session_member *member;
	const char *token = request_cookie(request, GROUP_COOKIE);
	const struct session *session;

	if (!parts->sessions.is_known) { /* else it would seem that the board had let it go */
		refuse_busy(request);
		return;
	}
	session = token ? classroom_joined(parts->sessions.room, token, &member) : NULL;
	struct text text = answer_begin(parts);

	if (session)
		write_joined(parts, session, member->group, &text);
	else
		text_add(&text,
			"{\"session\":null,\"group\":null,\"is_ended\":false,\"groups\":[]}");
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

void handle_leave(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct session_member *member;
	const char *token = request_cookie(request, GROUP_COOKIE);
	const struct session *session;
	const struct act *act = NULL;

	if (!parts->sessions.is_known) {
		refuse_busy(request);
		return;
	}
	session = joined_open(parts, token, &member);
	set_cookie(parts, request, "", 0);
	if (!session) {
		request_answer(request, 204, NULL, "", 0);
		return;
	}
	int r = sessions_do_body(&parts->sessions, session->id,
		member->group ? (int)member->group : ACT_BY_BOARD, ACT_LEAVE,
		json_pack("{ss}", "token", token), &act);
	classes_answer(parts, request, r, act);
}

/* ---------------------------------------------------------------- scanning */

/* What a scan opens; the page asks POST /join with it. */
void join_by_address(const struct parts *parts, struct request *request, const char *code)
{
	char place[32];

	if (strlen(code) != SESSION_CODE - 1 || strspn(code, "0123456789") != SESSION_CODE - 1) {
		refuse_code(parts, request, code);
		return;
	}
	snprintf(place, sizeof place, "/?join=%s", code);
	request_add_header(request, "Location", place);
	request_answer(request, 302, "text/plain", "", 0);
}
