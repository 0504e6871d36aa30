/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What chronyc prints, as chrony 4.3 of Debian 12 printed it here, and what does not deserve trust. */
#include <errno.h>
#include <string.h>

#include "keep/wall_chrony.h"
#include "support/cmocka_all.h"

static int read_line(const char *line, struct chrony_tracking *ret_tracking)
{
	memset(ret_tracking, 0, sizeof *ret_tracking);
	return chrony_read(line, ret_tracking);
}

static void the_bound_is_offset_and_dispersion_and_half_the_delay(void **state)
{
	struct chrony_tracking tracking;

	(void)state;
	assert_int_equal(
		read_line("CB00710F,203.0.113.15,3,1474024571.123456789,-0.000006523,"
			  "-0.000006747,0.000035822,-3.225,-0.000,0.129,0.013639022,0.001100737,"
			  "64.2,Normal\n",
			&tracking),
		0);
	assert_true(tracking.is_synchronised);
	assert_in_range(
		tracking.uncertainty_ns, 6523 + 1100737 + 6819511, 6523 + 1100737 + 6819511 + 1);
	assert_int_equal(
		read_line("CB00710F,203.0.113.15,3,1474024571.1,0.5,0,0,0,0,0,0.2,0.3,64.2,"
			  "Insert second\n",
			&tracking),
		0);
	assert_true(tracking.is_synchronised);
	assert_in_range(tracking.uncertainty_ns, 900000000, 900000001);
}

static void who_is_not_synchronised_is_not_believed(void **state)
{
	static const char *const lines[] = {
		"00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,"
		"1.000000000,1.000000000,0.0,Not synchronised\n",
		"7F7F0101,,1,1795829345.677453374,0.000000000,0.000000000,0.000000000,0.000,0.000,"
		"0.000,0.000000000,0.000000000,0.0,Normal\n", /* with itself: local stratum 1 */
		"CB00710F,203.0.113.15,3,1474024571.1,-31536000.5,0,0,0,0,0,0.2,0.3,64.2,Normal\n",
	};
	struct chrony_tracking tracking;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_int_equal(read_line(lines[i], &tracking), 0);
		assert_false(tracking.is_synchronised);
	}
}

static void what_is_no_answer_is_none(void **state)
{
	static const char *const lines[] = {"", "\n", "506 Cannot talk to daemon\n",
		"CB00710F,203.0.113.15,3,1474024571.1,0.5,0,0,0,0,0,0.2,0.3,64.2\n",
		"CB00710F,203.0.113.15,3,1474024571.1,0.5,0,0,0,0,0,0.2,0.3,64.2,Normal,more\n",
		"CB00710F,203.0.113.15,3,1474024571.1,half,0,0,0,0,0,0.2,0.3,64.2,Normal\n",
		"CB00710F,203.0.113.15,3,1474024571.1,0.5,0,0,0,0,0,0.2,0.3x,64.2,Normal\n",
		"CB00710F,203.0.113.15,3,1474024571.1,0.5,0,0,0,0,0,,0.3,64.2,Normal\n"};
	struct chrony_tracking tracking;
	char long_line[4000];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_int_equal(read_line(lines[i], &tracking), -EINVAL);
	memset(long_line, ',', sizeof long_line);
	long_line[sizeof long_line - 1] = '\0';
	assert_int_equal(read_line(long_line, &tracking), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bound_is_offset_and_dispersion_and_half_the_delay),
		cmocka_unit_test(who_is_not_synchronised_is_not_believed),
		cmocka_unit_test(what_is_no_answer_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
