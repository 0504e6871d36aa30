/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/extract_product.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/text.h"
#include "http/ask.h"
#include "live/refinements.h"

struct extract_product {
	struct product product;
	struct extract extract;
	struct extract_product_options options;
};

static struct extract_product *of(struct product *product)
{
	return CONTAINER(product, struct extract_product, product);
}

static int fill(struct product *product, struct reader *reader, const atomic_bool *is_cancelled)
{
	struct extract_product *self = of(product);
	int r = extract_fill(&self->extract, reader, is_cancelled);

	product->bytes = self->extract.text.at;
	product->n_bytes = self->extract.text.length;
	product->is_over = self->extract.is_over;
	product->is_preparing = self->extract.is_preparing;
	return r;
}

void extract_product_lack(struct extract *extract, struct instant kept_to)
{
	struct instant from = extract->options.from;

	extract->exporter.lacks_end = true;
	extract->exporter.kept_to = kept_to.ns > from.ns ? kept_to : from;
}

static void lack(struct product *product, struct instant kept_to)
{
	extract_product_lack(&of(product)->extract, kept_to);
}

void extract_product_keep_made(
	const struct extract *extract, const struct extract_product_options *options)
{
	struct refinement *made;

	if (!extract->restamps || extract->is_preparing)
		return;
	while ((made = restamps_take_made(extract->restamps)))
		if (!refinements_are_due(options->store, extract->options.run_to) ||
			keep_order_refinement(options->keep, made) < 0)
			free(made);
}

static void keep_made(struct product *product)
{
	extract_product_keep_made(&of(product)->extract, &of(product)->options);
}

/* A file of which nothing but a comment would be left. */
static bool lacks_hour(const struct extract *extract)
{
	return extract->is_over && export_lacks_hour(&extract->exporter);
}

/* The first that was asked for and is not there; 0: none. */
static uint32_t unknown_stream(const struct extract *extract)
{
	const struct extract_options *options = &extract->options;

	for (size_t i = 0; i < options->n_streams; i++) {
		size_t k = 0;

		while (k < extract->exporter.n_streams &&
			extract->streams[k].stream.id != options->streams[i])
			k++;
		if (k == extract->exporter.n_streams)
			return options->streams[i];
	}
	return 0;
}

static void refuse_uneven(struct request *request, uint32_t stream)
{
	char zh[160], en[160];

	snprintf(zh, sizeof zh,
		"数据流 %u 的读数不是按固定间隔来的，没有均匀时间。改用 stamps=live。", stream);
	snprintf(en, sizeof en,
		"The rows of stream %u come at no regular time, so they have no even stamps. Take "
		"stamps=live.",
		stream);
	request_refuse(request, 400, "not_periodic", zh, en);
}

bool extract_product_refuse(const struct extract *extract, struct request *request, int result)
{
	uint32_t unknown = result == -ENOENT ? unknown_stream(extract) : 0;

	if (result == 0 && !lacks_hour(extract))
		return false;
	if (unknown)
		refuse_no_stream(request, unknown);
	else if (result == -ENOENT && extract->options.asked.id)
		refuse_unknown(request,
			"这次记录里没有器材的数据。要是有输入的读数，加上 of=readings（kitlog export "
			"--readings）。",
			"No kit recorded anything in this run. What was typed, if anything was, comes with "
			"of=readings (kitlog export --readings).");
	else if (result == -ENOENT)
		refuse_unknown(request, "这段时间没有数据。", "There are no data in this range.");
	else if (result == -EDOM)
		refuse_uneven(request, extract->uneven);
	else if (result == -E2BIG && extract->exporter.n_streams > 0)
		request_refuse(request, 400, "too_many_rows",
			"均匀时间最多能算 50 万行。用 from_us 和 to_us 选短一些的一段。",
			"Even stamps are made of 500 000 rows at most. Choose a shorter part by "
			"from_us and to_us.");
	else if (result == -E2BIG || result == -EMSGSIZE)
		request_refuse(request, 400, "too_many_streams",
			"一次最多导出 64 组数据。分几次导出。",
			"At most 64 streams fit into one file. Export fewer at a time.");
	else if (result == 0)
		request_refuse(request, 404, "no_hour",
			"line protocol 要写时刻，可这些数据没人知道是几点记的。让板子连上网；板子的钟若是准的，"
			"就在配置里写 wall_clock: system。也可以改用 csv 导出。",
			"Line protocol needs the hour, and nobody has told it for these data. Give the "
			"board a network, or set wall_clock: system if its clock is right; or export "
			"as csv.");
	else
		refuse_busy(request);
	return true;
}

static bool refuse(struct product *product, struct request *request, int result)
{
	return extract_product_refuse(&of(product)->extract, request, result);
}

static void free_product(struct product *product)
{
	lesson_let_go(of(product)->options.lesson);
	extract_clear(&of(product)->extract);
	free(of(product));
}

static const struct product_kind KIND = {
	.fill = fill,
	.lack = lack,
	.filled = keep_made,
	.refuse = refuse,
	.free = free_product,
};

int extract_product_new(const struct extract_product_options *options, struct product **ret_product)
{
	struct extract_product *self = calloc(1, sizeof *self);
	const struct extract_options *what = &options->extract;
	struct text file;

	if (!self)
		return -ENOMEM;
	self->options = *options;
	lesson_hold(options->lesson);
	self->extract.options = *what;
	self->extract.catalogue = options->catalogue;
	self->extract.lesson = options->lesson;
	self->extract.directory = options->directory;
	self->product = (struct product){.kind = &KIND,
		.to = what->to,
		.import = what->import,
		.type = export_type(what->format)};
	file = text_over(self->product.file, sizeof self->product.file);
	text_addf(&file, "%s.%s", what->file, what->format == EXPORT_CSV ? "csv" : "lp");
	*ret_product = &self->product;
	return 0;
}
