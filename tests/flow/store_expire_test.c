/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Bounded space: the store stays within its limit, lets go of the oldest and least missed first,
 * and shows what went unshipped as a gap. */
#include "support/cmocka_all.h"
#include "support/store_bench.h"

static const uint64_t limit = 1 << 20, large_limit = 4 << 20;
static struct bench bench;

/* Two streams of so long are far above the limit, and one of them well below: the pages that empty tables
 * take count, too. */
enum { WAITING_S = 420 };

static int begin(void **state)
{
	(void)state;
	bench_open(&bench, limit);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_close(&bench);
	return 0;
}

static struct bench_gaps expired(uint32_t stream)
{
	return bench_gaps(&bench, stream, GAP_EXPIRED);
}

/* Rows of the stream that are left, which must be its last ones, without a hole. */
static uint64_t rows_left(const struct bench_stream *stream)
{
	struct instant first, last;
	uint64_t rows;

	assert_int_equal(reader_extent(bench.reader, stream->id, &first, &last, &rows), 0);
	assert_int_equal(
		bench_read_since(&bench, stream, (uint64_t)stream->writing.row - rows), rows);
	return rows;
}

static int64_t file_bytes(void)
{
	return bench_sql(&bench, "SELECT page_count * 4096 FROM pragma_page_count()");
}

static void assert_within_limit(void)
{
	struct store_status status;

	store_status(bench.store, &status);
	/* Two chunks may be in the making while an old one is still there. */
	assert_in_range(status.bytes, 1, limit + limit / 2 + (8 << 20));
	assert_in_range(file_bytes(), 1, limit);
}

static void the_oldest_go_first_and_leave_a_gap_that_grows(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 2000000), bench_stream(2, 3, false, 2000000)};

	(void)state;
	for (int part = 0; part < 4; part++) {
		bench_run(&bench, streams, 2, 400);
		assert_within_limit();
	}
	for (int i = 0; i < 2; i++) {
		uint64_t rows = rows_left(&streams[i]);
		struct bench_gaps gaps = expired(streams[i].id);
		assert_in_range(rows, 50000, streams[i].writing.row - 50000);
		assert_int_equal(gaps.n, 1);
		assert_int_equal(gaps.last.lost_rows, (uint64_t)streams[i].writing.row - rows);
	}
	struct store_status status;
	store_status(bench.store, &status);
	assert_int_equal(status.rows, rows_left(&streams[0]) + rows_left(&streams[1]));
	/* And the same after a restart. */
	bench_reopen(&bench, limit);
	bench_run(&bench, streams, 2, 100);
	assert_within_limit();
	rows_left(&streams[0]);
}

static void what_every_sink_has_goes_before_what_one_still_waits_for(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 2000000), bench_stream(2, 3, false, 2000000)};
	struct cursor cursor = {"school", 1, {INT64_MAX}};

	(void)state;
	assert_int_equal(store_use_sink(bench.store, "school"), 0);
	bench_run(&bench, streams, 2, 2);
	assert_int_equal(store_set_cursor(bench.store, &cursor), 0);
	cursor.stream = 2;
	cursor.done.ns = 0;
	assert_int_equal(store_set_cursor(bench.store, &cursor), 0);
	bench_run(&bench, streams, 2, WAITING_S);
	assert_within_limit();
	/* Stream 2 waits for its sink: it is whole, and stream 1 has made the room, without a
	 * gap. */
	assert_int_equal(rows_left(&streams[1]), streams[1].writing.row);
	assert_true(rows_left(&streams[0]) < (uint64_t)streams[0].writing.row);
	assert_int_equal(expired(1).n, 0);
	assert_int_equal(expired(2).n, 0);
}

static void a_hole_behind_the_cursor_is_not_shipped(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 2000000), bench_stream(2, 3, false, 2000000)};
	struct cursor cursor = {"school", 1, {INT64_MAX}};
	struct hole hole = {"school", 2, {0}, {INT64_MAX}};

	(void)state;
	assert_int_equal(store_use_sink(bench.store, "school"), 0);
	assert_int_equal(store_set_cursor(bench.store, &cursor), 0);
	cursor.stream = 2;
	assert_int_equal(store_set_cursor(bench.store, &cursor), 0);
	assert_int_equal(store_set_holes(bench.store, "school", 2, &hole, 1), 0);
	bench_run(&bench, streams, 2, WAITING_S);
	assert_int_equal(rows_left(&streams[1]), streams[1].writing.row);
	assert_true(rows_left(&streams[0]) < (uint64_t)streams[0].writing.row);
}

static void a_sink_that_was_removed_keeps_nothing(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 2000000);
	struct cursor gone = {"old", 1, {0}}, cursor = {"school", 1, {INT64_MAX}};

	(void)state;
	assert_int_equal(store_use_sink(bench.store, "school"), 0);
	assert_int_equal(store_set_cursor(bench.store, &gone), 0);
	assert_int_equal(store_set_cursor(bench.store, &cursor), 0);
	bench_run(&bench, &stream, 1, 900);
	assert_within_limit();
	assert_true(rows_left(&stream) < (uint64_t)stream.writing.row);
	assert_int_equal(expired(1).n, 0);
	/* Where it was is still known, in case it comes back. */
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM cursor WHERE sink = 'old'"), 1);
}

static void a_sink_that_has_taken_nothing_yet_is_waited_for(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 2000000);
	struct cursor cursor = {"school", 1, {INT64_MAX}};

	(void)state;
	assert_int_equal(store_use_sink(bench.store, "school"), 0);
	assert_int_equal(store_use_sink(bench.store, "new"), 0);
	assert_int_equal(store_set_cursor(bench.store, &cursor), 0);
	bench_run(&bench, &stream, 1, 900);
	assert_within_limit();
	assert_int_equal(expired(1).n, 1);
}

static void add_gaps(uint32_t stream, enum gap_reason reason, int64_t from_ns, int n)
{
	for (int i = 0; i < n; i++) {
		const struct gap gap = {stream, reason, {from_ns + i}, {from_ns + i + 1}, 2};
		assert_int_equal(store_add_gap(bench.store, &gap), 0);
	}
	assert_int_equal(store_commit(bench.store, bench.now), 0);
}

static void gaps_go_with_the_rows_they_lie_among(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 2000000), bench_stream(2, 1, false, 10000000)};

	(void)state;
	bench_run(&bench, streams, 2, 3); /* stream 2 is a kit that is not used any more */
	add_gaps(1, GAP_WIRE, 3LL * NS_PER_S, 10);
	add_gaps(2, GAP_WIRE, 3LL * NS_PER_S, 10);
	bench_run(&bench, streams, 1, 900);
	assert_true(rows_left(&streams[0]) < (uint64_t)streams[0].writing.row);
	assert_int_equal(
		bench_sql(&bench, "SELECT count(*) FROM gap WHERE stream = 1 AND reason = 2"), 0);
	assert_int_equal(
		bench_sql(&bench, "SELECT count(*) FROM gap WHERE stream = 2 AND reason = 2"), 10);
}

static void gaps_without_number_do_not_fill_the_card(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 1, false, 100000000), bench_stream(2, 1, false, 100000000)};

	(void)state;
	bench_run(&bench, streams, 2, 70);
	for (int i = 0; i < 4; i++) {
		add_gaps(1, GAP_WIRE, bench.now.ns, 2000);
		add_gaps(2, GAP_DEVICE, bench.now.ns, 1000);
		bench_run(&bench, streams, 2, 70);
	}
	assert_in_range(bench_sql(&bench, "SELECT count(*) FROM gap"), 9000, 10000);
	assert_int_equal(
		bench_sql(&bench, "SELECT sum(lost_rows) FROM gap WHERE stream = 1"), 16000);
	assert_int_equal(
		bench_sql(&bench, "SELECT sum(lost_rows) FROM gap WHERE stream = 2"), 8000);
	/* The newest are as they were. */
	assert_int_equal(
		bench_sql(&bench, "SELECT lost_rows FROM gap ORDER BY id DESC LIMIT 1"), 2);
}

/* Whatever is wrong with them. */
static void marks_without_number_do_not_fill_the_card(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 100000000);
	struct mark mark = {.author = "kit 7", .text = "Push button"};
	uint32_t highest;

	(void)state;
	bench_run(&bench, &stream, 1, 70);
	while (mark.id < 21000) {
		mark.at.ns = ++mark.id;
		assert_int_equal(store_add_mark(bench.store, &mark), 0);
		if (mark.id % 1000 == 0)
			bench_run(&bench, &stream, 1, 1);
	}
	bench_run(&bench, &stream, 1, 70);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM mark"), 20000);
	assert_int_equal(bench_sql(&bench, "SELECT min(id) FROM mark"), 1001);
	assert_int_equal(reader_highest_mark(bench.reader, &highest), 0);
	assert_int_equal(highest, 21000);
}

/* The newest stay, as long as they take a twentieth of the limit at most: here 52 of 1000 bytes. */
static void better_maps_take_a_twentieth_at_most(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 100000000);

	(void)state;
	bench_sql(&bench,
		"INSERT INTO refinement WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1"
		" FROM n WHERE i < 199) SELECT 1 + i / 2, 1 + i % 2, 0, 1, zeroblob(1000), 0 FROM n");
	bench_run(&bench, &stream, 1, 140);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM refinement"), 52);
	assert_int_equal(bench_sql(&bench, "SELECT min(run) FROM refinement"), 75);
	assert_int_equal(bench_sql(&bench, "SELECT max(run) FROM refinement"), 100);
}

static void chunks_that_cannot_be_merged_hold_nothing_up(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 20000000), bench_stream(2, 3, false, 20000000)};

	(void)state;
	bench_sql(&bench,
		"CREATE TRIGGER stuck BEFORE DELETE ON chunk WHEN old.id >> 40 = 1"
		" BEGIN SELECT abs(-9223372036854775807 - 1); END");
	bench_run(&bench, streams, 2, 900);
	assert_in_range(bench_sql(&bench, "SELECT count(*) FROM chunk WHERE id >> 40 = 1"), 14, 16);
	assert_in_range(bench_sql(&bench, "SELECT count(*) FROM chunk WHERE id >> 40 = 2"), 1, 9);
	assert_int_equal(bench_read_all(&bench, &streams[0]), streams[0].writing.row);
	assert_int_equal(bench_read_all(&bench, &streams[1]), streams[1].writing.row);
}

static void what_lies_in_a_run_goes_last(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, false, 2000000);
	struct run run = {
		.id = 1, .number = 1, .from = {10LL * NS_PER_S}, .to = {100LL * NS_PER_S}};

	(void)state;
	assert_int_equal(store_add_run(bench.store, &run), 0);
	bench_run(&bench, &stream, 1, 1800);
	assert_within_limit();
	assert_int_equal(bench_count_rows_of(&bench, 1, run.from, run.to), 90 * 500);
	/* What was between the run and now is a gap; the run stands before it. */
	struct bench_gaps gaps = expired(1);
	assert_true(gaps.last.from.ns >= run.to.ns);
	assert_int_not_equal(gaps.last.lost_rows, 0);
}

static void the_limit_holds_for_a_class_full_of_kits(void **state)
{
	enum { STREAMS = 62 };
	struct bench_stream streams[STREAMS];

	(void)state;
	for (uint32_t i = 0; i < STREAMS; i++)
		streams[i] = bench_stream(i + 1, 3, false, 50000000);
	bench_reopen(&bench, large_limit);
	for (int part = 0; part < 7; part++) {
		bench_run(&bench, streams, STREAMS, 300);
		assert_in_range(file_bytes(), 1, large_limit);
	}
	assert_int_equal(expired(1).n, 1);
	rows_left(&streams[0]);
	rows_left(&streams[STREAMS - 1]);
}

static void the_limit_holds_for_a_stream_that_fills_a_chunk_a_second(void **state)
{
	struct bench_stream stream = bench_stream(1, 3, true, 50000); /* 20 000 rows a second */

	(void)state;
	bench_reopen(&bench, large_limit);
	bench_run(&bench, &stream, 1, 200);
	assert_in_range(file_bytes(), 1, large_limit);
	assert_int_equal(expired(1).n, 1);
	rows_left(&stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_oldest_go_first_and_leave_a_gap_that_grows, begin, end),
		cmocka_unit_test_setup_teardown(
			what_every_sink_has_goes_before_what_one_still_waits_for, begin, end),
		cmocka_unit_test_setup_teardown(
			a_hole_behind_the_cursor_is_not_shipped, begin, end),
		cmocka_unit_test_setup_teardown(a_sink_that_was_removed_keeps_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			a_sink_that_has_taken_nothing_yet_is_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(gaps_go_with_the_rows_they_lie_among, begin, end),
		cmocka_unit_test_setup_teardown(
			gaps_without_number_do_not_fill_the_card, begin, end),
		cmocka_unit_test_setup_teardown(
			marks_without_number_do_not_fill_the_card, begin, end),
		cmocka_unit_test_setup_teardown(better_maps_take_a_twentieth_at_most, begin, end),
		cmocka_unit_test_setup_teardown(
			chunks_that_cannot_be_merged_hold_nothing_up, begin, end),
		cmocka_unit_test_setup_teardown(what_lies_in_a_run_goes_last, begin, end),
		cmocka_unit_test_setup_teardown(
			the_limit_holds_for_a_class_full_of_kits, begin, end),
		cmocka_unit_test_setup_teardown(
			the_limit_holds_for_a_stream_that_fills_a_chunk_a_second, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
