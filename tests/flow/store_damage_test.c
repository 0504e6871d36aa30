/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Damage in the store's file: what can still be read is read, what cannot is set aside, counted and
 * shown as a gap, and store_verify says it in sentences. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/store_bench.h"

static void a_sound_store_verifies_as_sound(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct bench_sentences sentences;

	bench_fill(bench, streams);
	struct verify_report report = bench_verify(bench, &sentences);
	assert_true(report.is_sound);
	assert_int_equal(sentences.n, 0);
	assert_int_equal(report.damaged, 0);
	assert_true(report.chunks >= 2);
	assert_int_not_equal(report.rows, 0);
}

static void a_flipped_bit_in_a_chunk_costs_that_chunk(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct store_status status;
	struct bench_sentences sentences;

	bench_fill(bench, streams);
	uint64_t before = bench_count_rows(bench, 1);
	int64_t n = bench_sql(bench, "SELECT n FROM chunk WHERE id >> 40 = 1 ORDER BY id LIMIT 1");
	bench_sql(bench,
		"UPDATE chunk_data SET bytes = CAST(substr(bytes, 1, 500) || x'77' ||"
		" substr(bytes, 502) AS BLOB) WHERE id = (SELECT min(id) FROM chunk_data)");
	struct verify_report report = bench_verify(bench, &sentences);
	assert_false(report.is_sound);
	assert_int_equal(report.damaged, 1);
	assert_non_null(strstr(sentences.all, "does not decode"));
	/* The reader passes over it at once. */
	assert_int_equal(bench_count_rows(bench, 1), before - (uint64_t)n);

	/* The writer meets it when it looks for damage after opening, and notes the gap. */
	bench_reopen(bench, 0);
	bench_run(bench, streams, 2, 20);
	struct bench_gaps gaps = bench_gaps(bench, 1, GAP_STORE);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.lost_rows, n);
	assert_int_equal(gaps.last.stream, 1);
	store_status(bench->store, &status);
	assert_int_equal(status.damaged_chunks, 1);
	assert_int_equal(
		bench_count_rows(bench, 1), (uint64_t)streams[0].writing.row - (uint64_t)n);
	assert_int_equal(status.rows, bench_count_rows(bench, 1) + bench_count_rows(bench, 2));
	report = bench_verify(bench, &sentences);
	assert_int_equal(report.damaged, 1);
	assert_non_null(strstr(sentences.all, "set aside"));
	/* The gap stays, though it lies before the first row that is left. */
	bench_run(bench, streams, 2, 130);
	assert_int_equal(bench_gaps(bench, 1, GAP_STORE).n, 1);
}

/* A stream that fills a chunk each second leaves no commit without upkeep. */
static void damage_is_looked_for_beside_a_quick_stream_too(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct bench_stream quick = bench_stream(9, 3, true, 50000);

	bench_fill(bench, streams);
	bench_sql(bench,
		"UPDATE chunk_data SET bytes = CAST(substr(bytes, 1, 500) || x'77' ||"
		" substr(bytes, 502) AS BLOB) WHERE id = (SELECT min(id) FROM chunk_data WHERE id >> 40 = 2)");
	bench_reopen(bench, 0);
	quick.start_ns = bench->now.ns;
	quick.writing = series_from(quick.seed, quick.n_channels, quick.period_ns, quick.start_ns);
	bench_run(bench, &quick, 1, 40);
	assert_int_equal(bench_gaps(bench, 2, GAP_STORE).n, 1);
}

static void a_damaged_fresh_row_costs_that_second(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct bench_sentences sentences;

	bench_run(bench, &stream, 1, 20);
	bench_sql(bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, 30) || x'5a5a' ||"
		" substr(bytes, 33) AS BLOB) WHERE id = (SELECT min(id) FROM fresh)");
	assert_int_equal(bench_verify(bench, &sentences).damaged, 1);
	bench_reopen(bench, 0);
	bench_run(bench, &stream, 1, 70);
	assert_in_range(
		bench_count_rows(bench, 1), stream.writing.row - 101, stream.writing.row - 99);
	struct bench_gaps gaps = bench_gaps(bench, 1, GAP_STORE);
	assert_int_equal(gaps.n, 1);
	assert_in_range(gaps.last.lost_rows, 99, 101);
}

static void a_damaged_fresh_row_that_is_its_streams_only_one_is_a_gap_too(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct bench_stream other = bench_stream(2, 1, false, 10000000);
	struct store_status status;

	assert_int_equal(bench_write(bench, &stream, 50), 0);
	assert_int_equal(store_commit(bench->store, bench->now), 0);
	bench_sql(bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, 30) || x'5a5a' ||"
		" substr(bytes, 33) AS BLOB)");
	bench_reopen(bench, 0);
	bench_run(bench, &other, 1, 2);
	struct bench_gaps gaps = bench_gaps(bench, 1, GAP_STORE);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.stream, 1);
	assert_int_equal(gaps.last.lost_rows, 50);
	store_status(bench->store, &status);
	assert_int_equal(status.damaged_chunks, 1);
	assert_int_equal(bench_count_rows(bench, 2), other.writing.row);
}

/* Its bytes end where the zeros of the slot begin; its checksum comes last. */
static void a_damaged_last_record_is_a_gap_as_long_as_what_it_held(void **state)
{
	struct bench *bench = *state;
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	struct instant first, last;
	uint64_t rows;

	bench_run(bench, &stream, 1, 10);
	assert_int_equal(reader_extent(bench->reader, 1, &first, &last, &rows), 0);
	bench_sql(bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, length(rtrim(hex(bytes), '0')) / 2 - 3)"
		" || x'5a5a' || substr(bytes, length(rtrim(hex(bytes), '0')) / 2) AS BLOB)");
	bench_reopen(bench, 0);
	bench->now.ns += NS_PER_S;
	assert_int_equal(store_commit(bench->store, bench->now), 0);
	struct bench_gaps gaps = bench_gaps(bench, 1, GAP_STORE);
	assert_int_equal(gaps.n, 1);
	assert_int_equal(gaps.last.lost_rows, 100);
	assert_in_range(gaps.last.from.ns, last.ns - 1010000000, last.ns - 990000000);
	assert_true(gaps.last.to.ns > last.ns);
}

static void fresh_rows_that_break_off_cost_what_was_behind_and_no_more(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct bench_sentences sentences;

	bench_fill(bench, streams);
	int64_t chunked = bench_sql(bench, "SELECT sum(n) FROM chunk WHERE id >> 40 = 1");
	bench_sql(bench,
		"UPDATE fresh SET bytes = CAST(substr(bytes, 1, 8) || x'ffffffffffff' ||"
		" substr(bytes, 15) AS BLOB)");
	assert_int_not_equal(bench_verify(bench, &sentences).damaged, 0);
	assert_non_null(strstr(sentences.all, "break off"));
	bench_reopen(bench, 0);
	assert_int_equal(bench_count_rows(bench, 1), chunked);
	assert_int_equal(bench_gaps(bench, 1, GAP_STORE).n, 1);
	assert_int_equal(bench_gaps(bench, 1, GAP_STORE).last.stream, 0);
	bench_run(bench, streams, 2, 70);
	assert_int_equal(bench_count_rows(bench, 1), chunked + 7000);
}

static void wrong_numbers_beside_a_chunk_are_found(void **state)
{
	struct bench *bench = *state;
	struct bench_stream streams[2];
	struct bench_sentences sentences;

	bench_fill(bench, streams);
	bench_sql(bench, "UPDATE chunk SET n = n + 1 WHERE id = (SELECT max(id) FROM chunk)");
	assert_int_equal(bench_verify(bench, &sentences).damaged, 1);
	bench_sql(bench, "UPDATE chunk SET n = n - 1 WHERE id = (SELECT max(id) FROM chunk)");
	assert_true(bench_verify(bench, &sentences).is_sound);
	bench_sql(bench,
		"UPDATE chunk SET last_ns = 9000000000000000000"
		" WHERE id = (SELECT max(id) FROM chunk)");
	assert_false(bench_verify(bench, &sentences).is_sound);
	/* Such a time would have every later row refused: the chunk is set aside in opening. */
	bench_reopen(bench, 0);
	bench_run(bench, streams, 2, 5);
	assert_in_range(bench_gaps(bench, 2, GAP_STORE).n, 1, 1);
	struct store_status status;
	store_status(bench->store, &status);
	assert_int_equal(status.damaged_chunks, 1);
	assert_int_equal(status.rows, bench_count_rows(bench, 1) + bench_count_rows(bench, 2));
	assert_true(bench_count_rows(bench, 2) >= 500);
}

static int count(void *self, const struct rows *rows)
{
	*(uint64_t *)self += rows->n;
	return 0;
}

/* Pages of the file overwritten at random: opening, writing, reading and verifying all end in an
 * answer, and what is written afterwards is there. */
static void random_wounds_never_stop_the_store(void **state)
{
	struct bench *bench = *state;
	struct draw random = {2026};
	struct bench_stream streams[2];

	for (int round = 0; round < 40; round++) {
		struct bench_sentences sentences;
		struct stat whole;
		bench_fill(bench, streams);
		bench_shut(bench);
		assert_int_equal(stat(bench_path(bench, "kitlog.db"), &whole), 0);
		int fd = open(bench_path(bench, "kitlog.db"), O_RDWR);
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
		bench_reopen(bench, 0);
		bench_verify(bench, &sentences);
		/* Another stream, since what was lost of these two is not known here. */
		struct bench_stream later = bench_stream(9, 2, false, 10000000);
		later.start_ns = bench->now.ns;
		later.writing = series_from(later.seed, 2, later.period_ns, later.start_ns);
		bench_run(bench, &later, 1, 150);
		assert_int_equal(bench_read_all(bench, &later), later.writing.row);
		uint64_t n = 0;
		int result = reader_rows(bench->reader, 1, (struct instant){INT64_MIN},
			(struct instant){INT64_MAX}, count, &n);
		assert_true(result == 0 || result == -EBADMSG);
		bench_close(bench);
		bench_open(bench, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(a_sound_store_verifies_as_sound),
		BENCH_TEST(a_flipped_bit_in_a_chunk_costs_that_chunk),
		BENCH_TEST(damage_is_looked_for_beside_a_quick_stream_too),
		BENCH_TEST(a_damaged_fresh_row_costs_that_second),
		BENCH_TEST(a_damaged_fresh_row_that_is_its_streams_only_one_is_a_gap_too),
		BENCH_TEST(a_damaged_last_record_is_a_gap_as_long_as_what_it_held),
		BENCH_TEST(fresh_rows_that_break_off_cost_what_was_behind_and_no_more),
		BENCH_TEST(wrong_numbers_beside_a_chunk_are_found),
		BENCH_TEST(random_wounds_never_stop_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
