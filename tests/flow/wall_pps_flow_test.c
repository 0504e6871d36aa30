/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* A pulse of this kernel, read as kitlogd reads it, is where sysfs says that it was. Skipped where no
 * pulse comes; tests/vm has the kernel's own (pps-ktimer), which is no second long to the
 * millisecond, and so never an hour. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keep/wall_pps.h"
#include "support/cmocka_all.h"

enum { PULSES = 3, PATIENCE_TURNS = 1500 }; /* of 20 ms */

static const struct clock clock_real;

/* "1795831010.417656954#2" */
static bool sysfs_says(uint32_t *ret_sequence, int64_t *ret_stamp_ns)
{
	FILE *file = fopen("/sys/class/pps/pps0/assert", "r");
	int64_t seconds = 0, ns = 0;
	int n = file
		? fscanf(file, "%" SCNd64 ".%9" SCNd64 "#%" SCNu32, &seconds, &ns, ret_sequence)
		: 0;

	if (file)
		fclose(file);
	*ret_stamp_ns = seconds * NS_PER_S + ns;
	return n == 3;
}

static void a_pulse_is_where_sysfs_says(void **state)
{
	struct wall_pps pps = {.fd = -1};
	unsigned n = 0;
	uint32_t last = 0;

	(void)state;
	assert_true(wall_pps_open(&pps));
	for (int i = 0; i < PATIENCE_TURNS && n < PULSES; i++) {
		struct wall_pulse pulse;
		uint32_t sequence;
		int64_t stamp_ns;

		usleep(20000);
		if (!wall_pps_read(&pps, &clock_real, &pulse) || pulse.sequence == last ||
			!sysfs_says(&sequence, &stamp_ns) || sequence != pulse.sequence)
			continue;
		const struct anchor now = clock_pair(&clock_real, ANCHOR_SYSTEM);
		int64_t since_ns = now.wall.ns - stamp_ns;

		assert_in_range(instant_since(now.at, pulse.at) + NS_PER_S,
			since_ns + NS_PER_S - NS_PER_MS, since_ns + NS_PER_S + NS_PER_MS);
		assert_true(pulse.uncertainty_ns > 0);
		last = pulse.sequence;
		n++;
	}
	assert_int_equal(n, PULSES);
	wall_pps_close(&pps);
	struct wall_pulse none;
	assert_false(wall_pps_read(&pps, &clock_real, &none));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pulse_is_where_sysfs_says),
	};

	if (access("/dev/pps0", R_OK) < 0) {
		puts("skipped: there is no /dev/pps0 that may be read");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
