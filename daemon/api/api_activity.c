/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /activity: what a school asks for in its assessment, as JSON or as a file for a spreadsheet. */
#include <string.h>

#include "base/container.h"
#include "export/activity.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "api/inquiry.h"

struct question {
	struct inquiry inquiry;
	struct activity *activity;
	bool is_csv;
};

static struct question *of(struct inquiry *inquiry)
{
	return CONTAINER(inquiry, struct question, inquiry);
}

static int step(struct inquiry *inquiry, struct reader *reader)
{
	return activity_step(of(inquiry)->activity, reader);
}

static void send_activity(struct inquiry *inquiry)
{
	const struct question *question = of(inquiry);
	struct text text = answer_begin(inquiry->parts);

	if (!question->is_csv) {
		activity_write(question->activity, &text);
		answer_send(inquiry->request, 200, &text);
		return;
	}
	text_add(&text, "\xef\xbb\xbf"); /* so that a spreadsheet knows that it is UTF-8 */
	activity_write_csv(question->activity, inquiry->parts->shelf, &text);
	request_add_header(inquiry->request, "Content-Disposition",
		"attachment; filename=\"kitlog-activity.csv\"");
	request_answer(inquiry->request, 200, "text/csv; charset=utf-8", text.at, text.length);
}

static void clear(struct inquiry *inquiry)
{
	activity_free(of(inquiry)->activity);
}

static const struct inquiry_kind KIND = {
	.look = step, .in_steps = true, .answer = send_activity, .clear = clear};

void handle_activity(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *format = request_query(request, "format");
	struct question *question;

	if (format && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0) {
		refuse_parameter(request, "format", "要写 json 或 csv", "must be json or csv");
		return;
	}
	question = inquiry_new(parts, request, &KIND, sizeof *question);
	if (!question)
		return;
	question->is_csv = format && strcmp(format, "csv") == 0;
	if (activity_new(&question->activity) == 0) {
		inquiry_ask(&question->inquiry);
	} else {
		refuse_busy(request);
		inquiry_free(&question->inquiry);
	}
}
