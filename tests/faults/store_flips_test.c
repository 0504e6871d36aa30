/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: one file is damaged after another. */
/* Whatever bits of the store's files turn, wherever they are cut off: the store opens, no row is shown that was
 * never measured, none twice, and new rows are kept. What was lost is another matter; that it is told is
 * store_damage_test's.
 *
 * 300 damages drawn; KITLOG_LONG=1: 10 000. KITLOG_SEED repeats a run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/store_bench.h"

enum { FILES = 2, ROWS = 21000, PAGE = 4096, CHANNELS = 3 };

static const char *const names[FILES] = {"kitlog.db", "kitlog.db-wal"};

struct image {
	unsigned char *bytes;
	size_t n;
};

static struct image images[FILES];

/* All rows that were ever measured, by stream. */
static struct truth {
	struct bench_stream stream;
	int64_t stamps[ROWS];
	double values[ROWS][CHANNELS];
	size_t n;
} truths[2];

static int64_t measured_until_ns;

static struct image load(const char *path)
{
	struct stat found;
	struct image image = {NULL, 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && fstat(fd, &found) == 0);
	image.n = (size_t)found.st_size;
	image.bytes = malloc(image.n + 1);
	assert_non_null(image.bytes);
	assert_int_equal(read(fd, image.bytes, image.n), image.n);
	close(fd);
	return image;
}

static void save(const char *path, const unsigned char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void foretell(struct truth *truth, const struct bench_stream *stream)
{
	struct series series =
		series_from(stream->seed, stream->n_channels, stream->period_ns, stream->start_ns);
	int64_t tick;

	truth->stream = *stream;
	for (truth->n = 0; truth->n < ROWS; truth->n++)
		truth->stamps[truth->n] =
			bench_row(stream, &series, &tick, truth->values[truth->n]);
}

/* As the files are while a daemon writes them: what is in the log is not in the database yet. */
static void measure(void)
{
	struct bench_stream streams[2];
	struct bench bench;

	bench_open(&bench, 0);
	bench_fill(&bench, streams);
	for (unsigned i = 0; i < FILES; i++)
		images[i] = load(bench_path(&bench, names[i]));
	measured_until_ns = bench.now.ns;
	bench_close(&bench);
	for (unsigned i = 0; i < 2; i++)
		foretell(&truths[i], &streams[i]);
}

/* ---------------------------------------------------------------- damage */

static void damage(struct image *image, struct draw *random)
{
	if (!image->n)
		return;
	switch (draw_below(random, 5)) {
	case 0: /* the file ends here */
		image->n = draw_below(random, image->n);
		break;
	case 1: /* a page was never written */
		memset(image->bytes + draw_below(random, image->n / PAGE + 1) * PAGE % image->n, 0,
			image->n < PAGE ? image->n
					: PAGE - (image->n % PAGE ? PAGE - image->n % PAGE : 0));
		break;
	case 2: /* the first page, where the format is told */
		image->bytes[draw_below(random, image->n < PAGE ? image->n : PAGE)] ^=
			(unsigned char)(1u << draw_below(random, 8));
		break;
	default:
		for (uint64_t i = 1 + draw_below(random, 8); i > 0; i--)
			image->bytes[draw_below(random, image->n)] ^=
				(unsigned char)(1u << draw_below(random, 8));
	}
}

static void put_damaged(const struct bench *bench, struct draw *random)
{
	uint64_t which = 1 + draw_below(random, 3); /* one file, the other, both */

	for (unsigned i = 0; i < FILES; i++) {
		struct image image = {malloc(images[i].n + PAGE), images[i].n};

		assert_non_null(image.bytes);
		memcpy(image.bytes, images[i].bytes, image.n);
		if (which & 1u << i)
			damage(&image, random);
		save(bench_path(bench, names[i]), image.bytes, image.n);
		free(image.bytes);
	}
}

/* ---------------------------------------------------------------- afterwards */

struct check {
	const struct truth *truth;
	size_t next; /* row of the truth */
	uint64_t n;
};

static int check_rows(void *self, const struct rows *rows)
{
	struct check *check = self;
	const struct truth *truth = check->truth;

	assert_int_equal(rows->n_channels, truth->stream.n_channels);
	for (size_t i = 0; i < rows->n; i++, check->next++, check->n++) {
		while (check->next < truth->n && truth->stamps[check->next] != rows->stamps_ns[i])
			check->next++;
		if (check->next == truth->n)
			fail_msg("stream %u: a row at %ld that was never measured, or twice",
				rows->stream, (long)rows->stamps_ns[i]);
		assert_memory_equal(rows->values + i * rows->n_channels, truth->values[check->next],
			rows->n_channels * sizeof(double));
	}
	return 0;
}

/* 0 rows is an answer; that the file is damaged is one, too. */
static void check_truth(struct bench *bench, uint64_t found[2])
{
	for (unsigned i = 0; i < 2; i++) {
		struct check check = {.truth = &truths[i]};
		int r = reader_rows(bench->reader, truths[i].stream.id, (struct instant){INT64_MIN},
			(struct instant){INT64_MAX}, check_rows, &check);

		assert_true(r == 0 || r == -EBADMSG);
		found[i] = check.n;
	}
}

/* It goes on where the truth does. */
static void go_on(struct bench *bench)
{
	struct bench_stream streams[2];
	int64_t tick;
	double values[STREAM_CHANNELS];
	int r = -1;

	for (unsigned i = 0; i < 2; i++) {
		streams[i] = truths[i].stream;
		streams[i].writing = series_from(streams[i].seed, streams[i].n_channels,
			streams[i].period_ns, streams[i].start_ns);
		while (streams[i].start_ns + streams[i].writing.row * streams[i].period_ns <
			measured_until_ns)
			bench_row(&streams[i], &streams[i].writing, &tick, values);
	}
	for (unsigned second = 0; second < 4; second++) {
		bench->now.ns += NS_PER_S;
		for (unsigned i = 0; i < 2; i++)
			bench_write(bench, &streams[i], 100);
		r = store_commit(bench->store, bench->now);
	}
	assert_int_equal(r, 0);
}

static void try_damage(struct draw *random)
{
	struct store_status status;
	struct bench bench;
	uint64_t before[2], after[2];
	struct verify_report report;

	bench_open(&bench, 0);
	bench_shut(&bench);
	put_damaged(&bench, random);
	bench.now.ns = measured_until_ns + NS_PER_S;
	bench_reopen(&bench, 0);
	check_truth(&bench, before);
	go_on(&bench);
	store_status(bench.store, &status);
	check_truth(&bench, after);
	bench_reopen(&bench, 0);
	check_truth(&bench, after);
	assert_true(after[0] > 0 && after[1] > 0); /* those that were written behind the damage */
	store_verify(bench.directory, NULL, NULL, &report);
	bench_close(&bench);
}

static void no_damage_shows_what_was_never_measured(void **state)
{
	const char *given = getenv("KITLOG_SEED");
	struct draw random = {given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL)};
	unsigned n = getenv("KITLOG_LONG") ? 10000 : 300;

	(void)state;
	measure();
	for (unsigned i = 0; i < n; i++) {
		if (i % 100 == 0)
			print_message("KITLOG_SEED=%lu\n", (unsigned long)random.state);
		try_damage(&random);
	}
	for (unsigned i = 0; i < FILES; i++)
		free(images[i].bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_damage_shows_what_was_never_measured),
	};

	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
