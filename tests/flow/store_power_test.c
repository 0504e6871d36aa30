/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The power goes: what a commit has returned for is there afterwards, bit by bit, and the store is
 * sound.
 *
 * kill -9 (faults/keep_kill_test.c) proves less: what a killed program wrote is safe with the kernel,
 * synced or not. Here the files are made as a card may hold them when the power goes at a random
 * moment, with anything between nothing and all of what was not synced yet (support/power.h). 5 x
 * 60 cuts in minutes with rolls, merges, checkpoints and restarts; KITLOG_LONG=1: 50 x 60. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/power.h"
#include "support/store_bench.h"

enum { STREAMS = 3, CUTS = 60, COMMITS = 400 };

static const uint64_t limit = 1 << 19; /* so that chunks are removed too */

/* What a commit has promised, and when. */
struct promise {
	size_t moment;
	int64_t now_ns;
	uint64_t rows[STREAMS];
};

static struct promise promises[COMMITS];
static size_t n_promises;
static struct bench_stream streams[STREAMS];

static void make_folder(struct bench *bench, const char *tmp)
{
	snprintf(bench->directory, sizeof bench->directory, "%s/kitlog-power-XXXXXX", tmp);
	assert_non_null(mkdtemp(bench->directory));
}

static void live(struct bench *bench, struct draw *random)
{
	int seconds = 70 + (int)draw_below(random, 200);

	n_promises = 0;
	for (int second = 0; second < seconds; second++) {
		bench_run(bench, streams, STREAMS, 1);
		if (draw_below(random, 60) == 0)
			bench_reopen(bench, limit);
		struct promise *promise = &promises[n_promises++];
		promise->moment = power_now();
		promise->now_ns = bench->now.ns;
		for (unsigned i = 0; i < STREAMS; i++)
			promise->rows[i] = (uint64_t)streams[i].writing.row;
	}
}

static void go_to_row(struct bench_stream *stream, uint64_t row)
{
	double values[STREAM_CHANNELS];
	int64_t tick;

	stream->writing =
		series_from(stream->seed, stream->n_channels, stream->period_ns, stream->start_ns);
	while ((uint64_t)stream->writing.row < row)
		bench_row(stream, &stream->writing, &tick, values);
}

/* The last row kept is the promised one or a later one, and all before it are there but for the
 * oldest ones, which the limit removes. */
static void check_rows(struct bench *after, unsigned i, uint64_t promised)
{
	struct bench_stream *stream = &streams[i];
	struct instant first, last;
	uint64_t rows, next = promised;
	int result = reader_extent(after->reader, stream->id, &first, &last, &rows);

	if (result == -ENODATA) {
		assert_int_equal(promised, 0);
		go_to_row(stream, 0);
		return;
	}
	assert_int_equal(result, 0);
	go_to_row(stream, promised ? promised - 1 : 0);
	for (next = (uint64_t)stream->writing.row;; next++) {
		double values[STREAM_CHANNELS];
		int64_t tick, stamp = bench_row(stream, &stream->writing, &tick, values);
		assert_true(stamp <= last.ns); /* the promised row, for one */
		if (stamp == last.ns)
			break;
	}
	next++;
	assert_int_equal(bench_read_since(after, stream, next - rows), rows);
}

static void cut_once(struct draw *random, const char *tmp)
{
	const struct promise *promise = NULL;
	struct bench after = {.now = {2 * (int64_t)NS_PER_S}};
	size_t moment = draw_below(random, power_now() + 1);
	struct verify_report report;

	for (size_t i = 0; i < n_promises && promises[i].moment <= moment; i++)
		promise = &promises[i];
	make_folder(&after, tmp);
	power_cut(moment, random, after.directory);
	if (promise)
		after.now.ns = promise->now_ns + 2 * (int64_t)NS_PER_S;
	bench_reopen(&after, limit);
	if (promise) { /* before the first there may be half a new file, which is nothing lost */
		assert_string_equal(after.finding.sentence, "");
		for (unsigned i = 0; i < STREAMS; i++)
			check_rows(&after, i, promise->rows[i]);
		bench_run(&after, streams, STREAMS, 3);
		assert_int_equal(store_verify(after.directory, NULL, NULL, &report), 0);
		assert_true(report.is_sound);
	}
	bench_close(&after);
}

static void nothing_committed_is_lost_when_the_power_goes(void **state)
{
	const char *tmp = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm"; /* no card is needed */
	const unsigned rounds = getenv("KITLOG_LONG") ? 50 : 5;
	const char *given = getenv("KITLOG_SEED");
	struct draw random = {given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};

	(void)state;
	print_message("KITLOG_SEED=%lu\n", (unsigned long)random.state);
	setenv("TMPDIR", tmp, 1);
	for (unsigned round = 0; round < rounds; round++) {
		struct bench bench = {.now = {NS_PER_S}};
		streams[0] = bench_stream(1, 1, false, 1000000);
		streams[1] = bench_stream(2, 3, true, 4000000);
		streams[2] = bench_stream(5, 2, false, 8000000);
		make_folder(&bench, tmp);
		power_record(bench.directory);
		bench_reopen(&bench, limit);
		live(&bench, &random);
		for (unsigned cut = 0; cut < CUTS; cut++)
			cut_once(&random, tmp);
		power_record(NULL);
		bench_close(&bench);
	}
	unsetenv("TMPDIR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_committed_is_lost_when_the_power_goes),
	};

	power_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
