/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last second of a stream, whatever its rate. */
#include "live/recent.h"

#include <errno.h>
#include <math.h>

#include "support/cmocka_all.h"

#define MS ((int64_t)NS_PER_MS)

static struct recent recent;

static void say(int64_t ms, double a, double b)
{
	int64_t stamp_ns = ms * MS;
	const double values[] = {a, b};

	recent_add(&recent, &stamp_ns, values, 1);
}

/* NaN: nothing to go by. */
static double mean(uint32_t channel, int64_t ms, uint32_t *ret_n)
{
	double value = NAN;

	*ret_n = 0;
	if (recent_mean(&recent, channel, (struct instant){ms * MS}, &value, ret_n) < 0)
		assert_true(isnan(value));
	return value;
}

static void only_what_was_said_in_the_last_second_counts(void **state)
{
	uint32_t n;

	(void)state;
	recent_reset(&recent, 2, 10 * MS);
	for (int64_t ms = 0; ms < 5000; ms += 10)
		say(ms, (double)(ms / 1000), ms % 20 ? NAN : 1);
	assert_true(mean(0, 4999, &n) == 4);
	assert_int_equal(n, 100);
	assert_true(mean(1, 4999, &n) == 1);
	assert_int_equal(n, 50);
	/* Half of it is over, and nothing has come since. */
	assert_true(mean(0, 5499, &n) == 4);
	assert_int_equal(n, 50);
}

static void a_slow_stream_gives_its_last_value_while_that_is_not_old(void **state)
{
	uint32_t n;

	(void)state;
	recent_reset(&recent, 2, 60000 * MS);
	assert_true(isnan(mean(0, 100, &n)));
	say(1000, 7, NAN);
	assert_true(mean(0, 61000, &n) == 7);
	assert_int_equal(n, 1);
	assert_true(isnan(mean(1, 61000, &n)));
	assert_true(isnan(mean(0, 181001, &n)));
	recent_reset(&recent, 2, 0);
	say(1000, 7, NAN);
	assert_true(mean(0, 11000, &n) == 7);
	assert_true(isnan(mean(0, 11001, &n)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_said_in_the_last_second_counts),
		cmocka_unit_test(a_slow_stream_gives_its_last_value_while_that_is_not_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
