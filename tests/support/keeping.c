/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See support/keeping.h. */
#include "support/keeping.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "keep/keep.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { STREAMS = 3, FEED_BYTES = 1 << 20, NOTICE_BYTES = 1 << 14, TURNS = 10 };

static const char sink[] = "school";

struct keeping {
	struct bench bench;
	struct bench_stream streams[STREAMS];
	struct batch batch;
	struct clock clock;
	struct ring *feed, *notices;
	struct loop *loop;
	struct wake wake;
	struct keep *keep;
	int64_t durable_ns;
};

/* The rows of tenths of a second are whole numbers, so that a tenth has all rows before it. */
static void describe(struct bench_stream streams[STREAMS])
{
	streams[0] = bench_stream(1, 1, false, NS_PER_MS);
	streams[1] = bench_stream(2, 3, true, 2 * NS_PER_MS);
	streams[2] = bench_stream(5, 2, false, 2 * NS_PER_MS);
}

static int64_t end_of(const struct bench_stream *stream, uint64_t rows)
{
	return stream->start_ns + (int64_t)rows * stream->period_ns;
}

static void open_bench(struct bench *bench, const char *directory)
{
	memset(bench, 0, sizeof *bench);
	snprintf(bench->directory, sizeof bench->directory, "%s", directory);
}

/* As a restart in the same boot, at this instant. */
static void open_store(struct bench *bench, int64_t now_ns)
{
	bench->now.ns = now_ns;
	bench_reopen(bench, 0);
}

/* How many rows there are of a stream. */
static uint64_t extent(struct bench *bench, const struct bench_stream *stream)
{
	struct instant first, last;
	uint64_t rows;
	int result = reader_extent(bench->reader, stream->id, &first, &last, &rows);

	assert_true(result == 0 || result == -ENODATA);
	return result ? 0 : rows;
}

/* ---------------------------------------------------------------- writing */

static void woken(struct wake *wake)
{
	(void)wake;
}

/* So late that the rows of any second so far lie before it; the boot has begun then. */
static int64_t peek_end(struct bench *bench, const char *directory)
{
	struct bench_stream streams[STREAMS];
	struct instant first, last;
	uint64_t rows;
	int64_t end = 0;

	describe(streams);
	/* A writer that was killed at once may have left a file without tables. */
	if (reader_open(directory, &bench->reader) == 0 &&
		reader_extent(bench->reader, streams[0].id, &first, &last, &rows) == 0)
		end = end_of(&streams[0], rows);
	reader_close(bench->reader);
	bench->reader = NULL;
	return end ? end : streams[0].start_ns;
}

void keeping_open(const char *directory, struct keeping **ret_keeping)
{
	struct keeping *keeping = calloc(1, sizeof *keeping);
	double values[STREAM_CHANNELS];
	int64_t tick;

	assert_non_null(keeping);
	open_bench(&keeping->bench, directory);
	open_store(&keeping->bench, peek_end(&keeping->bench, directory));
	assert_string_equal(keeping->bench.finding.sentence, "");
	describe(keeping->streams);
	for (unsigned i = 0; i < STREAMS; i++)
		while (end_of(&keeping->streams[i], (uint64_t)keeping->streams[i].writing.row) <
			keeping->bench.now.ns)
			bench_row(
				&keeping->streams[i], &keeping->streams[i].writing, &tick, values);
	keeping->clock = (struct clock){.is_fake = true, .frozen_ns = keeping->bench.now.ns};
	keeping->wake.woken = woken;
	assert_int_equal(ring_new(FEED_BYTES, &keeping->feed), 0);
	assert_int_equal(ring_new(NOTICE_BYTES, &keeping->notices), 0);
	assert_int_equal(loop_open(&keeping->clock, &keeping->loop), 0);
	assert_int_equal(wake_open(keeping->loop, &keeping->wake), 0);
	const struct keep_options options = {
		&keeping->clock, keeping->bench.store, keeping->feed, NS_PER_S};
	assert_int_equal(keep_new(&options, &keeping->keep), 0);
	assert_int_equal(keep_listen(keeping->keep, keeping->notices, &keeping->wake), 0);
	*ret_keeping = keeping;
}

void keeping_close(struct keeping *keeping)
{
	keep_free(keeping->keep);
	wake_close(&keeping->wake);
	loop_close(keeping->loop);
	ring_free(keeping->feed);
	ring_free(keeping->notices);
	bench_shut(&keeping->bench);
	free(keeping);
}

static void feed(struct keeping *keeping, struct bench_stream *stream)
{
	int64_t now = keeping->bench.now.ns;

	while (end_of(stream, (uint64_t)stream->writing.row) < now) {
		int64_t due =
			(now - end_of(stream, (uint64_t)stream->writing.row)) / stream->period_ns;

		bench_batch(stream, (size_t)due, &keeping->batch);
		assert_int_equal(
			feed_put_batch(keeping->feed, keeping->bench.now, &keeping->batch), 0);
	}
}

static void order(struct keeping *keeping)
{
	struct mark mark = {.id = (uint32_t)(keeping->bench.now.ns / NS_PER_S),
		.at = keeping->bench.now,
		.author = "teacher"};
	struct cursor cursor = {.stream = 1, .done = keeping->bench.now};

	snprintf(mark.text, sizeof mark.text, "second %u", mark.id);
	snprintf(cursor.sink, sizeof cursor.sink, "%s", sink);
	assert_int_equal(keep_order_mark(keeping->keep, &mark), 0);
	assert_int_equal(keep_order_cursor(keeping->keep, &cursor), 0);
}

static void hear(struct keeping *keeping)
{
	const struct store_status *status;
	size_t size;

	while ((status = ring_peek(keeping->notices, &size))) {
		assert_int_equal(status->last_error, 0);
		keeping->durable_ns = status->durable.ns;
		ring_drop(keeping->notices);
	}
}

int64_t keeping_second(struct keeping *keeping)
{
	for (int turn = 0; turn < TURNS; turn++) {
		keeping->bench.now.ns += NS_PER_S / TURNS;
		for (unsigned i = 0; i < STREAMS; i++)
			feed(keeping, &keeping->streams[i]);
		if (keeping->bench.now.ns % NS_PER_S == 0)
			order(keeping);
		keep_turn(keeping->keep, keeping->bench.now);
	}
	hear(keeping);
	return keeping->durable_ns;
}

/* ---------------------------------------------------------------- what there is afterwards */

struct notes {
	int64_t next_mark_ns, cursor_ns;
};

static int see_mark(void *self, const struct mark *mark)
{
	struct notes *notes = self;
	char text[32];

	assert_int_equal(mark->at.ns, notes->next_mark_ns);
	snprintf(text, sizeof text, "second %u", (unsigned)(mark->at.ns / NS_PER_S));
	assert_string_equal(mark->text, text);
	notes->next_mark_ns += NS_PER_S;
	return 0;
}

static int see_cursor(void *self, const struct cursor *cursor)
{
	((struct notes *)self)->cursor_ns = cursor->done.ns;
	return 0;
}

/* Of each whole second up to the end there is a mark; the cursor is the last one's. */
static void check_notes(struct bench *bench, int64_t begin_ns, int64_t end_ns)
{
	struct notes notes = {.next_mark_ns = begin_ns + NS_PER_S};
	int64_t last_ns = end_ns / NS_PER_S * NS_PER_S;

	assert_int_equal(reader_marks(bench->reader, (struct instant){0},
				 (struct instant){INT64_MAX}, see_mark, &notes),
		0);
	assert_int_equal(notes.next_mark_ns, last_ns + NS_PER_S);
	assert_int_equal(reader_cursors(bench->reader, sink, see_cursor, &notes), 0);
	assert_int_equal(notes.cursor_ns, last_ns > begin_ns ? last_ns : 0);
}

int64_t keeping_check(const char *directory, int64_t durable_ns)
{
	struct bench_stream streams[STREAMS];
	struct bench bench;
	int64_t end = 0;

	open_bench(&bench, directory);
	open_store(&bench, peek_end(&bench, directory));
	if (durable_ns) /* before the first there may be half a new file, which is nothing lost */
		assert_string_equal(bench.finding.sentence, "");
	describe(streams);
	for (unsigned i = 0; i < STREAMS; i++) {
		uint64_t rows = bench_read_all(&bench, &streams[i]);
		int64_t is_there = rows ? end_of(&streams[i], rows) : 0;

		assert_int_equal(rows, extent(&bench, &streams[i]));
		assert_true(i == 0 || is_there == end);
		end = is_there;
	}
	if (end < durable_ns)
		fail_msg("what is kept ends at %ld ns; promised: %ld ns", (long)end,
			(long)durable_ns);
	check_notes(&bench, streams[0].start_ns, end ? end : streams[0].start_ns);
	bench_shut(&bench);
	return end;
}
