/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A range as columns: never more than twice what was asked for, and together exactly its rows,
 * whatever levels of bins they were made from. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "keep/store.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { CHANNELS = 3 };

static struct bench bench;

/* What columns must amount to, from rows; and what they did. */
struct sums {
	size_t n; /* columns or rows */
	struct bin bins[STREAM_CHANNELS];
	int64_t last_to;
	struct instant from, to;
};

static int add_rows(void *self, const struct rows *rows)
{
	struct sums *sums = self;

	for (size_t i = 0; i < rows->n; i++)
		for (uint32_t c = 0; c < rows->n_channels; c++) {
			double v = rows->values[i * rows->n_channels + c];
			struct bin one = {v, v, v, v, v, 1};
			if (!isnan(v))
				bench_fold(&sums->bins[c], &one);
		}
	sums->n += rows->n;
	return 0;
}

static int add_column(void *self, const struct columns *column)
{
	struct sums *sums = self;

	assert_true(column->from.ns >= sums->from.ns && column->to.ns <= sums->to.ns);
	assert_true(column->from.ns < column->to.ns);
	assert_true(column->from.ns >= sums->last_to); /* in order, not overlapping */
	sums->last_to = column->to.ns;
	for (uint32_t c = 0; c < column->n_channels; c++)
		bench_fold(&sums->bins[c], &column->bins[c]);
	sums->n++;
	return 0;
}

/* Columns of the range add up to its rows; returns how many there were. */
static size_t columns_agree(uint32_t stream, int64_t from, int64_t to, unsigned wanted)
{
	struct instant a = {from}, b = {to};
	struct sums rows = {.n = 0}, columns = {.last_to = INT64_MIN, .from = a, .to = b};

	assert_int_equal(reader_rows(bench.reader, stream, a, b, add_rows, &rows), 0);
	assert_int_equal(
		reader_columns(bench.reader, stream, a, b, wanted, add_column, &columns), 0);
	assert_in_range(columns.n, 0, 2 * wanted);
	assert_int_equal(columns.n == 0, rows.n == 0);
	if (rows.n <= 2 * wanted)
		assert_int_equal(columns.n, rows.n);
	for (unsigned c = 0; c < STREAM_CHANNELS; c++) {
		assert_int_equal(columns.bins[c].n, rows.bins[c].n);
		if (!rows.bins[c].n)
			continue;
		assert_memory_equal(&columns.bins[c].first, &rows.bins[c].first, sizeof(double));
		assert_memory_equal(&columns.bins[c].last, &rows.bins[c].last, sizeof(double));
		assert_memory_equal(&columns.bins[c].min, &rows.bins[c].min, sizeof(double));
		assert_memory_equal(&columns.bins[c].max, &rows.bins[c].max, sizeof(double));
		assert_true(fabs(columns.bins[c].sum - rows.bins[c].sum) <=
			1e-9 * (1 + fabs(rows.bins[c].sum)));
	}
	return columns.n;
}

static void sweep(uint32_t stream, int64_t first, int64_t last, unsigned times)
{
	struct draw random = {stream + 77};

	for (unsigned i = 0; i < times; i++) {
		int64_t a = draw_between(&random, first - 1000000, last);
		int64_t span = (last - first) >> draw_below(&random, 20);
		unsigned wanted = 1u << draw_below(&random, 12);
		columns_agree(stream, a, a + span + 1, wanted);
	}
	columns_agree(stream, INT64_MIN, INT64_MAX, 1000);
	columns_agree(stream, INT64_MIN, INT64_MAX, 1);
}

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

static void columns_are_exactly_the_rows_of_any_range(void **state)
{
	struct bench_stream streams[] = {
		bench_stream(1, 3, false, 10000000),
		bench_stream(2, 2, true, 1000000),
		bench_stream(3, 1, false, 300000000000),
	};

	(void)state;
	bench_run(&bench, streams, 3, 1000);
	for (unsigned i = 0; i < 3; i++)
		sweep(streams[i].id, streams[i].start_ns, bench.now.ns, 150);
	assert_int_equal(columns_agree(99, 0, INT64_MAX, 100), 0);
	assert_int_equal(columns_agree(1, bench.now.ns + 1, INT64_MAX, 100), 0);
}

/* Rows in bursts, with channels that say nothing for long, and values of all kinds. */
static void columns_know_absent_values_and_odd_rhythms(void **state)
{
	struct feed_record record = {.kind = FEED_BATCH};
	int64_t stamps[BATCH_ROWS], at = 3000000000;
	double values[BATCH_ROWS * 2];
	struct draw random = {4};

	(void)state;
	for (int burst = 0; burst < 400; burst++) {
		at += draw_between(&random, 1000000, 20000000000);
		for (int i = 0; i < BATCH_ROWS; i++) {
			stamps[i] = at += draw_between(&random, 1, 100000);
			values[2 * i] =
				burst % 3 ? NAN : (double)draw_between(&random, -5000, 5000) / 3;
			values[2 * i + 1] =
				i % 2 ? NAN : (double)draw_between(&random, -50, 50) / 10;
		}
		record.batch.stream = 6;
		record.batch.n_channels = 2;
		record.batch.n_rows = BATCH_ROWS;
		record.batch.stamps_ns = stamps;
		record.batch.values = values;
		assert_int_equal(store_add_batch(bench.store, &record), 0);
		bench.now.ns = at;
		assert_int_equal(store_commit(bench.store, bench.now), 0);
	}
	sweep(6, 3000000000, at, 300);
}

static void single_rows_are_columns_at_their_stamp(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct sums columns = {.last_to = INT64_MIN, .from = {INT64_MIN}, .to = {INT64_MAX}};
	struct instant first, last;
	uint64_t rows;

	(void)state;
	bench_run(&bench, &stream, 1, 20);
	assert_int_equal(reader_extent(bench.reader, 1, &first, &last, &rows), 0);
	assert_int_equal(reader_columns(bench.reader, 1, last, (struct instant){INT64_MAX}, 5,
				 add_column, &columns),
		0);
	assert_int_equal(columns.n, 1);
	assert_int_equal(columns.last_to, last.ns + 1);
}

static int refuse(void *self, const struct columns *column)
{
	(void)column;
	++*(int *)self;
	return 7;
}

static void a_visitor_of_columns_can_stop(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	int calls = 0;

	(void)state;
	bench_run(&bench, &stream, 1, 200);
	assert_int_equal(reader_columns(bench.reader, 1, (struct instant){INT64_MIN},
				 (struct instant){INT64_MAX}, 100, refuse, &calls),
		7);
	assert_int_equal(calls, 1);
	assert_int_equal(reader_columns(bench.reader, 1, (struct instant){INT64_MIN},
				 (struct instant){INT64_MAX}, 0, refuse, &calls),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			columns_are_exactly_the_rows_of_any_range, begin, end),
		cmocka_unit_test_setup_teardown(
			columns_know_absent_values_and_odd_rhythms, begin, end),
		cmocka_unit_test_setup_teardown(single_rows_are_columns_at_their_stamp, begin, end),
		cmocka_unit_test_setup_teardown(a_visitor_of_columns_can_stop, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
