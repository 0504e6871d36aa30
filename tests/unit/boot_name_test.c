/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: nothing here starts another. */
#include "keep/boot_name.h"

#include <errno.h>
#include <string.h>

#include "support/cmocka_all.h"

#define KERNEL "c0ffee00-0000-4000-8000-00000000000"

static void a_board_is_the_same_through_its_boots(void **state)
{
	char first[BOOT_NAME], second[BOOT_NAME];

	(void)state;
	assert_int_equal(boot_name_make(KERNEL "1/aaaaaaaa", "", first), 0);
	assert_int_equal(boot_name_make(KERNEL "2/aaaaaaaa", first, second), 0);
	assert_int_not_equal(boot_name_board(first), 0);
	assert_int_equal(boot_name_board(second), boot_name_board(first));
	assert_true(boot_name_is_of(first, KERNEL "1/aaaaaaaa"));
	assert_false(boot_name_is_of(second, KERNEL "1/aaaaaaaa"));
}

static void copies_of_a_card_part_at_their_first_boot(void **state)
{
	char made[BOOT_NAME], one[BOOT_NAME], other[BOOT_NAME], back[BOOT_NAME];

	(void)state;
	assert_int_equal(boot_name_make(KERNEL "1/aaaaaaaa", "", made), 0);
	assert_int_equal(boot_name_make(KERNEL "2/bbbbbbbb", made, one), 0);
	assert_int_equal(boot_name_make(KERNEL "3/cccccccc", made, other), 0);
	assert_int_not_equal(boot_name_board(one), boot_name_board(made));
	assert_int_not_equal(boot_name_board(one), boot_name_board(other));
	assert_int_equal(boot_name_make(KERNEL "4/bbbbbbbb", one, back), 0);
	assert_int_equal(boot_name_board(back), boot_name_board(one));
}

static void two_that_were_set_up_apart_are_two(void **state)
{
	char one[BOOT_NAME], other[BOOT_NAME];

	(void)state;
	assert_int_equal(boot_name_make(KERNEL "1/aaaaaaaa", "", one), 0);
	assert_int_equal(boot_name_make(KERNEL "1/aaaaaaaa", "", other), 0);
	assert_int_not_equal(boot_name_board(one), boot_name_board(other));
}

static void a_boot_of_before_has_no_board_until_it_is_over(void **state)
{
	char next[BOOT_NAME];

	(void)state;
	assert_true(boot_name_is_of(KERNEL "1", KERNEL "1/aaaaaaaa"));
	assert_int_equal(boot_name_board(KERNEL "1"), 0);
	assert_int_equal(boot_name_make(KERNEL "2/aaaaaaaa", KERNEL "1", next), 0);
	assert_int_not_equal(boot_name_board(next), 0);
}

static void what_has_no_machine_has_no_board(void **state)
{
	char name[BOOT_NAME];

	(void)state;
	assert_int_equal(boot_name_make("boot", "", name), 0);
	assert_string_equal(name, "boot");
	assert_int_equal(boot_name_board(name), 0);
	assert_true(boot_name_is_of(name, "boot"));
	assert_false(boot_name_is_of("", ""));
	assert_int_equal(boot_name_make(KERNEL "1/aaaaaaaa" KERNEL, "", name), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_is_the_same_through_its_boots),
		cmocka_unit_test(copies_of_a_card_part_at_their_first_boot),
		cmocka_unit_test(two_that_were_set_up_apart_are_two),
		cmocka_unit_test(a_boot_of_before_has_no_board_until_it_is_over),
		cmocka_unit_test(what_has_no_machine_has_no_board),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
