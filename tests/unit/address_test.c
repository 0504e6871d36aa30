/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is printed for people can be opened by them. */
#include "http/address.h"

#include <string.h>

#include "support/cmocka_all.h"

static const char *address_of(const char *listen_at, unsigned port)
{
	static char address[80];

	address_write(listen_at, port, address, sizeof address);
	return address;
}

static void an_address_of_the_board_stands_as_it_is(void **unused)
{
	(void)unused;
	assert_string_equal(address_of("127.0.0.1", 8080), "http://127.0.0.1:8080/");
	assert_string_equal(address_of("::1", 80), "http://[::1]:80/");
}

static void all_addresses_are_one_that_can_be_opened(void **unused)
{
	static const char *const all[] = {"0.0.0.0", "::"};

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		const char *address = address_of(all[i], 8080);

		assert_null(strstr(address, "0.0.0.0"));
		assert_null(strchr(address, '['));
		assert_int_equal(strncmp(address, "http://", 7), 0);
		assert_string_equal(strrchr(address, ':'), ":8080/");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_of_the_board_stands_as_it_is),
		cmocka_unit_test(all_addresses_are_one_that_can_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
