/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever reads from an instant on gets every row from there, wherever chunks begin and end. */
#include "support/cmocka_all.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keep/store.h"

static const int64_t ms = NS_PER_MS, first_ns = 100 * (int64_t)NS_PER_S;
enum {
	ROWS = 150000,
	STREAM = 10
}; /* one a millisecond: five chunks, most of which begin in mid-second */

static char directory[] = "/tmp/kitlog-reader-XXXXXX";

static void write_rows(struct store *store)
{
	static struct batch batch;

	for (int64_t at = 0; at < ROWS; at += BATCH_ROWS) {
		struct feed_record record = {.kind = FEED_BATCH};
		uint32_t n = ROWS - at < BATCH_ROWS ? (uint32_t)(ROWS - at) : BATCH_ROWS;

		for (uint32_t i = 0; i < n; i++) {
			batch.stamps_ns[i] = first_ns + (at + i) * ms;
			batch.values[i] = (double)(at + i);
		}
		record.batch.stream = STREAM;
		record.batch.n_channels = 1;
		record.batch.n_rows = n;
		record.batch.stamps_ns = batch.stamps_ns;
		record.batch.values = batch.values;
		assert_int_equal(store_add_batch(store, &record), 0);
	}
	assert_int_equal(store_commit(store, (struct instant){first_ns + ROWS * ms}), 0);
}

static int set_up(void **state)
{
	static struct device device = {
		.id = 1, .sticker = 1, .identity = "a", .kit = "a", .n_streams = 1};
	struct store *store = NULL;
	struct store_finding finding;
	uint32_t boot;
	int64_t base_ns;

	(void)state;
	device.streams[0] =
		(struct stream){.id = STREAM, .device = 1, .name = "main", .n_channels = 1};
	if (!mkdtemp(directory))
		return -1;
	assert_int_equal(
		store_open(&(struct store_options){.directory = directory}, &finding, &store), 0);
	assert_int_equal(store_begin_boot(store, "boot", NS_PER_S, &boot, &base_ns), 0);
	assert_int_equal(store_add_device(store, &device), 0);
	write_rows(store);
	store_close(store);
	return 0;
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
	(void)found;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int first_row(void *self, const struct rows *rows)
{
	*(int64_t *)self = rows->stamps_ns[0];
	return 1;
}

static void rows_are_found_from_every_instant_on(void **state)
{
	struct reader *reader = NULL;

	(void)state;
	assert_int_equal(reader_open(directory, &reader), 0);
	for (int64_t at = 0, step; at < ROWS; at += step) {
		step = at % 32768 > 32600 || at % 32768 < 100 ? 1 : 331;
		int64_t found = 0;
		struct instant from = {first_ns + at * ms - 1};

		assert_int_equal(reader_rows(reader, STREAM, from, (struct instant){INT64_MAX},
					 first_row, &found),
			1);
		assert_int_equal(found, first_ns + at * ms);
	}
	reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_found_from_every_instant_on)};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
