/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs: list, start (also in the past), stop. Each change is an event for everybody. */
#include <errno.h>
#include <string.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "live/json.h"

enum { MOST_RUNS = 200 };

static void add_run(const struct parts *parts, const struct run *run, struct text *text)
{
	struct wall wall;
	struct anchor anchor = {0};
	bool has_wall = walltime_at(&parts->walltime, run->from, &wall, &anchor);

	json_run(text, run, has_wall ? &wall : NULL, anchor.uncertainty_ns);
}

/* The newest before an id, so that a board of many years answers like a new one. */
void handle_runs(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct runs *runs = &parts->runs;
	int64_t before = INT64_MAX, limit = MOST_RUNS;
	size_t to = runs->n;

	if (!ask_int(request, "before", &before) || !ask_int(request, "limit", &limit))
		return;
	if (limit < 1 || limit > MOST_RUNS) {
		refuse_parameter(request, "limit", "要在 1 到 200 之间", "must be 1 to 200");
		return;
	}
	if (request_query(request, "imported")) {
		struct text text = answer_begin(parts);

		write_imported(parts, &text);
		answer_send(request, 200, &text);
		return;
	}
	if (!runs->is_known) {
		refuse_busy(request);
		return;
	}
	while (to > 0 && runs->run[to - 1].id >= before)
		to--;

	struct text text = answer_begin(parts);
	size_t from = to;
	bool is_first = true;

	for (; from > 0 && limit > 0; from--)
		limit -= !runs->run[from - 1].is_withdrawn;
	text_add(&text, "{\"runs\":[");
	for (size_t i = from; i < to; i++) {
		if (runs->run[i].is_withdrawn)
			continue;
		text_add(&text, is_first ? "" : ",");
		add_run(parts, &runs->run[i], &text);
		is_first = false;
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

void handle_run(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct run *run;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	if (!parts->runs.is_known) {
		refuse_busy(request);
		return;
	}
	struct text text = answer_begin(parts);

	run = runs_find(&parts->runs, id);
	if (run) {
		add_run(parts, run, &text);
	} else if (!write_imported_run(parts, id, &text)) {
		refuse_no_run(request, id);
		return;
	}
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

void announce_run(void *self, const struct run *run)
{
	struct parts *parts = self;

	if (!parts->events)
		return;
	refinements_want(&parts->refinements, run);
	add_run(parts, run, events_begin(parts->events, "run"));
	events_send(parts->events);
}

static void answer_run(struct parts *parts, struct request *request, int result, unsigned status,
	const struct run *run)
{
	struct text text;

	switch (result) {
	case 0:
		announce_run(parts, run);
		text = answer_begin(parts);
		add_run(parts, run, &text);
		text_add_char(&text, '\n');
		answer_send(request, status, &text);
		break;
	default:
		refuse_busy(request);
	}
}

/* The range asked for, checked; `to` stays INT64_MAX when it goes on from here. */
static bool ask_range(struct parts *parts, struct request *request, const json_t *body,
	struct instant *ret_from, struct instant *ret_to)
{
	struct instant now = clock_now(parts->clock);

	*ret_from = now;
	*ret_to = (struct instant){INT64_MAX};
	if (!ask_member_instant(request, body, "from_us", ret_from) ||
		!ask_member_instant(request, body, "to_us", ret_to))
		return false;
	if (ret_from->ns > now.ns)
		refuse_parameter(request, "from_us", "不能晚于现在", "must not lie in the future");
	else if (ret_to->ns != INT64_MAX && ret_to->ns > now.ns)
		refuse_parameter(request, "to_us", "不能晚于现在", "must not lie in the future");
	else if (ret_to->ns <= ret_from->ns)
		refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
	else
		return true;
	return false;
}

void handle_run_start(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *title = "";
	const struct run *run = NULL;
	struct instant from, to;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (!ask_member_text(request, body, "title", &title) ||
		!ask_range(parts, request, body, &from, &to))
		goto out;
	if (strlen(title) >= sizeof run->title) {
		refuse_parameter(request, "title", "太长，最多 31 个汉字，95 个字母",
			"is too long: at most 95 letters, or 31 Chinese characters");
		goto out;
	}
	int r = runs_start(&parts->runs, title, from, to, &run);
	if (r == -EALREADY)
		request_refuse(request, 409, "is_running", "正在记录。先停下这一次。",
			"A run is being recorded. Stop it first.");
	else
		answer_run(parts, request, r, 201, run);
out:
	json_decref(body);
}

/* A group's run: its session has to know. */
static void stop_in_session(struct parts *parts, struct request *request, const struct run *run)
{
	const struct session *session = parts->sessions.is_known
		? classroom_session(parts->sessions.room, run->session)
		: NULL;
	const struct act *act = NULL;

	if (!session) {
		refuse_busy(request);
		return;
	}
	int r = sessions_do_body(&parts->sessions, session->id, ACT_BY_TEACHER, ACT_STOP,
		classes_groups_body(session, 1u << run->group), &act);
	run = runs_find(&parts->runs, run->id);
	if (r == 0 && run) {
		struct text text = answer_begin(parts);

		add_run(parts, run, &text);
		text_add_char(&text, '\n');
		answer_send(request, 200, &text);
	} else {
		classes_refuse(request, r);
	}
}

void handle_run_stop(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct run *run = NULL;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	if (!parts->runs.is_known) {
		refuse_busy(request);
		return;
	}
	run = runs_find(&parts->runs, id);
	if (run && run->session && run->to.ns == INT64_MAX) {
		stop_in_session(parts, request, run);
		return;
	}
	int r = run ? runs_stop(&parts->runs, id, clock_now(parts->clock), &run) : -ENOENT;
	if (r == -EALREADY)
		request_refuse(request, 409, "is_stopped", "这一次已经停了。",
			"This run has already been stopped.");
	else if (r == -ENOENT)
		refuse_no_run(request, id);
	else
		answer_run(parts, request, r, 200, run);
}
