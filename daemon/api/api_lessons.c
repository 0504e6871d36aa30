/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lessons: GET /lessons with what can be taught now, GET /lessons/{id}, "lessons" of /status, and
 * the event that says that the first would be answered differently. */
#include <string.h>

#include "base/hash.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "live/json.h"
#include "class/lesson_json.h"
#include "api/plugged.h"

/* --- answers --- */

/* Another where a lesson was added, mended or taken away, so that a page knows what it remembers is old. */
static void add_edition(const struct parts *parts, struct text *text)
{
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < shelf_count(parts->shelf); i++)
		hash = hash_add(hash, &shelf_at(parts->shelf, i)->digest, sizeof hash);
	text_addf(text, "\"edition\":\"%016llx\"", (unsigned long long)hash);
}

void handle_lessons(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct plugged plugged = plugged_look(parts);
	struct text text = answer_begin(parts);
	struct readiness readiness;

	text_add(&text, "{\"lessons\":[");
	for (size_t i = 0; i < shelf_count(parts->shelf); i++) {
		const struct lesson *lesson = shelf_at(parts->shelf, i);

		readiness_of(lesson, parts->catalogue, plugged.devices, plugged.n, &readiness);
		text_add(&text, i > 0 ? "," : "");
		lesson_json_card(&text, lesson, parts->catalogue, &readiness);
	}
	text_add(&text, "],\"problems\":[");
	json_mistakes(&text, shelf_problems(parts->shelf));
	text_add(&text, "],");
	add_edition(parts, &text);
	text_add(&text, "}\n");
	answer_send(request, 200, &text);
}

/* Who sits in a class of this lesson sees it when that class does, whatever others have seen; who sits in
 * none, such as the screen on the wall, when any has. */
static bool is_revealed(
	const struct parts *parts, const struct request *request, const struct lesson *lesson)
{
	const struct classroom *room = parts->sessions.room;
	const char *token = request_cookie(request, "kitlog_group");
	const struct session_member *member;
	const struct session *session;

	if (!parts->sessions.is_known)
		return false;
	session = token ? classroom_joined(room, token, &member) : NULL;
	if (session && strcmp(session->lesson, lesson->id) == 0)
		return session->is_revealed;
	for (size_t i = 0; i < classroom_count(room); i++) {
		session = classroom_at(room, i);
		if (session_is_open(session) && session->is_revealed &&
			strcmp(session->lesson, lesson->id) == 0)
			return true;
	}
	return false;
}

void handle_lesson(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct lesson *lesson = shelf_find(parts->shelf, request_argument(request, 0));
	const struct plugged plugged = plugged_look(parts);
	bool is_teacher = parts_is_teacher(parts, request);
	struct readiness readiness;

	if (!lesson) {
		refuse_unknown(request, "没有这节课；用 kitlog lessons 看有哪些。",
			"There is no such lesson; kitlog lessons lists those that are here.");
		return;
	}
	struct text text = answer_begin(parts);

	readiness_of(lesson, parts->catalogue, plugged.devices, plugged.n, &readiness);
	lesson_json_whole(&text, lesson, parts->catalogue, &readiness,
		(struct lesson_reader){
			.sees_expect = is_teacher || is_revealed(parts, request, lesson),
			.is_teacher = is_teacher});
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

void write_shelf(const struct parts *parts, struct text *text)
{
	text_addf(text, "{\"known\":%zu,\"problems\":[", shelf_count(parts->shelf));
	json_mistakes(text, shelf_problems(parts->shelf));
	text_add(text, "]}");
}

/* --- the event --- */

static uint64_t digest(const struct parts *parts)
{
	const struct plugged plugged = plugged_look(parts);
	struct readiness readiness;
	uint64_t hash = HASH_START;

	for (size_t i = 0; i < shelf_count(parts->shelf); i++) {
		readiness_of(shelf_at(parts->shelf, i), parts->catalogue, plugged.devices,
			plugged.n, &readiness);
		hash = hash_add(hash, &readiness.state, sizeof readiness.state);
		hash = hash_add(hash, &readiness.groups, sizeof readiness.groups);
		hash = hash_add(hash, readiness.en, strlen(readiness.en));
		hash = hash_add(hash, &shelf_at(parts->shelf, i)->digest, sizeof hash);
		for (size_t k = 0; k < readiness.n_seats; k++)
			hash = hash_add(
				hash, &readiness.seats[k].device, sizeof readiness.seats[k].device);
	}
	return hash_add(hash, shelf_problems(parts->shelf), strlen(shelf_problems(parts->shelf)));
}

void announce_lessons(struct parts *parts)
{
	uint64_t now = digest(parts);

	if (now == parts->lessons_told)
		return;
	parts->lessons_told = now;
	text_add(events_begin(parts->events, "lessons"), "{}");
	events_send(parts->events);
}
