/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /export: what was asked for; http/download.h sends it. */
#include <string.h>

#include "base/number.h"
#include "http/ask.h"
#include "api/classes.h"
#include "export/extract_product.h"
#include "api/handlers.h"
#include "export/import.h"
#include "export/typed_product.h"
#include "export/sheet.h"

enum kind { KIND_ROWS, KIND_SHEET, KIND_READINGS };

static bool ask_format(struct request *request, enum export_format *ret_format, enum kind *ret_kind)
{
	const char *format = request_query(request, "format");

	*ret_format = EXPORT_CSV;
	*ret_kind = KIND_ROWS;
	if (!format || strcmp(format, "csv") == 0)
		return true;
	if (strcmp(format, "lp") == 0)
		*ret_format = EXPORT_LP;
	else if (strcmp(format, "xlsx") == 0)
		*ret_kind = KIND_SHEET;
	else {
		refuse_parameter(
			request, "format", "要写 csv、xlsx 或 lp", "must be csv, xlsx or lp");
		return false;
	}
	return true;
}

/* ?of=readings: what was typed, of a run, as CSV. */
static bool ask_of(struct request *request, enum export_format format, enum kind *kind)
{
	const char *what = request_query(request, "of");

	if (!what || strcmp(what, "rows") == 0)
		return true;
	if (strcmp(what, "readings") != 0) {
		refuse_parameter(
			request, "of", "要写 rows 或 readings", "must be rows or readings");
		return false;
	}
	if (*kind == KIND_SHEET || format != EXPORT_CSV || !request_query(request, "run")) {
		refuse_parameter(request, "of", "readings 只能是一次记录的 csv",
			"readings are given of a run, as csv");
		return false;
	}
	*kind = KIND_READINGS;
	return true;
}

/* A closed run's file has the better stamps unless it says otherwise; line protocol is what was
 * shipped, to be written over it. */
static bool ask_stamps(struct request *request, struct extract_options *options)
{
	const char *stamps = request_query(request, "stamps");
	bool is_usual = options->run && options->format == EXPORT_CSV;

	if (!stamps)
		options->stamps = is_usual ? STAMPS_REFINED : STAMPS_LIVE;
	else if (strcmp(stamps, "live") == 0)
		options->stamps = STAMPS_LIVE;
	else if (strcmp(stamps, "refined") == 0)
		options->stamps = STAMPS_REFINED;
	else if (strcmp(stamps, "even") == 0)
		options->stamps = STAMPS_EVEN;
	else {
		refuse_parameter(request, "stamps", "要写 live、refined 或 even",
			"must be live, refined or even");
		return false;
	}
	return true;
}

static void name_file(struct extract_options *options, const char *what, uint32_t number)
{
	struct text file = text_over(options->file, sizeof options->file);

	text_addf(&file, "kitlog-%s-%u", what, number);
}

static bool ask_run(struct parts *parts, struct request *request, struct extract_options *options)
{
	const struct run *run;
	int64_t id = 0;

	if (!ask_int(request, "run", &id) || !parts_need_run(parts, request, id, &run))
		return false;
	options->from = run->from;
	options->import = import_of(id);
	if (run->to.ns != INT64_MAX) {
		options->to = run->to;
		options->run = options->import ? 0 : run->id;
	}
	options->run_from = options->from;
	options->run_to = options->to;
	options->asked = *run;
	name_file(options, options->import ? "import" : "run", run->number);
	return true;
}

static bool ask_streams(struct request *request, struct extract_options *options)
{
	const char *values[WEAVE_STREAMS];
	size_t n = request_queries(request, "stream", values, WEAVE_STREAMS);

	if (n > WEAVE_STREAMS) {
		refuse_parameter(
			request, "stream", "最多写 64 个", "may be given 64 times at most");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t id;
		size_t length = number_to_int(values[i], strlen(values[i]), &id);

		if (length == 0 || values[i][length] != '\0' || id <= 0 || id > UINT32_MAX) {
			refuse_parameter(
				request, "stream", "要写成编号", "must be the number of a stream");
			return false;
		}
		for (size_t k = 0; k < i; k++)
			if (options->streams[k] == (uint32_t)id) {
				refuse_parameter(request, "stream", "写重了", "is given twice");
				return false;
			}
		options->streams[i] = (uint32_t)id;
	}
	options->n_streams = n;
	options->is_strict = n > 0;
	return true;
}

static void send_extract(struct parts *parts, struct request *request,
	const struct extract_options *extract, enum kind kind)
{
	const struct run *run = &extract->asked;
	const struct extract_product_options options = {.extract = *extract,
		.catalogue = parts->catalogue,
		.keep = parts->keep,
		.store = &parts->store,
		.directory = parts->config->data,
		.lesson = run->lesson[0] ? shelf_find(parts->shelf, run->lesson) : NULL,
		.hides = classes_hides(parts, request, run)};
	struct product *product;
	int r = kind == KIND_SHEET      ? sheet_product_new(&options, &product)
		: kind == KIND_READINGS ? typed_product_new(&options, &product)
					: extract_product_new(&options, &product);

	if (r < 0)
		refuse_busy(request);
	else
		download_start(&parts->downloads, request, product);
}

/* Streams alone: all of the board, or all of one import, whose rows are where the board's clock never is. */
static bool ask_import(
	const struct parts *parts, struct request *request, struct extract_options *options)
{
	const struct imported *imported = imports_find(&parts->imports, options->streams[0]);

	if (!imported)
		return true;
	options->import = imported->import;
	options->to = instant_add(imported->run.to, 1);
	for (size_t i = 1; i < options->n_streams; i++)
		if (import_of(options->streams[i]) != imported->import) {
			refuse_parameter(request, "stream", "要都是同一次导入的",
				"must all be of one import");
			return false;
		}
	return true;
}

void handle_export(void *self, struct request *request)
{
	struct parts *parts = self;
	struct instant now = clock_now(parts->clock);
	struct extract_options options = {.board = parts->board, .to = now};
	bool has_run = request_query(request, "run");
	enum kind kind;

	if (!ask_format(request, &options.format, &kind) ||
		!ask_of(request, options.format, &kind) || !ask_values(request, &options.is_raw) ||
		!ask_streams(request, &options))
		return;
	if (!has_run && options.n_streams == 0) {
		refuse_parameter(request, "run", "或 stream 要写一个", "or stream must be given");
		return;
	}
	options.counts_from_first = !has_run && !request_query(request, "from_us");
	if (!has_run)
		name_file(&options, "stream", options.streams[0]);
	if (has_run && !ask_run(parts, request, &options))
		return;
	if (!has_run && !ask_import(parts, request, &options))
		return;
	if (!ask_stamps(request, &options))
		return;
	if (!ask_instant(request, "from_us", &options.from) ||
		!ask_instant(request, "to_us", &options.to))
		return;
	if (options.to.ns > now.ns && !options.import)
		options.to = now; /* nothing is recorded yet of what comes then */
	if (options.to.ns <= options.from.ns)
		refuse_parameter(request, "to_us", "要晚于 from_us", "must be later than from_us");
	else
		send_extract(parts, request, &options, kind);
}
