/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A store is told once a minute how uncertain a stream's stamps are, and a row that is sent again is the
 * same again, however large the request and wherever it begins. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ship/fill.h"
#include "support/cmocka_all.h"
#include "support/scratch.h"

enum { ROWS = 1000 }; /* one in 700 ms: 11.7 minutes */

static const int64_t step_ns = 700 * (int64_t)NS_PER_MS, minute_ns = 60 * (int64_t)NS_PER_S;

static struct yard {
	char directory[64];
	struct store *store;
	struct reader *reader;
	struct instant now;
	struct series series;
	struct wall_map *map;
	int64_t first_ns;
	char *lines[ROWS]; /* as they were sent first */
} yard;

static int64_t stamp_of(int row)
{
	return yard.first_ns + row * step_ns;
}

static int64_t told_us(int row)
{
	return row < 100 ? 1000 : row < 105 ? 3004000 : row < 600 ? 1000 : 80;
}

static void keep_rows(int from, int to)
{
	for (int row = from; row < to; row++) {
		const double value = row;
		const int64_t stamp = stamp_of(row);
		struct feed_record record = {.kind = FEED_BATCH,
			.batch = {.stream = 10,
				.n_channels = 1,
				.n_rows = 1,
				.stamps_ns = &stamp,
				.values = &value}};
		const struct uncertainty uncertainty = {10, {stamp}, told_us(row) * NS_PER_US};

		if (row == 0 || told_us(row) != told_us(row - 1))
			assert_int_equal(store_add_uncertainty(yard.store, &uncertainty), 0);
		assert_int_equal(store_add_batch(yard.store, &record), 0);
		yard.now.ns = stamp;
		if (row % 20 == 19)
			assert_int_equal(store_commit(yard.store, yard.now), 0);
	}
	assert_int_equal(store_commit(yard.store, yard.now), 0);
}

static int open_yard(void **unused)
{
	struct device device = {.id = 1, .sticker = 1, .kit = "text-board", .n_streams = 1};
	struct anchor anchor = {.wall = {1800000000 * (int64_t)NS_PER_S},
		.uncertainty_ns = NS_PER_MS,
		.source = ANCHOR_NTP};
	struct store_options options = {.directory = yard.directory};
	struct store_finding finding;
	const char *why;
	int64_t base_ns;
	uint32_t boot;

	(void)unused;
	memset(&yard, 0, sizeof yard);
	scratch_folder("stated", yard.directory, sizeof yard.directory);
	assert_int_equal(store_open(&options, &finding, &yard.store), 0);
	assert_int_equal(store_begin_boot(yard.store, "boot", NS_PER_S, &boot, &base_ns), 0);
	yard.now = anchor.at = (struct instant){base_ns + NS_PER_S};
	device.streams[0] = (struct stream){.id = 10, .device = 1, .name = "main", .n_channels = 1};
	strcpy(device.streams[0].channels[0].id, "v");
	assert_int_equal(store_add_device(yard.store, &device), 0);
	assert_int_equal(store_add_anchor(yard.store, &anchor), 0);
	assert_int_equal(series_init(&yard.series, "board", &device, &device.streams[0], &why), 0);
	yard.first_ns = yard.now.ns + 17 * (int64_t)NS_PER_S;
	keep_rows(0, ROWS / 2);
	keep_rows(ROWS / 2, ROWS);
	assert_int_equal(reader_open(yard.directory, &yard.reader), 0);
	return reader_wall_map(yard.reader, &yard.map);
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
	(void)found;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int close_yard(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROWS; i++)
		free(yard.lines[i]);
	wall_map_free(yard.map);
	reader_close(yard.reader);
	store_close(yard.store);
	return nftw(yard.directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Each is the one of its row, as it was when that was sent first. */
static void take_lines(const struct body *body)
{
	for (size_t i = 0; i < body_lines(body); i++) {
		size_t n;
		const char *text = body_text(body, i, i + 1, &n);
		int row = atoi(strstr(text, " v=") + 3);

		assert_in_range(row, 0, ROWS - 1);
		if (!yard.lines[row])
			yard.lines[row] = strndup(text, n);
		assert_int_equal(strlen(yard.lines[row]), n);
		assert_memory_equal(text, yard.lines[row], n);
	}
}

/* Sends all from a row on, so many lines a request; each `lost`-th answer is lost. */
static void send_from(int row, size_t most_lines, unsigned lost)
{
	struct track track = {.stream = 10, .series = &yard.series};
	struct fill fill = {.reader = yard.reader, .map = yard.map};
	unsigned requests = 0;

	fill.late_ns = INT64_MAX / 2;
	track.spans.done.ns = row ? stamp_of(row) - 5 : 0;
	assert_int_equal(body_new(most_lines, 1 << 20, false, &fill.body), 0);
	for (;;) {
		fill_begin(&fill);
		int r = fill_live(&fill, &track, yard.now);
		size_t n = body_lines(fill.body);

		assert_true(r == 0 || r == -ENOSPC);
		if (n == 0)
			break;
		take_lines(fill.body);
		requests++;
		if (lost && requests % lost == 0)
			n /= 2; /* these were answered for */
		fill_settle(&fill, n);
	}
	assert_int_equal(track.spans.done.ns, stamp_of(ROWS - 1) + 1);
	body_free(fill.body);
	stated_clear(&fill.stated);
}

static void once_a_minute_and_the_same_whatever_the_request(void **unused)
{
	static const size_t sizes[] = {2, 7, 64, 5000};
	int told = 0;

	(void)unused;
	send_from(0, 5000, 0);
	for (int row = 0; row < ROWS; row++) {
		const char *field = strstr(yard.lines[row], ",stamp_u_us=");
		bool is_first =
			row == 0 || stamp_of(row) / minute_ns != stamp_of(row - 1) / minute_ns;

		assert_int_equal(field != NULL, is_first);
		if (field)
			assert_int_equal(atoll(field + 12), told_us(row));
		told += is_first;
	}
	assert_in_range(told, 12, 13);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		send_from(0, sizes[i], 2);
		for (int row = 1; row < ROWS; row += 61)
			send_from(row, sizes[i], 3);
	}
}

/* Where rows are pieces of a hole, and a snapshot is as good as the next. */
static void a_hole_tells_the_same(void **unused)
{
	(void)unused;
	send_from(0, 5000, 0);
	for (int row = 3; row < ROWS - 90; row += 47) {
		struct track track = {.stream = 10, .series = &yard.series};
		struct fill fill = {.reader = yard.reader, .map = yard.map};

		track.spans.done.ns = stamp_of(ROWS);
		spans_restore(&track.spans, (struct instant){stamp_of(row)},
			(struct instant){stamp_of(row + 90)});
		assert_int_equal(body_new(40, 1 << 20, false, &fill.body), 0);
		for (int request = 0; request < 3; request++) {
			fill_begin(&fill);
			fill_holes(&fill, &track);
			assert_in_range(body_lines(fill.body), 10, 40);
			take_lines(fill.body);
			fill_settle(&fill, body_lines(fill.body));
		}
		assert_int_equal(track.spans.n_holes, 0);
		body_free(fill.body);
		stated_clear(&fill.stated);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			once_a_minute_and_the_same_whatever_the_request, open_yard, close_yard),
		cmocka_unit_test_setup_teardown(a_hole_tells_the_same, open_yard, close_yard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
