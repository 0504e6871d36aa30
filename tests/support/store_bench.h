/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a folder of its own, and streams that write rows into it and check them when they come
 * back: for the tests of keep/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "keep/store.h"
#include "support/cmocka_all.h"
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

/* The same around a test, whose state it is, without a limit. */
int bench_set_up(void **ret_bench);
int bench_tear_down(void **bench);
#define BENCH_TEST(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_tear_down)

/* Closes and opens the store, as a restart in the same boot does. Between bench_shut and it the test
 * may do what it likes to the files. */
void bench_reopen(struct bench *bench, uint64_t limit_bytes);
void bench_shut(struct bench *bench);

/* The path of a file of the store; good until the next call. */
const char *bench_path(const struct bench *bench, const char *name);

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
/* The next rows as a batch, n at most: as many as have one piece of the map. */
void bench_batch(struct bench_stream *stream, size_t n, struct batch *ret_batch);
/* The next row: its stamp, tick and values. */
int64_t bench_row(const struct bench_stream *stream, struct series *series, int64_t *ret_tick,
	double *ret_values);

/* Writes `seconds` of the streams and commits each second. */
void bench_run(struct bench *bench, struct bench_stream *streams, size_t n_streams, int seconds);

/* Reads all rows of the stream: they must be rows 0 .. n-1 bit by bit, in order. Returns n. */
uint64_t bench_read_all(struct bench *bench, const struct bench_stream *stream);
/* The same for rows whose number is at least `from`. */
uint64_t bench_read_since(struct bench *bench, const struct bench_stream *stream, uint64_t from);

/* A device of sticker 7, a run, and 200 s of two streams, as chunks and fresh rows: 1 of three channels,
 * 2 with ticks. */
void bench_fill(struct bench *bench, struct bench_stream ret_streams[2]);

/* How many rows of a stream can be read, whatever they say; those of [from, to). */
uint64_t bench_count_rows(struct bench *bench, uint32_t stream);
uint64_t bench_count_rows_of(
	struct bench *bench, uint32_t stream, struct instant from, struct instant to);

/* The gaps of a stream that have this reason. */
struct bench_gaps {
	unsigned n;
	struct gap last;
};
struct bench_gaps bench_gaps(struct bench *bench, uint32_t stream, enum gap_reason reason);

/* What store_verify finds, and all that it says, a sentence a line. */
struct bench_sentences {
	unsigned n;
	char all[4096];
};
struct verify_report bench_verify(struct bench *bench, struct bench_sentences *ret_sentences);

/* How many files lie there that were set aside as damaged. */
unsigned bench_count_set_aside(const struct bench *bench);

/* Folds what comes later into a bin, as plainly as can be. */
void bench_fold(struct bin *bin, const struct bin *later);

/* A number that SQL answers about the file. */
int64_t bench_sql(const struct bench *bench, const char *sql);
