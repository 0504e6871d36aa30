/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /sessions/{id}/results: the teacher's at any time, everybody's once revealed. Sixty telephones that look
 * at them are one question. */
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "class/result_memory.h"
#include "class/shelf.h"

struct question {
	struct job job;
	struct parts *parts;
	struct shared_answer *answer;
	struct results *results;
	int result;
};

static void step(struct job *job, struct reader *reader)
{
	struct question *question = CONTAINER(job, struct question, job);

	question->result = reader ? results_step(question->results, reader) : -ENODEV;
}

static void tell(struct question *question)
{
	struct parts *parts = question->parts;
	struct text text = answer_begin(parts);

	results_write(question->results, &text);
	text_add_char(&text, '\n');
	if (text.is_cut)
		shared_give_up(&parts->results, question->answer, refuse_too_much);
	else
		shared_give(&parts->results, question->answer, &text);
}

static void end(struct question *question)
{
	results_free(question->results);
	free(question);
}

static void stepped(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);
	const struct results *results = question->results;
	struct parts *parts = question->parts;

	if (job->has_run && question->result >= 0 && results->next > 0)
		result_memory_take(&parts->result_memory, &results->runs[results->next - 1]);
	if (job->has_run && question->result == 1 && work_submit(parts->work, job) == 0)
		return;
	if (job->has_run && question->result == 0)
		tell(question);
	else
		shared_give_up(&parts->results, question->answer, refuse_busy);
	end(question);
}

/* False: it cannot be asked now. */
static bool begin(struct parts *parts, struct request *request, const struct classroom *room,
	const struct session *session, const struct shared_key *key)
{
	struct question *question = calloc(1, sizeof *question);

	if (!question)
		return false;
	*question = (struct question){.job = {.run = step, .done = stepped}, .parts = parts};
	if (results_new(room, session, shelf_find(parts->shelf, session->lesson),
		    clock_now(parts->clock), parts->store.durable, &question->results) < 0 ||
		shared_begin(&parts->results, key, request, &question->answer) < 0) {
		end(question);
		return false;
	}
	result_memory_recall(&parts->result_memory, question->results);
	if (work_submit(parts->work, &question->job) < 0) {
		shared_give_up(&parts->results, question->answer, refuse_busy);
		end(question);
	}
	return true;
}

/* What is typed, begun, stopped, dealt, undone is an act; and values go by the calibrations on the card. */
static struct shared_key key_of(const struct parts *parts, const struct session *session)
{
	const struct calibrations *all = &parts->calibrations;
	const struct calibration *newest = all->n ? &all->list[all->n - 1] : NULL;
	bool is_kept = newest && newest->made.ns < parts->store.durable.ns;

	return (struct shared_key){.what = session->id,
		.state = {parts->sessions.last_act, newest ? 2ull * newest->id + is_kept : 0}};
}

static void ask_results(struct parts *parts, struct request *request, const struct classroom *room,
	const struct session *session)
{
	const struct shared_key key = key_of(parts, session);

	if (!classes_shows_all(parts, request, session))
		request_refuse(request, 403, "hidden", "老师揭晓以后才能看结果。",
			"The results are shown once the teacher reveals them.");
	else if (!shared_join(&parts->results, &key, request) &&
		!begin(parts, request, room, session, &key))
		refuse_busy(request);
}

void handle_results(void *self, struct request *request)
{
	classes_look(self, request, ask_results);
}
