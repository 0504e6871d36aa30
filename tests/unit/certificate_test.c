/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board's own certificate holds on a board of 32 bits, too, whatever the hour is there. */
#include <stdint.h>

#include "http/certificate.h"
#include "support/cmocka_all.h"

static void its_end_fits_every_time(void **unused)
{
	(void)unused;
	assert_true(certificate_stand_in_end(4) <= INT32_MAX);
	assert_true(certificate_stand_in_end(4) > 2145900000); /* of 2037 */
	assert_true(certificate_stand_in_end(8) == 2493072000);
}

static void what_is_made_has_that_end(void **unused)
{
	struct certificate *made = NULL;

	(void)unused;
	assert_int_equal(certificate_make(&made), 0);
	assert_true(made->is_stand_in);
	assert_int_equal(made->ends, certificate_stand_in_end(sizeof(time_t)));
	certificate_free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_end_fits_every_time),
		cmocka_unit_test(what_is_made_has_that_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
