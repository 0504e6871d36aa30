/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash is kept in stores, so it may never change: FNV's published values. */
#include "base/hash.h"
#include "support/cmocka_all.h"

static void the_hash_is_fnv_1a_and_stays_it(void **state)
{
	(void)state;
	assert_true(hash_add(HASH_START, "", 0) == 0xcbf29ce484222325u);
	assert_true(hash_add(HASH_START, "a", 1) == 0xaf63dc4c8601ec8cu);
	assert_true(hash_add(HASH_START, "foobar", 6) == 0x85944171f73967e8u);
}

static void pieces_give_the_same_as_the_whole(void **state)
{
	uint64_t piece = hash_add(HASH_START, "foo", 3);

	(void)state;
	assert_true(hash_add(piece, "bar", 3) == hash_add(HASH_START, "foobar", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_fnv_1a_and_stays_it),
		cmocka_unit_test(pieces_give_the_same_as_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
