/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/typed_product.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "export/run_about.h"
#include "http/ask.h"
#include "export/typed_table.h"
#include "export/written.h"

enum { FIRST_BYTES = 64 << 10 };

struct typed_product {
	struct product product;
	struct extract_product_options options;
	char *file;
};

static struct typed_product *of(struct product *product)
{
	return CONTAINER(product, struct typed_product, product);
}

/* The table, and by whose hours. */
struct file {
	const struct typed_table *table;
	const struct wall_map *wall;
	struct instant from;
};

static void write_table(const void *what, struct text *text)
{
	const struct file *file = what;

	typed_table_csv(file->table, file->wall, file->from, text);
}

static int write_file(
	struct typed_product *self, const struct typed_table *table, const struct wall_map *wall)
{
	const struct file file = {table, wall, self->options.extract.asked.from};
	struct text text;
	int r = written_whole(write_table, &file, FIRST_BYTES, &text);

	if (r < 0)
		return r;
	self->file = text.at;
	self->product.bytes = text.at;
	self->product.n_bytes = text.length;
	return 0;
}

static int fill(struct product *product, struct reader *reader, const atomic_bool *is_cancelled)
{
	struct typed_product *self = of(product);
	const struct extract_options *extract = &self->options.extract;
	const struct run_about_options options = {.directory = self->options.directory,
		.import = extract->import,
		.own = {.board = extract->board,
			.run = &extract->asked,
			.kept = extract->asked.to,
			.hides = self->options.hides}};
	struct typed_table *table = NULL;
	struct wall_map *wall = NULL;
	struct about about = {.n_streams = 0};
	int r = run_about(reader, &options, &about);

	(void)is_cancelled;
	if (r == 0)
		r = run_readings(reader, &options, &about, self->options.lesson, &table);
	if (reader_wall_map(reader, &wall) < 0)
		wall = NULL;
	if (r == 0)
		r = table ? write_file(self, table, wall) : -ENODATA;
	wall_map_free(wall);
	typed_table_free(table);
	about_clear(&about);
	product->is_over = true;
	return r;
}

/* What was typed is in the journal, which is answered for when it is on the card. */
static void lack(struct product *product, struct instant kept_to)
{
	(void)product;
	(void)kept_to;
}

static bool refuse(struct product *product, struct request *request, int result)
{
	if (result == 0)
		return false;
	if (of(product)->options.hides == HIDES_NOTES && (result == -ENODATA || result == -ENOENT))
		request_refuse(request, 403, "hidden", "揭晓以后才能看别的组。",
			"Other groups are shown once all is revealed.");
	else if (result == -ENODATA || result == -ENOENT)
		refuse_unknown(request,
			"这次记录没有记下的读数。要传感器的数据，去掉 of=readings。",
			"No reading was kept in this run. For what its kits recorded leave out "
			"of=readings.");
	else
		refuse_busy(request);
	return true;
}

static void free_product(struct product *product)
{
	lesson_let_go(of(product)->options.lesson);
	free(of(product)->file);
	free(of(product));
}

static const struct product_kind KIND = {
	.fill = fill,
	.lack = lack,
	.refuse = refuse,
	.free = free_product,
};

int typed_product_new(const struct extract_product_options *options, struct product **ret_product)
{
	struct typed_product *self = calloc(1, sizeof *self);
	struct text file;

	if (!self)
		return -ENOMEM;
	self->options = *options;
	lesson_hold(options->lesson);
	if (self->options.extract.asked.to.ns > options->extract.to.ns)
		self->options.extract.asked.to = options->extract.to;
	self->product = (struct product){.kind = &KIND,
		.to = options->extract.to,
		.import = options->extract.import,
		.type = export_type(EXPORT_CSV)};
	file = text_over(self->product.file, sizeof self->product.file);
	text_addf(&file, "%s-readings.csv", options->extract.file);
	*ret_product = &self->product;
	return 0;
}
