/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a full ring keeps out is told later, with numbers that add up. */
#include <string.h>

#include "data/feed.h"
#include "sense/outlet.h"
#include "support/cmocka_all.h"

enum { TOLD_MAX = 400, FILLER = 999 };

static struct ring *keep, *to_main;
static struct outlet *outlet;
static struct gap told[TOLD_MAX];
static size_t n_told;

static int set_up(void **unused)
{
	(void)unused;
	n_told = 0;
	assert_int_equal(ring_new(1 << 14, &keep), 0);
	assert_int_equal(ring_new(1 << 17, &to_main), 0);
	return outlet_new(keep, to_main, NULL, NULL, &outlet);
}

static int tear_down(void **unused)
{
	(void)unused;
	outlet_free(outlet);
	ring_free(keep);
	ring_free(to_main);
	return 0;
}

/* Up to the last byte, by nobody whose gaps count. */
static void fill(void)
{
	const struct gap gap = {.stream = FILLER, .reason = GAP_WIRE};

	while (feed_put_gap(keep, (struct instant){0}, &gap) == 0)
		;
}

/* Takes out all there is, and what was waiting behind it, 2 s later. */
static void drain(int64_t at_s)
{
	struct feed_record record;

	for (int round = 0; round < 10; round++) {
		while (feed_peek(keep, &record)) {
			if (record.kind == FEED_GAP && record.gap.stream != FILLER) {
				assert_true(n_told < TOLD_MAX);
				told[n_told++] = record.gap;
			}
			ring_drop(keep);
		}
		outlet_retry(outlet, (struct instant){(at_s + 2) * NS_PER_S});
	}
}

/* Likewise: what of uncertainties and batches comes, in this order. */
struct heard {
	uint32_t stream; /* of a batch; 0: an uncertainty */
	struct uncertainty uncertainty;
};

static size_t hear(struct heard ret_heard[], size_t most)
{
	struct feed_record record;
	size_t n = 0;

	for (int round = 0; round < 10; round++) {
		for (; feed_peek(keep, &record); ring_drop(keep)) {
			if (record.kind != FEED_UNCERTAINTY && record.kind != FEED_BATCH)
				continue;
			assert_true(n < most);
			ret_heard[n].stream = record.kind == FEED_BATCH ? record.batch.stream : 0;
			ret_heard[n++].uncertainty = record.uncertainty;
		}
		outlet_retry(outlet, (struct instant){10 * (int64_t)NS_PER_S});
	}
	return n;
}

static uint64_t rows_told(void)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < n_told; i++)
		rows += told[i].lost_rows;
	return rows;
}

static void tell(
	uint32_t stream, enum gap_reason reason, int64_t from_s, int64_t to_s, uint64_t rows)
{
	const struct gap gap = {stream, reason, {from_s * NS_PER_S}, {to_s * NS_PER_S}, rows};

	outlet_gap(outlet, gap.to, &gap);
}

static void send_rows(uint32_t stream, int64_t at_s, uint32_t rows)
{
	static struct batch batch;

	batch = (struct batch){.stream = stream, .n_channels = 1, .n_rows = rows};
	for (uint32_t i = 0; i < rows; i++)
		batch.stamps_ns[i] = at_s * NS_PER_S + i;
	outlet_batch(outlet, (struct instant){at_s * NS_PER_S}, &batch);
}

static void silences_that_grow_behind_a_full_ring_are_told_once_each(void **unused)
{
	(void)unused;
	fill();
	for (int64_t minute = 1; minute <= 60; minute++)
		for (uint32_t stream = 1; stream <= 2; stream++)
			tell(stream, GAP_SILENT, 100, 100 + 60 * minute, 120 * (uint64_t)minute);
	drain(4000);
	assert_int_equal(n_told, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(told[i].reason, GAP_SILENT);
		assert_int_equal(told[i].from.ns, INT64_C(100) * NS_PER_S);
		assert_int_equal(told[i].to.ns, INT64_C(3700) * NS_PER_S);
		assert_int_equal(told[i].lost_rows, 7200);
	}
	tell(1, GAP_SILENT, 100, 3760, 7320); /* there is room again */
	drain(4000);
	assert_int_equal(n_told, 3);
	assert_true(gap_holds(&told[2], &told[0]) || gap_holds(&told[2], &told[1]));
}

static void gaps_that_are_over_become_one_and_add_up(void **unused)
{
	(void)unused;
	fill();
	tell(1, GAP_SILENT, 10, 20, 5);
	tell(1, GAP_SILENT, 10, 30, 9);
	tell(1, GAP_WIRE, 40, 50, 3);
	tell(2, GAP_SILENT, 45, 55, 7);
	tell(1, GAP_SILENT, 50, 60, 4);
	tell(1, GAP_SILENT, 50, 70, 8);
	drain(100);
	assert_int_equal(n_told, 3);
	assert_int_equal(told[0].reason, GAP_RING);
	assert_int_equal(told[0].stream, 1);
	assert_int_equal(told[0].from.ns, INT64_C(10) * NS_PER_S);
	assert_int_equal(told[0].to.ns, INT64_C(50) * NS_PER_S);
	assert_int_equal(told[0].lost_rows, 9 + 3);
	assert_int_equal(rows_told(), 9 + 3 + 7 + 8);
}

static void more_streams_than_there_are_places_add_up(void **unused)
{
	enum { STREAMS = DEVICE_MAX * DEVICE_STREAMS + 20 };

	(void)unused;
	fill();
	for (uint32_t stream = 1; stream <= STREAMS; stream++)
		tell(stream, GAP_SILENT, 10, 20, 2);
	drain(100);
	assert_int_equal(rows_told(), 2 * STREAMS);
	assert_int_equal(told[0].stream, 0);
	assert_int_equal(told[0].reason, GAP_RING);
	n_told = 0;
	drain(100);
	assert_int_equal(n_told, 0);
}

/* Whoever is told the same gap again takes the later one for all of it. */
static void rows_lost_before_and_after_a_loss_was_told_are_two_gaps(void **unused)
{
	(void)unused;
	send_rows(1, 1, 1);
	fill();
	send_rows(1, 2, 5);
	drain(2);
	assert_int_equal(n_told, 1);
	fill();
	send_rows(1, 10, 3);
	drain(10);
	assert_int_equal(n_told, 2);
	assert_int_equal(told[0].lost_rows, 5);
	assert_int_equal(told[1].lost_rows, 3);
	assert_false(gap_holds(&told[1], &told[0]));
}

static void say_uncertainty(uint32_t stream, int64_t from, int64_t ns)
{
	outlet_uncertainty(
		outlet, (struct instant){from}, &(struct uncertainty){stream, {from}, ns});
}

static void uncertainties_behind_a_full_ring_come_before_their_rows_and_never_smaller(void **unused)
{
	struct heard heard[16];
	struct feed_record record;

	(void)unused;
	say_uncertainty(5, 50, 900);
	fill();
	say_uncertainty(5, 100, 7);
	say_uncertainty(5, 200, 3000);
	say_uncertainty(5, 300, 20);
	say_uncertainty(5, 400, 10);
	say_uncertainty(6, 400, 33);
	assert_true(feed_peek(keep, &record)); /* the one before the filler */
	assert_int_equal(record.uncertainty.ns, 900);
	ring_drop(keep);
	send_rows(5, 1, 3); /* it does not fit, nor may it come before them */
	assert_int_equal(hear(heard, 16), 3);
	assert_int_equal(heard[0].uncertainty.from.ns, 100); /* the first of those that waited */
	assert_int_equal(heard[0].uncertainty.ns, 3000);     /* with the largest */
	assert_int_equal(heard[1].uncertainty.from.ns, 400);
	assert_int_equal(heard[1].uncertainty.ns, 10);
	assert_int_equal(heard[2].uncertainty.stream, 6);
	/* And from now on at once again. */
	say_uncertainty(5, 500, 11);
	send_rows(5, 2, 3);
	assert_int_equal(hear(heard, 16), 2);
	assert_int_equal(heard[0].stream, 0);
	assert_int_equal(heard[0].uncertainty.ns, 11);
	assert_int_equal(heard[1].stream, 5);
}

static void an_uncertainty_comes_behind_the_device_it_is_about(void **unused)
{
	static const struct device device = {.id = 3, .n_streams = 1};
	static const struct gap gap = {.stream = FILLER, .reason = GAP_WIRE};
	enum feed_kind kinds[2] = {0};
	struct feed_record record;
	size_t n = 0;

	(void)unused;
	/* The larger ring, since a device does not fit into the other. */
	while (feed_put_gap(to_main, (struct instant){0}, &gap) == 0)
		;
	outlet_device(outlet, (struct instant){1}, &device);
	while (feed_peek(
		to_main, &record)) /* its reader has taken all, and sense has told nothing since */
		ring_drop(to_main);
	say_uncertainty(5, 100, 7);
	for (; feed_peek(to_main, &record); ring_drop(to_main)) {
		assert_in_range(n, 0, 1);
		kinds[n++] = record.kind;
	}
	assert_int_equal(n, 2);
	assert_int_equal(kinds[0], FEED_DEVICE);
	assert_int_equal(kinds[1], FEED_UNCERTAINTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			silences_that_grow_behind_a_full_ring_are_told_once_each, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			gaps_that_are_over_become_one_and_add_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_streams_than_there_are_places_add_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			rows_lost_before_and_after_a_loss_was_told_are_two_gaps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			uncertainties_behind_a_full_ring_come_before_their_rows_and_never_smaller,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_uncertainty_comes_behind_the_device_it_is_about, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
