/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stream after stream, page after page. Rows are counted and hashed in one walk. */
#include "class/receipt.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "history/told.h"

enum {
	PAGE_BYTES = 256 << 10,
	ROW_BYTES = (STREAM_CHANNELS + 1) * (NUMBER_TEXT + 1),
	PAGE_ROWS = 65536,
	MOST_HOLES = 64,
};

/* What of a stream one sink has not answered for: behind `done`, and these. */
struct receipt_behind {
	struct instant done;
	struct hole holes[MOST_HOLES];
	size_t n_holes;
};

/* ---------------------------------------------------------------- one stream */

struct opening {
	struct receipt *receipt;
	const char *sink;
	size_t index;
	struct stream stream;
	bool is_found;
};

static int find_stream(void *self, const struct device *device)
{
	struct opening *opening = self;
	const struct receipt *receipt = opening->receipt;

	for (uint32_t i = 0; i < device->n_streams; i++)
		if (device->streams[i].id == receipt->found.streams[receipt->stream]) {
			opening->stream = device->streams[i];
			opening->is_found = true;
		}
	return 0;
}

static int take_cursor(void *self, const struct cursor *cursor)
{
	struct opening *opening = self;
	struct receipt *receipt = opening->receipt;

	if (cursor->stream == receipt->found.streams[receipt->stream])
		receipt->behind[opening->index].done = cursor->done;
	return 0;
}

static int take_hole(void *self, const struct hole *hole)
{
	struct opening *opening = self;
	struct receipt *receipt = opening->receipt;
	struct receipt_behind *behind = &receipt->behind[opening->index];

	if (hole->stream == receipt->found.streams[receipt->stream] && behind->n_holes < MOST_HOLES)
		behind->holes[behind->n_holes++] = *hole;
	return 0;
}

/* Rows that came here and were lost on the way to the card, and those that came damaged. */
static int take_gap(void *self, const struct gap *gap)
{
	struct opening *opening = self;
	struct receipt *receipt = opening->receipt;
	const struct told_range range = {.stream = opening->stream.id,
		.period_ns = opening->stream.period_ns,
		.from = receipt->run.from,
		.to = receipt->run.to};
	struct gap within = told_within(gap, &range);

	receipt->gaps++;
	receipt->lost_rows += within.lost_rows;
	if (gap->reason == GAP_RING || gap->reason == GAP_STORE)
		receipt->received += within.lost_rows;
	if (gap->reason == GAP_WIRE) {
		receipt->bad += within.lost_rows ? within.lost_rows : 1;
		receipt->received += within.lost_rows ? within.lost_rows : 1;
	}
	return 0;
}

static void hash_head(struct receipt *receipt, const struct stream *stream)
{
	struct text head = text_over(receipt->page, PAGE_BYTES);

	text_add(&head, "t_ns");
	for (uint32_t c = 0; c < stream->n_channels; c++)
		text_addf(&head, ",%s", stream->channels[c].id);
	text_add_char(&head, '\n');
	sha256_update(&receipt->hash, head.length, (const uint8_t *)head.at);
}

static bool is_behind(const struct receipt_behind *behind, int64_t at_ns)
{
	if (at_ns >= behind->done.ns)
		return true;
	for (size_t i = 0; i < behind->n_holes; i++)
		if (at_ns >= behind->holes[i].from.ns && at_ns < behind->holes[i].to.ns)
			return true;
	return false;
}

/* The first instant of the run of which a row is behind at some sink; its end: none is. */
static struct instant first_behind(const struct receipt *receipt)
{
	int64_t first_ns = receipt->run.to.ns;

	for (size_t i = 0; i < receipt->n_sinks; i++) {
		const struct receipt_behind *behind = &receipt->behind[i];

		first_ns = behind->done.ns < first_ns ? behind->done.ns : first_ns;
		for (size_t k = 0; k < behind->n_holes; k++)
			if (behind->holes[k].to.ns > receipt->run.from.ns &&
				behind->holes[k].from.ns < first_ns)
				first_ns = behind->holes[k].from.ns;
	}
	return (struct instant){first_ns > receipt->run.from.ns ? first_ns : receipt->run.from.ns};
}

static int open_stream(struct receipt *receipt, struct reader *reader)
{
	struct opening opening = {.receipt = receipt};
	struct told_range range = {.stream = receipt->found.streams[receipt->stream],
		.from = receipt->run.from,
		.to = receipt->run.to,
		.kept = receipt->durable.ns < receipt->run.to.ns ? receipt->durable
								 : receipt->run.to};
	int r = reader_devices(reader, find_stream, &opening);

	range.period_ns = opening.stream.period_ns;
	if (r == 0)
		r = told_born(reader, range.stream, &range.born);
	if (r == 0)
		r = told_gaps(reader, &range, take_gap, &opening);
	for (size_t i = 0; i < receipt->n_sinks && r >= 0; i++) {
		receipt->behind[i] = (struct receipt_behind){.n_holes = 0};
		opening.index = i;
		r = reader_cursors(reader, receipt->sinks[i].name, take_cursor, &opening);
		if (r == 0)
			r = reader_holes(reader, receipt->sinks[i].name, take_hole, &opening);
	}
	if (r < 0)
		return r;
	if (!receipt->is_known)
		hash_head(receipt, &opening.stream);
	receipt->next = receipt->is_known ? first_behind(receipt) : receipt->run.from;
	receipt->is_open = true;
	return 1;
}

struct walk {
	struct receipt *receipt;
	struct text text;
	size_t n;
};

/* As export/package.c writes it. */
static void write_row(struct walk *walk, int64_t stamp_ns, const double *values, uint32_t n)
{
	text_add_int(&walk->text, stamp_ns - walk->receipt->run.from.ns);
	for (uint32_t c = 0; c < n; c++) {
		text_add_char(&walk->text, ',');
		if (!isnan(values[c]))
			text_add_double(&walk->text, values[c]);
	}
	text_add_char(&walk->text, '\n');
}

/* 1: the page is full. */
static int take_rows(void *self, const struct rows *rows)
{
	struct walk *walk = self;
	struct receipt *receipt = walk->receipt;

	for (size_t i = 0; i < rows->n; i++) {
		if (walk->n++ == PAGE_ROWS || walk->text.size - walk->text.length < ROW_BYTES)
			return 1;
		if (!receipt->is_known) {
			write_row(walk, rows->stamps_ns[i], &rows->values[i * rows->n_channels],
				rows->n_channels);
			receipt->found.stored++;
		}
		receipt->next.ns = rows->stamps_ns[i] + 1;
		for (size_t k = 0; k < receipt->n_sinks; k++)
			receipt->sinks[k].rows_behind +=
				is_behind(&receipt->behind[k], rows->stamps_ns[i]);
	}
	return 0;
}

static int read_page(struct receipt *receipt, struct reader *reader)
{
	struct walk walk = {receipt, text_over(receipt->page, PAGE_BYTES), 0};
	int full = receipt->next.ns >= receipt->run.to.ns
		? 0
		: reader_rows(reader, receipt->found.streams[receipt->stream], receipt->next,
			  receipt->run.to, take_rows, &walk);

	if (full < 0)
		return full;
	sha256_update(&receipt->hash, walk.text.length, (const uint8_t *)walk.text.at);
	if (full == 0) {
		receipt->is_open = false;
		receipt->stream++;
	}
	return 1;
}

/* ---------------------------------------------------------------- all */

/* Of what the rows are, so that a later receipt may know whether they are the same. */
static int look_at_store(struct receipt *receipt, struct reader *reader)
{
	struct receipt_known *found = &receipt->found;
	int r = 0;

	found->run = receipt->run.id;
	found->from = receipt->run.from;
	found->to = receipt->run.to;
	for (size_t i = 0; i < found->n_streams && r == 0; i++) {
		struct instant first = found->from, last;
		uint64_t rows;

		r = reader_extent(reader, found->streams[i], &first, &last, &rows);
		r = r == -ENODATA ? 0 : r;
		found->oldest[i] = first.ns > found->from.ns ? first : found->from;
	}
	return r;
}

static bool is_same(const struct receipt_known *a, const struct receipt_known *b)
{
	if (a->run != b->run || a->from.ns != b->from.ns || a->to.ns != b->to.ns ||
		a->n_streams != b->n_streams)
		return false;
	for (size_t i = 0; i < a->n_streams; i++)
		if (a->streams[i] != b->streams[i] || a->oldest[i].ns != b->oldest[i].ns)
			return false;
	return true;
}

static int begin(struct receipt *receipt, struct reader *reader)
{
	int r = 0;

	receipt->page = malloc(PAGE_BYTES);
	receipt->behind = calloc(RECEIPT_SINKS, sizeof *receipt->behind);
	if (!receipt->page || !receipt->behind)
		return -ENOMEM;
	sha256_init(&receipt->hash);
	if (receipt->run.session && !receipt->has_devices)
		r = run_devices(reader, &receipt->run, receipt->devices, &receipt->n_devices, NULL);
	if (r >= 0)
		r = run_streams(reader, &receipt->run, receipt->durable, receipt->devices,
			receipt->n_devices, receipt->found.streams, &receipt->found.n_streams);
	if (r == 0)
		r = look_at_store(receipt, reader);
	receipt->has_streams = true;
	receipt->is_known = r == 0 && is_same(&receipt->known, &receipt->found);
	return r < 0 ? r : 1;
}

static void end(struct receipt *receipt)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct text text = text_over(receipt->found.sha256, sizeof receipt->found.sha256);

	if (receipt->is_known) {
		receipt->found = receipt->known;
	} else {
		sha256_digest(&receipt->hash, sizeof digest, digest);
		text_add_hex(&text, digest, sizeof digest);
	}
	receipt->received += receipt->found.stored;
	receipt->is_complete = receipt->is_over && receipt->found.stored > 0 &&
		receipt->gaps == 0 && receipt->durable.ns >= receipt->run.to.ns;
}

int receipt_step(struct receipt *receipt, struct reader *reader)
{
	if (!receipt->has_streams)
		return begin(receipt, reader);
	if (receipt->is_open)
		return read_page(receipt, reader);
	if (receipt->stream < receipt->found.n_streams)
		return open_stream(receipt, reader);
	end(receipt);
	return 0;
}

void receipt_clear(struct receipt *receipt)
{
	free(receipt->page);
	free(receipt->behind);
	receipt->page = NULL;
	receipt->behind = NULL;
}
