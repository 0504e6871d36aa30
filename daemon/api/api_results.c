/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /sessions/{id}/results: the teacher's at any time, everybody's once revealed. */
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
	struct request *request;
	struct results *results;
	int result;
};

static void step(struct job *job, struct reader *reader)
{
	struct question *question = CONTAINER(job, struct question, job);

	question->result = reader ? results_step(question->results, reader) : -ENODEV;
}

static void stepped(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);
	const struct results *results = question->results;

	if (job->has_run && question->result >= 0 && results->next > 0)
		result_memory_take(
			&question->parts->result_memory, &results->runs[results->next - 1]);
	if (job->has_run && question->result == 1 &&
		work_submit(question->parts->work, &question->job) == 0)
		return;
	if (job->has_run && question->result == 0) {
		struct text text = answer_begin(question->parts);

		results_write(question->results, &text);
		text_add_char(&text, '\n');
		answer_send(question->request, 200, &text);
	} else {
		refuse_busy(question->request);
	}
	results_free(question->results);
	free(question);
}

static void ask_results(struct parts *parts, struct request *request, const struct classroom *room,
	const struct session *session)
{
	struct question *question;

	if (!classes_shows_all(parts, request, session)) {
		request_refuse(request, 403, "hidden", "老师揭晓以后才能看结果。",
			"The results are shown once the teacher reveals them.");
		return;
	}
	question = calloc(1, sizeof *question);
	if (question)
		*question = (struct question){
			.job = {.run = step, .done = stepped}, .parts = parts, .request = request};
	if (!question ||
		results_new(room, session, shelf_find(parts->shelf, session->lesson),
			clock_now(parts->clock), parts->store.durable, &question->results) < 0) {
		free(question);
		refuse_busy(request);
		return;
	}
	result_memory_recall(&parts->result_memory, question->results);
	if (work_submit(parts->work, &question->job) < 0) {
		results_free(question->results);
		free(question);
		refuse_busy(request);
	} else if (!request_is_waiting(request)) {
		request_wait(request);
	}
}

void handle_results(void *self, struct request *request)
{
	classes_look(self, request, ask_results);
}
