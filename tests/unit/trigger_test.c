/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trigger comes with the first value that crosses its level, once, and with none that lay beyond it. */
#include "data/trigger.h"

#include <math.h>

#include "support/cmocka_all.h"

static struct trigger of(enum lesson_edge edge, double level, enum lesson_mode mode)
{
	const struct lesson_trigger wanted = {.edge = edge, .level = level};

	return trigger_new(&wanted, mode);
}

/* The place of the value that triggers; -1: none does. */
static int find(struct trigger trigger, const double *values, int n)
{
	for (int i = 0; i < n; i++)
		if (trigger_take(&trigger, values[i]))
			return i;
	return -1;
}
#define FIND(trigger, ...) \
	find(trigger, (const double[]){__VA_ARGS__}, \
		(int)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)))

static void a_value_that_rises_to_the_level_triggers(void **unused)
{
	const struct trigger rising = of(LESSON_RISING, 0.5, LESSON_TIME);

	(void)unused;
	assert_int_equal(FIND(rising, 0, 0.4, 0.49, 0.5, 0.6), 3);
	assert_int_equal(FIND(rising, -3, 7), 1);
	assert_int_equal(FIND(rising, 0, 0.4, 0.49), -1);
}

static void a_value_that_falls_to_the_level_triggers(void **unused)
{
	const struct trigger falling = of(LESSON_FALLING, -1, LESSON_EVENT);

	(void)unused;
	assert_int_equal(FIND(falling, 0, -0.9, -1, -2), 2);
	assert_int_equal(FIND(falling, 3, 2, 0), -1);
}

static void what_lies_beyond_from_the_start_has_crossed_nothing(void **unused)
{
	(void)unused;
	assert_int_equal(FIND(of(LESSON_RISING, 0.5, LESSON_TIME), 2, 1, 0.4, 0.7), 3);
	assert_int_equal(FIND(of(LESSON_FALLING, 0.5, LESSON_TIME), 0.1, 0.2, 0.6, 0.5), 3);
}

static void the_first_edge_comes_out_of_silence(void **unused)
{
	(void)unused;
	assert_int_equal(FIND(of(LESSON_RISING, 0.3, LESSON_EDGES), 2.1, 2.0), 0);
	assert_int_equal(FIND(of(LESSON_RISING, 0.3, LESSON_EDGES), 0.1, 2.0), 1);
}

static void what_is_not_there_says_nothing(void **unused)
{
	(void)unused;
	assert_int_equal(
		FIND(of(LESSON_RISING, 0.5, LESSON_TIME), NAN, 0.7, NAN, 0.1, NAN, 0.7), 5);
	assert_int_equal(FIND(of(LESSON_RISING, 0, LESSON_EDGES), NAN, NAN, 0), 2);
	assert_int_equal(FIND(of(LESSON_RISING, 5, LESSON_TIME), 0, INFINITY), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_rises_to_the_level_triggers),
		cmocka_unit_test(a_value_that_falls_to_the_level_triggers),
		cmocka_unit_test(what_lies_beyond_from_the_start_has_crossed_nothing),
		cmocka_unit_test(the_first_edge_comes_out_of_silence),
		cmocka_unit_test(what_is_not_there_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
