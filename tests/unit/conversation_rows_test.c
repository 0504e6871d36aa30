/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a device and the gaps between them: what was lost, what went wrong. */
#include <math.h>

#include "support/wishes.h"

/* --- rows --- */

static void slow_rows_are_sent_at_once_and_quick_ones_within_40_ms(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 5; i++) {
		rig_pass_ms(&rig, 1000);
		let(send_row);
	}
	assert_true(rig.n_rows >= 4); /* the first one waits for a tick */
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 5);
	for (int i = 0; i < 5000; i++) {
		let(send_row);
		rig_pass_ms(&rig, 1);
	}
	assert_true(rig.n_rows >= 5005 - 41);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 5005);
	for (size_t i = 0; i < rig.n_rows; i++)
		assert_true(rig.rows[i].values[0] - rig.rows[0].values[0] == (double)i);
}

static void send_infinities(struct kit *kit)
{
	double values[] = {INFINITY, -INFINITY};

	kit_row(kit, 0, kit_arrival(kit, 0), values);
}

static void an_infinity_is_a_value_that_was_not_given(void **unused)
{
	(void)unused;
	let(describe);
	let(send_infinities);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 1);
	assert_true(isnan(rig.rows[0].values[0]) && isnan(rig.rows[0].values[1]));
}

static void stamps_rise_even_when_rows_come_at_once(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 300; i++)
		let(send_row);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 300);
	for (size_t i = 1; i < 300; i++)
		assert_int_equal(rig.rows[i].stamp_ns - rig.rows[i - 1].stamp_ns, NS_PER_US);
}

/* --- gaps --- */

static void unplugging_is_told_on_the_way_and_when_it_is_back(void **unused)
{
	uint32_t device, stream;
	int64_t last_ns, back_ns;

	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 100);
	device = rig_device(&rig)->id;
	stream = rig.rows[0].stream;
	last_ns = rig.rows[0].stamp_ns;
	rig_unplug(&rig);
	assert_int_equal(rig.n_gone, 1);
	assert_int_equal(rig.gone[0], device);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_UNPLUGGED);
	assert_int_equal(rig.gaps[0].stream, stream);
	assert_int_equal(rig.gaps[0].from.ns, last_ns);
	assert_int_equal(rig.gaps[0].to.ns, rig.clock.frozen_ns);

	rig_pass_ms(&rig, 5000);
	rig_plug(&rig);
	let(describe);
	rig_pass_ms(&rig, 500);
	back_ns = rig.clock.frozen_ns;
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_device(&rig)->id, device);
	assert_int_equal(rig_device(&rig)->sticker, 1);
	assert_int_equal(rig.rows[1].stream, stream);
	assert_int_equal(rig.n_gaps, 2);
	assert_int_equal(rig.gaps[1].reason, GAP_UNPLUGGED);
	assert_int_equal(rig.gaps[1].from.ns, last_ns);
	assert_int_equal(rig.gaps[1].to.ns, back_ns);
}

static void readings_that_went_wrong_are_a_gap_with_their_number(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 500);
	let(get_no_answer);
	rig_pass_ms(&rig, 500);
	let(get_no_answer);
	rig_pass_ms(&rig, 540);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_int_equal(rig.gaps[0].from.ns, last_ns);
	assert_int_equal(rig.gaps[0].to.ns, last_ns + INT64_C(1540) * NS_PER_MS);
	assert_int_equal(rig.gaps[0].lost_rows, 2);
	assert_int_equal(rig_health(&rig).unanswered, 2);
	assert_int_equal(rig_health(&rig).bad_frames, 0); /* none came */
}

static void what_went_wrong_and_cost_no_reading_is_no_gap(void **unused)
{
	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	rig_pass_ms(&rig, 250);
	let(get_no_answer);
	rig_pass_ms(&rig, 350);
	let(send_row);
	rig_pass_ms(&rig, 900); /* late, but nothing went wrong since */
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 0);
}

static void without_a_period_nobody_knows_how_many_went_wrong(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 500);
	}
	let(get_no_answer);
	rig_pass_ms(&rig, 500);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_int_equal(rig.gaps[0].lost_rows, 0);
}

static void lose_three(struct kit *kit)
{
	kit_lost(kit, 0, 3, GAP_WIRE);
}

static void lost_rows_are_a_gap_in_front_of_the_next_one(void **unused)
{
	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 50);
	let(lose_three);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_gaps, 0);
	let(send_row);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_int_equal(rig.gaps[0].lost_rows, 3);
	assert_int_equal(rig.gaps[0].from.ns, rig.rows[0].stamp_ns);
	assert_int_equal(rig.gaps[0].to.ns, rig.rows[1].stamp_ns);
	assert_int_equal(rig_health(&rig).lost_rows, 3);
}

static void rows_lost_before_an_unplugging_stay_lost_when_it_is_back(void **unused)
{
	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 500);
	let(lose_three);
	rig_unplug(&rig);
	assert_int_equal(rig.gaps[0].lost_rows, 3);
	rig_pass_ms(&rig, 1000);
	for (int again = 0; again < 2; again++) {
		rig_plug(&rig);
		let(describe);
		let(lose_three);
		rig_unplug(&rig);
	}
	rig_plug(&rig);
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(rig.gaps[i].reason, GAP_UNPLUGGED);
		assert_true(gap_holds(&rig.gaps[i], &rig.gaps[0]));
		assert_int_equal(rig.gaps[i].lost_rows, i < 3 ? 3 * (i + 1) : 9);
	}
	let(send_row);
	rig_unplug(&rig);
	assert_int_equal(newest_gap()->lost_rows, 0); /* that was another one */
}

static void a_reset_after_it_was_plugged_in_counts_no_row_again(void **unused)
{
	int64_t off_ns;

	(void)unused;
	let(describe);
	let(send_row);
	let(lose_three);
	rig_pass_ms(&rig, 500);
	rig_unplug(&rig);
	off_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 1000);
	rig_plug(&rig);
	let(describe);
	let(kit_restarted);
	let(send_row);
	assert_int_equal(rig.n_gaps, 2);
	assert_int_equal(rig.gaps[1].reason, GAP_RESET);
	assert_int_equal(rig.gaps[1].from.ns, off_ns);
	assert_int_equal(rig.gaps[1].lost_rows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WISHES_TEST(slow_rows_are_sent_at_once_and_quick_ones_within_40_ms),
		WISHES_TEST(an_infinity_is_a_value_that_was_not_given),
		WISHES_TEST(stamps_rise_even_when_rows_come_at_once),
		WISHES_TEST(unplugging_is_told_on_the_way_and_when_it_is_back),
		WISHES_TEST(readings_that_went_wrong_are_a_gap_with_their_number),
		WISHES_TEST(what_went_wrong_and_cost_no_reading_is_no_gap),
		WISHES_TEST(without_a_period_nobody_knows_how_many_went_wrong),
		WISHES_TEST(lost_rows_are_a_gap_in_front_of_the_next_one),
		WISHES_TEST(rows_lost_before_an_unplugging_stay_lost_when_it_is_back),
		WISHES_TEST(a_reset_after_it_was_plugged_in_counts_no_row_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
