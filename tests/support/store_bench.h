/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a folder of its own, and streams that write rows into it and check them when they come
 * back: for the tests of keep/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "keep/store.h"
#include "support/series.h"

struct bench {
	char directory[128]; /* DIR of the store; removed by bench_close */
	struct store *store;
	struct reader *reader;
	struct store_finding finding;
	struct instant now; /* the fake clock */
};

/* A new folder below TMPDIR; fails the test when that cannot be. */
void bench_open(struct bench *bench, uint64_t limit_bytes);
void bench_close(struct bench *bench);
/* Closes and opens the store, as a restart in the same boot does. */
void bench_reopen(struct bench *bench, uint64_t limit_bytes);

/* A stream of rows that can be written and, from the same seed, foretold. */
struct bench_stream {
	uint32_t id, n_channels;
	bool has_ticks;
	uint64_t seed;
	int64_t period_ns, start_ns;
	struct series writing;
};
struct bench_stream bench_stream(
	uint32_t id, uint32_t n_channels, bool has_ticks, int64_t period_ns);

/* Writes the next n rows. Returns the last store_add_batch's answer. */
int bench_write(struct bench *bench, struct bench_stream *stream, size_t n);
/* The next row: its stamp, tick and values. */
int64_t bench_row(const struct bench_stream *stream, struct series *series, int64_t *ret_tick,
	double *ret_values);

/* Writes `seconds` of the streams and commits each second. */
void bench_run(struct bench *bench, struct bench_stream *streams, size_t n_streams, int seconds);

/* Reads all rows of the stream: they must be rows 0 .. n-1 bit by bit, in order. Returns n. */
uint64_t bench_read_all(struct bench *bench, const struct bench_stream *stream);
/* The same for rows whose number is at least `from`. */
uint64_t bench_read_since(struct bench *bench, const struct bench_stream *stream, uint64_t from);

/* Folds what comes later into a bin, as plainly as can be. */
void bench_fold(struct bin *bin, const struct bin *later);

/* A number that SQL answers about the file. */
int64_t bench_sql(const struct bench *bench, const char *sql);
