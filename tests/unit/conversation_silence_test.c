/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is silence, and how it is told: while it lasts, and to its end. */
#include "support/wishes.h"

static void check_newest_gap(enum gap_reason reason, int64_t from_ns, int64_t to_ns, uint64_t rows)
{
	assert_int_equal(newest_gap()->reason, reason);
	assert_int_equal(newest_gap()->from.ns, from_ns);
	assert_int_equal(newest_gap()->to.ns, to_ns);
	assert_int_equal(newest_gap()->lost_rows, rows);
}

static void silence_is_a_state_and_a_gap_that_grows(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 5900);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	assert_int_equal(rig.n_gaps, 0);
	rig_pass_ms(&rig, 200);
	assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
	assert_int_equal(rig.n_gaps, 1); /* so far */
	rig_pass_ms(&rig, 3000);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	assert_int_equal(rig.n_gaps, 2); /* and whole */
	check_newest_gap(GAP_SILENT, last_ns, last_ns + INT64_C(9100) * NS_PER_MS, 0);
	assert_true(gap_holds(&rig.gaps[1], &rig.gaps[0]));
}

static void a_silence_for_good_is_told_at_least_each_minute_but_seldom(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	for (int minute = 0; minute < 10; minute++) {
		rig_pass_ms(&rig, 60000);
		assert_true(rig.clock.frozen_ns - newest_gap()->to.ns <= INT64_C(61) * NS_PER_S);
	}
	assert_in_range(rig.n_gaps, 10, 14);
	for (size_t i = 0; i < rig.n_gaps; i++) {
		int64_t ms = (rig.gaps[i].to.ns - last_ns) / NS_PER_MS;

		assert_int_equal(rig.gaps[i].reason, GAP_SILENT);
		assert_int_equal(rig.gaps[i].from.ns, last_ns);
		assert_int_equal(rig.gaps[i].lost_rows, (ms + 250) / 500 - 1);
	}
}

static void a_stream_that_never_spoke_is_missed_from_its_beginning(void **unused)
{
	int64_t began_ns;

	(void)unused;
	let(describe_twice_a_second);
	began_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 5900);
	assert_int_equal(rig.n_gaps, 0);
	rig_pass_ms(&rig, 200);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(newest_gap()->from.ns, began_ns);
	rig_pass_ms(&rig, 3900);
	let(send_row);
	check_newest_gap(GAP_SILENT, began_ns, began_ns + INT64_C(10) * NS_PER_S, 19);
}

static void lose_one(struct kit *kit)
{
	kit_lost(kit, 0, 1, GAP_WIRE);
}

static void a_row_lost_within_a_silence_is_one_of_many(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 60000);
	let(lose_one);
	rig_pass_ms(&rig, 1000);
	let(send_row);
	check_newest_gap(GAP_SILENT, last_ns, last_ns + INT64_C(61) * NS_PER_S, 121);
}

/* Who gives a row when something happens owes none. */
static void without_a_period_it_is_missed_when_it_was_asked_in_vain(void **unused)
{
	int64_t began_ns;

	(void)unused;
	let(describe);
	began_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 100000);
	assert_int_equal(rig.n_gaps, 0);
	let(get_no_answer);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(newest_gap()->reason, GAP_SILENT);
	assert_int_equal(newest_gap()->from.ns, began_ns);
}

static void a_silence_ends_where_the_unplugging_begins(void **unused)
{
	int64_t last_ns, off_ns, on_ns, silent_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 9000);
	rig_unplug(&rig);
	off_ns = rig.clock.frozen_ns;
	assert_int_equal(rig.n_gaps, 3); /* begun, over, unplugged */
	check_newest_gap(GAP_UNPLUGGED, off_ns, off_ns, 0);
	rig.n_gaps--;
	check_newest_gap(GAP_SILENT, last_ns, off_ns, 17);

	rig_pass_ms(&rig, 5000);
	rig_plug(&rig);
	let(describe_twice_a_second);
	on_ns = rig.clock.frozen_ns;
	rig.n_gaps = 0;
	rig_pass_ms(&rig, 7000);
	assert_int_equal(rig.n_gaps, 2);
	silent_ns = newest_gap()->to.ns;
	assert_in_range(silent_ns - on_ns, 6 * (int64_t)NS_PER_S, 61 * (int64_t)NS_PER_S / 10);
	check_newest_gap(GAP_SILENT, on_ns, silent_ns, 11);
	rig.n_gaps--;
	check_newest_gap(GAP_UNPLUGGED, off_ns, on_ns, 0);
}

static void who_never_spoke_is_missed_while_it_is_unplugged_too(void **unused)
{
	int64_t off_ns, on_ns;

	(void)unused;
	let(describe_twice_a_second);
	rig_pass_ms(&rig, 9000);
	rig_unplug(&rig);
	off_ns = rig.clock.frozen_ns;
	check_newest_gap(GAP_UNPLUGGED, off_ns, off_ns, 0);
	rig_pass_ms(&rig, 5000);
	rig_plug(&rig);
	let(describe_twice_a_second);
	on_ns = rig.clock.frozen_ns;
	rig.n_gaps = 0;
	rig_pass_ms(&rig, 7000);
	assert_int_equal(rig.n_gaps, 2);
	assert_int_equal(newest_gap()->reason, GAP_SILENT);
	assert_int_equal(newest_gap()->from.ns, on_ns);
	rig.n_gaps--;
	check_newest_gap(GAP_UNPLUGGED, off_ns, on_ns, 0);
}

static void a_reset_ends_a_silence(void **unused)
{
	int64_t told_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	rig_pass_ms(&rig, 8600);
	assert_int_equal(newest_gap()->lost_rows, 11);
	told_ns = newest_gap()->to.ns;
	let(kit_restarted);
	let(send_row);
	check_newest_gap(GAP_RESET, told_ns, rig.clock.frozen_ns, 16 - 11);
}

static void after_a_reset_a_silence_is_told_no_more_often(void **unused)
{
	int64_t reset_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	rig_pass_ms(&rig, 20000);
	let(kit_restarted);
	reset_ns = rig.clock.frozen_ns;
	rig.n_gaps = 0;
	rig_pass_ms(&rig, 5000);
	assert_int_equal(rig.n_gaps, 2); /* the reset, and the silence that began with it */
	assert_int_equal(rig.gaps[0].reason, GAP_RESET);
	assert_int_equal(newest_gap()->reason, GAP_SILENT);
	rig_pass_ms(&rig, 5000);
	assert_int_equal(rig.n_gaps, 3);
	let(send_row);
	check_newest_gap(GAP_SILENT, reset_ns, rig.clock.frozen_ns, 19);
}

static void stop(void)
{
	conversation_stop(rig.kit, (struct instant){rig.clock.frozen_ns});
	rig_collect(&rig);
}

static void stopping_tells_what_is_missing_until_then(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 10000);
	stop();
	check_newest_gap(GAP_SILENT, last_ns, last_ns + INT64_C(10) * NS_PER_S, 19);
	assert_int_equal(rig.n_gone, 0);
}

static void stopping_tells_questions_without_an_answer(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 1000);
	let(get_no_answer);
	rig_pass_ms(&rig, 1000);
	assert_int_equal(rig.n_gaps, 0);
	stop();
	assert_int_equal(rig.n_gaps, 1);
	check_newest_gap(GAP_WIRE, last_ns, last_ns + INT64_C(2) * NS_PER_S, 3);
}

static void stopping_a_kit_that_is_well_tells_no_gap(void **unused)
{
	(void)unused;
	let(describe_twice_a_second);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 500);
	}
	stop();
	assert_int_equal(rig.n_gaps, 0);
}

static void a_slow_sensor_may_be_silent_for_five_of_its_periods(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 5000);
	}
	rig_pass_ms(&rig, 15000);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	rig_pass_ms(&rig, 6000);
	assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
}

static void one_silence_does_not_hide_the_next(void **unused)
{
	(void)unused;
	let(describe);
	for (int silence = 0; silence < 3; silence++) {
		size_t before = rig.n_gaps;

		for (int i = 0; i < 20; i++) {
			let(send_row);
			rig_pass_ms(&rig, 500);
		}
		assert_int_equal(rig_health(&rig).state, DEVICE_READY);
		rig_pass_ms(&rig, 20000);
		assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
		assert_true(rig.n_gaps > before);
	}
}

static void who_speaks_once_a_minute_is_not_silent_for_ever(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		let(send_row); /* two lines each time */
		rig_pass_ms(&rig, 60000);
	}
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
}

static void describe_100_ms(struct kit *kit)
{
	struct device device = plain_device();

	device.streams[0].period_ns = 100 * NS_PER_MS;
	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

static void a_known_period_says_what_silence_is(void **unused)
{
	(void)unused;
	let(describe_100_ms);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 5000); /* late, again and again */
	}
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	rig_pass_ms(&rig, 1500);
	assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WISHES_TEST(silence_is_a_state_and_a_gap_that_grows),
		WISHES_TEST(a_silence_for_good_is_told_at_least_each_minute_but_seldom),
		WISHES_TEST(a_stream_that_never_spoke_is_missed_from_its_beginning),
		WISHES_TEST(a_row_lost_within_a_silence_is_one_of_many),
		WISHES_TEST(without_a_period_it_is_missed_when_it_was_asked_in_vain),
		WISHES_TEST(a_silence_ends_where_the_unplugging_begins),
		WISHES_TEST(who_never_spoke_is_missed_while_it_is_unplugged_too),
		WISHES_TEST(a_reset_ends_a_silence),
		WISHES_TEST(after_a_reset_a_silence_is_told_no_more_often),
		WISHES_TEST(stopping_tells_what_is_missing_until_then),
		WISHES_TEST(stopping_tells_questions_without_an_answer),
		WISHES_TEST(stopping_a_kit_that_is_well_tells_no_gap),
		WISHES_TEST(a_slow_sensor_may_be_silent_for_five_of_its_periods),
		WISHES_TEST(one_silence_does_not_hide_the_next),
		WISHES_TEST(who_speaks_once_a_minute_is_not_silent_for_ever),
		WISHES_TEST(a_known_period_says_what_silence_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
