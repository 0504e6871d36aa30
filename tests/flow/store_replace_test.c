/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever lies in the store's folder, the store opens: a file that it cannot go on with is set aside,
 * a new one begun, and devices, runs, the hour and all rows that can be read are carried over. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep/anchors.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

static void a_file_of_nonsense_is_set_aside_and_a_new_store_begun(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct draw random = {6};
	struct bench_sentences sentences;

	bench_run(bench, &stream, 1, 3);
	bench_shut(bench);
	int fd = open(bench_path(bench, "kitlog.db"), O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	for (int i = 0; i < 5000; i++) {
		uint64_t bytes = draw(&random);
		assert_int_equal(write(fd, &bytes, sizeof bytes), sizeof bytes);
	}
	close(fd);
	unlink(bench_path(bench, "kitlog.db-wal"));
	bench_reopen(bench, 0);
	assert_non_null(strstr(bench->finding.sentence, "kitlog.db.damaged-1"));
	assert_int_equal(bench_count_set_aside(bench), 1);
	assert_int_equal(bench_gaps(bench, 1, GAP_STORE).n, 1);
	bench_run(bench, &stream, 1, 3);
	assert_int_equal(bench_count_rows(bench, 1), 300);
	struct verify_report report = bench_verify(bench, &sentences);
	assert_int_equal(report.set_aside, 1);
	assert_int_equal(report.damaged, 0);
	assert_non_null(strstr(sentences.all, "kitlog.db.damaged-1"));
}

static void a_store_of_a_newer_kitlog_is_set_aside_likewise(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);

	bench_run(bench, &stream, 1, 3);
	bench_sql(bench, "UPDATE meta SET value = 99 WHERE key = 'schema'");
	bench_reopen(bench, 0);
	assert_int_equal(bench_count_set_aside(bench), 1);
	assert_non_null(strstr(bench->finding.sentence, "newer kitlog"));
	bench_run(bench, &stream, 1, 3);
	assert_int_equal(bench_count_rows(bench, 1) > 0, 1);
}

static void somebody_elses_database_is_set_aside_likewise(void **state)
{
	struct bench *bench = *state;

	bench_shut(bench);
	unlink(bench_path(bench, "kitlog.db"));
	unlink(bench_path(bench, "kitlog.db-wal"));
	int fd = open(bench_path(bench, "kitlog.db"), O_WRONLY | O_CREAT, 0600);
	close(fd);
	bench_sql(bench, "CREATE TABLE cats(name TEXT)");
	bench_reopen(bench, 0);
	assert_int_equal(bench_count_set_aside(bench), 1);
}

static int see_device(void *self, const struct device *device)
{
	*(uint32_t *)self = device->sticker;
	return 0;
}

static void devices_runs_and_readable_rows_of_a_shortened_file_are_carried_over(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	uint32_t sticker = 0;
	struct stat whole;

	bench_fill(bench, streams);
	bench_shut(bench);
	assert_int_equal(stat(bench_path(bench, "kitlog.db"), &whole), 0);
	assert_int_equal(
		truncate(bench_path(bench, "kitlog.db"), whole.st_size * 2 / 3 / 4096 * 4096), 0);
	unlink(bench_path(bench, "kitlog.db-wal"));
	bench_reopen(bench, 0);
	assert_int_equal(bench_count_set_aside(bench), 1);
	assert_int_equal(reader_devices(bench->reader, see_device, &sticker), 0);
	assert_int_equal(sticker, 7);
	assert_in_range(
		bench_gaps(bench, 1, GAP_STORE).n + bench_gaps(bench, 2, GAP_STORE).n, 1, 4);
	/* And it goes on. */
	bench_run(bench, streams, 2, 130);
	assert_true(bench_count_rows(bench, 1) >= 13000);
}

/* All of a file, in place. */
static void write_over(struct bench *bench, const char *name)
{
	static const uint8_t wound[4096] = {0x5a};
	struct stat whole;
	int fd = open(bench_path(bench, name), O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &whole), 0);
	for (off_t at = 0; at < whole.st_size; at += (off_t)sizeof wound)
		assert_int_equal(pwrite(fd, wound, sizeof wound, at), sizeof wound);
	close(fd);
}

static int see_anchor(struct bench *bench, int64_t at_ns, int64_t *ret_wall_ns)
{
	struct wall_map *map;
	struct wall wall = {-1};

	assert_int_equal(reader_wall_map(bench->reader, &map), 0);
	bool is_known = wall_map_at(map, (struct instant){at_ns}, &wall, NULL);
	wall_map_free(map);
	*ret_wall_ns = wall.ns;
	return is_known;
}

/* Else nothing would be shipped any more until the next start, and the device be a new one then. */
static void a_file_that_is_lost_in_mid_run_leaves_the_boot_its_hour_and_the_devices(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct bench_stream quick = bench_stream(3, 3, false, 500000); /* more than memory holds */
	struct anchor anchor = {{1500000000}, {1800000000000000000}, 1000, ANCHOR_NTP};
	uint32_t sticker = 0;
	int64_t wall_ns;

	assert_int_equal(store_add_anchor(bench->store, &anchor), 0);
	bench_fill(bench, streams);
	bench_run(bench, &quick, 1, 130);
	write_over(bench, "kitlog.db");
	write_over(bench, "kitlog.db-wal");
	bench_run(bench, streams, 2, 130);
	assert_int_equal(bench_count_set_aside(bench), 1);
	assert_int_equal(reader_devices(bench->reader, see_device, &sticker), 0);
	assert_int_equal(sticker, 7);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM boot"), 1);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM anchor"), 1);
	assert_true(see_anchor(bench, bench->now.ns, &wall_ns));
	assert_int_equal(wall_ns - bench->now.ns, anchor.wall.ns - anchor.at.ns);

	/* Another start of kitlogd in this boot knows its boot again. */
	bench_reopen(bench, 0);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM boot"), 1);
}

/* All that was told in this boot, not only the first: a step, a sleep, a better source. The last one was
 * not on the card yet. */
static void a_file_that_is_lost_in_mid_run_leaves_the_boot_all_its_hours(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct bench_stream quick = bench_stream(3, 3, false, 500000); /* more than memory holds */
	const int64_t wall_ns = 1800000000000000000, s = NS_PER_S;
	const int64_t offsets[] = {wall_ns, wall_ns + 3600 * s, wall_ns + 7200 * s};
	int64_t at[4], before[4], after;

	bench_run(bench, &stream, 1, 3);
	for (int i = 0; i < 3; i++) {
		struct anchor step = {
			bench->now, {offsets[i] + bench->now.ns}, NS_PER_MS, ANCHOR_NTP};

		assert_int_equal(store_add_anchor(bench->store, &step), 0);
		bench_run(bench, &stream, 1, 10);
		at[i] = bench->now.ns - s;
	}
	const struct anchor slept = {bench->now, {8 * 3600 * s}, s, ANCHOR_CARRIED};
	assert_int_equal(store_add_anchor(bench->store, &slept), 0);
	bench_run(bench, &stream, 1, 10);
	at[3] = bench->now.ns - s;
	for (int i = 0; i < 4; i++)
		assert_true(see_anchor(bench, at[i], &before[i]));
	bench_run(bench, &quick, 1, 130);
	write_over(bench, "kitlog.db");
	write_over(bench, "kitlog.db-wal");
	const struct anchor late = {bench->now, {wall_ns + 50 * 3600 * s}, NS_PER_MS, ANCHOR_NTP};
	assert_int_equal(store_add_anchor(bench->store, &late), 0);
	bench_run(bench, &stream, 1, 130);
	assert_int_equal(bench_count_set_aside(bench), 1);
	for (int i = 0; i < 4; i++) {
		assert_true(see_anchor(bench, at[i], &after));
		assert_int_equal(after, before[i]);
	}
	assert_true(see_anchor(bench, bench->now.ns, &after));
	assert_int_equal(after - bench->now.ns, late.wall.ns - late.at.ns);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM anchor"), 5);
}

/* A year of hourly claims does not fill the memory, and what matters of them stays. */
static void anchors_of_a_long_boot_are_bounded_and_keep_what_is_new(void **state)
{
	struct anchors *anchors = calloc(1, sizeof *anchors);
	const int64_t hour = 3600 * (int64_t)NS_PER_S, wall_ns = 1800000000000000000;
	unsigned n_sleeps = 0, n_steps = 0;

	(void)state;
	assert_non_null(anchors);
	for (int64_t i = 0; i < 9000; i++) {
		struct boot_anchor told = {.boot = 1,
			.anchor = {{i * hour}, {wall_ns + i * hour + i / 1000 * hour}, NS_PER_MS,
				ANCHOR_NTP}};

		if (i % 100 == 50)
			told.anchor =
				(struct anchor){{i * hour}, {hour}, NS_PER_MS, ANCHOR_CARRIED};
		anchors_add(anchors, &told);
	}
	assert_int_equal(anchors->n, ANCHORS_MAX);
	assert_int_equal(anchors->list[0].anchor.at.ns, 0);
	for (size_t i = 0; i < anchors->n; i++) {
		const struct anchor *anchor = &anchors->list[i].anchor;

		n_sleeps += anchor->source == ANCHOR_CARRIED;
		n_steps += anchor->at.ns % (1000 * hour) == 0;
		assert_true(i == 0 || anchor->at.ns > anchors->list[i - 1].anchor.at.ns);
	}
	assert_int_equal(n_sleeps, 90);
	assert_int_equal(n_steps, 9);
	free(anchors);
}

static void the_numbers_of_streams_that_lost_their_device_are_known(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct bench_stream fresh = bench_stream(40, 1, false, 1000000000);
	uint32_t highest = 0;

	assert_int_equal(reader_highest_stream(bench->reader, &highest), 0);
	assert_int_equal(highest, 0);
	bench_fill(bench, streams);
	assert_int_equal(reader_highest_stream(bench->reader, &highest), 0);
	assert_int_equal(highest, 2);
	assert_int_equal(bench_write(bench, &fresh, 1), 0);
	assert_int_equal(store_commit(bench->store, bench->now), 0);
	assert_int_equal(reader_highest_stream(bench->reader, &highest), 0);
	assert_int_equal(highest, 40);
}

/* The number decides which fresh rows are done with; the new store must not inherit a wrong one. */
static void a_mark_of_nonsense_among_the_fresh_rows_stops_nobody(void **state)
{
	struct bench *bench = *state;
	static const char *const wounds[] = {
		"UPDATE meta SET value = -5 WHERE key = 'fresh_released'",
		"UPDATE meta SET value = 1 << 62 WHERE key = 'fresh_released'",
	};
	struct bench_stream streams[2];

	bench_fill(bench, streams);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t before = bench_count_rows(bench, 1);
		bench_sql(bench, wounds[i]);
		bench_reopen(bench, 0);
		assert_int_equal(bench_count_set_aside(bench), i + 1);
		assert_int_equal(bench_count_rows(bench, 1), before);
		bench_run(bench, streams, 2, 70);
		assert_int_equal(bench_read_all(bench, &streams[0]), streams[0].writing.row);
	}
}

static int see_run(void *self, const struct run *run)
{
	memcpy(self, run, sizeof *run);
	return 0;
}

/* What a later schema has added is not in a file of an earlier one. */
static void what_is_damaged_may_be_of_an_older_kitlog(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct run run = {.id = 0};

	bench_fill(bench, streams);
	uint64_t before = bench_count_rows(bench, 1);
	bench_sql(bench, "ALTER TABLE run DROP COLUMN lesson");
	bench_sql(bench, "UPDATE meta SET value = -1 WHERE key = 'schema'");
	bench_reopen(bench, 0);
	assert_int_equal(bench_count_set_aside(bench), 1);
	assert_int_equal(reader_runs(bench->reader, see_run, &run), 0);
	assert_int_equal(run.id, 1);
	assert_true(run.to.ns == INT64_MAX);
	assert_int_equal(bench_count_rows(bench, 1), before);
}

/* The new database is whole before the old one gives way; only its name may be missing. */
static void a_power_cut_while_a_store_is_replaced_costs_nothing(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	char new_path[256];

	bench_fill(bench, streams);
	uint64_t before = bench_count_rows(bench, 1);
	bench_shut(bench);
	snprintf(new_path, sizeof new_path, "%s", bench_path(bench, "kitlog.db.new"));
	assert_int_equal(rename(bench_path(bench, "kitlog.db"), new_path), 0);
	int fd = open(
		bench_path(bench, "kitlog.db-wal"), O_WRONLY | O_CREAT, 0600); /* the old one's */
	assert_int_equal(write(fd, "nonsense", 8), 8);
	close(fd);
	bench_reopen(bench, 0);
	assert_string_equal(bench->finding.sentence, "");
	assert_int_equal(bench_count_rows(bench, 1), before);
	assert_int_equal(access(new_path, F_OK), -1);

	/* Or there is half of a new one beside the old one. */
	bench_shut(bench);
	fd = open(new_path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "nonsense", 8), 8);
	close(fd);
	bench_reopen(bench, 0);
	assert_int_equal(bench_count_rows(bench, 1), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(a_file_of_nonsense_is_set_aside_and_a_new_store_begun),
		BENCH_TEST(a_store_of_a_newer_kitlog_is_set_aside_likewise),
		BENCH_TEST(somebody_elses_database_is_set_aside_likewise),
		BENCH_TEST(devices_runs_and_readable_rows_of_a_shortened_file_are_carried_over),
		BENCH_TEST(a_file_that_is_lost_in_mid_run_leaves_the_boot_its_hour_and_the_devices),
		BENCH_TEST(a_file_that_is_lost_in_mid_run_leaves_the_boot_all_its_hours),
		cmocka_unit_test(anchors_of_a_long_boot_are_bounded_and_keep_what_is_new),
		BENCH_TEST(the_numbers_of_streams_that_lost_their_device_are_known),
		BENCH_TEST(a_mark_of_nonsense_among_the_fresh_rows_stops_nobody),
		BENCH_TEST(what_is_damaged_may_be_of_an_older_kitlog),
		BENCH_TEST(a_power_cut_while_a_store_is_replaced_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
