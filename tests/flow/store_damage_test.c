/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage: whatever lies in the store's folder, the store opens; what can still be read is read,
 * what cannot is set aside, counted and shown as a gap, and store_verify says it in sentences. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", bench.directory, name);
	return path;
}

static unsigned set_aside_files(void)
{
	glob_t found;
	unsigned n = 0;

	if (glob(path_of("kitlog.db.damaged-?"), 0, NULL, &found) == 0)
		n = (unsigned)found.gl_pathc;
	globfree(&found);
	return n;
}

static void close_store(void)
{
	reader_close(bench.reader);
	store_close(bench.store);
	bench.reader = NULL;
	bench.store = NULL;
}

struct gaps {
	unsigned n;
	struct gap last;
};

static int see_gap(void *self, const struct gap *gap)
{
	struct gaps *gaps = self;

	if (gap->reason == GAP_STORE) {
		gaps->n++;
		gaps->last = *gap;
	}
	return 0;
}

static struct gaps store_gaps(uint32_t stream)
{
	struct gaps gaps = {.n = 0};

	assert_int_equal(reader_gaps(bench.reader, stream, (struct instant){INT64_MIN},
				 (struct instant){INT64_MAX}, see_gap, &gaps),
		0);
	return gaps;
}

struct sentences {
	unsigned n;
	char all[4096];
};

static void hear(void *self, const char *sentence)
{
	struct sentences *sentences = self;

	sentences->n++;
	strncat(sentences->all, sentence, sizeof sentences->all - strlen(sentences->all) - 1);
	strncat(sentences->all, "\n", sizeof sentences->all - strlen(sentences->all) - 1);
}

static struct verify_report verify(struct sentences *ret_sentences)
{
	struct verify_report report;

	memset(ret_sentences, 0, sizeof *ret_sentences);
	assert_int_equal(store_verify(bench.directory, hear, ret_sentences, &report), 0);
	return report;
}

static int count(void *self, const struct rows *rows)
{
	*(uint64_t *)self += rows->n;
	return 0;
}

static uint64_t rows_of(uint32_t stream)
{
	uint64_t n = 0;

	assert_int_equal(reader_rows(bench.reader, stream, (struct instant){INT64_MIN},
				 (struct instant){INT64_MAX}, count, &n),
		0);
	return n;
}

static int see_device(void *self, const struct device *device)
{
	*(uint32_t *)self = device->sticker;
	return 0;
}

/* A store with a device, a run, some minutes of two streams, chunks and fresh rows. */
static void fill(struct bench_stream streams[2])
{
	struct device device = {
		.id = 1, .sticker = 7, .identity = "usb:1", .kit = "cup", .n_streams = 0};
	struct run run = {.id = 1, .number = 1, .from = {0}, .to = {INT64_MAX}};

	streams[0] = bench_stream(1, 3, false, 10000000);
	streams[1] = bench_stream(2, 1, true, 10000000);
	assert_int_equal(store_add_device(bench.store, &device), 0);
	assert_int_equal(store_add_run(bench.store, &run), 0);
	bench_run(&bench, streams, 2, 200);
}

static void a_sound_store_verifies_as_sound(void **state)
{
	struct bench_stream streams[2];
	struct sentences sentences;

	(void)state;
	fill(streams);
	struct verify_report report = verify(&sentences);
	assert_true(report.is_sound);
	assert_int_equal(sentences.n, 0);
	assert_int_equal(report.damaged, 0);
	assert_true(report.chunks >= 2);
	assert_int_not_equal(report.rows, 0);
}

static void a_file_of_nonsense_is_set_aside_and_a_new_store_begun(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct draw random = {6};
	struct sentences sentences;

	(void)state;
	bench_run(&bench, &stream, 1, 3);
	close_store();
	int fd = open(path_of("kitlog.db"), O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	for (int i = 0; i < 5000; i++) {
		uint64_t bytes = draw(&random);
		assert_int_equal(write(fd, &bytes, sizeof bytes), sizeof bytes);
	}
	close(fd);
	unlink(path_of("kitlog.db-wal"));
	bench_reopen(&bench, 0);
	assert_non_null(strstr(bench.finding.sentence, "kitlog.db.damaged-1"));
	assert_int_equal(set_aside_files(), 1);
	assert_int_equal(store_gaps(1).n, 1);
	bench_run(&bench, &stream, 1, 3);
	assert_int_equal(rows_of(1), 300);
	struct verify_report report = verify(&sentences);
	assert_int_equal(report.set_aside, 1);
	assert_int_equal(report.damaged, 0);
	assert_non_null(strstr(sentences.all, "kitlog.db.damaged-1"));
}

static void a_store_of_a_newer_kitlog_is_set_aside_likewise(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);

	(void)state;
	bench_run(&bench, &stream, 1, 3);
	bench_sql(&bench, "UPDATE meta SET value = 99 WHERE key = 'schema'");
	bench_reopen(&bench, 0);
	assert_int_equal(set_aside_files(), 1);
	assert_non_null(strstr(bench.finding.sentence, "newer kitlog"));
	bench_run(&bench, &stream, 1, 3);
	assert_int_equal(rows_of(1) > 0, 1);
}

static void somebody_elses_database_is_set_aside_likewise(void **state)
{
	(void)state;
	close_store();
	unlink(path_of("kitlog.db"));
	unlink(path_of("kitlog.db-wal"));
	int fd = open(path_of("kitlog.db"), O_WRONLY | O_CREAT, 0600);
	close(fd);
	bench_sql(&bench, "CREATE TABLE cats(name TEXT)");
	bench_reopen(&bench, 0);
	assert_int_equal(set_aside_files(), 1);
}

static void devices_runs_and_readable_rows_of_a_shortened_file_are_carried_over(void **state)
{
	struct bench_stream streams[2];
	uint32_t sticker = 0;
	struct stat whole;

	(void)state;
	fill(streams);
	close_store();
	assert_int_equal(stat(path_of("kitlog.db"), &whole), 0);
	assert_int_equal(truncate(path_of("kitlog.db"), whole.st_size * 2 / 3 / 4096 * 4096), 0);
	unlink(path_of("kitlog.db-wal"));
	bench_reopen(&bench, 0);
	assert_int_equal(set_aside_files(), 1);
	assert_int_equal(reader_devices(bench.reader, see_device, &sticker), 0);
	assert_int_equal(sticker, 7);
	assert_in_range(store_gaps(1).n + store_gaps(2).n, 1, 4);
	/* And it goes on. */
	bench_run(&bench, streams, 2, 130);
	assert_true(rows_of(1) >= 13000);
}

/* All of a file, in place. */
static void write_over(const char *name)
{
	static const uint8_t wound[4096] = {0x5a};
	struct stat whole;
	int fd = open(path_of(name), O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &whole), 0);
	for (off_t at = 0; at < whole.st_size; at += (off_t)sizeof wound)
		assert_int_equal(pwrite(fd, wound, sizeof wound, at), sizeof wound);
	close(fd);
}

static int see_anchor(int64_t at_ns, int64_t *ret_wall_ns)
{
	struct wall_map *map;
	struct wall wall = {-1};

	assert_int_equal(reader_wall_map(bench.reader, &map), 0);
	bool is_known = wall_map_at(map, (struct instant){at_ns}, &wall, NULL);
	wall_map_free(map);
	*ret_wall_ns = wall.ns;
	return is_known;
}

/* Else nothing would be shipped any more until the next start, and the device be a new one then. */
static void a_file_that_is_lost_in_mid_run_leaves_the_boot_its_hour_and_the_devices(void **state)
{
	struct bench_stream streams[2];
	struct bench_stream quick = bench_stream(3, 3, false, 500000); /* more than memory holds */
	struct anchor anchor = {{1500000000}, {1700000000000000000}, 1000, ANCHOR_NTP};
	uint32_t sticker = 0;
	int64_t wall_ns;

	(void)state;
	assert_int_equal(store_add_anchor(bench.store, &anchor), 0);
	fill(streams);
	bench_run(&bench, &quick, 1, 130);
	write_over("kitlog.db");
	write_over("kitlog.db-wal");
	bench_run(&bench, streams, 2, 130);
	assert_int_equal(set_aside_files(), 1);
	assert_int_equal(reader_devices(bench.reader, see_device, &sticker), 0);
	assert_int_equal(sticker, 7);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM boot"), 1);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM anchor"), 1);
	assert_true(see_anchor(bench.now.ns, &wall_ns));
	assert_int_equal(wall_ns - bench.now.ns, anchor.wall.ns - anchor.at.ns);

	/* Another start of kitlogd in this boot knows its boot again. */
	bench_reopen(&bench, 0);
	assert_int_equal(bench_sql(&bench, "SELECT count(*) FROM boot"), 1);
}

static void the_numbers_of_streams_that_lost_their_device_are_known(void **state)
{
	struct bench_stream streams[2];
	struct bench_stream fresh = bench_stream(40, 1, false, 1000000000);
	uint32_t highest = 0;

	(void)state;
	assert_int_equal(reader_highest_stream(bench.reader, &highest), 0);
	assert_int_equal(highest, 0);
	fill(streams);
	assert_int_equal(reader_highest_stream(bench.reader, &highest), 0);
	assert_int_equal(highest, 2);
	assert_int_equal(bench_write(&bench, &fresh, 1), 0);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	assert_int_equal(reader_highest_stream(bench.reader, &highest), 0);
	assert_int_equal(highest, 40);
}

/* The number decides which fresh rows are done with; the new store must not inherit a wrong one. */
static void a_mark_of_nonsense_among_the_fresh_rows_stops_nobody(void **state)
{
	static const char *const wounds[] = {
		"UPDATE meta SET value = -5 WHERE key = 'fresh_released'",
		"UPDATE meta SET value = 1 << 62 WHERE key = 'fresh_released'",
	};
	struct bench_stream streams[2];

	(void)state;
	fill(streams);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t before = rows_of(1);
		bench_sql(&bench, wounds[i]);
		bench_reopen(&bench, 0);
		assert_int_equal(set_aside_files(), i + 1);
		assert_int_equal(rows_of(1), before);
		bench_run(&bench, streams, 2, 70);
		assert_int_equal(bench_read_all(&bench, &streams[0]), streams[0].writing.row);
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
	struct bench_stream streams[2];
	struct run run = {.id = 0};

	(void)state;
	fill(streams);
	uint64_t before = rows_of(1);
	bench_sql(&bench, "ALTER TABLE run DROP COLUMN lesson");
	bench_sql(&bench, "UPDATE meta SET value = -1 WHERE key = 'schema'");
	bench_reopen(&bench, 0);
	assert_int_equal(set_aside_files(), 1);
	assert_int_equal(reader_runs(bench.reader, see_run, &run), 0);
	assert_int_equal(run.id, 1);
	assert_true(run.to.ns == INT64_MAX);
	assert_int_equal(rows_of(1), before);
}

/* The new database is whole before the old one gives way; only its name may be missing. */
static void a_power_cut_while_a_store_is_replaced_costs_nothing(void **state)
{
	struct bench_stream streams[2];
	char new_path[256];

	(void)state;
	fill(streams);
	uint64_t before = rows_of(1);
	close_store();
	snprintf(new_path, sizeof new_path, "%s", path_of("kitlog.db.new"));
	assert_int_equal(rename(path_of("kitlog.db"), new_path), 0);
	int fd = open(path_of("kitlog.db-wal"), O_WRONLY | O_CREAT, 0600); /* the old one's */
	assert_int_equal(write(fd, "nonsense", 8), 8);
	close(fd);
	bench_reopen(&bench, 0);
	assert_string_equal(bench.finding.sentence, "");
	assert_int_equal(rows_of(1), before);
	assert_int_equal(access(new_path, F_OK), -1);

	/* Or there is half of a new one beside the old one. */
	close_store();
	fd = open(new_path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "nonsense", 8), 8);
	close(fd);
	bench_reopen(&bench, 0);
	assert_int_equal(rows_of(1), before);
}

static void a_flipped_bit_in_a_chunk_costs_that_chunk(void **state)
{
	struct bench_stream streams[2];
	struct store_status status;
	struct sentences sentences;

	(void)state;
	fill(streams);
	uint64_t before = rows_of(1);
	int64_t n = bench_sql(&bench, "SELECT n FROM chunk WHERE id >> 40 = 1 ORDER BY id LIMIT 1");
	bench_sql(&bench,
		"UPDATE chunk_data SET bytes = CAST(substr(bytes, 1, 500) || x'77' ||"
		" substr(bytes, 502) AS BLOB) WHERE id = (SELECT min(id) FROM chunk_data)");
	struct verify_report report = verify(&sentences);
	assert_false(report.is_sound);
	assert_int_equal(report.damaged, 1);
	assert_non_null(strstr(sentences.all, "does not decode"));
	/* The reader passes over it at once. */
	assert_int_equal(rows_of(1), before - (uint64_t)n);

	/* The writer meets it when it looks for damage after opening, and notes the gap. */
	bench_reopen(&bench, 0);
	bench_run(&bench, streams, 2, 20);
	struct gaps gaps = store_gaps(1);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.lost_rows, n);
	assert_int_equal(gaps.last.stream, 1);
	store_status(bench.store, &status);
	assert_int_equal(status.damaged_chunks, 1);
	assert_int_equal(rows_of(1), (uint64_t)streams[0].writing.row - (uint64_t)n);
	assert_int_equal(status.rows, rows_of(1) + rows_of(2));
	report = verify(&sentences);
	assert_int_equal(report.damaged, 1);
	assert_non_null(strstr(sentences.all, "set aside"));
	/* The gap stays, though it lies before the first row that is left. */
	bench_run(&bench, streams, 2, 130);
	assert_int_equal(store_gaps(1).n, 1);
}

/* A stream that fills a chunk each second leaves no commit without upkeep. */
static void damage_is_looked_for_beside_a_quick_stream_too(void **state)
{
	struct bench_stream streams[2];
	struct bench_stream quick = bench_stream(9, 3, true, 50000);

	(void)state;
	fill(streams);
	bench_sql(&bench,
		"UPDATE chunk_data SET bytes = CAST(substr(bytes, 1, 500) || x'77' ||"
		" substr(bytes, 502) AS BLOB) WHERE id = (SELECT min(id) FROM chunk_data WHERE id >> 40 = 2)");
	bench_reopen(&bench, 0);
	quick.start_ns = bench.now.ns;
	quick.writing = series_from(quick.seed, quick.n_channels, quick.period_ns, quick.start_ns);
	bench_run(&bench, &quick, 1, 40);
	assert_int_equal(store_gaps(2).n, 1);
}

static void a_damaged_fresh_row_costs_that_second(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct sentences sentences;

	(void)state;
	bench_run(&bench, &stream, 1, 20);
	bench_sql(&bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, 30) || x'5a5a' ||"
		" substr(bytes, 33) AS BLOB) WHERE id = (SELECT min(id) FROM fresh)");
	assert_int_equal(verify(&sentences).damaged, 1);
	bench_reopen(&bench, 0);
	bench_run(&bench, &stream, 1, 70);
	assert_in_range(rows_of(1), stream.writing.row - 101, stream.writing.row - 99);
	struct gaps gaps = store_gaps(1);
	assert_int_equal(gaps.n, 1);
	assert_in_range(gaps.last.lost_rows, 99, 101);
}

static void a_damaged_fresh_row_that_is_its_streams_only_one_is_a_gap_too(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct bench_stream other = bench_stream(2, 1, false, 10000000);
	struct store_status status;

	(void)state;
	assert_int_equal(bench_write(&bench, &stream, 50), 0);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	bench_sql(&bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, 30) || x'5a5a' ||"
		" substr(bytes, 33) AS BLOB)");
	bench_reopen(&bench, 0);
	bench_run(&bench, &other, 1, 2);
	struct gaps gaps = store_gaps(1);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.stream, 1);
	assert_int_equal(gaps.last.lost_rows, 50);
	store_status(bench.store, &status);
	assert_int_equal(status.damaged_chunks, 1);
	assert_int_equal(rows_of(2), other.writing.row);
}

/* Its bytes end where the zeros of the slot begin; its checksum comes last. */
static void a_damaged_last_record_is_a_gap_as_long_as_what_it_held(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct instant first, last;
	uint64_t rows;

	(void)state;
	bench_run(&bench, &stream, 1, 10);
	assert_int_equal(reader_extent(bench.reader, 1, &first, &last, &rows), 0);
	bench_sql(&bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, length(rtrim(hex(bytes), '0')) / 2 - 3)"
		" || x'5a5a' || substr(bytes, length(rtrim(hex(bytes), '0')) / 2) AS BLOB)");
	bench_reopen(&bench, 0);
	bench.now.ns += NS_PER_S;
	assert_int_equal(store_commit(bench.store, bench.now), 0);
	struct gaps gaps = store_gaps(1);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.lost_rows, 100);
	assert_in_range(gaps.last.from.ns, last.ns - 1010000000, last.ns - 990000000);
	assert_true(gaps.last.to.ns > last.ns);
}

static void fresh_rows_that_break_off_cost_what_was_behind_and_no_more(void **state)
{
	struct bench_stream streams[2];
	struct sentences sentences;

	(void)state;
	fill(streams);
	int64_t chunked = bench_sql(&bench, "SELECT sum(n) FROM chunk WHERE id >> 40 = 1");
	bench_sql(&bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, 8) || x'ffffffffffff' ||"
		" substr(bytes, 15) AS BLOB)");
	assert_int_not_equal(verify(&sentences).damaged, 0);
	assert_non_null(strstr(sentences.all, "break off"));
	bench_reopen(&bench, 0);
	assert_int_equal(rows_of(1), chunked);
	assert_int_equal(store_gaps(1).n, 1);
	assert_int_equal(store_gaps(1).last.stream, 0);
	bench_run(&bench, streams, 2, 70);
	assert_int_equal(rows_of(1), chunked + 7000);
}

static void wrong_numbers_beside_a_chunk_are_found(void **state)
{
	struct bench_stream streams[2];
	struct sentences sentences;

	(void)state;
	fill(streams);
	bench_sql(&bench, "UPDATE chunk SET n = n + 1 WHERE id = (SELECT max(id) FROM chunk)");
	assert_int_equal(verify(&sentences).damaged, 1);
	bench_sql(&bench, "UPDATE chunk SET n = n - 1 WHERE id = (SELECT max(id) FROM chunk)");
	assert_true(verify(&sentences).is_sound);
	bench_sql(&bench,
		"UPDATE chunk SET last_ns = 9000000000000000000"
		" WHERE id = (SELECT max(id) FROM chunk)");
	assert_false(verify(&sentences).is_sound);
	/* Such a time would have every later row refused: the chunk is set aside in opening. */
	bench_reopen(&bench, 0);
	bench_run(&bench, streams, 2, 5);
	assert_in_range(store_gaps(2).n, 1, 1);
	struct store_status status;
	store_status(bench.store, &status);
	assert_int_equal(status.damaged_chunks, 1);
	assert_int_equal(status.rows, rows_of(1) + rows_of(2));
	assert_true(rows_of(2) >= 500);
}

/* Pages of the file overwritten at random: opening, writing, reading and verifying all end in an
 * answer, and what is written afterwards is there. */
static void random_wounds_never_stop_the_store(void **state)
{
	struct draw random = {2026};
	struct bench_stream streams[2];

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct sentences sentences;
		struct stat whole;
		fill(streams);
		close_store();
		assert_int_equal(stat(path_of("kitlog.db"), &whole), 0);
		int fd = open(path_of("kitlog.db"), O_RDWR);
		for (uint64_t i = draw_below(&random, 20) + 1; i-- > 0;) {
			uint8_t wound[64];
			for (size_t k = 0; k < sizeof wound; k++)
				wound[k] = (uint8_t)draw(&random);
			off_t at =
				(off_t)draw_below(&random, (uint64_t)whole.st_size - sizeof wound);
			assert_true(
				pwrite(fd, wound, draw_below(&random, sizeof wound) + 1, at) > 0);
		}
		close(fd);
		bench_reopen(&bench, 0);
		verify(&sentences);
		/* Another stream, since what was lost of these two is not known here. */
		struct bench_stream later = bench_stream(9, 2, false, 10000000);
		later.start_ns = bench.now.ns;
		later.writing = series_from(later.seed, 2, later.period_ns, later.start_ns);
		bench_run(&bench, &later, 1, 150);
		assert_int_equal(bench_read_all(&bench, &later), later.writing.row);
		uint64_t n = 0;
		int result = reader_rows(bench.reader, 1, (struct instant){INT64_MIN},
			(struct instant){INT64_MAX}, count, &n);
		assert_true(result == 0 || result == -EBADMSG);
		bench_close(&bench);
		bench_open(&bench, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_sound_store_verifies_as_sound, begin, end),
		cmocka_unit_test_setup_teardown(
			a_file_of_nonsense_is_set_aside_and_a_new_store_begun, begin, end),
		cmocka_unit_test_setup_teardown(
			a_store_of_a_newer_kitlog_is_set_aside_likewise, begin, end),
		cmocka_unit_test_setup_teardown(
			somebody_elses_database_is_set_aside_likewise, begin, end),
		cmocka_unit_test_setup_teardown(
			devices_runs_and_readable_rows_of_a_shortened_file_are_carried_over, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_lost_in_mid_run_leaves_the_boot_its_hour_and_the_devices,
			begin, end),
		cmocka_unit_test_setup_teardown(
			the_numbers_of_streams_that_lost_their_device_are_known, begin, end),
		cmocka_unit_test_setup_teardown(
			a_mark_of_nonsense_among_the_fresh_rows_stops_nobody, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_damaged_may_be_of_an_older_kitlog, begin, end),
		cmocka_unit_test_setup_teardown(
			a_power_cut_while_a_store_is_replaced_costs_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			a_flipped_bit_in_a_chunk_costs_that_chunk, begin, end),
		cmocka_unit_test_setup_teardown(
			damage_is_looked_for_beside_a_quick_stream_too, begin, end),
		cmocka_unit_test_setup_teardown(a_damaged_fresh_row_costs_that_second, begin, end),
		cmocka_unit_test_setup_teardown(
			a_damaged_fresh_row_that_is_its_streams_only_one_is_a_gap_too, begin, end),
		cmocka_unit_test_setup_teardown(
			a_damaged_last_record_is_a_gap_as_long_as_what_it_held, begin, end),
		cmocka_unit_test_setup_teardown(
			fresh_rows_that_break_off_cost_what_was_behind_and_no_more, begin, end),
		cmocka_unit_test_setup_teardown(wrong_numbers_beside_a_chunk_are_found, begin, end),
		cmocka_unit_test_setup_teardown(random_wounds_never_stop_the_store, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
