/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/paper.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "export/paper_data.h"
#include "export/run_refuse.h"
#include "export/written.h"

enum { FIRST_BYTES = 1 << 20 };

struct paper {
	struct product product;
	struct paper_options options;
	struct instant kept;
	char *page;
};

static struct paper *of(struct product *product)
{
	return CONTAINER(product, struct paper, product);
}

static void write_page(const void *data, struct text *text)
{
	paper_write(data, text);
}

static int fill(struct product *product, struct reader *reader, const atomic_bool *is_cancelled)
{
	struct paper *self = of(product);
	struct paper_data data;
	struct text page;
	int r = paper_gather(&data, &self->options, self->kept, reader, is_cancelled);

	if (r == 0)
		r = written_whole(write_page, &data, FIRST_BYTES, &page);
	if (r == 0) {
		self->page = page.at;
		product->bytes = page.at;
		product->n_bytes = page.length;
	}
	paper_clear(&data);
	product->is_over = true;
	return r;
}

static void lack(struct product *product, struct instant kept_to)
{
	if (kept_to.ns < of(product)->kept.ns)
		of(product)->kept = kept_to;
}

static bool refuse(struct product *product, struct request *request, int result)
{
	(void)product;
	if (result == -ENODATA) {
		refuse_unknown(
			request, "没有要拟合的那个通道。", "The channel to fit is not there.");
		return true;
	}
	return run_refuse(request, result, "一份报告最多放 64 组数据。用 stream 选几组。",
		"At most 64 streams fit into one report. Choose some by stream.");
}

static void free_product(struct product *product)
{
	lesson_let_go(of(product)->options.lesson);
	free(of(product)->page);
	free(of(product));
}

static const struct product_kind KIND = {
	.fill = fill,
	.lack = lack,
	.refuse = refuse,
	.free = free_product,
};

int paper_product_new(const struct paper_options *options, struct product **ret_product)
{
	struct paper *self = calloc(1, sizeof *self);

	if (!self)
		return -ENOMEM;
	self->options = *options;
	lesson_hold(options->lesson);
	self->kept = options->run.to;
	self->product = (struct product){.kind = &KIND,
		.to = options->run.to,
		.import = options->import,
		.type = "text/html; charset=utf-8"};
	*ret_product = &self->product;
	return 0;
}
