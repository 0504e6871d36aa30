/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What the store promises its writer: rows come back bit by bit through commits, minutes and
 * restarts, and nothing is reordered. How fast, how small and what the card may do are in
 * tests/flow. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "keep/store.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

static struct bench bench;

static int begin(void **state)
{
	(void)state;
	bench_open(&bench, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_close(&bench);
	return 0;
}

static void rows_are_readable_after_the_commit_and_not_before(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 10000000);

	(void)state;
	assert_int_equal(bench_write(&bench, &stream, 250), 0);
	assert_int_equal(bench_read_all(&bench, &stream), 0);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(bench_read_all(&bench, &stream), 250);
}

static void rows_come_back_through_minutes_of_commits_and_merges(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 10000000), bench_stream(2, 3, true, 10000000),
		bench_stream(7, 1, true, 1000000), /* 1 kHz */
		bench_stream(9, 16, false, 200000000),
		bench_stream(12, 1, false, 300000000000), /* one in five minutes */
	};
	const size_t n = sizeof streams / sizeof streams[0];

	(void)state;
	for (int part = 0; part < 4; part++) {
		bench_run(&bench, streams, n, 301);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(
				bench_read_all(&bench, &streams[i]), streams[i].writing.row);
		if (part == 1)
			bench_reopen(&bench, 0);
	}
	/* Merged: besides the full ones (half full at least) a few, not one a minute. */
	for (size_t i = 0; i < n; i++) {
		char sql[80];
		int64_t values = streams[i].writing.row * streams[i].n_channels;

		snprintf(sql, sizeof sql, "SELECT count(*) FROM chunk WHERE id >> 40 = %u",
			streams[i].id);
		assert_in_range(bench_sql(&bench, sql), 1, values / 16384 + 12);
	}
	assert_in_range(bench_sql(&bench, "SELECT count(*) FROM fresh"), 0, 70);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM chunk_data"),
		bench_sql(&bench, "SELECT count(*) FROM chunk"));
}

/* They go through the same memory one after the other, a short one behind a long one. */
static void streams_with_and_without_ticks_leave_each_other_alone(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, true, 100000000), bench_stream(2, 3, false, 10000000)};

	(void)state;
	bench_run(&bench, streams, 2, 620);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(bench_read_all(&bench, &streams[i]), streams[i].writing.row);
}

static void ranges_are_cut_to_the_nanosecond(void **state)
{
	struct bench_stream stream = bench_stream(3, 1, true, 10000000);
	struct draw random = {8};

	(void)state;
	bench_run(&bench, &stream, 1, 150);
	for (int i = 0; i < 200; i++) {
		uint64_t from = draw_below(&random, (uint64_t)stream.writing.row);
		assert_int_equal(bench_read_since(&bench, &stream, from),
			(uint64_t)stream.writing.row - from);
	}
}

static int count(void *self, const struct rows *rows)
{
	*(uint64_t *)self += rows->n;
	return 0;
}

static int stop(void *self, const struct rows *rows)
{
	(void)rows;
	++*(int *)self;
	return 42;
}

static void a_visitor_can_stop_and_the_end_is_excluded(void **state)
{
	struct bench_stream stream = bench_stream(3, 1, false, 10000000);
	struct instant first, last;
	uint64_t rows, n = 0;
	int calls = 0;

	(void)state;
	bench_run(&bench, &stream, 1, 130);
	assert_int_equal(reader_extent(bench.reader, 3, &first, &last, &rows), 0);
	assert_int_equal(rows, stream.writing.row);
	assert_int_equal(reader_rows(bench.reader, 3, first, last, count, &n), 0);
	assert_int_equal(n, rows - 1);
	assert_int_equal(reader_rows(bench.reader, 3, first, last, stop, &calls), 42);
	assert_int_equal(calls, 1);
	assert_int_equal(reader_extent(bench.reader, 99, &first, &last, &rows), -ENODATA);
}

/* As a sink reads: a part of a chunk, later from there on, when it has merged with others. */
static void a_reader_that_stays_sees_a_chunk_grow(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 100000000);
	int calls = 0;

	(void)state;
	for (int minute = 0; minute < 20; minute++) {
		bench_run(&bench, &stream, 1, 60);
		assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);
		assert_int_equal(reader_rows(bench.reader, stream.id, (struct instant){0},
					 (struct instant){INT64_MAX}, stop, &calls),
			42);
	}
}

static void rows_that_do_not_rise_are_refused_and_counted(void **state)
{
	struct bench_stream stream = bench_stream(5, 2, false, 10000000);
	struct bench_stream again;
	struct store_status status;

	(void)state;
	bench_run(&bench, &stream, 1, 3);
	again = stream;
	again.writing = series_from(again.seed, 2, again.period_ns, again.start_ns);
	bench_write(&bench, &again, (size_t)stream.writing.row);
	store_commit(bench.store, bench.now);
	assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);
	store_status(bench.store, &status);
	assert_int_equal(status.lost_rows, stream.writing.row);

	/* The same after a restart in the same boot, from fresh rows and from chunks. */
	bench_reopen(&bench, 0);
	again.writing = series_from(again.seed, 2, again.period_ns, again.start_ns);
	bench_write(&bench, &again, (size_t)stream.writing.row);
	bench_run(&bench, &stream, 1, 70);
	bench_reopen(&bench, 0);
	again.writing = series_from(again.seed, 2, again.period_ns, again.start_ns);
	bench_write(&bench, &again, (size_t)stream.writing.row);
	bench_run(&bench, &stream, 1, 2);
	assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);
}

static void stamps_that_do_not_follow_from_ticks_are_kept_as_they_are(void **state)
{
	int64_t stamps[3] = {5000000001, 5000000500, 5000001002}, ticks[3] = {10, 11, 12};
	double values[3] = {1, NAN, 2.5};
	struct feed_record record = {.kind = FEED_BATCH};
	uint64_t n = 0;

	(void)state;
	record.batch.stream = 4;
	record.batch.n_channels = 1;
	record.batch.n_rows = 3;
	record.batch.has_ticks = 1;
	record.batch.stamps_ns = stamps;
	record.batch.ticks = ticks;
	record.batch.values = values;
	assert_int_equal(store_add_batch(bench.store, &record), 0);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(reader_rows(bench.reader, 4, (struct instant){stamps[0]},
				 (struct instant){stamps[2] + 1}, count, &n),
		0);
	assert_int_equal(n, 3);
	assert_int_equal(reader_rows(bench.reader, 4, (struct instant){stamps[0] + 1},
				 (struct instant){stamps[2]}, count, &n),
		0);
	assert_int_equal(n, 4);
}

static void a_second_writer_is_refused(void **state)
{
	struct store_options options = {bench.directory, 0};
	struct store_finding finding;
	struct store *other = NULL;
	struct reader *reader = NULL;

	(void)state;
	assert_int_equal(store_open(&options, &finding, &other), -EBUSY);
	assert_null(other);
	options.directory = "/proc/kitlog-cannot-be-made";
	assert_int_not_equal(store_open(&options, &finding, &other), 0);
	assert_null(other);
	assert_int_equal(reader_open("/nonexistent", &reader), -ENOENT);
}

static void board_time_goes_on_a_second_after_the_last_kept_instant(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct store_options options = {bench.directory, 0};
	struct instant first, last;
	uint32_t boot;
	uint64_t rows;
	int64_t base;

	(void)state;
	bench_run(&bench, &stream, 1, 5);
	assert_int_equal(reader_extent(bench.reader, 1, &first, &last, &rows), 0);
	store_close(bench.store);
	bench.store = NULL;
	assert_int_equal(store_open(&options, &bench.finding, &bench.store), 0);
	assert_int_equal(store_begin_boot(bench.store, "boot two", 777, &boot, &base), 0);
	assert_int_equal(boot, 2);
	assert_int_equal(base + 777, last.ns + NS_PER_S);

	/* A restart of the daemon in the same boot keeps the base. */
	store_close(bench.store);
	bench.store = NULL;
	assert_int_equal(store_open(&options, &bench.finding, &bench.store), 0);
	int64_t same;
	assert_int_equal(store_begin_boot(bench.store, "boot two", 999999, &boot, &same), 0);
	assert_int_equal(boot, 2);
	assert_int_equal(same, base);
}

static void a_new_boot_begins_behind_anchors_and_gaps_too(void **state)
{
	const int64_t ends[] = {50LL * NS_PER_S, 90LL * NS_PER_S};
	struct store_options options = {bench.directory, 0};
	uint32_t boot;
	int64_t base;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		char id[16];
		struct anchor anchor = {{ends[0]}, {1700000000000000000}, 1, ANCHOR_NTP};
		struct gap gap = {3, GAP_UNPLUGGED, {1}, {ends[1]}, 0};
		assert_int_equal(i ? store_add_gap(bench.store, &gap)
				   : store_add_anchor(bench.store, &anchor),
			0);
		store_close(bench.store);
		bench.store = NULL;
		assert_int_equal(store_open(&options, &bench.finding, &bench.store), 0);
		snprintf(id, sizeof id, "boot %u", i + 2);
		assert_int_equal(store_begin_boot(bench.store, id, 777, &boot, &base), 0);
		assert_int_equal(boot, i + 2);
		assert_int_equal(base + 777, ends[i] + NS_PER_S);
	}
}

struct gaps {
	struct gap gaps[8];
	size_t n;
};

static int collect_gap(void *self, const struct gap *gap)
{
	struct gaps *gaps = self;

	assert_true(gaps->n < 8);
	gaps->gaps[gaps->n++] = *gap;
	return 0;
}

static void the_time_without_kitlogd_is_a_gap(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct instant first, last;
	struct gaps gaps = {.n = 0};
	uint64_t rows;

	(void)state;
	bench_run(&bench, &stream, 1, 5);
	assert_int_equal(reader_extent(bench.reader, 1, &first, &last, &rows), 0);
	bench.now.ns += 3600LL * NS_PER_S;
	bench_reopen(&bench, 0);
	assert_int_equal(reader_gaps(bench.reader, 1, last, bench.now, collect_gap, &gaps), 0);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.gaps[0].reason, GAP_STOPPED);
	assert_int_equal(gaps.gaps[0].stream, 0);
	assert_int_equal(gaps.gaps[0].from.ns, last.ns);
	assert_int_equal(gaps.gaps[0].to.ns, bench.now.ns);
}

static void announce(int64_t period_ns)
{
	struct device device = {.id = 1, .sticker = 1, .n_streams = 1};

	device.streams[0].id = 1;
	device.streams[0].device = 1;
	device.streams[0].kind = STREAM_DATA;
	device.streams[0].n_channels = 1;
	device.streams[0].period_ns = period_ns;
	assert_int_equal(store_add_device(bench.store, &device), 0);
}

static void put_row(int64_t at_ns)
{
	const double value = 1;
	struct feed_record record = {.kind = FEED_BATCH};

	record.batch.stream = record.batch.n_channels = record.batch.n_rows = 1;
	record.batch.stamps_ns = &at_ns;
	record.batch.values = &value;
	assert_int_equal(store_add_batch(bench.store, &record), 0);
}

/* After so long rows come again; how many gaps there are of that, and the last of them. */
static size_t find_again(int64_t period_ns, int64_t after_ns, struct gap *ret_gap)
{
	struct gaps gaps = {.n = 0};
	struct instant started;

	put_row(bench.now.ns);
	bench.now.ns += 3600LL * NS_PER_S;
	bench_reopen(&bench, 0);
	started = bench.now;
	announce(period_ns);
	for (int row = 0; row < 3; row++)
		put_row(started.ns + after_ns + row * period_ns + row);
	bench.now.ns += after_ns + 60 * (int64_t)NS_PER_S;
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(reader_gaps(bench.reader, 1, started, bench.now, collect_gap, &gaps), 0);
	*ret_gap = gaps.gaps[gaps.n ? gaps.n - 1 : 0];
	bench.now.ns += 3600LL * NS_PER_S;
	return gaps.n;
}

static void until_a_kit_is_found_again_is_a_gap_too(void **state)
{
	struct gap gap;

	(void)state;
	assert_int_equal(find_again(10000000, 4 * (int64_t)NS_PER_S, &gap), 1);
	assert_int_equal(gap.reason, GAP_STOPPED);
	assert_int_equal(gap.stream, 1);
	assert_int_equal(gap.to.ns - gap.from.ns, 4 * (int64_t)NS_PER_S);
	assert_int_equal(find_again(10000000, 400 * (int64_t)NS_PER_S, &gap), 1);
	assert_int_equal(gap.reason, GAP_UNPLUGGED);
	assert_int_equal(find_again(10 * (int64_t)NS_PER_S, 4 * (int64_t)NS_PER_S, &gap), 0);
	assert_int_equal(find_again(0, 4 * (int64_t)NS_PER_S, &gap), 0);
}

/* Nothing more is noted before the next commit. */
static void fill_notes(void)
{
	struct gap gap = {.stream = 3, .reason = GAP_SILENT};

	do {
		gap.from.ns = gap.to.ns + NS_PER_S;
		gap.to.ns = gap.from.ns + 1;
	} while (store_add_gap(bench.store, &gap) == 0);
}

static void rows_of_a_return_that_cannot_be_noted_are_kept_or_counted(void **state)
{
	enum { ROWS = 5 };
	const double value = 1;
	struct store_status status;
	uint64_t lost;

	(void)state;
	put_row(bench.now.ns);
	bench.now.ns += 3600LL * NS_PER_S;
	bench_reopen(&bench, 0);
	announce(10000000);
	fill_notes();
	for (int row = 0; row < ROWS; row++) {
		const int64_t at_ns = bench.now.ns + (4 + row) * (int64_t)NS_PER_S;
		struct feed_record record = {.kind = FEED_BATCH};

		record.batch.stream = record.batch.n_channels = record.batch.n_rows = 1;
		record.batch.stamps_ns = &at_ns;
		record.batch.values = &value;
		store_add_batch(bench.store, &record);
	}
	store_status(bench.store, &status);
	lost = status.lost_rows;
	assert_int_equal(status.pending_rows + lost, ROWS);
	bench.now.ns += 60 * (int64_t)NS_PER_S;
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(bench_count_rows(&bench, 1) + lost, 1 + ROWS);
}

static void keep_gap(int64_t from_ns, int64_t to_ns, uint64_t rows)
{
	struct gap gap = {3, GAP_SILENT, {from_ns}, {to_ns}, rows};

	assert_int_equal(store_add_gap(bench.store, &gap), 0);
}

static void a_gap_that_is_told_again_is_one_that_grew(void **state)
{
	const struct gap other = {4, GAP_SILENT, {100}, {150}, 5};
	struct gaps gaps = {.n = 0};

	(void)state;
	keep_gap(100, 200, 9);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(store_add_gap(bench.store, &other), 0);
	keep_gap(100, 300, 19); /* in memory */
	keep_gap(100, 400, 29);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	keep_gap(100, 390, 28); /* the row that ends it is stamped before it was told */
	keep_gap(500, 600, 9);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(reader_gaps(bench.reader, 3, (struct instant){0}, (struct instant){1000},
				 collect_gap, &gaps),
		0);
	assert_int_equal(gaps.n, 2);
	assert_int_equal(gaps.gaps[0].from.ns, 100);
	assert_int_equal(gaps.gaps[0].to.ns, 390);
	assert_int_equal(gaps.gaps[0].lost_rows, 28);
	assert_int_equal(gaps.gaps[1].from.ns, 500);
}

static void a_gap_grows_whatever_else_became_known_meanwhile(void **state)
{
	struct gaps gaps = {.n = 0};

	(void)state;
	keep_gap(500, 600, 9);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	for (int64_t i = 0; i < 3; i++) {
		const struct gap expired = {3, GAP_EXPIRED, {20 * i}, {20 * i + 20}, 7};
		const struct gap off = {3, GAP_UNPLUGGED, {200}, {300 + i}, 0};

		assert_int_equal(store_add_gap(bench.store, &expired), 0);
		assert_int_equal(store_add_gap(bench.store, &off), 0);
		keep_gap(500, 700 + i, 19);
		assert_int_equal(store_commit(bench.store, bench.now), 0);
	}
	assert_int_equal(reader_gaps(bench.reader, 3, (struct instant){100}, (struct instant){1000},
				 collect_gap, &gaps),
		0);
	assert_int_equal(gaps.n, 2);
	assert_int_equal(gaps.gaps[0].to.ns, 302);
	assert_int_equal(gaps.gaps[1].to.ns, 702);
	assert_int_equal(gaps.gaps[1].lost_rows, 19);
}

static void the_first_start_has_no_gap(void **state)
{
	struct gaps gaps = {.n = 0};

	(void)state;
	assert_int_equal(reader_gaps(bench.reader, 1, (struct instant){INT64_MIN},
				 (struct instant){INT64_MAX}, collect_gap, &gaps),
		0);
	assert_int_equal(gaps.n, 0);
}

static void the_status_counts_what_is_kept_and_what_waits(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 10000000);
	struct store_status status;

	(void)state;
	bench_run(&bench, &stream, 1, 200);
	bench_write(&bench, &stream, 77);
	store_status(bench.store, &status);
	assert_int_equal(status.rows, stream.writing.row - 77);
	assert_int_equal(status.pending_rows, 77);
	assert_int_equal(status.lost_rows, 0);
	assert_int_equal(status.last_error, 0);
	assert_int_equal(status.durable.ns, bench.now.ns);
	assert_in_range(status.bytes, 4096, 1 << 24);
	bench_reopen(&bench, 0);
	store_status(bench.store, &status);
	assert_int_equal(status.rows, stream.writing.row);
	assert_int_equal(status.pending_rows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rows_are_readable_after_the_commit_and_not_before, begin, end),
		cmocka_unit_test_setup_teardown(
			rows_come_back_through_minutes_of_commits_and_merges, begin, end),
		cmocka_unit_test_setup_teardown(
			streams_with_and_without_ticks_leave_each_other_alone, begin, end),
		cmocka_unit_test_setup_teardown(ranges_are_cut_to_the_nanosecond, begin, end),
		cmocka_unit_test_setup_teardown(
			a_visitor_can_stop_and_the_end_is_excluded, begin, end),
		cmocka_unit_test_setup_teardown(a_reader_that_stays_sees_a_chunk_grow, begin, end),
		cmocka_unit_test_setup_teardown(
			rows_that_do_not_rise_are_refused_and_counted, begin, end),
		cmocka_unit_test_setup_teardown(
			stamps_that_do_not_follow_from_ticks_are_kept_as_they_are, begin, end),
		cmocka_unit_test_setup_teardown(a_second_writer_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(
			board_time_goes_on_a_second_after_the_last_kept_instant, begin, end),
		cmocka_unit_test_setup_teardown(
			a_new_boot_begins_behind_anchors_and_gaps_too, begin, end),
		cmocka_unit_test_setup_teardown(the_time_without_kitlogd_is_a_gap, begin, end),
		cmocka_unit_test_setup_teardown(
			until_a_kit_is_found_again_is_a_gap_too, begin, end),
		cmocka_unit_test_setup_teardown(
			rows_of_a_return_that_cannot_be_noted_are_kept_or_counted, begin, end),
		cmocka_unit_test_setup_teardown(
			a_gap_that_is_told_again_is_one_that_grew, begin, end),
		cmocka_unit_test_setup_teardown(
			a_gap_grows_whatever_else_became_known_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(the_first_start_has_no_gap, begin, end),
		cmocka_unit_test_setup_teardown(
			the_status_counts_what_is_kept_and_what_waits, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
