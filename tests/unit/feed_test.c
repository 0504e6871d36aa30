/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sense writes into a ring is what the others read from it. */
#include <errno.h>
#include <string.h>

#include "data/feed.h"
#include "support/cmocka_all.h"

static struct ring *ring;

static int open_ring(void **state)
{
	(void)state;
	return ring_new(1 << 17, &ring);
}

static int close_ring(void **state)
{
	(void)state;
	ring_free(ring);
	return 0;
}

static struct feed_record next(enum feed_kind kind, int64_t at_ns)
{
	struct feed_record record;

	assert_true(feed_peek(ring, &record));
	assert_int_equal(record.kind, kind);
	assert_int_equal(record.at.ns, at_ns);
	return record;
}

static void fill(struct batch *batch, uint32_t rows, uint32_t channels, bool has_ticks)
{
	memset(batch, 0xEE, sizeof *batch);
	batch->stream = 7;
	batch->n_rows = rows;
	batch->n_channels = channels;
	batch->has_ticks = has_ticks;
	batch->piece = (struct clock_piece){1, 2, 3, 4, 5};
	for (uint32_t i = 0; i < rows; i++) {
		batch->stamps_ns[i] = 1000 + i;
		batch->ticks[i] = 2000 + i;
	}
	for (uint32_t i = 0; i < rows * channels; i++)
		batch->values[i] = i / 4.0;
}

static void assert_batch(const struct feed_record *record, const struct batch *batch)
{
	size_t rows = batch->n_rows;

	assert_int_equal(record->batch.stream, batch->stream);
	assert_int_equal(record->batch.n_rows, rows);
	assert_int_equal(record->batch.n_channels, batch->n_channels);
	assert_int_equal(record->batch.has_ticks, batch->has_ticks);
	assert_int_equal(record->batch.piece.segment, 5);
	assert_int_equal(record->batch.piece.origin_ns, 2);
	assert_int_equal((uintptr_t)record->batch.stamps_ns % 8, 0);
	assert_memory_equal(record->batch.stamps_ns, batch->stamps_ns, rows * 8);
	assert_memory_equal(record->batch.values, batch->values, rows * batch->n_channels * 8);
	if (batch->has_ticks)
		assert_memory_equal(record->batch.ticks, batch->ticks, rows * 8);
	else
		assert_null(record->batch.ticks);
}

static void batches_of_any_shape_come_out_as_they_went_in(void **state)
{
	static struct batch batch;

	(void)state;
	for (uint32_t rows = 0; rows <= BATCH_ROWS; rows += rows < 4 ? 1 : 31) {
		for (uint32_t channels = 1; channels <= STREAM_CHANNELS; channels += 5) {
			for (int ticks = 0; ticks < 2; ticks++) {
				fill(&batch, rows, channels, ticks);
				assert_int_equal(
					feed_put_batch(ring, (struct instant){rows}, &batch), 0);
				struct feed_record record = next(FEED_BATCH, rows);
				assert_batch(&record, &batch);
				ring_drop(ring);
			}
		}
	}
}

static void a_batch_takes_its_used_size_and_no_more(void **state)
{
	static struct batch batch;

	(void)state;
	fill(&batch, 1, 3, true);
	feed_put_batch(ring, (struct instant){0}, &batch);
	assert_true(ring_used(ring) <= 8 + 64 + (1 + 1 + 3) * 8 + 8);
}

static void all_kinds_keep_their_order_and_content(void **state)
{
	static struct batch batch;
	static struct device device;
	struct gap gap = {.stream = 3, .reason = GAP_RING, .from = {5}, .to = {9}, .lost_rows = 11};
	struct feed_health health = {
		.device = 4, .state = DEVICE_SILENT, .rows = 99, .port = "/dev/x"};
	struct feed_punctual punctual = {.late.p50 = 1, .turn_minute.most = 2};
	struct uncertainty uncertainty = {.stream = 3, .from = {7}, .ns = 80000};
	struct anchor hour = {{5}, {6}, 7, ANCHOR_GPS};
	struct feed_record record;

	(void)state;
	fill(&batch, 2, 2, false);
	device.id = 12;
	strcpy(device.identity, "usb:1:2:3");
	device.n_streams = DEVICE_STREAMS;
	strcpy(device.streams[DEVICE_STREAMS - 1].channels[STREAM_CHANNELS - 1].id, "last");
	assert_false(feed_peek(ring, &record));
	assert_int_equal(feed_put_device(ring, (struct instant){1}, &device), 0);
	assert_int_equal(feed_put_batch(ring, (struct instant){2}, &batch), 0);
	assert_int_equal(feed_put_gap(ring, (struct instant){3}, &gap), 0);
	assert_int_equal(feed_put_health(ring, (struct instant){4}, &health), 0);
	assert_int_equal(feed_put_gone(ring, (struct instant){5}, 12), 0);
	assert_int_equal(feed_put_punctual(ring, (struct instant){6}, &punctual), 0);
	assert_int_equal(feed_put_uncertainty(ring, (struct instant){7}, &uncertainty), 0);
	assert_int_equal(feed_put_hour(ring, (struct instant){8}, &hour), 0);

	record = next(FEED_DEVICE, 1);
	assert_memory_equal(record.device, &device, sizeof device);
	ring_drop(ring);
	record = next(FEED_BATCH, 2);
	assert_batch(&record, &batch);
	ring_drop(ring);
	record = next(FEED_GAP, 3);
	assert_memory_equal(&record.gap, &gap, sizeof gap);
	ring_drop(ring);
	record = next(FEED_HEALTH, 4);
	assert_int_equal(record.health->rows, 99);
	assert_string_equal(record.health->port, "/dev/x");
	ring_drop(ring);
	record = next(FEED_GONE, 5);
	assert_int_equal(record.gone, 12);
	ring_drop(ring);
	record = next(FEED_PUNCTUAL, 6);
	assert_memory_equal(record.punctual, &punctual, sizeof punctual);
	ring_drop(ring);
	record = next(FEED_UNCERTAINTY, 7);
	assert_memory_equal(&record.uncertainty, &uncertainty, sizeof uncertainty);
	ring_drop(ring);
	record = next(FEED_HOUR, 8);
	assert_memory_equal(&record.hour, &hour, sizeof hour);
	ring_drop(ring);
	assert_false(feed_peek(ring, &record));
}

static void a_full_ring_refuses_each_kind_and_stays_whole(void **state)
{
	static struct batch batch;
	static struct device device;
	struct gap gap = {.reason = GAP_WIRE};
	struct feed_health health = {.device = 1};
	struct feed_record record;
	int n = 0;

	(void)state;
	fill(&batch, BATCH_ROWS, STREAM_CHANNELS, true);
	while (feed_put_batch(ring, (struct instant){n}, &batch) == 0)
		n++;
	assert_true(n > 3);
	assert_int_equal(feed_put_device(ring, (struct instant){0}, &device), -ENOSPC);
	while (feed_put_gone(ring, (struct instant){n}, 1) == 0)
		n++;
	assert_int_equal(feed_put_gap(ring, (struct instant){0}, &gap), -ENOSPC);
	assert_int_equal(feed_put_health(ring, (struct instant){0}, &health), -ENOSPC);
	for (int i = 0; i < n; i++) {
		assert_true(feed_peek(ring, &record));
		assert_int_equal(record.at.ns, i);
		ring_drop(ring);
	}
	assert_false(feed_peek(ring, &record));
}

#define OPENED(test) cmocka_unit_test_setup_teardown(test, open_ring, close_ring)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPENED(batches_of_any_shape_come_out_as_they_went_in),
		OPENED(a_batch_takes_its_used_size_and_no_more),
		OPENED(all_kinds_keep_their_order_and_content),
		OPENED(a_full_ring_refuses_each_kind_and_stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
