/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /runs/{id}/report: what was asked for; share/download.h sends it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "share/ask.h"
#include "share/handlers.h"
#include "share/import.h"
#include "share/paper.h"
#include "share/shelf.h"

static bool ask_language(struct request *request, bool *ret_is_english)
{
	const char *language = request_query(request, "language");

	*ret_is_english = language && strcmp(language, "en") == 0;
	if (!language || *ret_is_english || strcmp(language, "zh") == 0)
		return true;
	refuse_parameter(request, "language", "要写 zh 或 en", "must be zh or en");
	return false;
}

/* What the lesson asks, in its own words. */
static void tell_lesson(const struct shelf *shelf, struct paper_options *options)
{
	const struct lesson *lesson = shelf_find(shelf, options->run.lesson);

	if (!lesson)
		return;
	text_copy(options->lesson, sizeof options->lesson,
		options->is_english ? lesson->title.en : lesson->title.zh);
	text_copy(options->question, sizeof options->question,
		options->is_english ? lesson->question.en : lesson->question.zh);
}

void handle_report(void *self, struct request *request)
{
	struct parts *parts = self;
	struct paper_options options = {.board = parts->board, .directory = parts->config->data};
	struct product *product;
	const struct run *run;
	uint32_t id;

	if (!ask_id(request, 0, &id) || !ask_language(request, &options.is_english))
		return;
	run = parts_find_run(parts, id);
	if (!run) {
		if (parts->runs.is_known || import_of(id))
			refuse_no_run(request, id);
		else
			refuse_busy(request);
		return;
	}
	options.run = *run;
	options.import = import_of(id);
	tell_lesson(parts->shelf, &options);
	if (run->to.ns == INT64_MAX)
		options.run.to = clock_now(parts->clock);
	if (paper_product_new(&options, &product) < 0)
		refuse_busy(request);
	else
		download_start(&parts->downloads, request, product);
}
