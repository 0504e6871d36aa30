/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values come out as the decimals that people expect, and never as others. */
#include <math.h>

#include "data/rounding.h"
#include "support/cmocka_all.h"

static double rounded(double resolution, double value)
{
	return rounding_apply(rounding_of(resolution), value);
}

static void noise_behind_the_resolution_goes(void **unused)
{
	(void)unused;
	assert_true(rounded(0.1, 305 * 0.1) == 30.5);
	assert_true(rounded(0.01, (double)23.1F) == 23.1);
	assert_true(rounded(1000, 123456.4) == 123456);
}

static void what_the_instrument_tells_apart_stays(void **unused)
{
	(void)unused;
	assert_true(rounded(0.0625, 22.6625) == 22.6625);
	assert_true(rounded(0.001, -0.000001) == -0.000001);
}

static void without_a_resolution_and_beyond_all_digits_values_stay(void **unused)
{
	(void)unused;
	assert_true(rounded(0, 1.0 / 3) == 1.0 / 3);
	assert_true(rounded(NAN, 1.0 / 3) == 1.0 / 3);
	assert_true(rounded(1e-30, 1.0 / 3) == 1.0 / 3);
	assert_true(rounded(0.01, 1e300) == 1e300);
	assert_true(isnan(rounded(0.01, NAN)));
	assert_true(isinf(rounded(0.01, INFINITY)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_behind_the_resolution_goes),
		cmocka_unit_test(what_the_instrument_tells_apart_stays),
		cmocka_unit_test(without_a_resolution_and_beyond_all_digits_values_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
