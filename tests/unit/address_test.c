/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What is printed for people can be opened by them. */
#include "http/address.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "support/cmocka_all.h"

static int last; /* what address_write returned */

static const char *address_of(const char *listen_at, unsigned port)
{
	static char address[80];

	last = address_write(listen_at, port, false, address, sizeof address);
	return address;
}

/* Has this machine an address that others may reach? */
static bool has_network(void)
{
	struct ifaddrs *all;
	bool has = false;

	assert_int_equal(getifaddrs(&all), 0);
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		has |= i->ifa_addr && i->ifa_addr->sa_family == AF_INET &&
			(i->ifa_flags & IFF_UP) && !(i->ifa_flags & IFF_LOOPBACK);
	freeifaddrs(all);
	return has;
}

static void an_address_of_the_board_stands_as_it_is(void **unused)
{
	char secure[80];

	(void)unused;
	assert_string_equal(address_of("127.0.0.1", 8080), "http://127.0.0.1:8080/");
	assert_string_equal(address_of("::1", 80), "http://[::1]:80/");
	assert_int_equal(address_write("::1", 443, true, secure, sizeof secure), 0);
	assert_string_equal(secure, "https://[::1]:443/");
	assert_int_equal(last, 0);
}

static void of_all_addresses_it_is_one_that_others_can_open(void **unused)
{
	static const char *const all[] = {"0.0.0.0", "::"};

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		const char *address = address_of(all[i], 8080);

		assert_null(strstr(address, "0.0.0.0"));
		assert_null(strchr(address, '['));
		assert_int_equal(last, has_network() ? 0 : -ENETDOWN);
		assert_int_equal(strncmp(address, "http://127.", 11) == 0, !has_network());
		assert_int_equal(strncmp(address, "http://", 7), 0);
		assert_string_equal(strrchr(address, ':'), ":8080/");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_of_the_board_stands_as_it_is),
		cmocka_unit_test(of_all_addresses_it_is_one_that_others_can_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
