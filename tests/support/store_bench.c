/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store and streams for it, see store_bench.h. */
#include "support/store_bench.h"

#include <dirent.h>
#include <glob.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/scratch.h"

void bench_open(struct bench *bench, uint64_t limit_bytes)
{
	uint32_t boot;
	int64_t base;

	memset(bench, 0, sizeof *bench);
	scratch_folder("store", bench->directory, sizeof bench->directory);
	struct store_options options = {bench->directory, limit_bytes};
	assert_int_equal(store_open(&options, &bench->finding, &bench->store), 0);
	assert_int_equal(store_begin_boot(bench->store, "boot one", 1000000000, &boot, &base), 0);
	bench->now.ns = base + 1000000000;
	assert_int_equal(reader_open(bench->directory, &bench->reader), 0);
}

void bench_shut(struct bench *bench)
{
	reader_close(bench->reader);
	store_close(bench->store);
	bench->reader = NULL;
	bench->store = NULL;
}

const char *bench_path(const struct bench *bench, const char *name)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", bench->directory, name);
	return path;
}

void bench_reopen(struct bench *bench, uint64_t limit_bytes)
{
	struct store_options options = {bench->directory, limit_bytes};
	uint32_t boot;
	int64_t base;

	bench_shut(bench);
	assert_int_equal(store_open(&options, &bench->finding, &bench->store), 0);
	assert_int_equal(
		store_begin_boot(bench->store, "boot one", bench->now.ns, &boot, &base), 0);
	assert_int_equal(reader_open(bench->directory, &bench->reader), 0);
}

void bench_close(struct bench *bench)
{
	bench_shut(bench);
	DIR *directory = opendir(bench->directory);
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		closedir(directory);
	rmdir(bench->directory);
	memset(bench, 0, sizeof *bench);
}

int bench_set_up(void **ret_bench)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	*ret_bench = bench;
	bench_open(bench, 0);
	return 0;
}

int bench_tear_down(void **state)
{
	bench_close(*state);
	free(*state);
	return 0;
}

struct bench_stream bench_stream(
	uint32_t id, uint32_t n_channels, bool has_ticks, int64_t period_ns)
{
	struct bench_stream stream = {.id = id,
		.n_channels = n_channels,
		.has_ticks = has_ticks,
		.seed = id * 1000003u + 1,
		.period_ns = period_ns,
		.start_ns = 2000000000};

	stream.writing = series_from(stream.seed, n_channels, period_ns, stream.start_ns);
	return stream;
}

/* A new piece of the map each 200 rows; a function of the row's number. */
static struct clock_piece piece_of(const struct bench_stream *stream, int64_t row)
{
	int64_t first = row / 200 * 200;

	return (struct clock_piece){
		.origin_tick = first * (stream->period_ns / 1000),
		.origin_ns = stream->start_ns + first * stream->period_ns + (first * 7919) % 2000,
		.rate_ppb = (int32_t)(first % 1000),
		.uncertainty_ns = 5000,
		.segment = 1,
	};
}

int64_t bench_row(const struct bench_stream *stream, struct series *series, int64_t *ret_tick,
	double *ret_values)
{
	int64_t row = series->row, stamp;

	*ret_tick = 0;
	if (stream->has_ticks) {
		struct clock_piece piece = piece_of(stream, row);
		*ret_tick = series_tick(series);
		stamp = clock_piece_stamp(&piece, *ret_tick);
	} else {
		stamp = series_stamp(series);
	}
	series_values(series, ret_values);
	return stamp;
}

void bench_batch(struct bench_stream *stream, size_t n, struct batch *ret_batch)
{
	int64_t first = stream->writing.row;
	uint32_t rows = 0;

	ret_batch->stream = stream->id;
	ret_batch->n_channels = stream->n_channels;
	ret_batch->has_ticks = stream->has_ticks;
	ret_batch->piece = piece_of(stream, first);
	while (rows < n && rows < BATCH_ROWS && (first + rows) / 200 == first / 200) {
		ret_batch->stamps_ns[rows] =
			bench_row(stream, &stream->writing, &ret_batch->ticks[rows],
				ret_batch->values + (size_t)rows * stream->n_channels);
		rows++;
	}
	ret_batch->n_rows = rows;
}

int bench_write(struct bench *bench, struct bench_stream *stream, size_t n)
{
	static struct batch batch;
	int result = 0;

	for (; n; n -= batch.n_rows) {
		struct feed_record record = {.kind = FEED_BATCH, .at = bench->now};

		bench_batch(stream, n, &batch);
		record.batch.stream = batch.stream;
		record.batch.n_channels = batch.n_channels;
		record.batch.n_rows = batch.n_rows;
		record.batch.has_ticks = batch.has_ticks;
		record.batch.piece = batch.piece;
		record.batch.stamps_ns = batch.stamps_ns;
		record.batch.ticks = batch.has_ticks ? batch.ticks : NULL;
		record.batch.values = batch.values;
		result = store_add_batch(bench->store, &record);
	}
	return result;
}

void bench_run(struct bench *bench, struct bench_stream *streams, size_t n_streams, int seconds)
{
	for (int second = 0; second < seconds; second++) {
		bench->now.ns += NS_PER_S;
		for (size_t i = 0; i < n_streams; i++) {
			int64_t rows = (bench->now.ns - streams[i].start_ns) / streams[i].period_ns;
			if (rows > streams[i].writing.row)
				assert_int_equal(bench_write(bench, &streams[i],
							 (size_t)(rows - streams[i].writing.row)),
					0);
		}
		assert_int_equal(store_commit(bench->store, bench->now), 0);
	}
}

struct check {
	const struct bench_stream *stream;
	struct series foretold;
	uint64_t n;
};

static int check_rows(void *self, const struct rows *rows)
{
	struct check *check = self;
	double values[STREAM_CHANNELS];

	assert_int_equal(rows->stream, check->stream->id);
	assert_int_equal(rows->n_channels, check->stream->n_channels);
	assert_int_equal(rows->ticks != NULL, check->stream->has_ticks);
	for (size_t i = 0; i < rows->n; i++, check->n++) {
		int64_t tick, stamp = bench_row(check->stream, &check->foretold, &tick, values);
		if (rows->stamps_ns[i] != stamp)
			fail_msg("row %lu of stream %u: stamp %ld, not %ld",
				(unsigned long)check->n, check->stream->id,
				(long)rows->stamps_ns[i], (long)stamp);
		if (rows->ticks)
			assert_true(rows->ticks[i] == tick);
		assert_memory_equal(rows->values + i * rows->n_channels, values,
			rows->n_channels * sizeof values[0]);
	}
	return 0;
}

uint64_t bench_read_since(struct bench *bench, const struct bench_stream *stream, uint64_t from)
{
	struct check check = {.stream = stream, .n = from};
	int64_t first = INT64_MIN, tick;
	double values[STREAM_CHANNELS];

	check.foretold =
		series_from(stream->seed, stream->n_channels, stream->period_ns, stream->start_ns);
	for (uint64_t i = 0; i < from; i++)
		bench_row(stream, &check.foretold, &tick, values);
	if (from) {
		struct series next = check.foretold;
		first = bench_row(stream, &next, &tick, values);
	}
	assert_int_equal(reader_rows(bench->reader, stream->id, (struct instant){first},
				 (struct instant){INT64_MAX}, check_rows, &check),
		0);
	return check.n - from;
}

uint64_t bench_read_all(struct bench *bench, const struct bench_stream *stream)
{
	return bench_read_since(bench, stream, 0);
}

void bench_fill(struct bench *bench, struct bench_stream ret_streams[2])
{
	struct device device = {
		.id = 1, .sticker = 7, .identity = "usb:1", .kit = "cup", .n_streams = 0};
	struct run run = {.id = 1, .number = 1, .from = {0}, .to = {INT64_MAX}};

	ret_streams[0] = bench_stream(1, 3, false, 10000000);
	ret_streams[1] = bench_stream(2, 1, true, 10000000);
	assert_int_equal(store_add_device(bench->store, &device), 0);
	assert_int_equal(store_add_run(bench->store, &run), 0);
	bench_run(bench, ret_streams, 2, 200);
}

static int count_rows(void *self, const struct rows *rows)
{
	*(uint64_t *)self += rows->n;
	return 0;
}

uint64_t bench_count_rows_of(
	struct bench *bench, uint32_t stream, struct instant from, struct instant to)
{
	uint64_t n = 0;

	assert_int_equal(reader_rows(bench->reader, stream, from, to, count_rows, &n), 0);
	return n;
}

uint64_t bench_count_rows(struct bench *bench, uint32_t stream)
{
	return bench_count_rows_of(
		bench, stream, (struct instant){INT64_MIN}, (struct instant){INT64_MAX});
}

struct looked_for {
	enum gap_reason reason;
	struct bench_gaps found;
};

static int see_gap(void *self, const struct gap *gap)
{
	struct looked_for *gaps = self;

	if (gap->reason == gaps->reason) {
		gaps->found.n++;
		gaps->found.last = *gap;
	}
	return 0;
}

struct bench_gaps bench_gaps(struct bench *bench, uint32_t stream, enum gap_reason reason)
{
	struct looked_for gaps = {.reason = reason};

	assert_int_equal(reader_gaps(bench->reader, stream, (struct instant){INT64_MIN},
				 (struct instant){INT64_MAX}, see_gap, &gaps),
		0);
	return gaps.found;
}

static void hear(void *self, const char *sentence)
{
	struct bench_sentences *sentences = self;

	sentences->n++;
	strncat(sentences->all, sentence, sizeof sentences->all - strlen(sentences->all) - 1);
	strncat(sentences->all, "\n", sizeof sentences->all - strlen(sentences->all) - 1);
}

struct verify_report bench_verify(struct bench *bench, struct bench_sentences *ret_sentences)
{
	struct verify_report report;

	memset(ret_sentences, 0, sizeof *ret_sentences);
	assert_int_equal(store_verify(bench->directory, hear, ret_sentences, &report), 0);
	return report;
}

unsigned bench_count_set_aside(const struct bench *bench)
{
	glob_t found;
	unsigned n = 0;

	if (glob(bench_path(bench, "kitlog.db.damaged-?"), 0, NULL, &found) == 0)
		n = (unsigned)found.gl_pathc;
	globfree(&found);
	return n;
}

void bench_fold(struct bin *bin, const struct bin *later)
{
	if (!later->n)
		return;
	if (!bin->n)
		*bin = (struct bin){later->first, later->last, later->min, later->max, 0, 0};
	bin->last = later->last;
	bin->min = fmin(bin->min, later->min);
	bin->max = fmax(bin->max, later->max);
	bin->sum += later->sum;
	bin->n += later->n;
}

int64_t bench_sql(const struct bench *bench, const char *sql)
{
	char path[256];
	sqlite3 *db;
	sqlite3_stmt *statement;

	snprintf(path, sizeof path, "%s/kitlog.db", bench->directory);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	int code = sqlite3_step(statement);
	assert_true(code == SQLITE_ROW || code == SQLITE_DONE);
	int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}
