/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How punctual the sense thread was, since the start and in the last minute, on a made-up clock. */
#include <string.h>

#include "sense/punctual.h"
#include "support/cmocka_all.h"

static struct punctual punctual;

static int begin(void **state)
{
	(void)state;
	memset(&punctual, 0, sizeof punctual);
	return 0;
}

static struct instant second(int64_t s)
{
	return (struct instant){s * NS_PER_S};
}

static struct feed_punctual told_at(int64_t s)
{
	struct feed_punctual told;

	punctual_tell(&punctual, second(s), &told);
	return told;
}

static void lateness_and_turns_are_told_apart(void **state)
{
	struct feed_punctual told;

	(void)state;
	punctual_late(&punctual, second(5), 7);
	punctual_turn(&punctual, second(5), 9);
	punctual_turn(&punctual, second(5), 11);
	told = told_at(6);
	assert_int_equal(told.late.n, 1);
	assert_int_equal(told.late.most, 7);
	assert_int_equal(told.late_minute.most, 7);
	assert_int_equal(told.turn.n, 2);
	assert_int_equal(told.turn.p50, 9);
	assert_int_equal(told.turn_minute.most, 11);
}

static void a_minute_is_forgotten_and_the_start_is_not(void **state)
{
	(void)state;
	punctual_late(&punctual, second(1009), 500);
	for (int64_t s = 1010; s <= 1069; s++) {
		punctual_late(&punctual, second(s), 3);
		assert_int_equal(told_at(s).late_minute.most, 500);
		assert_int_equal(told_at(s).late_minute.n, s - 1008);
	}
	assert_int_equal(told_at(1070).late_minute.most, 3);
	assert_int_equal(told_at(1070).late_minute.n, 60);
	assert_int_equal(told_at(1070).late.most, 500);
	assert_int_equal(told_at(1070).late.n, 61);
}

/* Without a device there are no ticks, for hours: what was before is no news of the last minute. */
static void after_a_long_pause_the_minute_is_empty(void **state)
{
	(void)state;
	for (int64_t s = 0; s < 70; s++)
		punctual_late(&punctual, second(s), 4);
	assert_int_equal(told_at(100000).late_minute.n, 0);
	assert_int_equal(told_at(100000).late.n, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lateness_and_turns_are_told_apart, begin),
		cmocka_unit_test_setup(a_minute_is_forgotten_and_the_start_is_not, begin),
		cmocka_unit_test_setup(after_a_long_pause_the_minute_is_empty, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
