/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /runs/{id}/package: what was asked for; share/download.h sends it. */
#include <stdlib.h>

#include "share/ask.h"
#include "share/handlers.h"
#include "share/package.h"

static struct instant end_of(const struct run *run, struct instant now)
{
	return run->to.ns == INT64_MAX ? now : run->to;
}

void handle_package(void *self, struct request *request)
{
	struct parts *parts = self;
	struct instant now = clock_now(parts->clock);
	struct package_options options = {.board = parts->board, .n_runs = 1};
	struct text file = text_over(options.file, sizeof options.file);
	struct product *product;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	if (!parts->runs.is_known) {
		refuse_busy(request);
		return;
	}
	const struct run *run = runs_find(&parts->runs, id);
	if (!run) {
		refuse_no_run(request, id);
		return;
	}
	options.runs = calloc(1, sizeof *options.runs);
	if (!options.runs) {
		refuse_busy(request);
		return;
	}
	options.runs->run = *run;
	options.runs->run.to = options.to = end_of(run, now);
	text_addf(&file, "kitlog-run-%u", run->number);
	if (package_product_new(&options, &product) < 0)
		refuse_busy(request);
	else
		download_start(&parts->downloads, request, product);
}
