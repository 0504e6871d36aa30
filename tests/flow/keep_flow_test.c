/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keep thread between its rings and the store: on a fake clock by keep_turn, and as a
 * thread. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "data/feed.h"
#include "keep/keep.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { FEED_BYTES = 1 << 20, NOTICE_BYTES = 1 << 14 };

static struct bench bench;
static struct clock clock_fake;
static struct ring *feed, *notices;
static struct loop *loop;
static struct wake wake;
static struct keep *keep;

static void woken(struct wake *self)
{
	(void)self;
}

static int open_keep(int64_t commit_ns)
{
	const struct keep_options options = {&clock_fake, bench.store, feed, commit_ns};

	return keep_new(&options, &keep) || keep_listen(keep, notices, &wake) ? -1 : 0;
}

static int begin(void **state)
{
	(void)state;
	bench_open(&bench, 0);
	clock_fake = (struct clock){.is_fake = true, .frozen_ns = bench.now.ns};
	wake.woken = woken;
	if (ring_new(FEED_BYTES, &feed) || ring_new(NOTICE_BYTES, &notices) ||
		loop_open(&clock_fake, &loop) || wake_open(loop, &wake))
		return -1;
	return open_keep(NS_PER_S);
}

static int end(void **state)
{
	(void)state;
	keep_free(keep);
	wake_close(&wake);
	loop_close(loop);
	ring_free(feed);
	ring_free(notices);
	bench_close(&bench);
	return 0;
}

static void feed_rows(uint32_t stream, int64_t first_ns, uint32_t n)
{
	struct batch batch = {.stream = stream, .n_channels = 1, .n_rows = n};

	for (uint32_t i = 0; i < n; i++) {
		batch.stamps_ns[i] = first_ns + (int64_t)i * 1000000;
		batch.values[i] = i / 10.0;
	}
	assert_int_equal(feed_put_batch(feed, bench.now, &batch), 0);
}

static uint64_t rows_of(uint32_t stream)
{
	struct instant first, last;
	uint64_t rows = 0;
	int result = reader_extent(bench.reader, stream, &first, &last, &rows);

	assert_true(result == 0 || result == -ENODATA);
	return result ? 0 : rows;
}

static unsigned notices_taken(struct store_status *ret_last)
{
	unsigned n = 0;
	const void *status;
	size_t size;

	while ((status = ring_peek(notices, &size))) {
		assert_int_equal(size, sizeof *ret_last);
		memcpy(ret_last, status, sizeof *ret_last);
		ring_drop(notices);
		n++;
	}
	return n;
}

static void the_first_row_is_committed_at_once_and_then_each_second(void **state)
{
	struct instant now = bench.now;
	struct store_status status;

	(void)state;
	keep_turn(keep, now);
	feed_rows(1, 2000000000, 10);
	keep_turn(keep, now);
	assert_int_equal(rows_of(1), 10);
	assert_int_equal(notices_taken(&status), 1);
	assert_int_equal(status.durable.ns, now.ns);

	for (int tenth = 1; tenth <= 10; tenth++) {
		feed_rows(1, 2100000000 + tenth * 100000000LL, 10);
		now = instant_add(now, 100 * NS_PER_MS);
		keep_turn(keep, now);
		assert_int_equal(rows_of(1), tenth < 10 ? 10 : 110);
	}
	assert_int_equal(notices_taken(&status), 1);
	assert_int_equal(status.rows, 110);
}

static void a_commit_that_is_ordered_comes_before_it_is_due_but_once_a_second(void **state)
{
	struct instant now = bench.now;
	struct store_status status;

	(void)state;
	keep_free(keep);
	assert_int_equal(open_keep(60 * (int64_t)NS_PER_S), 0);
	feed_rows(1, 2000000000, 10);
	keep_turn(keep, now); /* the first row is committed at once */
	feed_rows(1, 2100000000, 10);
	now = instant_add(now, 5 * (int64_t)NS_PER_S);
	keep_turn(keep, now);
	assert_int_equal(rows_of(1), 10);
	assert_int_equal(keep_order_commit(keep), 0);
	keep_turn(keep, now);
	assert_int_equal(rows_of(1), 20);
	assert_int_equal(notices_taken(&status), 2);
	assert_int_equal(status.durable.ns, now.ns);

	feed_rows(1, 2200000000, 10);
	for (int tenth = 1; tenth <= 10; tenth++) {
		assert_int_equal(keep_order_commit(keep), 0);
		keep_turn(keep, instant_add(now, tenth * 100 * NS_PER_MS));
		assert_int_equal(rows_of(1), tenth < 10 ? 20 : 30);
	}
}

static int copy_device(void *self, const struct device *device)
{
	memcpy(self, device, sizeof *device);
	return 0;
}

static int copy_gap(void *self, const struct gap *gap)
{
	memcpy(self, gap, sizeof *gap);
	return 0;
}

static void devices_and_gaps_of_the_feed_are_kept(void **state)
{
	struct device device = {.id = 3,
			      .sticker = 2,
			      .identity = "usb:1:2:3",
			      .kit = "virtual-cup",
			      .model = "Cup",
			      .port = "/dev/ttyACM0",
			      .family = "link",
			      .n_streams = 1},
		      got;
	struct gap gap = {4, GAP_WIRE, {5000000000}, {6000000000}, 12}, got_gap = {0};

	(void)state;
	device.streams[0] = (struct stream){.id = 4,
		.device = 3,
		.name = "main",
		.stamps = STAMP_DEVICE,
		.period_ns = 10000000,
		.n_channels = 1};
	device.streams[0].channels[0] = (struct channel){.id = "temperature",
		.name_zh = "温度",
		.name_en = "temperature",
		.quantity = "temperature",
		.unit = "Cel",
		.resolution = 0.01,
		.low = -40,
		.high = 125};
	assert_int_equal(feed_put_device(feed, bench.now, &device), 0);
	assert_int_equal(feed_put_gap(feed, bench.now, &gap), 0);
	assert_int_equal(feed_put_gone(feed, bench.now, 3), 0);
	keep_turn(keep, bench.now);
	keep_turn(keep, instant_add(bench.now, NS_PER_S));

	assert_int_equal(reader_devices(bench.reader, copy_device, &got), 0);
	assert_int_equal(got.id, 3);
	assert_int_equal(got.sticker, 2);
	assert_string_equal(got.identity, device.identity);
	assert_string_equal(got.port, device.port);
	assert_int_equal(got.n_streams, 1);
	assert_true(stream_is_same(&got.streams[0], &device.streams[0]));
	assert_int_equal(got.streams[0].id, 4);
	assert_int_equal(got.streams[0].period_ns, 10000000);
	assert_int_equal(reader_gaps(bench.reader, 4, (struct instant){0},
				 (struct instant){INT64_MAX}, copy_gap, &got_gap),
		0);
	assert_memory_equal(&got_gap, &gap, sizeof gap);
}

static void feed_irregular(uint32_t id)
{
	struct device device = {.id = id, .sticker = id, .family = "lines", .n_streams = 1};

	device.streams[0] = (struct stream){.id = id,
		.device = id,
		.kind = STREAM_DATA,
		.stamps = STAMP_ARRIVAL,
		.n_channels = 1};
	assert_int_equal(feed_put_device(feed, bench.now, &device), 0);
}

static void start_again(int64_t after_ns)
{
	keep_turn(keep, bench.now);
	keep_free(keep);
	bench.now.ns += after_ns;
	bench_reopen(&bench, 0);
	assert_int_equal(open_keep(NS_PER_S), 0);
}

static int take_newest_gap(void *self, const struct gap *gap)
{
	struct gap *newest = self;

	if (gap->stream == newest->stream && gap->from.ns >= newest->from.ns)
		*newest = *gap;
	return 0;
}

/* Of the stream's own; reason 0: none. */
static struct gap newest_gap(uint32_t stream)
{
	struct gap gap = {.stream = stream};

	keep_turn(keep, bench.now);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(reader_gaps(bench.reader, stream, (struct instant){0},
				 (struct instant){INT64_MAX}, take_newest_gap, &gap),
		0);
	return gap;
}

/* A board that prints lines has no pace, and is understood some lines after kitlogd has started: what it printed
 * before that nobody heard. Once it is understood its silence means nothing. */
static void until_a_board_that_prints_is_understood_is_a_gap(void **state)
{
	int64_t started_ns, found_ns;
	struct gap gap;

	(void)state;
	feed_irregular(1);
	feed_rows(1, bench.now.ns, 10);
	start_again(20 * (int64_t)NS_PER_S);
	started_ns = bench.now.ns;

	/* The lines by which it was understood are rows, too. */
	bench.now.ns += 1200 * (int64_t)NS_PER_MS;
	feed_irregular(1);
	feed_irregular(2); /* it was never there before */
	feed_rows(1, started_ns + 800 * (int64_t)NS_PER_MS, 10);
	feed_rows(2, started_ns + 800 * (int64_t)NS_PER_MS, 10);
	gap = newest_gap(1);
	assert_int_equal(gap.reason, GAP_STOPPED);
	assert_int_equal(gap.from.ns, started_ns);
	assert_int_equal(gap.to.ns, started_ns + 800 * (int64_t)NS_PER_MS);
	assert_int_equal(newest_gap(2).reason, 0);

	/* It prints a line an hour later: it was listened to since it was found. */
	start_again(20 * (int64_t)NS_PER_S);
	started_ns = bench.now.ns;
	bench.now.ns += 900 * (int64_t)NS_PER_MS;
	found_ns = bench.now.ns;
	feed_irregular(1);
	keep_turn(keep, bench.now);
	bench.now.ns += 3600 * (int64_t)NS_PER_S;
	feed_irregular(1); /* and got another name meanwhile */
	feed_rows(1, bench.now.ns, 1);
	gap = newest_gap(1);
	assert_int_equal(gap.reason, GAP_STOPPED);
	assert_int_equal(gap.from.ns, started_ns);
	assert_int_equal(gap.to.ns, found_ns);
}

struct orders {
	unsigned runs, marks, cursors, holes, quarantined;
	struct run run;
	struct hole hole;
	struct cursor cursor;
};

static int see_run(void *self, const struct run *run)
{
	((struct orders *)self)->runs++;
	((struct orders *)self)->run = *run;
	return 0;
}

static int see_mark(void *self, const struct mark *mark)
{
	((struct orders *)self)->marks++;
	assert_string_equal(mark->text, "hot water in");
	return 0;
}

static int see_cursor(void *self, const struct cursor *cursor)
{
	((struct orders *)self)->cursors++;
	((struct orders *)self)->cursor = *cursor;
	return 0;
}

static int see_hole(void *self, const struct hole *hole)
{
	((struct orders *)self)->holes++;
	((struct orders *)self)->hole = *hole;
	return 0;
}

static int see_quarantined(void *self, const struct quarantined *line)
{
	((struct orders *)self)->quarantined++;
	assert_int_equal(line->status, 400);
	assert_string_equal(line->words, "partial write");
	return 0;
}

static void orders_are_obeyed_and_later_ones_replace_earlier_ones(void **state)
{
	struct run run = {.id = 1, .number = 3, .title = "第 3 次", .from = {7}, .to = {INT64_MAX}};
	struct cursor cursor = {"school", 1, {100}};
	struct hole holes[2] = {{"school", 1, {10}, {20}}, {"school", 1, {30}, {40}}};
	struct quarantined line = {"school", 1, {5}, 400, "a b=1 5", "partial write"};
	struct mark mark = {.id = 9, .at = {8}, .author = "teacher", .text = "hot water in"};
	struct orders got = {0};

	(void)state;
	assert_int_equal(keep_order_run(keep, &run), 0);
	run.to.ns = 99;
	assert_int_equal(keep_order_run(keep, &run), 0);
	assert_int_equal(keep_order_mark(keep, &mark), 0);
	assert_int_equal(keep_order_cursor(keep, &cursor), 0);
	cursor.done.ns = 200;
	assert_int_equal(keep_order_cursor(keep, &cursor), 0);
	assert_int_equal(keep_order_holes(keep, "school", 1, holes, 2), 0);
	assert_int_equal(keep_order_quarantined(keep, &line), 0);
	keep_turn(keep, bench.now);
	assert_int_equal(keep_order_holes(keep, "school", 1, holes + 1, 1), 0);
	keep_turn(keep, instant_add(bench.now, NS_PER_S));

	assert_int_equal(reader_runs(bench.reader, see_run, &got), 0);
	assert_int_equal(got.runs, 1);
	assert_int_equal(got.run.to.ns, 99);
	assert_string_equal(got.run.title, "第 3 次");
	assert_int_equal(reader_marks(bench.reader, (struct instant){8}, (struct instant){9},
				 see_mark, &got),
		0);
	assert_int_equal(got.marks, 1);
	assert_int_equal(reader_cursors(bench.reader, "school", see_cursor, &got), 0);
	assert_int_equal(got.cursors, 1);
	assert_int_equal(got.cursor.done.ns, 200);
	assert_int_equal(reader_holes(bench.reader, "school", see_hole, &got), 0);
	assert_int_equal(got.holes, 1);
	assert_int_equal(got.hole.from.ns, 30);
	assert_int_equal(reader_quarantined(bench.reader, "school", see_quarantined, &got), 0);
	assert_int_equal(got.quarantined, 1);
	assert_int_equal(reader_cursors(bench.reader, "other", see_cursor, &got), 0);
	assert_int_equal(got.cursors, 1);
}

static void lines_leave_quarantine_when_they_are_released(void **state)
{
	struct quarantined line = {"school", 1, {5}, 400, "a b=1 5", "partial write"};
	struct hole range = {"school", 1, {5}, {8}};
	struct orders got = {0};

	(void)state;
	for (line.at.ns = 4; line.at.ns <= 8; line.at.ns++)
		assert_int_equal(keep_order_quarantined(keep, &line), 0);
	line.stream = 2;
	line.at.ns = 6;
	assert_int_equal(keep_order_quarantined(keep, &line), 0);
	assert_int_equal(keep_order_release(keep, &range), 0);
	line.stream = 1;
	assert_int_equal(keep_order_quarantined(keep, &line), 0); /* refused again, later */
	keep_turn(keep, bench.now);
	keep_turn(keep, instant_add(bench.now, NS_PER_S));
	assert_int_equal(reader_quarantined(bench.reader, "school", see_quarantined, &got), 0);
	assert_int_equal(got.quarantined, 4); /* 4, 8, the other stream's, and the last */
}

static void a_full_ring_of_orders_is_an_answer(void **state)
{
	struct mark mark = {.id = 9, .at = {8}, .author = "teacher", .text = "hot water in"};
	int result = 0;

	(void)state;
	for (int i = 0; i < 10000 && result == 0; i++)
		result = keep_order_mark(keep, &mark);
	assert_int_equal(result, -ENOSPC);
	keep_turn(keep, bench.now);
	assert_int_equal(keep_order_mark(keep, &mark), 0);
}

static int count_quarantined(void *self, const struct quarantined *line)
{
	(void)line;
	++*(unsigned *)self;
	return 0;
}

/* As many rows as memory may hold: the card has not taken any for long. */
static void fill_memory(void)
{
	struct batch batch = {.stream = 1, .n_channels = 8, .n_rows = BATCH_ROWS};
	struct draw random = {4};
	int64_t stamp = 3000000000;
	struct store_status status;

	do {
		for (int i = 0; i < 50; i++) {
			for (uint32_t row = 0; row < BATCH_ROWS; row++)
				batch.stamps_ns[row] = stamp += 1000000;
			for (uint32_t k = 0; k < BATCH_ROWS * 8; k++)
				batch.values[k] = (double)draw(&random) * 0x1p-64;
			assert_int_equal(feed_put_batch(feed, bench.now, &batch), 0);
		}
		keep_turn(keep, bench.now);
		store_status(bench.store, &status);
	} while (!status.lost_rows);
}

static void orders_are_kept_when_memory_is_full_of_rows(void **state)
{
	struct run run = {.id = 1, .number = 3, .title = "第 3 次", .from = {7}, .to = {INT64_MAX}};
	struct quarantined line = {"school", 1, {5}, 400, "a b=1 5", "partial write"};
	struct orders got = {0};
	unsigned given = 0, kept = 0;
	int result = 0;

	(void)state;
	keep_turn(keep, bench.now);
	feed_rows(1, 2000000000, 1);
	keep_turn(keep,
		bench.now); /* the first row is committed at once, later ones after a second */
	fill_memory();
	assert_int_equal(keep_order_run(keep, &run), 0);
	keep_turn(keep, bench.now);
	/* Orders too, until they wait in their ring, and that is full. */
	for (; result == 0 && given < 20000; given += result == 0) {
		result = keep_order_quarantined(keep, &line);
		if (result < 0) {
			keep_turn(keep, bench.now);
			result = keep_order_quarantined(keep, &line);
		}
	}
	assert_int_equal(result, -ENOSPC);

	keep_turn(keep, instant_add(bench.now, NS_PER_S));
	keep_turn(keep, instant_add(bench.now, 2 * (int64_t)NS_PER_S));
	assert_int_equal(reader_runs(bench.reader, see_run, &got), 0);
	assert_int_equal(got.runs, 1);
	assert_int_equal(reader_quarantined(bench.reader, "school", count_quarantined, &kept), 0);
	assert_int_equal(kept, given);
}

/* As large as they come, and no two alike. */
static struct refinement *large_refinement(uint32_t run)
{
	struct draw random = {run};
	struct refinement *refinement;
	struct curve *curve;

	assert_int_equal(curve_new(&curve), 0);
	for (; curve->n < CURVE_KNOTS; curve->n++)
		curve->knots[curve->n] =
			(struct curve_knot){.stamp_ns = (int64_t)(curve->n + 1) * 100000000,
				.delta_ns = (int64_t)(draw(&random) % 1000000),
				.uncertainty_ns = 1 + (int64_t)(draw(&random) % 1000000)};
	assert_int_equal(refinement_new(run, 1, (struct instant){0},
				 (struct instant){900 * (int64_t)NS_PER_S}, curve, &refinement),
		0);
	curve_free(curve);
	return refinement;
}

static void better_maps_that_find_no_room_hold_up_no_run(void **state)
{
	enum { MAPS = 200 };
	struct run run = {.id = 1, .number = 3, .title = "第 3 次", .from = {7}, .to = {INT64_MAX}};
	struct orders got = {0};

	(void)state;
	keep_turn(keep, bench.now);
	feed_rows(1, 2000000000, 1);
	keep_turn(keep, bench.now);
	fill_memory();
	for (uint32_t i = 1; i <= MAPS; i++)
		assert_int_equal(keep_order_refinement(keep, large_refinement(i)), 0);
	assert_int_equal(keep_order_run(keep, &run), 0);
	keep_turn(keep, instant_add(bench.now, NS_PER_S)); /* one commit */
	assert_int_equal(reader_runs(bench.reader, see_run, &got), 0);
	assert_int_equal(got.runs, 1);
	/* There was room for some of them only. */
	assert_in_range(bench_sql(&bench, "SELECT count(*) FROM refinement"), 1, MAPS - 1);
}

static void the_thread_keeps_what_is_fed_until_it_is_stopped(void **state)
{
	struct clock clock = {.base_ns = 0};
	const struct keep_options options = {&clock, bench.store, feed, NS_PER_S};
	uint64_t rows = 0;

	(void)state;
	keep_free(keep);
	assert_int_equal(keep_new(&options, &keep), 0);
	assert_int_equal(keep_start(keep), 0);
	feed_rows(1, 2000000000, 100);
	keep_wake(keep);
	/* Waits for a condition, not for a time: the first row is committed at once. */
	for (int i = 0; i < 1000 && rows == 0; i++) {
		nanosleep(&(struct timespec){0, 10000000}, NULL);
		rows = rows_of(1);
	}
	assert_int_equal(rows, 100);
	for (unsigned i = 1; i <= 200; i++)
		feed_rows(1, 2000000000 + i * 1000000000LL, 20);
	keep_stop(keep);
	assert_int_equal(rows_of(1), 100 + 200 * 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_first_row_is_committed_at_once_and_then_each_second, begin, end),
		cmocka_unit_test_setup_teardown(
			a_commit_that_is_ordered_comes_before_it_is_due_but_once_a_second, begin,
			end),
		cmocka_unit_test_setup_teardown(devices_and_gaps_of_the_feed_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(
			until_a_board_that_prints_is_understood_is_a_gap, begin, end),
		cmocka_unit_test_setup_teardown(
			orders_are_obeyed_and_later_ones_replace_earlier_ones, begin, end),
		cmocka_unit_test_setup_teardown(
			lines_leave_quarantine_when_they_are_released, begin, end),
		cmocka_unit_test_setup_teardown(a_full_ring_of_orders_is_an_answer, begin, end),
		cmocka_unit_test_setup_teardown(
			better_maps_that_find_no_room_hold_up_no_run, begin, end),
		cmocka_unit_test_setup_teardown(
			orders_are_kept_when_memory_is_full_of_rows, begin, end),
		cmocka_unit_test_setup_teardown(
			the_thread_keeps_what_is_fed_until_it_is_stopped, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
