/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/sheet.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/container.h"
#include "export/export_cell.h"
#include "export/run_about.h"
#include "export/sheet_about.h"

enum { PIECE_BYTES = 128 << 10 };

struct sheet {
	struct product product;
	struct extract_product_options options;
	struct extract extract;
	struct workbook *book;
	struct sheet_facts facts;
	char *words; /* FLAG_CELL bytes for the words of a cell */
	struct about about;
	struct typed_table *readings; /* NULL: none */
};

static struct sheet *of(struct product *product)
{
	return CONTAINER(product, struct sheet, product);
}

/* --- cells --- */

static double seconds(int64_t ns)
{
	return (double)ns / NS_PER_S;
}

static void add_times(struct sheet *self, struct instant at)
{
	const struct exporter *exporter = &self->extract.exporter;
	struct wall wall;
	struct tm tm;

	workbook_number(self->book, seconds(instant_since(at, exporter->origin)));
	if (!exporter->wall || !wall_map_at(exporter->wall, at, &wall, NULL)) {
		workbook_skip(self->book, 1);
		return;
	}
	time_t whole = (time_t)(wall.ns / NS_PER_S);
	if (localtime_r(&whole, &tm))
		workbook_date(self->book, wall.ns + tm.tm_gmtoff * (int64_t)NS_PER_S);
	else
		workbook_skip(self->book, 1);
}

static struct text words(struct sheet *self)
{
	return text_over(self->words, FLAG_CELL);
}

static unsigned count_columns(const struct exporter *exporter)
{
	unsigned n = 0;

	for (size_t i = 0; i < exporter->n_streams; i++)
		n += exporter->streams[i].stream.n_channels;
	return n + (unsigned)exporter->n_formulas;
}

/* --- rows --- */

static int add_head(struct sheet *self)
{
	const struct exporter *exporter = &self->extract.exporter;
	struct workbook *book = self->book;

	workbook_text(book, "time_s");
	workbook_text(book, "clock");
	for (size_t i = 0; i < exporter->n_streams; i++)
		for (size_t c = 0; c < exporter->streams[i].stream.n_channels; c++) {
			struct text cell = words(self);

			words_add_channel(exporter, &exporter->streams[i], c, &cell);
			workbook_text(book, cell.at);
		}
	for (size_t i = 0; i < exporter->n_formulas; i++)
		workbook_text(book, exporter->formulas[i].head);
	workbook_text(book, "gap");
	workbook_text(book, "gap_until_s");
	if (cell_has_flags(exporter))
		workbook_text(book, "flags");
	if (exporter->has_marks)
		workbook_text(book, "mark");
	if (exporter->has_stated) {
		struct text cell = words(self);

		words_add_stated_head(exporter, &cell);
		workbook_text(book, cell.at);
	}
	for (size_t i = 0; i < exporter->n_streams; i++)
		if (exporter->streams[i].is_even) {
			struct text cell = words(self);

			cell_add_whose(exporter, &exporter->streams[i], &cell);
			text_add(&cell, "到达 arrival_s");
			workbook_text(book, cell.at);
		}
	return workbook_end_row(book);
}

static int begin_data(struct sheet *self)
{
	char room[WORKBOOK_NAME];
	struct text name = text_over(room, sizeof room);
	unsigned n = workbook_sheets(self->book) + 1;

	text_add(&name, "数据 Data");
	if (n > 1)
		text_addf(&name, " %u", n);
	int r = workbook_begin_sheet(self->book, name.at, true);
	return r == 0 ? add_head(self) : r;
}

static void add_values(struct sheet *self, const struct moment *moment)
{
	const struct exporter *exporter = &self->extract.exporter;

	for (size_t i = 0; i < exporter->n_streams; i++) {
		const struct export_stream *of = &exporter->streams[i];
		const double *values = moment->values[i];
		double room[STREAM_CHANNELS];

		if (!values) {
			workbook_skip(self->book, of->stream.n_channels);
			continue;
		}
		values = export_calibrated(of, moment->at, values, room);
		for (size_t c = 0; c < of->stream.n_channels; c++)
			workbook_number(self->book, values[c]);
	}
	for (size_t i = 0; i < exporter->n_formulas; i++)
		workbook_number(self->book, exporter->formulas[i].value);
}

static int add_row(struct sheet *self, const struct moment *moment)
{
	struct exporter *exporter = &self->extract.exporter;
	struct workbook *book = self->book;

	add_times(self, moment->at);
	add_values(self, moment);
	workbook_skip(book, 2);
	if (cell_has_flags(exporter)) {
		struct text cell = words(self);

		words_add_flags(exporter, moment, &cell);
		workbook_text(book, cell.at);
	}
	workbook_skip(book, exporter->has_marks ? 1 : 0);
	if (exporter->has_stated) {
		struct text cell = words(self);

		words_add_stated(exporter, moment, &cell);
		workbook_text(book, cell.at);
	}
	for (size_t i = 0; i < exporter->n_streams; i++)
		if (exporter->streams[i].is_even)
			workbook_number(book,
				moment->values[i]
					? seconds(moment->stored_ns[i] - exporter->origin.ns)
					: NAN);
	self->facts.all_rows++;
	return workbook_end_row(book);
}

static void count_gap(struct sheet *self, const struct gap *gap)
{
	struct sheet_gaps *gaps = &self->facts.of_all;

	for (size_t i = 0; i < self->extract.exporter.n_streams; i++)
		if (self->extract.streams[i].stream.id == gap->stream)
			gaps = &self->facts.gaps[i];
	gaps->n++;
	gaps->lost_rows += gap->lost_rows;
}

static int add_gap(struct sheet *self, const struct gap *gap)
{
	struct exporter *exporter = &self->extract.exporter;
	struct text cell = words(self);

	export_follow_gap(exporter, gap);
	count_gap(self, gap);
	add_times(self, gap->from);
	workbook_skip(self->book, count_columns(exporter));
	words_add_gap(exporter, gap, &cell);
	workbook_text(self->book, cell.at);
	workbook_number(self->book, seconds(instant_since(gap->to, exporter->origin)));
	return workbook_end_row(self->book);
}

static int add_mark(struct sheet *self, const struct mark *mark)
{
	const struct exporter *exporter = &self->extract.exporter;
	struct text cell = words(self);

	add_times(self, mark->at);
	workbook_skip(self->book, count_columns(exporter) + 2 + (cell_has_flags(exporter) ? 1 : 0));
	text_addf(&cell, "%s: %s", mark->author, mark->text);
	workbook_text(self->book, cell.at);
	return workbook_end_row(self->book);
}

/* The card has refused to take what was recorded from here on. */
static int add_missing(struct sheet *self)
{
	const struct exporter *exporter = &self->extract.exporter;

	if (!exporter->lacks_end)
		return 0;
	add_times(self, exporter->kept_to);
	workbook_skip(self->book, count_columns(exporter));
	workbook_text(self->book, "not yet on the card");
	return workbook_end_row(self->book);
}

/* --- as a product --- */

/* What the class says of the run, if it is one. -ENOENT: it has neither streams nor readings. */
static int collect_notes(struct sheet *self, struct reader *reader)
{
	const struct extract_options *extract = &self->extract.options;
	const struct exporter *exporter = &self->extract.exporter;
	struct run run = extract->asked;
	uint32_t streams[WEAVE_STREAMS];
	int r;

	if (!run.id)
		return 0;
	if (run.to.ns > extract->to.ns)
		run.to = extract->to;
	for (size_t i = 0; i < exporter->n_streams; i++)
		streams[i] = exporter->streams[i].stream.id;
	const struct run_about_options options = {.directory = self->options.directory,
		.import = extract->import,
		.own = {.board = extract->board,
			.run = &run,
			.kept = run.to,
			.streams = streams,
			.n_streams = exporter->n_streams,
			.lesson = self->options.lesson,
			.hides = self->options.hides}};

	r = run_about(reader, &options, &self->about);
	if (r < 0)
		return r;
	self->facts.about = &self->about;
	r = run_readings(reader, &options, &self->about, self->options.lesson, &self->readings);
	self->facts.readings = self->readings;
	return r;
}

static int begin(struct sheet *self, struct reader *reader)
{
	struct product *product = &self->product;
	int r = extract_prepare(&self->extract, reader);

	product->is_preparing = self->extract.is_preparing;
	if (r < 0 || product->is_preparing)
		return r;
	self->extract.exporter.has_stated = export_has_stated(&self->extract.exporter);
	self->words = malloc(FLAG_CELL);
	r = self->words ? 0 : -ENOMEM;
	if (r == 0)
		r = collect_notes(self, reader);
	if (r == 0)
		r = workbook_new(&self->book);
	return r == 0 ? begin_data(self) : r;
}

static void note_rows(struct sheet *self)
{
	if (workbook_sheets(self->book) == 1)
		self->facts.rows = workbook_rows(self->book);
}

static int end(struct sheet *self)
{
	int r = add_missing(self);

	note_rows(self);
	self->facts.extract = &self->extract;
	self->facts.lesson = self->options.lesson;
	if (r == 0)
		r = sheet_add_charts(self->book, &self->facts);
	if (r == 0)
		r = sheet_add_readings(self->book, &self->facts);
	if (r == 0)
		r = sheet_add_about(self->book, &self->facts);
	if (r == 0)
		r = workbook_end(self->book);
	self->product.is_over = true;
	return r;
}

static int step(struct sheet *self, struct reader *reader)
{
	struct extract_item item;
	int r = 0;

	if (workbook_is_sheet_full(self->book)) {
		note_rows(self);
		r = begin_data(self);
	}
	if (r == 0)
		r = extract_next(&self->extract, reader, &item);
	if (r < 0)
		return r;
	if (item.mark)
		return add_mark(self, item.mark);
	if (!item.moment)
		return end(self);
	return item.moment->gap ? add_gap(self, item.moment->gap) : add_row(self, item.moment);
}

static int fill(struct product *product, struct reader *reader, const atomic_bool *is_cancelled)
{
	struct sheet *self = of(product);
	int r = self->book ? 0 : begin(self, reader);

	while (r == 0 && !product->is_preparing && !product->is_over &&
		workbook_waiting(self->book) < PIECE_BYTES && !atomic_load(is_cancelled))
		r = step(self, reader);
	if (r == 0 && !product->is_preparing)
		product->bytes = workbook_take(self->book, &product->n_bytes);
	return r;
}

static void lack(struct product *product, struct instant kept_to)
{
	extract_product_lack(&of(product)->extract, kept_to);
}

static void filled(struct product *product)
{
	extract_product_keep_made(&of(product)->extract, &of(product)->options);
}

static bool refuse(struct product *product, struct request *request, int result)
{
	return extract_product_refuse(&of(product)->extract, request, result);
}

static void free_product(struct product *product)
{
	struct sheet *self = of(product);

	lesson_let_go(self->options.lesson);
	workbook_free(self->book);
	typed_table_free(self->readings);
	about_clear(&self->about);
	extract_clear(&self->extract);
	free(self->words);
	free(self);
}

static const struct product_kind KIND = {
	.fill = fill,
	.lack = lack,
	.filled = filled,
	.refuse = refuse,
	.free = free_product,
};

int sheet_product_new(const struct extract_product_options *options, struct product **ret_product)
{
	struct sheet *self = calloc(1, sizeof *self);
	struct text file;

	if (!self)
		return -ENOMEM;
	self->options = *options;
	lesson_hold(options->lesson);
	self->extract.options = options->extract;
	self->extract.options.format = EXPORT_CSV;
	self->extract.options.may_lack_streams =
		options->extract.asked.id; /* it may have readings */
	self->extract.catalogue = options->catalogue;
	self->extract.lesson = options->lesson;
	self->extract.directory = options->directory;
	self->product = (struct product){.kind = &KIND,
		.to = options->extract.to,
		.import = options->extract.import,
		.type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
	file = text_over(self->product.file, sizeof self->product.file);
	text_addf(&file, "%s.xlsx", options->extract.file);
	*ret_product = &self->product;
	return 0;
}
