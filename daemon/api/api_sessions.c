/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions: list, begin, look, what was done. What is done is told to everybody at once and answered
 * once it is on the card; doing it is api_acts.c. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/container.h"
#include "http/ask.h"
#include "history/act_entry.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "live/json.h"
#include "api/own_room.h"
#include "api/plugged.h"

enum { MOST_SESSIONS = 200, MOST_ACTS = 500 };

static const char sessions_path[] = "/api/v1/sessions";

/* ---------------------------------------------------------------- telling */

void announce_session(void *self, const struct session *session, const struct act *act)
{
	struct parts *parts = self;
	struct mark mark;

	if (!parts->events || !session)
		return;
	if (parts->own_room && act && act->kind != ACT_JOIN && act->kind != ACT_LEAVE)
		own_room_changed(parts->own_room);
	classes_write(parts, session, events_begin(parts->events, "session"));
	events_send(parts->events);
	if (act && sessions_undone_mark(&parts->sessions, act, &mark))
		announce_mark(parts, &mark);
	/* A reading that is undone is gone from the lists, which pages fetch anew. */
	if (act && act->kind == ACT_UNDO)
		act = classroom_find(parts->sessions.room, act->session,
			(uint32_t)json_integer_value(json_object_get(act->body, "act")));
	classes_told(parts, session);
	/* Everybody hears it: what it says is told to whoever may ask for it. */
	if (act && act->kind == ACT_READING) {
		text_addf(events_begin(parts->events, "reading"),
			"{\"id\":%u,\"session\":%u,\"group\":%lld}", act->id, act->session,
			json_integer_value(json_object_get(act->body, "group")));
		events_send(parts->events);
	}
}

/* Whoever makes a session is answered behind what it was dealt. */
static unsigned status_of(const struct request *request, const struct act *act)
{
	bool is_made = (act->kind == ACT_DEAL || act->kind == ACT_TOGETHER) &&
		strcmp(request_path(request), sessions_path) == 0;

	return is_made || act->kind == ACT_MAKE || act->kind == ACT_READING ? 201 : 200;
}

/* It is in force, and will be written as soon as the card takes it: to do it again would be one more. */
static void refuse_unkept(struct request *request, int error)
{
	if (error == -ENOSPC || error == -EDQUOT)
		request_refuse(request, 507, "not_kept",
			"已经生效，不用再做一遍；可是存储卡满了，还没写进去，断电会丢。删掉卡上别的文件。",
			"It is done, so do not do it again; but the card is full and has not kept it, so a "
			"power cut would undo it. Remove other files from the card.");
	else
		request_refuse(request, 503, "not_kept",
			"已经生效，不用再做一遍；可是还没写进存储卡，断电会丢。看看卡有没有插好。",
			"It is done, so do not do it again; but the card has not kept it, so a power cut "
			"would undo it. Look whether the card sits well.");
}

/* The card has it, or refused, or takes too long. What belongs to it by now is told. */
void answer_act(void *self, struct request *request, uint32_t session_id, uint32_t act_id)
{
	struct parts *parts = self;
	const struct session *session = classroom_session(parts->sessions.room, session_id);
	const struct act *act = classroom_find(parts->sessions.room, session_id, act_id);
	struct text text = answer_begin(parts);

	if (!session || !act) { /* it ended, and twenty others after it */
		refuse_busy(request);
		return;
	}
	if (parts->store.durable_act < act_id) {
		refuse_unkept(request, parts->store.last_error);
		return;
	}
	if (act->kind == ACT_LEAVE) {
		request_answer(request, 204, NULL, "", 0);
		return;
	}
	if (act->kind == ACT_JOIN)
		write_joined(parts, session,
			(unsigned)json_integer_value(json_object_get(act->body, "group")), &text);
	else if (act->kind == ACT_READING)
		classes_write_reading(parts, session, act, &text);
	else
		classes_write(parts, session, &text);
	text_add_char(&text, '\n');
	answer_send(request, status_of(request, act), &text);
}

/* ---------------------------------------------------------------- listing */

static void list_open(struct parts *parts, struct request *request)
{
	struct text text = answer_begin(parts);
	bool is_first = true;

	text_add(&text, "{\"sessions\":[");
	for (size_t i = 0; i < classroom_count(parts->sessions.room); i++) {
		const struct session *session = classroom_at(parts->sessions.room, i);

		if (!session_is_open(session))
			continue;
		text_add(&text, is_first ? "" : ",");
		classes_write(parts, session, &text);
		is_first = false;
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

/* Those that ended, read from the card. */
struct listing {
	struct inquiry inquiry;
	uint32_t before;
	size_t limit;

	/* the work thread's */
	struct classroom *room;
	uint32_t ids[MOST_SESSIONS];
	size_t n;
};

static int note_id(void *self, uint32_t id)
{
	struct listing *listing = self;

	listing->ids[listing->n++] = id;
	return listing->n == MOST_SESSIONS;
}

/* Session by session, newest first, until there are enough that ended. */
static int read_ended(struct inquiry *inquiry, struct reader *reader)
{
	struct listing *listing = CONTAINER(inquiry, struct listing, inquiry);
	size_t n_ended = 0;
	int r = classroom_new(&listing->room);

	if (r == 0)
		r = reader_journal_sessions(reader, listing->before, note_id, listing);
	for (size_t i = 0; i < listing->n && n_ended < listing->limit && r >= 0; i++) {
		const struct session *session;

		r = reader_journal(
			reader, JOURNAL_SESSION, listing->ids[i], act_entry_take, listing->room);
		session = classroom_session(listing->room, listing->ids[i]);
		if (session && session_is_open(session))
			classroom_forget(listing->room, listing->ids[i]);
		else if (session)
			n_ended++;
	}
	return r;
}

static void send_ended(struct inquiry *inquiry)
{
	const struct listing *listing = CONTAINER(inquiry, struct listing, inquiry);
	struct text text = answer_begin(inquiry->parts);

	text_add(&text, "{\"sessions\":[");
	for (size_t i = 0; i < classroom_count(listing->room); i++) {
		text_add(&text, i ? "," : "");
		classes_write(inquiry->parts, classroom_at(listing->room, i), &text);
	}
	text_add(&text, "]}\n");
	answer_send(inquiry->request, 200, &text);
}

static void clear_ended(struct inquiry *inquiry)
{
	classroom_free(CONTAINER(inquiry, struct listing, inquiry)->room);
}

static const struct inquiry_kind ENDED = {
	.look = read_ended, .answer = send_ended, .clear = clear_ended};

static void list_ended(struct parts *parts, struct request *request, int64_t before, int64_t limit)
{
	struct listing *listing = inquiry_new(parts, request, &ENDED, sizeof *listing);

	if (!listing)
		return;
	listing->before = before > UINT32_MAX ? UINT32_MAX : (uint32_t)before;
	listing->limit = (size_t)limit;
	inquiry_ask(&listing->inquiry);
}

void handle_sessions(void *self, struct request *request)
{
	struct parts *parts = self;
	int64_t before = UINT32_MAX, limit = 50, ended = 0;

	if (!ask_int(request, "before", &before) || !ask_int(request, "limit", &limit) ||
		!ask_int(request, "ended", &ended))
		return;
	if (limit < 1 || limit > MOST_SESSIONS)
		refuse_parameter(request, "limit", "要在 1 到 200 之间", "must be 1 to 200");
	else if (!parts->sessions.is_known)
		refuse_busy(request);
	else if (ended)
		list_ended(parts, request, before < 0 ? 0 : before, limit);
	else
		list_open(parts, request);
}

/* ---------------------------------------------------------------- beginning */

/* Small letters, digits, - and _, as a folder is called. */
static bool is_lesson(const char *lesson)
{
	return strspn(lesson, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(lesson) &&
		strlen(lesson) < SESSION_LESSON;
}

static json_t *make_body(struct parts *parts, struct request *request, const json_t *wanted)
{
	const char *title = "", *lesson = "";
	int64_t groups = 1;
	bool is_project = false;
	char code[SESSION_CODE];
	uint32_t random = 0;

	if (!ask_member_text(request, wanted, "title", &title) ||
		!ask_member_text(request, wanted, "lesson", &lesson) ||
		!ask_member_int(request, wanted, "groups", &groups) ||
		!ask_member_bool(request, wanted, "is_project", &is_project))
		return NULL;
	if (groups < 1 || groups > CLASSROOM_GROUPS) {
		refuse_parameter(request, "groups", "要在 1 到 12 之间", "must be 1 to 12");
		return NULL;
	}
	if (!is_lesson(lesson)) {
		refuse_parameter(request, "lesson", "要写课的编号，比如 pendulum",
			"must be the id of a lesson such as pendulum");
		return NULL;
	}
	if (*lesson && parts->shelf && !shelf_find(parts->shelf, lesson)) {
		char zh[160], en[160];

		snprintf(zh, sizeof zh, "里的“%s”，这块板子没有；用 kitlog lessons 看有哪些课",
			lesson);
		snprintf(en, sizeof en, "\"%s\" is not on this board; kitlog lessons lists them",
			lesson);
		refuse_parameter(request, "lesson", zh, en);
		return NULL;
	}
	if (!parts->sessions.is_known || getrandom(&random, sizeof random, 0) != sizeof random) {
		refuse_busy(request);
		return NULL;
	}
	if (!classroom_new_code(parts->sessions.room, random, code)) {
		classes_refuse(request, ACT_FULL);
		return NULL;
	}
	return json_pack("{ssssss sI sb}", "code", code, "title", title, "lesson", lesson, "groups",
		(json_int_t)groups, "is_project", is_project);
}

/* The last act. It has begun whatever becomes of the kits: they can be dealt later, too. */
static const struct act *deal_made(struct parts *parts, const struct act *made)
{
	struct sessions *sessions = &parts->sessions;
	const uint32_t session = made->session, made_id = made->id;
	const struct act *dealt = NULL;
	struct deal deal;

	if (plugged_deal(parts, classroom_session(sessions->room, session), &deal) &&
		sessions_do_body(sessions, session, ACT_BY_TEACHER, ACT_DEAL,
			plugged_deal_body(&deal), &dealt) == 0)
		return dealt;
	return classroom_find(sessions->room, session, made_id);
}

/* --- on several boards --- */

static bool ask_together(struct request *request, const json_t *wanted, const char **ret_lesson,
	const char **ret_together)
{
	struct session none = {.id = 0};
	bool is_project = false;

	if (!ask_member_text(request, wanted, "together", ret_together) ||
		!ask_member_text(request, wanted, "lesson", ret_lesson) ||
		!ask_member_bool(request, wanted, "is_project", &is_project))
		return false;
	if (!*ret_together)
		return true;
	if (strspn(*ret_together, "0123456789abcdef") == sizeof none.together - 1 &&
		strlen(*ret_together) == sizeof none.together - 1 && **ret_lesson && !is_project)
		return true;
	refuse_parameter(request, "together", "要写 16 位十六进制数，并且是一节课，不是长期项目",
		"must be 16 hex digits, of a lesson that is no project");
	return false;
}

static int take_in(
	struct parts *parts, uint32_t session, const char *together, const struct act **ret_act)
{
	return sessions_do_body(&parts->sessions, session, ACT_BY_TEACHER, ACT_TOGETHER,
		json_pack("{ss}", "id", together), ret_act);
}

static void refuse_another(struct request *request, const struct session *session, bool is_same)
{
	char zh[192], en[192];

	if (is_same) {
		snprintf(zh, sizeof zh, "那里正和别的板子一起上这节课。先下课，再开这一节。");
		snprintf(en, sizeof en,
			"That lesson is open there together with other boards. End it first.");
	} else {
		snprintf(zh, sizeof zh, "那里还开着另一节课（%s）。先下课，再开这一节。",
			session->lesson[0] ? session->lesson : "自由记录");
		snprintf(en, sizeof en, "Another lesson (%s) is still open there. End it first.",
			session->lesson[0] ? session->lesson : "a free recording");
	}
	request_refuse(request, 409, "another_lesson", zh, en);
}

/* The lesson that is open here already, under this id or under none, is the one that is meant; another one is in the
 * way. A project of weeks is not, and none of it. False: there is nothing yet. */
static bool find_together(
	struct parts *parts, struct request *request, const char *lesson, const char *together)
{
	const struct classroom *room = parts->sessions.room;
	const struct session *had = classroom_together(room, together), *other = NULL;
	const struct act *act = NULL;
	bool is_other_same = false;

	if (had && session_is_open(had)) {
		classes_answer_session(parts, request, had);
		return true;
	}
	for (size_t i = 0; i < classroom_count(room); i++) {
		const struct session *one = classroom_at(room, i);
		bool is_same = strcmp(one->lesson, lesson) == 0;

		if (!session_is_open(one) || one->is_project)
			continue;
		if (is_same && !one->together[0]) {
			int r = take_in(parts, one->id, together, &act);

			classes_answer(parts, request, r, act);
			return true;
		}
		other = one;
		is_other_same = is_same;
	}
	if (other)
		refuse_another(request, other, is_other_same);
	return other != NULL;
}

void handle_session_make(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct act *act = NULL;
	const char *lesson = "", *together = NULL;
	bool is_dealt = true;
	json_t *wanted, *body;

	if (!ask_body(request, &wanted))
		return;
	body = ask_member_bool(request, wanted, "deal", &is_dealt) &&
			ask_together(request, wanted, &lesson, &together)
		? make_body(parts, request, wanted)
		: NULL;
	if (!body)
		goto out;
	if (together && find_together(parts, request, lesson, together)) {
		json_decref(body);
		goto out;
	}
	int r = sessions_do_body(&parts->sessions, 0, ACT_BY_TEACHER, ACT_MAKE, body, &act);
	if (r == 0 && is_dealt)
		act = deal_made(parts, act);
	if (r == 0 && together)
		r = take_in(parts, act->session, together, &act);
	classes_answer(parts, request, r, act);
out:
	json_decref(wanted);
}

/* ---------------------------------------------------------------- looking */

static void answer_session(struct parts *parts, struct request *request,
	const struct classroom *room, const struct session *session)
{
	(void)room;
	classes_answer_session(parts, request, session);
}

void handle_session(void *self, struct request *request)
{
	classes_look(self, request, answer_session);
}

static void add_act(struct parts *parts, const struct act_told *told, struct text *text)
{
	const struct act *act = told->act;
	char zh_buffer[512], en_buffer[512];
	struct text zh = text_over(zh_buffer, sizeof zh_buffer);
	struct text en = text_over(en_buffer, sizeof en_buffer);
	struct wall wall;

	text_addf(text, "{\"id\":%u,\"at_us\":%lld,\"wall_us\":", act->id,
		(long long)instant_us(act->at));
	if (walltime_at(&parts->walltime, act->at, &wall, NULL))
		text_add_int(text, wall.ns / NS_PER_US);
	else
		text_add(text, "null");
	text_add(text, ",\"who\":\"");
	act_who_write(act->who, text);
	text_addf(text, "\",\"do\":\"%s\",\"words\":", act_kind_name(act->kind));
	act_words(act, &zh, &en);
	json_words(text, zh.at, en.at);
	text_add(text, ",\"may_undo\":");
	json_bool(text, told->may_undo);
	text_add(text, ",\"is_undone\":");
	json_bool(text, told->is_undone);
	text_add_char(text, '}');
}

/* The newest before a number: a project of weeks answers like a new one. */
static void answer_log(struct parts *parts, struct request *request, const struct classroom *room,
	const struct session *session)
{
	int64_t before = INT64_MAX, limit = MOST_ACTS;
	size_t to = classroom_acts(room, session->id), from;

	if (!ask_int(request, "before", &before) || !ask_int(request, "limit", &limit))
		return;
	if (limit < 1 || limit > MOST_ACTS) {
		refuse_parameter(request, "limit", "要在 1 到 500 之间", "must be 1 to 500");
		return;
	}
	while (to > 0 && classroom_act(room, session->id, to - 1).act->id >= before)
		to--;
	from = to > (size_t)limit ? to - (size_t)limit : 0;
	struct text text = answer_begin(parts);

	text_add(&text, "{\"acts\":[");
	for (size_t i = from; i < to; i++) {
		struct act_told told = classroom_act(room, session->id, i);

		text_add(&text, i > from ? "," : "");
		/* Of what is over, the end alone can be undone, and only at hand. */
		if (!session_is_open(session))
			told.may_undo = told.may_undo && told.act->kind == ACT_END &&
				room == parts->sessions.room;
		add_act(parts, &told, &text);
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

void handle_session_log(void *self, struct request *request)
{
	classes_look(self, request, answer_log);
}
