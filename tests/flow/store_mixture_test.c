/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Any mixture of streams goes through the store bit by bit: of all widths and rates, with a clock
 * of their own or without, through rolls, merges and restarts, while a reader looks here and there.
 * What streams share in the writer and the reader (memory that grows, codecs, slots) must not show.
 *
 * KITLOG_SEED repeats a run; KITLOG_LONG=1: 300 mixtures instead of 20. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { STREAMS = 6 };

static struct bench bench;

static size_t make_streams(struct draw *random, struct bench_stream *streams)
{
	size_t n = 2 + draw_below(random, STREAMS - 1);

	for (size_t i = 0; i < n; i++) {
		/* 20 ms .. 10 s, as many of each decade. */
		double decades = (double)draw_below(random, 1000) / 1000 * 2.7;
		int64_t period_ms = (int64_t)(20 * pow(10, decades));
		uint32_t channels = draw_below(random, 4) ? 1 + (uint32_t)draw_below(random, 3)
							  : 1 + (uint32_t)draw_below(random, 16);

		streams[i] = bench_stream(
			(uint32_t)(i + 1), channels, draw_below(random, 2), period_ms * NS_PER_MS);
	}
	return n;
}

static void read_somewhere(struct draw *random, const struct bench_stream *stream)
{
	uint64_t rows = (uint64_t)stream->writing.row;
	uint64_t from = rows ? draw_below(random, rows) : 0;

	assert_int_equal(bench_read_since(&bench, stream, from), rows - from);
}

static void mix(struct draw *random)
{
	struct bench_stream streams[STREAMS];
	size_t n = make_streams(random, streams);

	bench_open(&bench, 0);
	for (int part = 0; part < 6; part++) {
		bench_run(&bench, streams, n, 20 + (int)draw_below(random, 260));
		for (int look = 0; look < 3; look++)
			read_somewhere(random, &streams[draw_below(random, n)]);
		if (draw_below(random, 3) == 0)
			bench_reopen(&bench, 0);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bench_read_all(&bench, &streams[i]), streams[i].writing.row);
	bench_close(&bench);
}

static void any_mixture_of_streams_comes_back(void **state)
{
	const char *seed = getenv("KITLOG_SEED");
	unsigned mixtures = getenv("KITLOG_LONG") ? 300 : 20;

	(void)state;
	for (unsigned i = 0; i < mixtures; i++) {
		struct draw random = {
			(seed ? strtoull(seed, NULL, 0) : (unsigned long)time(NULL)) + i};

		print_message("KITLOG_SEED=%lu\n", (unsigned long)random.state);
		mix(&random);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(any_mixture_of_streams_comes_back)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
