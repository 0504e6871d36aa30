/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rereading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "base/container.h"
#include "base/log.h"
#include "http/ask.h"
#include "live/json.h"

#define LOG_TAG "lessons"

enum { CHANGES = LIBRARY_WAITS + 1, IDS_TEXT = 2048 };

struct rereading {
	struct job job;
	struct parts *parts;
	struct request *request; /* who asked, and is answered; NULL: nobody */
	const struct shelf *shelf;
	struct shelf *news; /* NULL: not read */
	char buffers[CHANGES][IDS_TEXT];
	struct text ids[CHANGES]; /* "a","b" */
	size_t n[CHANGES];
};

static const char *const names[CHANGES] = {"added", "changed", "removed", "waiting"};

/* --- on the work thread --- */

static void step(struct job *job, struct reader *reader)
{
	struct rereading *self = CONTAINER(job, struct rereading, job);

	(void)reader; /* a card that cannot be read is no matter of lessons */
	if (shelf_reread(self->shelf, &self->news) < 0)
		self->news = NULL;
}

/* --- main --- */

static bool is_used(void *self, const char *id)
{
	const struct rereading *rereading = self;
	const struct classroom *room = rereading->parts->sessions.room;

	for (size_t i = 0; i < classroom_count(room); i++) {
		const struct session *session = classroom_at(room, i);

		if (session_is_open(session) && strcmp(session->lesson, id) == 0)
			return true;
	}
	return false;
}

static void tell(void *self, enum library_change change, const char *id)
{
	struct rereading *rereading = self;
	struct text *ids = &rereading->ids[change];

	text_add(ids, rereading->n[change]++ ? "," : "");
	text_add_json(ids, id);
}

static bool is_any_other(const struct rereading *self)
{
	return self->n[LIBRARY_ADDED] + self->n[LIBRARY_CHANGED] + self->n[LIBRARY_REMOVED] > 0;
}

/* What was found by the lesson as it was before is found anew. */
static void forget(struct parts *parts)
{
	result_memory_clear(&parts->result_memory);
	memset(parts->acceptances.runs, 0, sizeof parts->acceptances.runs);
	parts->acceptances.next = 0;
}

static void send_changes(struct rereading *self)
{
	struct text text = answer_begin(self->parts);

	text_add_char(&text, '{');
	for (size_t i = 0; i < CHANGES; i++)
		text_addf(&text, "\"%s\":[%s],", names[i], self->ids[i].at);
	text_add(&text, "\"problems\":[");
	json_mistakes(&text, shelf_problems(self->parts->shelf));
	text_add(&text, "]}\n");
	answer_send(self->request, 200, &text);
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
			self->n[LIBRARY_ADDED], self->n[LIBRARY_CHANGED], self->n[LIBRARY_REMOVED],
			self->n[LIBRARY_WAITS]);
		if (is_any_other(self))
			forget(parts);
		announce_lessons(parts);
	} else {
		shelf_close(self->news);
	}
	if (self->request && is_taken)
		send_changes(self);
	else if (self->request)
		refuse_busy(self->request);
	free(self);
}

static int start(struct parts *parts, struct request *request)
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
	self->shelf = parts->shelf;
	for (size_t i = 0; i < CHANGES; i++)
		self->ids[i] = text_over(self->buffers[i], sizeof self->buffers[i]);
	parts->rereading = self;
	failed = work_submit(parts->slow, &self->job);
	if (failed) {
		parts->rereading = NULL;
		free(self);
	}
	return failed;
}

int rereading_start(struct parts *parts)
{
	return start(parts, NULL);
}

void rereading_look(struct parts *parts)
{
	const struct classroom *room = parts->sessions.room;
	size_t n_open = 0;

	for (size_t i = 0; parts->sessions.is_known && i < classroom_count(room); i++)
		n_open += session_is_open(classroom_at(room, i));
	/* Each that ends may be the one that a lesson waits for. */
	if (n_open < parts->n_open_sessions && shelf_waits(parts->shelf))
		start(parts, NULL);
	parts->n_open_sessions = n_open;
}

void handle_lessons_reload(void *self, struct request *request)
{
	int failed = start(self, request);

	if (failed)
		refuse_busy(request);
	else
		request_wait(request);
}
