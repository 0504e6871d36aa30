/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibrations in the store: kept as they were made, applied to rows and columns when these are
 * read, left out when they are damaged; and a sink's rows are the same whenever they are read. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "keep/database.h"
#include "keep/store.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

static const int64_t second = NS_PER_S;
static const struct instant never = {INT64_MAX};

static struct bench bench;
static struct bench_stream stream;

static int begin(void **state)
{
	struct device device = {.id = 1,
		.sticker = 1,
		.identity = "link:01",
		.n_streams = 1,
		.streams = {{.id = 1,
			.device = 1,
			.name = "main",
			.n_channels = 2,
			.channels = {{.id = "t", .resolution = 0.01}, {.id = "p"}}}}};

	(void)state;
	bench_open(&bench, 0);
	stream = bench_stream(1, 2, false, 10000000);
	return store_add_device(bench.store, &device);
}

static int end(void **state)
{
	(void)state;
	bench_close(&bench);
	return 0;
}

static struct calibration record(uint32_t id, const char *channel, struct instant from)
{
	struct calibration c = {.id = id,
		.kind = CALIBRATION_OFFSET,
		.identity = "link:01",
		.stream = "main",
		.name = "冰水",
		.made = bench.now,
		.wall_ns = 1795000000 * second,
		.from = from,
		.to = never,
		.map = {.n = 1, .raw = {0.5}, .truth = {0}}};

	strcpy(c.channel, channel);
	return c;
}

static struct calibration withdrawal(uint32_t id, uint32_t of)
{
	struct calibration c = record(id, "t", bench.now);

	c.kind = CALIBRATION_WITHDRAWAL;
	c.refers = of;
	c.map.n = 0;
	return c;
}

static void add(const struct calibration *c)
{
	assert_int_equal(store_add_calibration(bench.store, c), 0);
}

/* --- what is kept --- */

struct list {
	unsigned n;
	struct calibration all[8];
};

static int take(void *self, const struct calibration *c)
{
	struct list *list = self;

	assert_in_range(list->n, 0, 7);
	list->all[list->n++] = *c;
	return 0;
}

static struct list list_of(unsigned newest)
{
	struct list list = {.n = 0};

	assert_int_equal(reader_calibrations(bench.reader, newest, take, &list), 0);
	return list;
}

static void a_record_comes_back_as_it_was_made_after_a_restart(void **state)
{
	struct calibration c = record(1, "t", (struct instant){5});

	(void)state;
	c.kind = CALIBRATION_TABLE;
	c.refers = 0;
	c.to.ns = 77 * second;
	c.map = (struct calibration_map){3, {-1.5, 0.1, 1e12}, {5, 0.3, -0.2}};
	add(&c);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	bench_reopen(&bench, 0);
	struct list list = list_of(10);

	assert_int_equal(list.n, 1);
	c.ship_from = c.made;
	assert_memory_equal(&list.all[0].map, &c.map, sizeof c.map);
	assert_string_equal(list.all[0].name, "冰水");
	assert_int_equal(list.all[0].made.ns, c.made.ns);
	assert_int_equal(list.all[0].wall_ns, c.wall_ns);
	assert_int_equal(list.all[0].from.ns, 5);
	assert_int_equal(list.all[0].to.ns, 77 * second);
	assert_int_equal(list.all[0].ship_from.ns, c.made.ns);
	assert_int_equal(list.all[0].kind, CALIBRATION_TABLE);
}

static void a_record_is_never_altered(void **state)
{
	struct calibration c = record(1, "t", bench.now);

	(void)state;
	add(&c);
	store_commit(bench.store, bench.now);
	strcpy(c.name, "another");
	add(&c);
	store_commit(bench.store, bench.now);
	assert_string_equal(list_of(10).all[0].name, "冰水");
	c.map.raw[0] = NAN;
	c.id = 2;
	assert_int_equal(store_add_calibration(bench.store, &c), -EINVAL);
}

static void the_last_of_each_channel_is_listed_however_old_it_is(void **state)
{
	(void)state;
	for (uint32_t id = 1; id <= 6; id++) {
		struct calibration c = record(id, id == 2 ? "p" : "t", bench.now);
		add(&c);
	}
	store_commit(bench.store, bench.now);
	struct list list = list_of(2);

	assert_int_equal(list.n, 3);
	assert_int_equal(list.all[0].id, 2);
	assert_int_equal(list.all[1].id, 5);
	assert_int_equal(list.all[2].id, 6);
}

/* --- rows --- */

struct both {
	struct series foretold;
	uint64_t n, n_shifted;
	struct instant from, to; /* where the first channel is 0.5 less */
};

/* Each value is what was written, or to the digit half of one less. */
static int compare_rows(void *self, const struct rows *rows)
{
	struct both *both = self;

	for (size_t i = 0; i < rows->n; i++, both->n++) {
		double values[STREAM_CHANNELS];
		int64_t tick, stamp = bench_row(&stream, &both->foretold, &tick, values);
		bool is_shifted = stamp >= both->from.ns && stamp < both->to.ns;

		assert_int_equal(rows->stamps_ns[i], stamp);
		if (is_shifted)
			values[0] = (round(values[0] * 100) - 50) / 100;
		both->n_shifted += is_shifted;
		assert_memory_equal(&rows->values[i * 2], values, 2 * sizeof values[0]);
	}
	return 0;
}

static struct both read_both(enum correction_rule rule, struct instant from, struct instant to)
{
	struct both both = {.from = from, .to = to};

	both.foretold = series_from(stream.seed, 2, stream.period_ns, stream.start_ns);
	assert_int_equal(reader_rows_by(bench.reader, rule, 1, (struct instant){INT64_MIN}, never,
				 compare_rows, &both),
		0);
	assert_int_equal(both.n, stream.writing.row);
	return both;
}

static void rows_are_corrected_from_where_it_holds_and_raw_ones_stay(void **state)
{
	(void)state;
	bench_run(&bench, &stream, 1, 100); /* chunks and fresh rows */
	struct calibration c = record(1, "t", (struct instant){30 * second});
	c.to.ns = 90 * second;
	add(&c);
	bench_run(&bench, &stream, 1, 2);
	assert_int_equal(read_both(CORRECTION_READ, c.from, c.to).n_shifted, 6000);
	read_both(CORRECTION_NONE, never, never);
	assert_int_equal(bench_read_all(&bench, &stream), stream.writing.row);

	/* Another one that takes it back. */
	struct calibration w = withdrawal(2, 1);
	add(&w);
	bench_run(&bench, &stream, 1, 1);
	read_both(CORRECTION_READ, never, never);
}

/* Whatever is made afterwards, a row that was sent is sent the same. */
static void a_sink_has_the_same_row_again_whatever_was_made_meanwhile(void **state)
{
	struct instant from, taken_back = never;

	(void)state;
	bench_run(&bench, &stream, 1, 10);
	struct calibration c = record(1, "t", (struct instant){0});
	/* Rows that the store has taken and not committed were before it; so they are for sinks. */
	bench.now.ns += second / 2;
	bench_write(&bench, &stream, 40);
	add(&c);
	bench_run(&bench, &stream, 1, 10);
	from = list_of(1).all[0].ship_from;
	assert_true(from.ns > c.made.ns);
	read_both(CORRECTION_SHIP, from, never);
	read_both(CORRECTION_READ, c.from, never);

	struct calibration w = withdrawal(2, 1);
	add(&w);
	bench_run(&bench, &stream, 1, 10);
	taken_back = list_of(1).all[0].ship_from;
	assert_true(read_both(CORRECTION_SHIP, from, taken_back).n_shifted > 900);
	bench_reopen(&bench, 0);
	read_both(CORRECTION_SHIP, from, taken_back);
	read_both(CORRECTION_READ, never, never);
}

/* --- columns --- */

struct fold {
	struct bin bins[2];
	size_t n;
	int64_t last_to;
};

static int fold_rows(void *self, const struct rows *rows)
{
	struct fold *fold = self;

	for (size_t i = 0; i < rows->n * 2; i++) {
		double v = rows->values[i];
		bench_fold(&fold->bins[i % 2], &(struct bin){v, v, v, v, v, 1});
	}
	return 0;
}

static int fold_column(void *self, const struct columns *column)
{
	struct fold *fold = self;

	assert_true(column->from.ns >= fold->last_to);
	fold->last_to = column->to.ns;
	fold->n++;
	for (unsigned c = 0; c < 2; c++)
		bench_fold(&fold->bins[c], &column->bins[c]);
	return 0;
}

static void columns_agree(struct instant from, struct instant to, unsigned wanted, unsigned parts)
{
	struct fold rows = {.n = 0}, columns = {.last_to = INT64_MIN};

	assert_int_equal(
		reader_rows_by(bench.reader, CORRECTION_READ, 1, from, to, fold_rows, &rows), 0);
	assert_int_equal(reader_columns_by(bench.reader, CORRECTION_READ, 1, from, to, wanted,
				 fold_column, &columns),
		0);
	assert_in_range(columns.n, 1, 2 * (wanted + parts));
	for (unsigned c = 0; c < 2; c++) {
		assert_int_equal(columns.bins[c].n, rows.bins[c].n);
		assert_true(columns.bins[c].first == rows.bins[c].first);
		assert_true(columns.bins[c].last == rows.bins[c].last);
		assert_true(columns.bins[c].min == rows.bins[c].min);
		assert_true(columns.bins[c].max == rows.bins[c].max);
		assert_true(fabs(columns.bins[c].sum - rows.bins[c].sum) <=
			1e-9 * (1 + fabs(rows.bins[c].sum)));
	}
}

static void columns_are_those_of_the_corrected_rows_whatever_holds_where(void **state)
{
	(void)state;
	bench_run(&bench, &stream, 1, 600);
	struct calibration up = record(1, "t", (struct instant){100 * second});
	struct calibration falling = record(2, "t", (struct instant){250 * second + 5});
	struct calibration other = record(3, "p", (struct instant){300 * second + 7777});

	falling.kind = CALIBRATION_TWO_POINT;
	falling.map = (struct calibration_map){2, {0, 30}, {100, -20}};
	falling.to.ns = 400 * second;
	add(&up);
	add(&falling);
	add(&other);
	bench_run(&bench, &stream, 1, 1);
	struct instant ever = {INT64_MIN}, a = {220 * second}, b = {333 * second};
	for (unsigned wanted = 1; wanted <= 4096; wanted *= 8) {
		columns_agree(ever, never, wanted, 5);
		columns_agree(a, b, wanted, 3);
	}
}

/* --- damage, and former times --- */

static void a_damaged_record_is_left_out_told_and_set_aside(void **state)
{
	struct verify_report report;

	(void)state;
	bench_run(&bench, &stream, 1, 3);
	for (uint32_t id = 1; id <= 4; id++) {
		struct calibration c = record(id, "t", (struct instant){0});
		add(&c);
	}
	bench_run(&bench, &stream, 1, 1);
	bench_sql(&bench, "UPDATE calibration SET points = zeroblob(16) WHERE id = 2");
	bench_sql(&bench, "UPDATE calibration SET points = zeroblob(999), kind = 77 WHERE id = 3");
	bench_sql(
		&bench, "UPDATE calibration SET channel = x'ff00fe', to_ns = 'soon' WHERE id = 4");
	assert_int_equal(list_of(10).n, 1);
	read_both(CORRECTION_READ, (struct instant){0}, never);
	assert_int_equal(store_verify(bench.directory, NULL, NULL, &report), 0);
	assert_int_equal(report.damaged, 3);
	assert_false(report.is_sound);

	bench_reopen(&bench, 0);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM calibration"), 1);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM damaged_calibration"), 3);
	struct store_status status;
	store_status(bench.store, &status);
	assert_int_equal(status.damaged_chunks, 3);
	read_both(CORRECTION_READ, (struct instant){0}, never);
}

static void a_store_without_calibrations_yet_is_read_and_brought_up_to_date(void **state)
{
	struct calibration c = record(1, "t", (struct instant){0});

	(void)state;
	bench_run(&bench, &stream, 1, 3);
	bench_sql(&bench, "DROP TABLE calibration");
	bench_sql(&bench, "DROP TABLE damaged_calibration");
	bench_sql(&bench, "ALTER TABLE boot DROP COLUMN skipped_ns");
	bench_sql(&bench, "ALTER TABLE anchor DROP COLUMN from_ns");
	bench_sql(&bench, "DROP TABLE uncertainty");
	bench_sql(&bench, "DROP TABLE refinement");
	bench_sql(&bench, "DROP TABLE act");
	bench_sql(&bench, "DROP TABLE damaged_act");
	bench_sql(&bench, "ALTER TABLE run DROP COLUMN session");
	bench_sql(&bench, "ALTER TABLE run DROP COLUMN is_withdrawn");
	bench_sql(&bench, "ALTER TABLE mark DROP COLUMN session");
	bench_sql(&bench, "ALTER TABLE mark DROP COLUMN class_group");
	bench_sql(&bench, "ALTER TABLE mark DROP COLUMN is_withdrawn");
	bench_sql(&bench, "UPDATE meta SET value = 1 WHERE key = 'schema'");
	read_both(CORRECTION_READ, never, never);
	assert_int_equal(list_of(10).n, 0);
	bench_reopen(&bench, 0);
	assert_int_equal(
		bench_sql(&bench, "SELECT value FROM meta WHERE key = 'schema'"), DATABASE_SCHEMA);
	add(&c);
	bench_run(&bench, &stream, 1, 1);
	read_both(CORRECTION_READ, (struct instant){0}, never);
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(a_record_comes_back_as_it_was_made_after_a_restart),
		PROMISE(a_record_is_never_altered),
		PROMISE(the_last_of_each_channel_is_listed_however_old_it_is),
		PROMISE(rows_are_corrected_from_where_it_holds_and_raw_ones_stay),
		PROMISE(a_sink_has_the_same_row_again_whatever_was_made_meanwhile),
		PROMISE(columns_are_those_of_the_corrected_rows_whatever_holds_where),
		PROMISE(a_damaged_record_is_left_out_told_and_set_aside),
		PROMISE(a_store_without_calibrations_yet_is_read_and_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
