/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /runs/{id}/report: what was asked for; http/download.h sends it. */
#include <stdlib.h>
#include <string.h>

#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "export/import.h"
#include "export/paper.h"

static bool ask_language(struct request *request, bool *ret_is_english)
{
	const char *language = request_query(request, "language");

	*ret_is_english = language && strcmp(language, "en") == 0;
	if (!language || *ret_is_english || strcmp(language, "zh") == 0)
		return true;
	refuse_parameter(request, "language", "要写 zh 或 en", "must be zh or en");
	return false;
}

/* ?fit=decay&stream=3&channel=t[&from_us&to_us]; without `fit` the lesson's, where one fits. */
static bool ask_fit(struct request *request, struct paper_options *options)
{
	const char *model = request_query(request, "fit"), *channel;
	int64_t stream = 0;

	options->model = model ? fit_model_find(model) : FIT_MODELS;
	if (!model)
		return true;
	if (options->model == FIT_MODELS) {
		refuse_parameter(
			request, "fit", "没有这个模型", "must be a model, such as linear or decay");
		return false;
	}
	options->fit = (struct fit_range){
		.from = options->run.from, .to = options->run.to, .zero = options->run.from};
	if (!ask_int(request, "stream", &stream) ||
		!ask_instant(request, "from_us", &options->fit.from) ||
		!ask_instant(request, "to_us", &options->fit.to))
		return false;
	channel = request_query(request, "channel");
	if (stream <= 0 || stream > UINT32_MAX) {
		refuse_parameter(request, "stream", "要写成编号", "must be the number of a stream");
		return false;
	}
	options->fit.y.stream = (uint32_t)stream;
	if (!channel || !text_copy(options->fit.y.id, sizeof options->fit.y.id, channel)) {
		refuse_parameter(request, "channel", "要写通道的代号", "must be a channel's id");
		return false;
	}
	if (options->fit.to.ns > options->fit.from.ns)
		return true;
	refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
	return false;
}

void handle_report(void *self, struct request *request)
{
	struct parts *parts = self;
	struct paper_options options = {
		.board = parts->board, .directory = parts->config->data, .kits = parts->catalogue};
	struct product *product;
	const struct run *run;

	if (!parts_ask_run(parts, request, &run) || !ask_language(request, &options.is_english))
		return;
	options.run = *run;
	options.import = import_of(run->id);
	if (run->to.ns == INT64_MAX)
		options.run.to = clock_now(parts->clock);
	options.lesson = run->lesson[0] ? shelf_find(parts->shelf, run->lesson) : NULL;
	options.hides = classes_hides(parts, request, run);
	if (!ask_fit(request, &options))
		return;
	if (paper_product_new(&options, &product) < 0)
		refuse_busy(request);
	else
		download_start(&parts->downloads, request, product);
}
