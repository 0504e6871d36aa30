/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* How uncertain stamps are is kept as long as the rows are, never smaller than it was told, and in
 * bounded room. */
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "keep/database.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { MOST = 64 };

struct history {
	struct uncertainty of[MOST];
	size_t n;
};

static int take(void *self, const struct uncertainty *uncertainty)
{
	struct history *history = self;

	assert_true(history->n < MOST);
	history->of[history->n++] = *uncertainty;
	return 0;
}

static struct history history_of(struct bench *bench, uint32_t stream, int64_t from, int64_t to)
{
	struct history history = {.n = 0};

	assert_int_equal(reader_uncertainty(bench->reader, stream, (struct instant){from},
				 (struct instant){to}, take, &history),
		0);
	return history;
}

static void tell(struct bench *bench, uint32_t stream, int64_t from, int64_t ns)
{
	const struct uncertainty uncertainty = {stream, {from}, ns};

	assert_int_equal(store_add_uncertainty(bench->store, &uncertainty), 0);
}

static void commit(struct bench *bench)
{
	bench->now.ns += NS_PER_S;
	assert_int_equal(store_commit(bench->store, bench->now), 0);
}

static void what_holds_at_the_start_comes_first_then_each_change(void **state)
{
	struct bench *bench = *state;
	struct history history;
	int64_t worst;

	tell(bench, 1, 1000, 80);
	tell(bench, 2, 1500, 7);
	tell(bench, 1, 2000, 3000);
	tell(bench, 1, 3000, 80);
	assert_int_equal(history_of(bench, 1, 0, INT64_MAX).n, 0); /* not before the commit */
	commit(bench);
	history = history_of(bench, 1, 2500, INT64_MAX);
	assert_int_equal(history.n, 2);
	assert_int_equal(history.of[0].from.ns, 2000);
	assert_int_equal(history.of[0].ns, 3000);
	assert_int_equal(history.of[1].from.ns, 3000);
	assert_int_equal(history_of(bench, 1, 2000, 3000).n, 1);
	assert_int_equal(history_of(bench, 1, 0, 1001).n, 1);
	assert_int_equal(history_of(bench, 1, 0, 1000).n, 0);
	assert_int_equal(history_of(bench, 2, 9000, 9001).of[0].ns, 7);
	assert_int_equal(reader_worst_uncertainty(bench->reader, 1, (struct instant){1200},
				 (struct instant){2500}, &worst),
		0);
	assert_int_equal(worst, 3000);
	reader_worst_uncertainty(
		bench->reader, 1, (struct instant){3000}, (struct instant){INT64_MAX}, &worst);
	assert_int_equal(worst, 80);
	reader_worst_uncertainty(
		bench->reader, 9, (struct instant){0}, (struct instant){INT64_MAX}, &worst);
	assert_int_equal(worst, 0);
}

static void the_same_again_is_not_written_and_nothing_goes_back_in_time(void **state)
{
	struct bench *bench = *state;

	tell(bench, 1, 1000, 80);
	tell(bench, 1, 2000, 80);
	commit(bench);
	bench_reopen(bench, 0);
	tell(bench, 1, 3000, 80);
	tell(bench, 1, 4000, 90);
	tell(bench, 1, 3500, 70);
	commit(bench);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM uncertainty"), 2);
	assert_int_equal(bench_sql(bench, "SELECT ns FROM uncertainty WHERE from_ns = 4000"), 90);
}

static void what_is_about_no_stream_is_refused(void **state)
{
	struct bench *bench = *state;

	assert_true(store_add_uncertainty(bench->store, &(struct uncertainty){0, {5}, 6}) < 0);
	assert_true(store_add_uncertainty(bench->store, &(struct uncertainty){1, {5}, -6}) < 0);
}

/* What is told of each row, of a stream that changes every 10 rows; rows are a second apart. */
static int64_t told(int64_t row)
{
	return row / 10 % 2 ? 50 : 2000 + row % 7;
}

static void a_year_of_stumbling_takes_bounded_room_and_is_never_told_smaller(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, NS_PER_S);
	enum { ROWS = 300000 };
	int64_t worst;

	for (int64_t row = 0; row < ROWS; row += 10) {
		tell(bench, 1, row * NS_PER_S, told(row));
		if (row % 1000 == 0)
			commit(bench);
	}
	commit(bench);
	bench_run(bench, &stream, 1, 130); /* the minutely round */
	assert_in_range(bench_sql(bench, "SELECT count(*) FROM uncertainty"), 8000, 20000);
	for (int64_t row = 0; row < ROWS; row += 997) {
		reader_worst_uncertainty(bench->reader, 1, (struct instant){row * NS_PER_S},
			(struct instant){row * NS_PER_S + 1}, &worst);
		assert_true(worst >= told(row / 10 * 10));
		assert_true(worst <= 2006);
	}
	/* The newest are as they were told. */
	reader_worst_uncertainty(bench->reader, 1, (struct instant){(ROWS - 5) * (int64_t)NS_PER_S},
		(struct instant){INT64_MAX}, &worst);
	assert_int_equal(worst, 50);
}

static void it_goes_when_its_rows_go_but_for_what_holds_for_the_first(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 3, false, 2000000);
	static struct device device = {.id = 1, .sticker = 1, .n_streams = 1};
	struct instant first, last;
	uint64_t rows;

	device.streams[0] = (struct stream){.id = 1, .device = 1, .name = "main", .n_channels = 3};
	bench_reopen(bench, 1 << 20);
	assert_int_equal(store_add_device(bench->store, &device), 0);
	for (int minute = 0; minute < 20; minute++) {
		tell(bench, 1, bench->now.ns + 1, 100 + minute);
		bench_run(bench, &stream, 1, 60);
	}
	assert_int_equal(reader_extent(bench->reader, 1, &first, &last, &rows), 0);
	assert_true(first.ns > stream.start_ns + 120 * (int64_t)NS_PER_S); /* some are gone */
	bench_run(bench, &stream, 1, 61);
	assert_int_equal(reader_extent(bench->reader, 1, &first, &last, &rows), 0);
	struct history history = history_of(bench, 1, INT64_MIN, INT64_MAX);
	assert_in_range(history.n, 2, 19);
	assert_true(history.of[0].from.ns <= first.ns);
	assert_true(history.of[1].from.ns > first.ns - 130 * (int64_t)NS_PER_S);
	assert_int_equal(history.of[history.n - 1].ns, 119);
}

static void a_card_that_refuses_for_hours_costs_little_memory_and_no_width(void **state)
{
	struct bench *bench = *state;
	struct store_status status;
	int64_t worst;

	for (int64_t i = 0; i < 5000; i++)
		tell(bench, 1, i * 10, i % 2 ? 50 : 70 + i % 10);
	tell(bench, 2, 5, 12);
	store_status(bench->store, &status);
	assert_in_range(status.pending_bytes, 1, 40000);
	assert_int_equal(
		store_add_mark(bench->store, &(struct mark){.id = 1, .at = bench->now}), 0);
	commit(bench);
	reader_worst_uncertainty(
		bench->reader, 1, (struct instant){49000}, (struct instant){INT64_MAX}, &worst);
	assert_int_equal(worst, 78);
	assert_int_equal(history_of(bench, 2, 0, 99).of[0].ns, 12);
}

static void a_store_of_a_former_kitlog_tells_nothing_and_then_takes_it(void **state)
{
	struct bench *bench = *state;
	sqlite3 *db = NULL;

	bench_shut(bench);
	assert_int_equal(database_open_writer(bench_path(bench, "kitlog.db"), &db), 0);
	assert_int_equal(database_exec(db,
				 "DROP TABLE uncertainty;"
				 "UPDATE meta SET value = 2 WHERE key = 'schema'"),
		0);
	database_close(db);
	bench_reopen(bench, 0);
	assert_int_equal(history_of(bench, 1, 0, INT64_MAX).n, 0);
	tell(bench, 1, 1000, 80);
	commit(bench);
	assert_int_equal(history_of(bench, 1, 0, INT64_MAX).n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(what_holds_at_the_start_comes_first_then_each_change),
		BENCH_TEST(the_same_again_is_not_written_and_nothing_goes_back_in_time),
		BENCH_TEST(what_is_about_no_stream_is_refused),
		BENCH_TEST(a_year_of_stumbling_takes_bounded_room_and_is_never_told_smaller),
		BENCH_TEST(it_goes_when_its_rows_go_but_for_what_holds_for_the_first),
		BENCH_TEST(a_card_that_refuses_for_hours_costs_little_memory_and_no_width),
		BENCH_TEST(a_store_of_a_former_kitlog_tells_nothing_and_then_takes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
