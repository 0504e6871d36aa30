/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is presumed of a port's delays follows from what it is. */
#include "base/clock.h"
#include "sense/port.h"
#include "support/cmocka_all.h"

static struct kit_port presumed(uint16_t vendor, unsigned latency_ms)
{
	struct kit_port about = {.usb_vendor = vendor};

	port_presume(latency_ms, &about);
	return about;
}

static void what_is_presumed_follows_from_the_kind_of_port(void **unused)
{
	struct kit_port uart = presumed(0, 0), cdc = presumed(0x2341, 0),
			ftdi = presumed(0x0403, 1);

	(void)unused;
	assert_int_equal(uart.floor_to_ns, 30 * NS_PER_US);
	assert_int_equal(uart.floor_from_ns, 100 * NS_PER_US);
	assert_int_equal(cdc.floor_from_ns, 150 * NS_PER_US);
	assert_int_equal(ftdi.floor_from_ns, 300 * NS_PER_US);
	assert_int_equal(presumed(0x0403, 16).floor_from_ns, ftdi.floor_from_ns);
}

static void the_doubt_covers_both_floors_being_40_per_cent_off(void **unused)
{
	const struct kit_port all[] = {presumed(0, 0), presumed(0x2341, 0), presumed(0x0403, 1)};

	(void)unused;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_in_range(all[i].floor_doubt_ns * 100, 38 * all[i].floor_from_ns,
			40 * all[i].floor_from_ns);
		assert_true(all[i].floor_from_ns >= all[i].floor_to_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_presumed_follows_from_the_kind_of_port),
		cmocka_unit_test(the_doubt_covers_both_floors_being_40_per_cent_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
