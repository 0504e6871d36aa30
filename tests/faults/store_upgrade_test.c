/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: what fails is counted call by call. */
/* A store of each schema that ever was (tests/data/stores) opens: every row, run, mark, gap, hour,
 * calibration and act is there, and it goes on. So it is when the upgrade ends in the middle: when
 * any call to the kernel or for memory fails, once or from then on, and when the power goes at any
 * of its writes; the next start upgrades what is left.
 *
 * Two of each kind of call and two cuts drawn for each store; KITLOG_LONG=1: 150 and 200. */
#include <errno.h>
#include <glob.h>
#include <sqlite3.h>
#include <time.h>

#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/failing.h"
#include "support/power.h"
#include "support/store_bench.h"

/* As tests/support/oldstore wrote it. */
enum { ROWS = 200, FIRST_ROW_AT_S = 2 };

enum { FEW = 2 }; /* where all would take too long */

static const int64_t wall_then_ns = INT64_C(1800000000000000000);

static struct draw chance;
static unsigned long n_faults, n_cuts;

/* ".../schema-7-early.sql": 7 */
static unsigned schema_of(const char *path)
{
	return (unsigned)strtoul(strstr(path, "schema-") + strlen("schema-"), NULL, 10);
}

/* ---------------------------------------------------------------- what a store of then has */

struct seen {
	unsigned rows, devices, runs, marks, gaps, calibrations, acts, cursors, holes, lines;
	int64_t uncertainty_ns;
};

static int see_rows(void *self, const struct rows *rows)
{
	struct seen *seen = self;

	for (size_t i = 0; i < rows->n; i++, seen->rows++) {
		const double *values = rows->values + i * rows->n_channels;
		unsigned k = seen->rows;

		if (k >= ROWS) /* written since */
			continue;
		assert_true(values[0] == k / 10.);
		if (rows->stream == 1) {
			assert_int_equal(
				rows->stamps_ns[i], (FIRST_ROW_AT_S + k) * (int64_t)NS_PER_S);
			assert_true(values[1] == -2. * k);
		} else {
			struct clock_piece piece = {1000, 2000000000, 2000, 5000, 1};

			assert_int_equal(rows->ticks[i], 1000 + k * INT64_C(1000000));
			assert_int_equal(
				rows->stamps_ns[i], clock_piece_stamp(&piece, rows->ticks[i]));
		}
	}
	return 0;
}

static int see_device(void *self, const struct device *device)
{
	((struct seen *)self)->devices++;
	assert_int_equal(device->sticker, 7);
	assert_string_equal(device->identity, "usb:1a86:7523:42");
	assert_string_equal(device->model, "Cup of then");
	assert_int_equal(device->n_streams, 2);
	assert_int_equal(device->streams[0].n_channels, 2);
	assert_string_equal(device->streams[0].channels[1].id, "fall");
	assert_string_equal(device->streams[1].name, "second");
	assert_string_equal(device->streams[1].channels[0].name_zh, "温度");
	return 0;
}

static int see_run(void *self, const struct run *run)
{
	((struct seen *)self)->runs++;
	assert_int_equal(run->number, 3);
	assert_string_equal(run->title, "第 3 次");
	assert_string_equal(run->lesson, "cooling");
	assert_int_equal(run->from.ns, 10 * (int64_t)NS_PER_S);
	assert_int_equal(run->to.ns, 20 * (int64_t)NS_PER_S);
	assert_false(run->is_withdrawn);
	return 0;
}

static int see_mark(void *self, const struct mark *mark)
{
	((struct seen *)self)->marks++;
	assert_string_equal(mark->text, mark->id == 1 ? "hot water in" : "stirred");
	assert_int_equal(mark->session, mark->id == 1 ? 0 : 1);
	assert_int_equal(mark->at.ns, (14 + mark->id) * (int64_t)NS_PER_S);
	assert_false(mark->is_withdrawn);
	return 0;
}

static int see_gap(void *self, const struct gap *gap)
{
	if (gap->reason == GAP_WIRE) { /* others are of now */
		((struct seen *)self)->gaps++;
		assert_int_equal(gap->from.ns, 50100000000);
		assert_int_equal(gap->lost_rows, 3);
	}
	return 0;
}

static int see_calibration(void *self, const struct calibration *calibration)
{
	((struct seen *)self)->calibrations++;
	assert_string_equal(calibration->name, "ice");
	assert_true(calibration->map.n == 1 && calibration->map.raw[0] == 0.4);
	return 0;
}

static int see_act(void *self, const struct journal_entry *entry)
{
	((struct seen *)self)->acts++;
	assert_string_equal(entry->body, "{\"lesson\":\"cooling\"}");
	return 0;
}

static int see_cursor(void *self, const struct cursor *cursor)
{
	((struct seen *)self)->cursors++;
	assert_int_equal(cursor->done.ns, 100 * (int64_t)NS_PER_S);
	return 0;
}

static int see_hole(void *self, const struct hole *hole)
{
	((struct seen *)self)->holes++;
	assert_int_equal(hole->from.ns, 30 * (int64_t)NS_PER_S);
	return 0;
}

static int see_line(void *self, const struct quarantined *line)
{
	((struct seen *)self)->lines++;
	assert_string_equal(line->line, "cup a=1 5");
	return 0;
}

static void check_hour(struct reader *reader)
{
	struct wall_map *map;
	struct wall wall;
	struct anchor anchor;

	assert_int_equal(reader_wall_map(reader, &map), 0);
	assert_true(wall_map_at(map, (struct instant){103 * (int64_t)NS_PER_S}, &wall, &anchor));
	assert_int_equal(wall.ns, wall_then_ns + 100 * (int64_t)NS_PER_S);
	wall_map_free(map);
}

static void check_rows(struct reader *reader, uint32_t stream, unsigned more)
{
	struct seen seen = {0};
	struct instant from = {INT64_MIN}, to = {INT64_MAX};

	assert_int_equal(reader_rows(reader, stream, from, to, see_rows, &seen), 0);
	assert_int_equal(seen.rows, ROWS + more);
}

static void check_all(struct bench *bench, unsigned schema, unsigned more)
{
	struct reader *reader = bench->reader;
	struct instant from = {INT64_MIN}, to = {INT64_MAX};
	struct seen seen = {0};

	check_rows(reader, 1, more);
	check_rows(reader, 2, 0);
	assert_int_equal(reader_devices(reader, see_device, &seen), 0);
	assert_int_equal(reader_runs(reader, see_run, &seen), 0);
	assert_int_equal(reader_marks(reader, from, to, see_mark, &seen), 0);
	assert_int_equal(reader_gaps(reader, 1, from, to, see_gap, &seen), 0);
	assert_int_equal(reader_calibrations(reader, 10, see_calibration, &seen), 0);
	assert_int_equal(reader_journal(reader, JOURNAL_SINCE, 0, see_act, &seen), 0);
	assert_int_equal(reader_cursors(reader, "school", see_cursor, &seen), 0);
	assert_int_equal(reader_holes(reader, "school", see_hole, &seen), 0);
	assert_int_equal(reader_quarantined(reader, "school", see_line, &seen), 0);
	assert_int_equal(reader_worst_uncertainty(reader, 1, from, to, &seen.uncertainty_ns), 0);
	assert_true(seen.devices == 1 && seen.runs == 1 && seen.gaps == 1 &&
		seen.calibrations == 1 && seen.cursors == 1 && seen.holes == 1 && seen.lines == 1);
	assert_int_equal(seen.uncertainty_ns, schema >= 4 ? 250000 : 0);
	assert_int_equal(seen.acts, schema >= 6);
	assert_int_equal(seen.marks, schema >= 7 ? 2 : 1);
	check_hour(reader);
}

/* ---------------------------------------------------------------- opening it */

static char *text_of(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

/* A folder with the store of then, as the program of then left it. */
static void put(struct bench *bench, const char *sql, bool is_recorded)
{
	sqlite3 *db;

	memset(bench, 0, sizeof *bench);
	bench_open(bench, 0);
	bench_shut(bench);
	assert_int_equal(unlink(bench_path(bench, "kitlog.db")), 0);
	power_record(is_recorded ? bench->directory : NULL); /* a recording needs memory itself */
	assert_int_equal(sqlite3_open(bench_path(bench, "kitlog.db"), &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int open_store(struct bench *bench)
{
	struct store_options options = {bench->directory, 0};
	int64_t base;
	uint32_t boot;
	int result = store_open(&options, &bench->finding, &bench->store);

	if (result == 0)
		result = store_begin_boot(bench->store, "boot of now", NS_PER_S, &boot, &base);
	if (result == 0)
		bench->now.ns = base + 2 * (int64_t)NS_PER_S;
	return result;
}

/* The next start: all of then is there, and a row of now. */
static void open_and_check(struct bench *bench, unsigned schema)
{
	struct feed_record record = {.kind = FEED_BATCH};
	struct verify_report report;
	double values[2] = {1, 2};

	assert_int_equal(open_store(bench), 0);
	assert_string_equal(bench->finding.sentence, "");
	assert_int_equal(reader_open(bench->directory, &bench->reader), 0);
	check_all(bench, schema, 0);
	record.batch.stream = 1;
	record.batch.n_channels = 2;
	record.batch.n_rows = 1;
	record.batch.stamps_ns = &bench->now.ns;
	record.batch.values = values;
	assert_int_equal(store_add_batch(bench->store, &record), 0);
	assert_int_equal(store_commit(bench->store, bench->now), 0);
	check_all(bench, schema, 1);
	bench_shut(bench);
	assert_int_equal(store_verify(bench->directory, NULL, NULL, &report), 0);
	assert_true(report.is_sound);
}

/* ---------------------------------------------------------------- upgrades that end in the middle
 * */

static void try_fault(
	const char *sql, unsigned schema, enum call call, unsigned long at, bool is_for_ever)
{
	struct bench bench;

	put(&bench, sql, false);
	set_fault(call, at, is_for_ever, &chance);
	fault.is_on = true;
	open_store(&bench);
	store_close(bench.store);
	fault.is_on = false;
	end_fault();
	bench.store = NULL;
	open_and_check(&bench, schema);
	bench_close(&bench);
	n_faults++;
}

static void fail_each_call(const char *sql, unsigned schema, unsigned long most)
{
	unsigned long seen[CALLS];

	try_fault(sql, schema, OPEN, 0, false);
	memcpy(seen, fault.seen, sizeof seen);
	for (enum call call = OPEN; call < CALLS; call++) {
		unsigned long n = seen[call] < most ? seen[call] : most;

		if (call == READ || (call == ALLOCATE && !MAY_STARVE))
			continue; /* SQLite takes what cannot be read for damage: store_calls_test */
		for (unsigned long i = 0; i < n; i++) {
			unsigned long at =
				n == seen[call] ? i + 1 : 1 + draw_below(&chance, seen[call]);

			bool is_for_ever = draw_below(&chance, 2);

			try_fault(sql, schema, call, at, is_for_ever);
			if (most > FEW)
				try_fault(sql, schema, call, at, !is_for_ever);
		}
	}
}

static void cut_the_power(const char *sql, unsigned schema, unsigned n)
{
	struct bench bench;

	put(&bench, sql, true);
	size_t before = power_now();
	assert_int_equal(open_store(&bench), 0);
	size_t after = power_now();
	store_close(bench.store);
	bench.store = NULL;
	assert_true(after > before);
	for (unsigned i = 0; i < n; i++, n_cuts++) {
		struct bench cut;

		memset(&cut, 0, sizeof cut);
		bench_open(&cut, 0);
		bench_shut(&cut);
		power_cut(before + 1 + draw_below(&chance, after - before), &chance, cut.directory);
		open_and_check(&cut, schema);
		bench_close(&cut);
	}
	power_record(NULL);
	bench_close(&bench);
}

static void a_store_of_every_schema_opens(void **state)
{
	bool is_long = getenv("KITLOG_LONG");
	glob_t found;

	(void)state;
	assert_int_equal(glob(KITLOG_SOURCE "/tests/data/stores/*.sql", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 7);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		unsigned schema = schema_of(path);
		char *sql = text_of(path);

		print_message("schema %u: %s\n", schema, strrchr(path, '/') + 1);
		fail_each_call(sql, schema, is_long ? 150 : FEW);
		cut_the_power(sql, schema, is_long ? 200 : FEW);
		free(sql);
	}
	globfree(&found);
	print_message("%lu upgrades with a call that failed, %lu power cuts\n", n_faults, n_cuts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_of_every_schema_opens),
	};
	const char *given = getenv("KITLOG_SEED");

	chance.state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("KITLOG_SEED=%lu\n", (unsigned long)chance.state);
	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	power_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
