/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks: notes pinned to instants, read by the work thread; each new one is an event. Those of groups
 * come by their sessions (api_groups.c). */
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "live/json.h"

enum { MOST_MARKS = 1000 };

struct question {
	struct inquiry inquiry;
	struct instant from, to;

	/* the work thread's */
	struct mark *marks;
	size_t n, room;
	bool has_more;
};

static struct question *of(struct inquiry *inquiry)
{
	return CONTAINER(inquiry, struct question, inquiry);
}

static void add_mark(const struct parts *parts, const struct mark *mark, struct text *text)
{
	struct wall wall;

	text_addf(text, "{\"id\":%u,\"at_us\":%lld,\"wall_us\":", mark->id,
		(long long)instant_us(mark->at));
	if (walltime_at(&parts->walltime, mark->at, &wall, NULL))
		text_add_int(text, wall.ns / NS_PER_US);
	else
		text_add(text, "null");
	text_add(text, ",\"author\":");
	text_add_json(text, mark->author);
	text_add(text, ",\"text\":");
	text_add_json(text, mark->text);
	json_id(text, "session", mark->session);
	json_id(text, "group", mark->group);
	if (mark->is_withdrawn)
		text_add(text, ",\"is_withdrawn\":true");
	text_add_char(text, '}');
}

void announce_mark(void *self, const struct mark *mark)
{
	struct parts *parts = self;

	if (!parts->events)
		return; /* one that waited for the store, and nobody listens yet */
	add_mark(parts, mark, events_begin(parts->events, "mark"));
	events_send(parts->events);
}

/* A teacher's, for all. */
void handle_mark(void *self, struct request *request)
{
	struct parts *parts = self;
	struct mark mark = {.at = clock_now(parts->clock), .author = "teacher"};
	struct instant now = mark.at;
	const char *words = "";
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (!ask_member_text(request, body, "text", &words) ||
		!ask_member_instant(request, body, "at_us", &mark.at))
		goto out;
	if (mark.at.ns > now.ns) {
		refuse_parameter(request, "at_us", "不能晚于现在", "must not lie in the future");
	} else if (!text_copy(mark.text, sizeof mark.text, words)) {
		refuse_parameter(
			request, "text", "太长，最多 191 个字节", "is too long: at most 191 bytes");
	} else if (marks_make(&parts->marks, &mark) < 0) {
		refuse_busy(request);
	} else {
		struct text text = answer_begin(parts);

		add_mark(parts, &mark, &text);
		text_add_char(&text, '\n');
		answer_send(request, 201, &text);
	}
out:
	json_decref(body);
}

static int take_mark(void *self, const struct mark *mark)
{
	struct question *question = self;

	question->has_more = question->n == MOST_MARKS;
	if (question->has_more)
		return 1;
	if (question->n == question->room) {
		size_t room = question->room ? 2 * question->room : 32;
		struct mark *grown = realloc(question->marks, room * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		question->marks = grown;
		question->room = room;
	}
	question->marks[question->n++] = *mark;
	return 0;
}

static int read_marks(struct inquiry *inquiry, struct reader *reader)
{
	struct question *question = of(inquiry);

	return reader_marks(reader, question->from, question->to, take_mark, question);
}

static void send_marks(struct inquiry *inquiry)
{
	const struct question *question = of(inquiry);
	struct text text = answer_begin(inquiry->parts);

	text_add(&text, "{\"marks\":[");
	for (size_t i = 0; i < question->n; i++) {
		if (i > 0)
			text_add_char(&text, ',');
		add_mark(inquiry->parts, &question->marks[i], &text);
	}
	text_addf(&text, "],\"has_more\":%s}\n", question->has_more ? "true" : "false");
	answer_send(inquiry->request, 200, &text);
}

static void clear(struct inquiry *inquiry)
{
	free(of(inquiry)->marks);
}

static const struct inquiry_kind KIND = {.look = read_marks, .answer = send_marks, .clear = clear};

void handle_marks(void *self, struct request *request)
{
	struct parts *parts = self;
	struct instant from = {0}, to = clock_now(parts->clock);

	if (!ask_instant(request, "from_us", &from) || !ask_instant(request, "to_us", &to))
		return;
	if (to.ns <= from.ns) {
		refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
		return;
	}

	struct question *question = inquiry_new(parts, request, &KIND, sizeof *question);

	if (!question)
		return;
	question->from = from;
	question->to = to;
	inquiry_ask(&question->inquiry);
}
