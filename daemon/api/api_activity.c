/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /activity: what a school asks for in its assessment, as JSON or as a file for a spreadsheet. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "export/activity.h"
#include "http/ask.h"
#include "api/handlers.h"

struct question {
	struct job job;
	struct parts *parts;
	struct request *request;
	struct activity *activity;
	bool is_csv;
	int result;
};

static void step(struct job *job, struct reader *reader)
{
	struct question *question = CONTAINER(job, struct question, job);

	question->result = reader ? activity_step(question->activity, reader) : -ENODEV;
}

static void send_activity(const struct question *question)
{
	struct text text = answer_begin(question->parts);

	if (!question->is_csv) {
		activity_write(question->activity, &text);
		answer_send(question->request, 200, &text);
		return;
	}
	text_add(&text, "\xef\xbb\xbf"); /* so that a spreadsheet knows that it is UTF-8 */
	activity_write_csv(question->activity, &text);
	request_add_header(question->request, "Content-Disposition",
		"attachment; filename=\"kitlog-activity.csv\"");
	request_answer(question->request, 200, "text/csv; charset=utf-8", text.at, text.length);
}

static void stepped(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);

	if (job->has_run && question->result == 1 &&
		work_submit(question->parts->work, &question->job) == 0)
		return;
	if (job->has_run && question->result == 0)
		send_activity(question);
	else
		refuse_busy(question->request);
	activity_free(question->activity);
	free(question);
}

void handle_activity(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *format = request_query(request, "format");
	struct question *question;

	if (format && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0) {
		refuse_parameter(request, "format", "要写 json 或 csv", "must be json or csv");
		return;
	}
	question = calloc(1, sizeof *question);
	if (question)
		*question = (struct question){.job = {.run = step, .done = stepped},
			.parts = parts,
			.request = request,
			.is_csv = format && strcmp(format, "csv") == 0};
	if (!question || activity_new(&question->activity) < 0 ||
		work_submit(parts->work, &question->job) < 0) {
		if (question)
			activity_free(question->activity);
		free(question);
		refuse_busy(request);
	} else {
		request_wait(request);
	}
}
