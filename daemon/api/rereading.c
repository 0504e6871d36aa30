/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rereading.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "base/container.h"
#include "base/log.h"
#include "http/ask.h"
#include "live/json.h"

#define LOG_TAG "lessons"

enum { CHANGES = LIBRARY_WAITS + 1 };

struct rereading {
	struct job job;
	struct parts *parts;
	struct request *request; /* is answered; NULL: nobody */
	bool is_asked;           /* for by somebody; else a class was over */
	const struct shelf *shelf;
	struct shelf *news;   /* NULL: not read */
	json_t *ids[CHANGES]; /* arrays */
};

static const char *const names[CHANGES] = {
	[LIBRARY_ADDED] = "added",
	[LIBRARY_CHANGED] = "changed",
	[LIBRARY_REMOVED] = "removed",
	[LIBRARY_WAITS] = "waiting",
};

/* --- on the work thread --- */

static void step(struct job *job, struct reader *reader)
{
	struct rereading *self = CONTAINER(job, struct rereading, job);

	(void)reader; /* a card that cannot be read is no matter of lessons */
	if (shelf_reread(self->shelf, &self->news) < 0)
		self->news = NULL;
}

/* --- main --- */

/* An end may be undone, and then the class goes on with its lesson. Who asks for the lessons after the end
 * wants the new one, and now: then a class whose end is undone goes on with that. */
static bool is_used(void *self, const char *id)
{
	const struct rereading *rereading = self;
	const struct classroom *room = rereading->parts->sessions.room;
	struct instant now = clock_now(rereading->parts->clock);

	for (size_t i = 0; i < classroom_count(room); i++) {
		const struct session *session = classroom_at(room, i);
		bool has_it = rereading->is_asked ? session_is_open(session)
						  : session_is_of_now(session, now);

		if (has_it && strcmp(session->lesson, id) == 0)
			return true;
	}
	return false;
}

static void tell(void *self, enum library_change change, const char *id)
{
	struct rereading *rereading = self;

	json_array_append_new(rereading->ids[change], json_string(id));
}

static size_t count(const struct rereading *self, enum library_change change)
{
	return json_array_size(self->ids[change]);
}

static void send_changes(struct rereading *self)
{
	struct text text = answer_begin(self->parts);

	text_add_char(&text, '{');
	for (size_t i = 0; i < CHANGES; i++) {
		const json_t *id;
		size_t k;

		text_addf(&text, "\"%s\":[", names[i]);
		json_array_foreach(self->ids[i], k, id)
		{
			text_add(&text, k ? "," : "");
			text_add_json(&text, json_string_value(id));
		}
		text_add(&text, "],");
	}
	text_add(&text, "\"problems\":[");
	json_mistakes(&text, shelf_problems(self->parts->shelf));
	text_add(&text, "]}\n");
	answer_send(self->request, 200, &text);
}

static void free_rereading(struct rereading *self)
{
	for (size_t i = 0; i < CHANGES; i++)
		json_decref(self->ids[i]);
	free(self);
}

static void stepped(struct job *job)
{
	struct rereading *self = CONTAINER(job, struct rereading, job);
	struct parts *parts = self->parts;
	const struct library_reader reader = {.self = self, .is_used = is_used, .tell = tell};
	bool is_taken =
		job->has_run && self->news && shelf_take(parts->shelf, self->news, &reader) == 0;

	parts->rereading = NULL;
	if (is_taken) {
		log_info("read again: %zu added, %zu changed, %zu removed, %zu wait for a class",
			count(self, LIBRARY_ADDED), count(self, LIBRARY_CHANGED),
			count(self, LIBRARY_REMOVED), count(self, LIBRARY_WAITS));
		/* A run is judged by its lesson. */
		if (count(self, LIBRARY_ADDED) + count(self, LIBRARY_CHANGED) +
				count(self, LIBRARY_REMOVED) >
			0)
			acceptances_clear(&parts->acceptances);
		announce_lessons(parts);
	} else {
		shelf_close(self->news);
	}
	if (self->request && is_taken)
		send_changes(self);
	else if (self->request)
		refuse_busy(self->request);
	free_rereading(self);
}

static int start(struct parts *parts, struct request *request, bool is_asked)
{
	struct rereading *self;
	int failed;

	/* A moment after the start nobody knows what is used. */
	if (!parts->shelf || !parts->sessions.is_known)
		return -EBUSY;
	if (parts->rereading)
		return -EALREADY;
	self = calloc(1, sizeof *self);
	if (!self)
		return -ENOMEM;
	self->job = (struct job){.run = step, .done = stepped};
	self->parts = parts;
	self->request = request;
	self->is_asked = is_asked;
	self->shelf = parts->shelf;
	for (size_t i = 0; i < CHANGES; i++)
		self->ids[i] = json_array();
	failed = work_submit(parts->slow, &self->job);
	if (failed)
		free_rereading(self);
	else
		parts->rereading = self;
	return failed;
}

int rereading_start(struct parts *parts)
{
	return start(parts, NULL, true);
}

void rereading_look(struct parts *parts)
{
	struct rereading look = {.parts = parts};

	/* What cannot be started now is due in a second, too. */
	if (shelf_is_due(parts->shelf, &(struct library_reader){&look, is_used, NULL}))
		start(parts, NULL, false);
}

void handle_lessons_reload(void *self, struct request *request)
{
	int failed = start(self, request, true);

	if (failed)
		refuse_busy(request);
	else
		request_wait(request);
}
