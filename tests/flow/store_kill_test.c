/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kill -9 at random instants while the store is being written as fast as it goes: what a commit
 * returned for is there afterwards, bit by bit, and nothing is half there. Twenty kills;
 * KITLOG_LONG=1: 200.
 *
 * The power is not cut here, so the store lies in memory (/dev/shm): a killed program leaves what
 * it wrote to the kernel, and without a card's pace there are minutes, rolls and merges between two
 * kills. */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { STREAMS = 3 };

/* What the child promises, in memory that outlives it. */
struct progress {
	_Atomic int64_t rows[STREAMS]; /* committed */
	_Atomic int64_t now_ns;        /* simulated */
};

static void write_for_ever(
	struct bench *bench, struct bench_stream *streams, struct progress *progress)
{
	for (;;) {
		bench_run(bench, streams, STREAMS, 1);
		for (unsigned i = 0; i < STREAMS; i++)
			atomic_store(&progress->rows[i], streams[i].writing.row);
		atomic_store(&progress->now_ns, bench->now.ns);
	}
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void nothing_committed_is_lost_when_the_writer_is_killed(void **state)
{
	const unsigned kills = getenv("KITLOG_LONG") ? 200 : 20;
	struct progress *progress = mmap(
		NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct bench_stream streams[STREAMS] = {
		bench_stream(1, 1, false, 1000000), /* together 2 000 values a second */
		bench_stream(2, 3, true, 4000000),
		bench_stream(5, 2, false, 8000000),
	};
	struct draw random = {(uint64_t)time(NULL)};
	int64_t slowest_ms = 0;
	struct bench bench;

	(void)state;
	assert_ptr_not_equal(progress, MAP_FAILED);
	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 1);
	print_message("seed %lu\n", (unsigned long)random.state);
	bench_open(&bench, 0);
	for (unsigned kill_number = 0; kill_number < kills; kill_number++) {
		/* The child has a store and a reader of its own. */
		reader_close(bench.reader);
		store_close(bench.store);
		bench.reader = NULL;
		bench.store = NULL;
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			bench_reopen(&bench, 0);
			write_for_ever(&bench, streams, progress);
			_exit(0);
		}
		/* Up to forty seconds of data, and then anywhere in a commit. */
		int64_t until = bench.now.ns + (int64_t)draw_below(&random, 40) * NS_PER_S;
		for (int64_t give_up = milliseconds() + 60000;
			atomic_load(&progress->now_ns) < until && milliseconds() < give_up;)
			nanosleep(&(struct timespec){0, 200000}, NULL);
		nanosleep(&(struct timespec){0, (long)draw_below(&random, 8000000)}, NULL);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);

		if (atomic_load(&progress->now_ns) > bench.now.ns)
			bench.now.ns = atomic_load(&progress->now_ns);
		int64_t begin = milliseconds();
		bench_reopen(&bench, 0);
		int64_t took = milliseconds() - begin;
		slowest_ms = took > slowest_ms ? took : slowest_ms;
		assert_string_equal(bench.finding.sentence, "");
		for (unsigned i = 0; i < STREAMS; i++) {
			uint64_t rows = bench_read_all(&bench, &streams[i]);
			assert_true(rows >= (uint64_t)atomic_load(&progress->rows[i]));
			/* The next child goes on where this one was cut off. */
			struct bench_stream *stream = &streams[i];
			int64_t tick;
			double values[STREAM_CHANNELS];
			while (stream->writing.row < (int64_t)rows)
				bench_row(stream, &stream->writing, &tick, values);
		}
	}
	print_message("%u kills, slowest opening %ld ms, %ld s of data\n", kills, (long)slowest_ms,
		(long)(bench.now.ns / NS_PER_S));
	struct verify_report report;
	assert_int_equal(store_verify(bench.directory, NULL, NULL, &report), 0);
	assert_true(report.is_sound);
	assert_true(slowest_ms < 1000);
	assert_true(bench.now.ns > 120LL * NS_PER_S); /* else nothing was rolled */
	bench_close(&bench);
	munmap(progress, sizeof *progress);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_committed_is_lost_when_the_writer_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
