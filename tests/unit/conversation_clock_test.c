/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device that counts time itself: its rows wait for the map of its clock, and what becomes of those
 * that the clock cannot be right about. */
#include <math.h>
#include <stdlib.h>

#include "sense/describe.h"
#include "support/wishes.h"

static struct {
	int64_t ahead_us; /* of the device's clock */
	unsigned pings;
} device;

static uint32_t tick_now(const struct kit *kit)
{
	return (uint32_t)(kit_now(kit).ns / NS_PER_US + device.ahead_us);
}

static void answer_ping(struct kit *kit)
{
	struct instant now = kit_now(kit);
	uint32_t tick = tick_now(kit);

	device.pings++;
	kit_pair(kit, instant_add(now, -200 * NS_PER_US), tick - 100, tick - 100, now);
}

/* The newest row that carries a tick: the pairs of the clock do not. */
static const struct rig_row *newest_tick_row(void)
{
	size_t i = rig.n_rows;

	while (i > 0 && !rig.rows[i - 1].has_tick)
		i--;
	assert_true(i > 0);
	return &rig.rows[i - 1];
}

static void send_row_at_tick(struct kit *kit)
{
	double values[] = {row_value++, 0};

	kit_row_at_tick(kit, 0, tick_now(kit), values);
}

static void rows_wait_for_the_map_and_get_their_true_stamps(void **unused)
{
	int64_t true_ns[5];

	(void)unused;
	device.ahead_us = 4294967296 - 1050000; /* wraps in the middle */
	let(describe_with_clock);
	assert_int_equal(rig_device(&rig)->n_streams, 2);
	assert_int_equal(rig_device(&rig)->streams[1].kind, STREAM_CLOCK);
	for (int i = 0; i < 5; i++) {
		true_ns[i] = rig.clock.frozen_ns;
		let(send_row_at_tick);
		rig_pass_ms(&rig, 20);
	}
	assert_int_equal(rig.n_rows, 0);
	assert_int_equal(rig_health(&rig).uncertainty_ns, rig.port.uncertainty_ns);
	for (int i = 0; i < 8; i++) {
		let(answer_ping);
		rig_pass_ms(&rig, 10);
	}
	rig_pass_ms(&rig, 100);
	size_t n = 0;
	for (size_t i = 0; i < rig.n_rows; i++) {
		const struct rig_row *row = &rig.rows[i];

		if (row->stream != rig_device(&rig)->streams[0].id)
			continue;
		assert_true(row->has_tick);
		assert_int_equal(row->stamp_ns, clock_piece_stamp(&row->piece, row->tick));
		assert_true(llabs(row->stamp_ns - true_ns[n]) < 2 * NS_PER_US);
		n++;
	}
	assert_int_equal(n, 5);
	assert_int_equal(rig.n_rows, 5 + 8); /* and the raw pairs */
	assert_true(rig_health(&rig).uncertainty_ns > 0);
	assert_int_equal(rig_health(&rig).round_trip_ns, 200 * NS_PER_US);
}

static void the_raw_pairs_are_kept(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	let(answer_ping);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig.rows[0].stamp_ns, NS_PER_S);
	assert_true(rig.rows[0].values[CLOCK_TRIP] == 200 * NS_PER_US);
	assert_true(rig.rows[0].values[CLOCK_RECEIVED] == 1000000 - 100);
	assert_true(rig.rows[0].values[CLOCK_PAUSE] == 0);
}

static void speak(struct kit *kit)
{
	kit_heard(kit, tick_now(kit), instant_add(kit_now(kit), 100 * NS_PER_US));
}

static void words_that_nobody_asked_for_are_kept_as_such(void **unused)
{
	(void)unused;
	device.ahead_us = 500;
	let(describe_with_clock);
	let(speak);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig.rows[0].stamp_ns, NS_PER_S + 100 * NS_PER_US);
	assert_true(isnan(rig.rows[0].values[CLOCK_TRIP]));
	assert_true(isnan(rig.rows[0].values[CLOCK_PAUSE]));
	assert_true(rig.rows[0].values[CLOCK_RECEIVED] == 1000000 + 500);
}

/* What is presumed of the path is taken off: 60 us of these 100. */
static void who_only_speaks_is_stamped_by_his_clock(void **unused)
{
	int64_t first_ns;

	(void)unused;
	rig_unplug(&rig);
	rig.port.floor_from_ns = 60 * NS_PER_US;
	rig.port.floor_doubt_ns = 20 * NS_PER_US;
	rig_plug(&rig);
	device.ahead_us = 123456;
	let(describe_with_clock);
	first_ns = rig.clock.frozen_ns;
	let(send_row_at_tick);
	for (int i = 0; i < 40; i++) {
		let(speak);
		rig_pass_ms(&rig, 100);
	}
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_health(&rig).rows, 2);
	for (size_t i = 0; i < rig.n_rows; i++)
		if (rig.rows[i].has_tick) {
			assert_true(llabs(rig.rows[i].stamp_ns - first_ns - 40 * NS_PER_US) <
				2 * NS_PER_US);
			first_ns += 4 * (int64_t)NS_PER_S;
		}
	assert_in_range(rig_health(&rig).uncertainty_ns, 20 * NS_PER_US, 50 * NS_PER_US);
	assert_int_equal(rig_health(&rig).round_trip_ns, 0);
}

static void a_restart_is_a_gap_and_a_new_segment(void **unused)
{
	uint32_t segment;

	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	segment = newest_tick_row()->piece.segment;
	let(kit_restarted);
	device.ahead_us = -rig.clock.frozen_ns / NS_PER_US;
	let(send_row_at_tick);
	rig_pass_ms(&rig, 20);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	rig_pass_ms(&rig, 100);
	assert_int_equal(newest_gap()->reason, GAP_RESET);
	assert_true(newest_tick_row()->piece.segment > segment);
	assert_int_equal(rig_health(&rig).rows, 2);
}

/* A clock that leaps back and says nothing of it: its rows would go back in time. */
static void rows_that_would_not_rise_are_counted_not_kept(void **unused)
{
	int64_t last_ns = 0;

	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	let(send_row_at_tick);
	rig_pass_ms(&rig, 1);
	device.ahead_us = -500000;
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	for (size_t i = 0; i < rig.n_rows; i++) {
		if (!rig.rows[i].has_tick)
			continue;
		assert_true(rig.rows[i].stamp_ns > last_ns);
		last_ns = rig.rows[i].stamp_ns;
	}
	assert_int_equal(rig_health(&rig).rows, 1);
	assert_int_equal(rig_health(&rig).lost_rows, 1);
	device.ahead_us = 0;
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	assert_int_equal(newest_gap()->lost_rows, 1);
}

static void complain(struct kit *kit)
{
	kit_error(kit, "checksum");
	kit_stream_error(kit, 0, "timeout");
}

static void a_row_by_the_clock_of_its_device_ends_the_trouble(void **unused)
{
	(void)unused;
	let(describe_with_clock);
	let(complain);
	rig_pass_ms(&rig, 2000);
	assert_string_equal(rig_health(&rig).trouble, "checksum");
	assert_string_equal(rig_health(&rig).stream_trouble[0], "timeout");
	let(send_row_at_tick);
	rig_pass_ms(&rig, 2000);
	assert_string_equal(rig_health(&rig).trouble, "");
	assert_string_equal(rig_health(&rig).stream_trouble[0], "");
}

static void send_row_of_tomorrow(struct kit *kit)
{
	double values[] = {-1, 0};

	kit_row_at_tick(kit, 0, tick_now(kit) + 600000000, values);
}

static void a_row_from_the_future_is_damage_and_holds_nothing_up(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	let(send_row_at_tick);
	rig_pass_ms(&rig, 10);
	let(send_row_of_tomorrow);
	for (int i = 0; i < 50; i++) {
		rig_pass_ms(&rig, 100);
		let(answer_ping);
		let(send_row_at_tick);
	}
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_health(&rig).rows, 51);
	assert_int_equal(rig_health(&rig).lost_rows, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_true(newest_tick_row()->stamp_ns <= rig.clock.frozen_ns);
	assert_true(newest_tick_row()->piece.origin_ns <= rig.clock.frozen_ns);
}

static void rows_that_never_met_a_map_are_told_at_the_end(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	for (int end = 0; end < 3; end++) {
		let(describe_with_clock);
		for (int i = 0; i < 7; i++)
			let(send_row_at_tick);
		if (end == 0)
			conversation_stop(rig.kit, clock_now(&rig.clock));
		else if (end == 1)
			let(describe_other);
		else
			rig_unplug(&rig);
		rig_collect(&rig);
		assert_int_equal(rig.n_rows, 0);
		assert_int_equal(rig.n_gaps, end + 1);
		assert_int_equal(newest_gap()->reason, end == 0 ? GAP_STOPPED : GAP_UNPLUGGED);
		assert_int_equal(newest_gap()->lost_rows, end < 2 ? 7 : 14); /* one that grew */
		assert_int_equal(newest_gap()->to.ns, rig.clock.frozen_ns);
		if (end != 1)
			rig_plug(&rig);
	}
}

static uint32_t tick_of_a_bad_clock(const struct kit *kit)
{
	return (uint32_t)(kit_now(kit).ns / NS_PER_US * 101 / 100);
}

static void answer_ping_badly(struct kit *kit)
{
	struct instant now = kit_now(kit);
	uint32_t tick = tick_of_a_bad_clock(kit);

	kit_pair(kit, instant_add(now, -200 * NS_PER_US), tick - 100, tick - 100, now);
}

static void send_row_at_bad_tick(struct kit *kit)
{
	double values[] = {row_value++, 0};

	kit_row_at_tick(kit, 0, tick_of_a_bad_clock(kit), values);
}

static void a_clock_that_is_none_is_stamped_by_arrival(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_with_clock);
	for (int i = 0; i < 100; i++) {
		let(answer_ping_badly);
		let(send_row_at_bad_tick);
		last_ns = rig.clock.frozen_ns;
		rig_pass_ms(&rig, 50);
	}
	assert_int_equal(rig_health(&rig).rows, 100);
	assert_int_equal(rig_health(&rig).lost_rows, 0);
	assert_int_equal(rig_health(&rig).rate_ppb, 0);
	assert_true(rig_health(&rig).uncertainty_ns >= NS_PER_MS);
	assert_int_equal(rig.n_gaps, 0);
	assert_int_equal(rig.n_rows, 200);
	for (size_t i = 0; i < rig.n_rows; i++)
		if (rig.rows[i].n == 2) /* and not a pair */
			assert_true(!rig.rows[i].has_tick ||
				rig.rows[i].stamp_ns < 4 * (int64_t)NS_PER_S);
	assert_int_equal(rig.rows[rig.n_rows - 1].stamp_ns, last_ns);
}

static void a_device_that_never_answers_pings_is_bounded(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 20000; i++) {
		rig.clock.frozen_ns += NS_PER_MS;
		let(send_row_at_tick);
	}
	assert_int_equal(rig.n_rows, 0);
	assert_true(rig_health(&rig).lost_rows > 10000);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	rig_pass_ms(&rig, 100);
	assert_true(rig.n_rows > 1000); /* those that waited */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WISHES_TEST(rows_wait_for_the_map_and_get_their_true_stamps),
		WISHES_TEST(the_raw_pairs_are_kept),
		WISHES_TEST(words_that_nobody_asked_for_are_kept_as_such),
		WISHES_TEST(who_only_speaks_is_stamped_by_his_clock),
		WISHES_TEST(a_restart_is_a_gap_and_a_new_segment),
		WISHES_TEST(rows_that_would_not_rise_are_counted_not_kept),
		WISHES_TEST(a_row_by_the_clock_of_its_device_ends_the_trouble),
		WISHES_TEST(a_row_from_the_future_is_damage_and_holds_nothing_up),
		WISHES_TEST(rows_that_never_met_a_map_are_told_at_the_end),
		WISHES_TEST(a_clock_that_is_none_is_stamped_by_arrival),
		WISHES_TEST(a_device_that_never_answers_pings_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
