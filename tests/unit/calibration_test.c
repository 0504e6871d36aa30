/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a calibration makes of a value, to the digit, and which points it refuses. */
#include "data/calibration.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

static struct calibration_map map_of(uint32_t n, const double *pairs)
{
	struct calibration_map map = {.n = n};

	for (uint32_t i = 0; i < n; i++) {
		map.raw[i] = pairs[2 * i];
		map.truth[i] = pairs[2 * i + 1];
	}
	return map;
}
#define MAP(...) map_of(sizeof((double[]){__VA_ARGS__}) / 16, (const double[]){__VA_ARGS__})

/* The value as somebody reads it in a file. */
static void assert_reads(
	const struct calibration_map *map, double resolution, double raw, const char *text)
{
	char made[NUMBER_TEXT + 1];

	made[number_from_double(calibration_value(map, resolution, raw), made)] = '\0';
	assert_string_equal(made, text);
}

static void one_point_shifts_and_leaves_no_noise_in_the_digits(void **state)
{
	const struct calibration_map up = MAP(20.1, 20.4), zero = MAP(0.13, 0);

	(void)state;
	assert_reads(&up, 0.01, 20.1, "20.4");
	assert_reads(&up, 0, 20.1, "20.4"); /* 20.400000000000002 without rounding */
	assert_reads(&up, 0.01, -3.07, "-2.77");
	assert_reads(&zero, 0.01, 0.13, "0"); /* and not -0 */
	assert_reads(&zero, 0, 1000.13, "1000");
	assert_reads(&zero, 0.01, 1e9 + 0.25, "1000000000.12");
	assert_true(isnan(calibration_value(&up, 0.01, NAN)));
}

static void hundredths_stay_hundredths_over_a_whole_range(void **state)
{
	const struct calibration_map map = MAP(0.37, 0);

	(void)state;
	for (int hundredths = -5000; hundredths <= 12500; hundredths++) {
		double want = (hundredths - 37) / 100.0;

		assert_true(calibration_value(&map, 0.01, hundredths / 100.0) == want);
		assert_true(calibration_value(&map, 0, hundredths / 100.0) == want);
	}
}

static void two_points_are_met_exactly_and_the_line_goes_on(void **state)
{
	const struct calibration_map map = MAP(0.3, 0, 98.9, 100);

	(void)state;
	assert_reads(&map, 0.1, 0.3, "0");
	assert_reads(&map, 0.1, 98.9, "100");
	assert_reads(&map, 0.1, 49.6, "50");
	assert_true(calibration_line(&map, 0.3) == 0);
	assert_true(calibration_line(&map, 98.9) == 100);
	assert_reads(&map, 0.1, 197.5, "200");
	assert_reads(&map, 0.1, -98.3, "-100");
	assert_false(calibration_falls(&map));
}

static void a_table_meets_its_points_is_straight_between_and_extended(void **state)
{
	const struct calibration_map map = MAP(0, 0, 10, 20, 20, 25, 40, 26);

	(void)state;
	assert_reads(&map, 1, 0, "0");
	assert_reads(&map, 1, 10, "20");
	assert_reads(&map, 1, 20, "25");
	assert_reads(&map, 1, 40, "26");
	assert_reads(&map, 1, 5, "10");
	assert_reads(&map, 1, 15, "22.5");
	assert_reads(&map, 1, 30, "25.5");
	assert_reads(&map, 1, -1, "-2");
	assert_reads(&map, 1, 60, "27");
}

static void the_digits_follow_the_resolution(void **state)
{
	const struct calibration_map map = MAP(0, 0, 3, 1);

	(void)state;
	assert_reads(&map, 1, 1, "0.333");
	assert_reads(&map, 0.01, 1, "0.33333");
	assert_reads(&map, 0.0625, 1, "0.33333");
	assert_reads(&map, 0.1, 1, "0.3333");
	assert_reads(&map, 10, 1, "0.33");
	assert_reads(&map, 0, 1, "0.3333333333333");
	assert_true(calibration_round(2.0 / 3, 0.1) == 0.6667);
}

static void points_come_in_any_order_and_senseless_ones_are_refused(void **state)
{
	struct calibration_map map = MAP(98.9, 100, 0.3, 0);

	(void)state;
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TWO_POINT), CALIBRATION_SOUND);
	assert_true(map.raw[0] == 0.3 && map.truth[0] == 0 && map.truth[1] == 100);
	map = MAP(1, 2, 1, 3);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TWO_POINT), CALIBRATION_SAME_RAW);
	map = MAP(1, 2, 2, 2);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TWO_POINT), CALIBRATION_TURNS);
	map = MAP(0, 0, 2, 5, 1, 7);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TABLE), CALIBRATION_TURNS);
	map = MAP(0, 9, 2, 5, 1, 7);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TABLE), CALIBRATION_SOUND);
	assert_true(calibration_falls(&map));
	map = MAP(0, INFINITY);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_OFFSET), CALIBRATION_NUMBER);
	map = MAP(2e12, 0);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_OFFSET), CALIBRATION_NUMBER);
	map = MAP(0, NAN, 1, 1);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TWO_POINT), CALIBRATION_NUMBER);
	map = MAP(0, 0, 1, 1, 2, 2);
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TWO_POINT), CALIBRATION_COUNT);
	map.n = CALIBRATION_POINTS + 1;
	assert_int_equal(calibration_map_sort(&map, CALIBRATION_TABLE), CALIBRATION_COUNT);
	for (int fault = CALIBRATION_COUNT; fault <= CALIBRATION_TURNS; fault++) {
		assert_true(*calibration_fault_words((enum calibration_fault)fault).zh);
		assert_true(*calibration_fault_words((enum calibration_fault)fault).en);
	}
}

/* Whatever the points: order is kept or turned over, so that a column's least and greatest are
 * those of its rows. */
static void every_sound_map_keeps_or_turns_the_order(void **state)
{
	struct draw draws = {7};

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint32_t n = 2 + (uint32_t)draw_below(&draws, CALIBRATION_POINTS - 1);
		bool falls = draw_below(&draws, 2);
		struct calibration_map map = {.n = n};
		double raw = 0, truth = 0, last = 0;

		for (uint32_t i = 0; i < n; i++) {
			map.raw[i] = raw += 0.01 * (double)(1 + draw_below(&draws, 1000));
			truth += 0.01 * (double)(1 + draw_below(&draws, 1000));
			map.truth[i] = falls ? -truth : truth;
		}
		assert_int_equal(calibration_map_sort(
					 &map, n == 2 ? CALIBRATION_TWO_POINT : CALIBRATION_TABLE),
			CALIBRATION_SOUND);
		assert_true(calibration_falls(&map) == falls);
		for (int i = 0; i < 100; i++) {
			double value = calibration_value(&map, 0.01, 0.1 * i - 3);

			if (i > 0)
				assert_true(falls ? value <= last : value >= last);
			last = value;
		}
	}
}

static void zeroing_keeps_the_gain(void **state)
{
	struct calibration_map map = MAP(0, 0, 10, 20);

	(void)state;
	calibration_shift(&map, -calibration_value(&map, 0.1, 1.5));
	assert_reads(&map, 0.1, 1.5, "0");
	assert_reads(&map, 0.1, 2.5, "2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_point_shifts_and_leaves_no_noise_in_the_digits),
		cmocka_unit_test(hundredths_stay_hundredths_over_a_whole_range),
		cmocka_unit_test(two_points_are_met_exactly_and_the_line_goes_on),
		cmocka_unit_test(a_table_meets_its_points_is_straight_between_and_extended),
		cmocka_unit_test(the_digits_follow_the_resolution),
		cmocka_unit_test(points_come_in_any_order_and_senseless_ones_are_refused),
		cmocka_unit_test(every_sound_map_keeps_or_turns_the_order),
		cmocka_unit_test(zeroing_keeps_the_gain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
