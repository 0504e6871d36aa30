/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slip of the finger is asked about, an honest calibration is not. */
#include "data/calibration_doubt.h"

#include "support/cmocka_all.h"

static struct calibration_question asked_of(
	uint32_t n, const double *pairs, double low, double high)
{
	struct calibration_map map = {.n = n};

	for (uint32_t i = 0; i < n; i++) {
		map.raw[i] = pairs[2 * i];
		map.truth[i] = pairs[2 * i + 1];
	}
	assert_int_equal(calibration_map_sort(&map, calibration_kind_for(n)), CALIBRATION_SOUND);
	return calibration_question_of(&map, low, high);
}
#define ASKED(low, high, ...) \
	asked_of(sizeof((double[]){__VA_ARGS__}) / 16, (const double[]){__VA_ARGS__}, low, high)

static void honest_calibrations_pass_unasked(void **unused)
{
	(void)unused;
	assert_int_equal(ASKED(-40, 125, 0.3, 0, 98.9, 100).doubt, CALIBRATION_PLAIN);
	assert_int_equal(ASKED(-40, 125, 20.1, 20.4).doubt, CALIBRATION_PLAIN);
	assert_int_equal(ASKED(3, 9, 4.2, 4, 6.7, 6.86).doubt, CALIBRATION_PLAIN); /* pH */
	assert_int_equal(ASKED(0, 10000, 620, 420).doubt, CALIBRATION_PLAIN); /* CO2, fresh air */
	assert_int_equal(ASKED(0, 100, 0, 0, 30, 40, 100, 100).doubt, CALIBRATION_PLAIN);
	/* Just behind the end of its range a sensor still speaks. */
	assert_int_equal(ASKED(-20, 115, -20.5, -20).doubt, CALIBRATION_PLAIN);
	/* Counts become degrees, or double: nothing is known of the channel. */
	assert_int_equal(ASKED(0, 0, 0, -10, 1023, 60).doubt, CALIBRATION_PLAIN);
	assert_int_equal(ASKED(0, 0, 0, -40, 65535, 125).doubt, CALIBRATION_PLAIN);    /* 16 bits */
	assert_int_equal(ASKED(0, 0, 84000, 0, 512000, 200).doubt, CALIBRATION_PLAIN); /* HX711 */
	assert_int_equal(ASKED(0, 0, 20.5, 41, -0.5, -1).doubt, CALIBRATION_PLAIN);
	assert_int_equal(ASKED(0, 0, 0, 20).doubt, CALIBRATION_PLAIN);
}

static void a_slip_of_the_finger_is_asked_about_by_an_example(void **unused)
{
	struct calibration_question asked = ASKED(-40, 80, 20, 2000);

	(void)unused;
	assert_int_equal(asked.doubt, CALIBRATION_FAR);
	assert_true(asked.raw == 20 && asked.value == 2000); /* the teacher's point, not an end */
	asked = ASKED(-40, 125, 0.3, 0, 98.9, 1000);
	assert_int_equal(asked.doubt, CALIBRATION_FAR);
	assert_true(asked.raw == 98.9 && asked.value == 1000);
	/* The ends are far though the points are near: two readings that hardly differ. */
	asked = ASKED(-40, 80, 20, 20, 20.1, 20.3);
	assert_int_equal(asked.doubt, CALIBRATION_FAR);
	assert_true(asked.raw == -40 || asked.raw == 80);
	assert_int_equal(ASKED(-40, 80, 0, 0, 50, 5).doubt, CALIBRATION_FAR);
	assert_int_equal(ASKED(0, 100, 0, 0, 30, 80, 100, 100).doubt, CALIBRATION_FAR);
	asked = ASKED(0, 0, 0, 0, 1, 1000);
	assert_int_equal(asked.doubt, CALIBRATION_FAR);
	assert_true(asked.raw == 1 && asked.value == 1000);
	assert_int_equal(ASKED(0, 0, 20, 2000).doubt, CALIBRATION_FAR);
}

static void a_reading_that_never_comes_and_a_swapped_pair_are_asked_about(void **unused)
{
	struct calibration_question asked = ASKED(-40, 80, 20, 20, 500, 60);

	(void)unused;
	assert_int_equal(asked.doubt, CALIBRATION_UNHEARD);
	assert_true(asked.raw == 500);
	assert_int_equal(ASKED(-40, 80, 20, 40, 30, 20).doubt, CALIBRATION_FALLS);
	/* Where one of them is absurd by itself, that is the slip. */
	assert_int_equal(ASKED(-40, 80, 20, 2000, 30, 30).doubt, CALIBRATION_FAR);
	assert_int_equal(ASKED(0, 0, 20, 40, 30, 20).doubt, CALIBRATION_FALLS);
}

static void zeroing_may_move_a_value_over_its_whole_range(void **unused)
{
	(void)unused;
	assert_int_equal(calibration_question_of_zero(49, 0, 0, 50).doubt, CALIBRATION_PLAIN);
	assert_int_equal(calibration_question_of_zero(450, 0, 400, 5000).doubt, CALIBRATION_PLAIN);
	assert_int_equal(calibration_question_of_zero(20, 2000, -40, 80).doubt, CALIBRATION_FAR);
	assert_int_equal(calibration_question_of_zero(1e6, 0, 0, 0).doubt, CALIBRATION_PLAIN);
	assert_int_equal(calibration_question_of_zero(0, 5, 0, 0).doubt, CALIBRATION_PLAIN);
	assert_int_equal(calibration_question_of_zero(20, 2000, 0, 0).doubt, CALIBRATION_FAR);
}

static void zeroing_to_a_value_is_asked_about_as_an_offset(void **unused)
{
	(void)unused;
	assert_int_equal(calibration_question_of_zero(20, 21, -40, 80).doubt, CALIBRATION_PLAIN);
	assert_int_equal(calibration_question_of_zero(20, 60, -40, 80).doubt, CALIBRATION_FAR);
}

static void zeroing_by_what_cannot_be_measured_is_asked_about(void **unused)
{
	(void)unused;
	assert_int_equal(calibration_question_of_zero(-3, 0, 0, 5000).doubt, CALIBRATION_PLAIN);
	assert_int_equal(calibration_question_of_zero(99, 0, -40, 80).doubt, CALIBRATION_OUTSIDE);
	assert_int_equal(
		calibration_question_of_zero(-127, 100, -40, 80).doubt, CALIBRATION_OUTSIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_calibrations_pass_unasked),
		cmocka_unit_test(a_slip_of_the_finger_is_asked_about_by_an_example),
		cmocka_unit_test(a_reading_that_never_comes_and_a_swapped_pair_are_asked_about),
		cmocka_unit_test(zeroing_may_move_a_value_over_its_whole_range),
		cmocka_unit_test(zeroing_to_a_value_is_asked_about_as_an_offset),
		cmocka_unit_test(zeroing_by_what_cannot_be_measured_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
