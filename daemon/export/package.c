/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run after run: its description, then its streams one after the other, each read page by page. */
#include "export/package.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/number.h"
#include "export/about_collect.h"
#include "export/accept_words.h"
#include "export/import.h"
#include "export/package_readme.h"
#include "export/run_refuse.h"
#include "export/sums.h"
#include "export/typed_table.h"
#include "export/written.h"
#include "history/import_place.h"
#include "export/zip_out.h"

enum {
	PIECE_BYTES = 256 << 10, /* to send at a time, about */
	PAGE_BYTES = 64 << 10,   /* of rows to pack at a time */
	ROW_BYTES = (STREAM_CHANNELS + 2) * NUMBER_TEXT,
	PATH_BYTES = 32 + ABOUT_FILE,
	STORE_PATH_BYTES = 512,
	FIRST_BYTES = 64 << 10, /* of what is written whole */
};

struct package {
	struct product product;
	struct package_options options;
	bool lacks_end;
	struct instant kept_to;

	struct zip_out *zip;
	struct sums sums;
	bool has_readme, is_collected,
		is_described;          /* `about` is the run's at `run`; and in the archive */
	bool is_begun, is_prepared;    /* the session, if it is of one */
	struct session_about *session; /* for session.json; NULL: there is none, or it is written */
	size_t run, stream;            /* what comes next */
	struct about about;
	char *bytes; /* of an import's run.json, owned; NULL: it is the board's own */
	size_t n_bytes;
	struct reader *elsewhere; /* another store than the product's; NULL: none is open */
	uint32_t elsewhere_import;
	bool is_open;        /* the stream's file */
	struct instant next; /* its rows from here on are not in it */
	char page[PAGE_BYTES];
	struct text rows; /* over it */
};

#define READINGS_FILE "readings.csv"

static struct package *of(struct product *product)
{
	return CONTAINER(product, struct package, product);
}

/* `is_of_run`: in its folder, if it has one. */
static int begin_entry(struct package *self, const char *file, bool is_of_run)
{
	char room[PATH_BYTES];
	struct text path = text_over(room, sizeof room);

	if (is_of_run && self->options.has_folders) {
		const struct run *run = &self->options.runs[self->run].run;

		if (run->id)
			text_addf(&path, "run-%u/", run->id);
		else
			text_addf(&path, "group-%u/", run->group);
	}
	text_add(&path, file);
	sums_begin(&self->sums, file);
	return zip_out_begin(self->zip, path.at);
}

static int add_bytes(struct package *self, const void *bytes, size_t n)
{
	sums_add(&self->sums, bytes, n);
	return zip_out_add(self->zip, bytes, n);
}

static int add_entry(
	struct package *self, const char *file, bool is_of_run, const void *bytes, size_t n)
{
	int r = begin_entry(self, file, is_of_run);

	return r == 0 ? add_bytes(self, bytes, n) : r;
}

/* The hashes of what is in the folder, if anything is. */
static int seal(struct package *self, bool is_of_run)
{
	size_t n;
	const char *lines = sums_end(&self->sums, &n);
	int r = n > 0 ? add_entry(self, SUMS_FILE, is_of_run, lines, n) : 0;

	self->sums.file[0] = '\0'; /* which has none itself */
	return r;
}

/* --- what it is --- */

static int add_written(
	struct package *self, const char *file, bool is_of_run, written_by *write, const void *what)
{
	struct text text;
	int r = written_whole(write, what, FIRST_BYTES, &text);

	if (r < 0)
		return r;
	r = add_entry(self, file, is_of_run, text.at, text.length);
	free(text.at);
	return r;
}

static void write_about(const void *about, struct text *text)
{
	about_write(about, text);
}

static void write_readings(const void *table, struct text *text)
{
	typed_table_csv_plain(table, text);
}

static void write_readme(const void *about, struct text *text)
{
	text_add(text, PACKAGE_README);
	text_add(text, PACKAGE_PROGRAM);
	accept_words_add(about, text);
}

static void write_session(const void *session, struct text *text)
{
	session_about_write(session, text);
}

/* A stream's file may have the name in a package of somebody else's. */
static bool is_taken(const struct about *about, const char *file)
{
	for (size_t i = 0; i < about->n_streams; i++)
		if (strcmp(about->streams[i].file, file) == 0)
			return true;
	return false;
}

static int add_readings(struct package *self)
{
	struct typed_table *table;
	int r = typed_table_new(&self->about, NULL, &table);

	if (r == 0 && table && !is_taken(&self->about, READINGS_FILE))
		r = add_written(self, READINGS_FILE, true, write_readings, table);
	typed_table_free(table);
	return r;
}

/* An import as it came, to the byte. */
static int collect_import(struct package *self)
{
	const struct package_run *of = &self->options.runs[self->run];

	return import_about(
		self->options.directory, of->import, &self->about, &self->bytes, &self->n_bytes);
}

static int collect_own(struct package *self, struct reader *reader)
{
	const struct package_run *of = &self->options.runs[self->run];
	const struct about_options options = {.board = self->options.board,
		.run = &of->run,
		.kept = self->lacks_end && self->kept_to.ns < of->run.to.ns ? self->kept_to
									    : of->run.to,
		.streams = of->streams,
		.n_streams = of->n_streams,
		.lesson = of->lesson,
		.hides = of->hides};

	return about_collect(reader, &options, &self->about);
}

static int collect(struct package *self, struct reader *reader)
{
	about_clear(&self->about);
	free(self->bytes);
	self->bytes = NULL;
	self->stream = 0;
	self->is_collected = true;
	return self->options.runs[self->run].import ? collect_import(self)
						    : collect_own(self, reader);
}

static int describe(struct package *self, struct reader *reader)
{
	int r = self->is_collected ? 0 : collect(self, reader);

	self->is_described = true;
	if (r == 0)
		r = self->bytes ? add_entry(self, "run.json", true, self->bytes, self->n_bytes)
				: add_written(self, "run.json", true, write_about, &self->about);
	if (r == 0)
		r = add_readings(self);
	/* In a class somebody's kit may have said nothing; the others' data go on. */
	return r == -ENOENT && self->options.has_folders ? 0 : r;
}

/* Of one run it says what that is, so that is looked at before. */
static int add_readme(struct package *self, struct reader *reader)
{
	int r = self->options.has_folders ? 0 : collect(self, reader);

	self->has_readme = true;
	return r == 0 ? add_written(self, "README.txt", false, write_readme, &self->about) : r;
}

/* A step towards what session.json says; before the first byte, so that others' jobs come between. */
static int prepare_session(struct package *self, struct reader *reader)
{
	int r = self->session ? session_about_step(self->session, reader)
			      : session_about_new(reader, &self->options.session, &self->session);

	self->is_prepared = self->is_begun && r <= 0;
	self->is_begun = true;
	if (r != -ENOENT)
		return r < 0 ? r : 0;
	self->is_prepared = true; /* damaged: its runs are there all the same */
	return 0;
}

static int describe_session(struct package *self)
{
	int r = add_written(self, "session.json", false, write_session, self->session);

	session_about_free(self->session);
	self->session = NULL;
	return r;
}

/* --- rows --- */

static int add_head(struct package *self, const struct about_stream *of)
{
	struct text head = text_over(self->page, PAGE_BYTES);

	text_add(&head, "t_ns");
	for (uint32_t c = 0; c < of->stream.n_channels; c++)
		text_addf(&head, ",%s", of->stream.channels[c].id);
	text_add_char(&head, '\n');
	return add_entry(self, of->file, true, head.at, head.length);
}

/* 1: the page is full. */
static int take_rows(void *self, const struct rows *rows)
{
	struct package *package = self;
	int64_t begin_ns = package->options.runs[package->run].run.from.ns;

	for (size_t i = 0; i < rows->n; i++) {
		const double *values = &rows->values[i * rows->n_channels];

		if (PAGE_BYTES - package->rows.length < ROW_BYTES)
			return 1;
		text_add_int(&package->rows, rows->stamps_ns[i] - begin_ns);
		for (uint32_t c = 0; c < rows->n_channels; c++) {
			text_add_char(&package->rows, ',');
			if (!isnan(values[c]))
				text_add_double(&package->rows, values[c]);
		}
		text_add_char(&package->rows, '\n');
		package->next.ns = rows->stamps_ns[i] + 1;
	}
	return 0;
}

/* Where the rows are: an import has a store of its own. The product's is opened already. */
static int reader_of(struct package *self, struct reader **reader)
{
	uint32_t import = self->options.runs[self->run].import;
	char path[STORE_PATH_BYTES];
	int r = 0;

	if (import == self->product.import)
		return 0;
	if (import != self->elsewhere_import) {
		reader_close(self->elsewhere);
		self->elsewhere = NULL;
		self->elsewhere_import = 0;
		r = import_path(self->options.directory, import, path, sizeof path);
		if (r == 0)
			r = reader_open(path, &self->elsewhere);
		if (r == 0)
			self->elsewhere_import = import;
	}
	if (r == 0)
		*reader = self->elsewhere;
	return r;
}

static int add_rows(struct package *self, struct reader *reader)
{
	const struct about_stream *of = &self->about.streams[self->stream];
	const struct package_run *run = &self->options.runs[self->run];
	struct instant from = run->import ? (struct instant){0} : run->run.from;
	struct instant to = run->import ? (struct instant){INT64_MAX} : run->run.to;
	int r = reader_of(self, &reader), full;

	if (r < 0)
		return r;
	if (!self->is_open) {
		self->is_open = true;
		self->next = from;
		r = add_head(self, of);
	}
	if (r < 0)
		return r;
	self->rows = text_over(self->page, PAGE_BYTES);
	full = reader_rows(reader, of->stream.id, self->next, to, take_rows, self);
	if (full < 0)
		return full;
	r = add_bytes(self, self->rows.at, self->rows.length);
	if (full == 0) {
		self->is_open = false;
		self->stream++;
	}
	return r;
}

/* --- as a product --- */

static int step(struct package *self, struct reader *reader)
{
	int r = self->zip ? 0 : zip_out_new(&self->zip);

	if (r < 0)
		return r;
	if (!self->has_readme)
		return add_readme(self, reader);
	if (self->session)
		return describe_session(self);
	if (self->run == self->options.n_runs) {
		self->product.is_over = true;
		return zip_out_end(self->zip);
	}
	if (!self->is_described) {
		r = self->options.has_folders ? seal(self, false) : 0;
		return r == 0 ? describe(self, reader) : r;
	}
	if (self->stream < self->about.n_streams)
		return add_rows(self, reader);
	r = seal(self, true);
	self->is_described = self->is_collected = false;
	self->run++;
	return r;
}

static int fill(struct product *product, struct reader *reader, const atomic_bool *is_cancelled)
{
	struct package *self = of(product);
	int r = 0;

	product->is_preparing = self->options.session.session && !self->is_prepared;
	if (product->is_preparing)
		return prepare_session(self, reader);
	do
		r = step(self, reader);
	while (r == 0 && !product->is_over && zip_out_waiting(self->zip) < PIECE_BYTES &&
		!atomic_load(is_cancelled));
	if (r == 0)
		product->bytes = zip_out_take(self->zip, &product->n_bytes);
	return r;
}

static void lack(struct product *product, struct instant kept_to)
{
	of(product)->lacks_end = true;
	of(product)->kept_to = kept_to;
}

static bool refuse(struct product *product, struct request *request, int result)
{
	(void)product;
	return run_refuse(request, result, "一个数据包最多放 64 组数据。用 stream 选几组。",
		"At most 64 streams fit into one package. Choose some by stream.");
}

static void free_product(struct product *product)
{
	struct package *self = of(product);

	about_clear(&self->about);
	free(self->bytes);
	session_about_free(self->session);
	reader_close(self->elsewhere);
	lesson_let_go(self->options.session.lesson);
	for (size_t i = 0; i < self->options.n_runs; i++)
		lesson_let_go(self->options.runs[i].lesson);
	zip_out_free(self->zip);
	free(self->options.runs);
	free(self);
}

static const struct product_kind KIND = {
	.fill = fill,
	.lack = lack,
	.refuse = refuse,
	.free = free_product,
};

int package_product_new(const struct package_options *options, struct product **ret_product)
{
	struct package *self = calloc(1, sizeof *self);
	struct text file;

	if (!self) {
		free(options->runs);
		return -ENOMEM;
	}
	self->options = *options;
	lesson_hold(options->session.lesson);
	for (size_t i = 0; i < options->n_runs; i++)
		lesson_hold(options->runs[i].lesson);
	self->product =
		(struct product){.kind = &KIND, .to = options->to, .type = "application/zip"};
	/* One store it reads; of a session that is the board's, whatever came to it from elsewhere. */
	self->product.import = options->has_folders ? 0 : options->runs[0].import;
	file = text_over(self->product.file, sizeof self->product.file);
	text_addf(&file, "%s.zip", options->file);
	*ret_product = &self->product;
	return 0;
}
