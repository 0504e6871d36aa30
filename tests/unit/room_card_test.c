/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board's id is of its card in its machine: the copies of a card are boards of their own, and open no others. */
#include "room/room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "room/keys.h"
#include "support/cmocka_all.h"
#include "support/scratch.h"

#define ONE "1111111111111111"
#define OTHER "2222222222222222"

static char folder[200], id_path[256], keys_path[256], id[SUMMARY_ID];

static int set_up(void **unused)
{
	(void)unused;
	scratch_folder("card", folder, sizeof folder);
	snprintf(id_path, sizeof id_path, "%s/board-id", folder);
	snprintf(keys_path, sizeof keys_path, "%s/boards", folder);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	unlink(id_path);
	unlink(keys_path);
	return rmdir(folder);
}

/* The daemon starts there, with the card of this test in it. */
static const char *start_in(const char *machine)
{
	struct room *room;

	assert_int_equal(
		room_new(&(struct room_options){.directory = folder, .machine = machine}, &room),
		0);
	strcpy(id, room_id(room));
	room_free(room);
	assert_int_equal(strlen(id), SUMMARY_ID - 1);
	return id;
}

static void join(const char *whose, const char *address)
{
	struct keys keys;
	struct key key = {.name = "lab", .token = "secret"};

	strcpy(key.id, whose);
	strcpy(key.address, address);
	assert_int_equal(keys_open(&keys, folder), 0);
	assert_int_equal(keys_put(&keys, &key), 0);
	keys_close(&keys);
}

static size_t count_keys(void)
{
	struct keys keys;
	size_t n;

	assert_int_equal(keys_open(&keys, folder), 0);
	n = keys.n;
	keys_close(&keys);
	return n;
}

static void a_board_has_its_id_through_its_starts(void **unused)
{
	char first[SUMMARY_ID];
	struct stat about;

	(void)unused;
	strcpy(first, start_in(ONE));
	join(ONE, "http://10.0.0.7:8080");
	assert_string_equal(start_in(ONE), first);
	assert_int_equal(count_keys(), 1);
	assert_int_equal(stat(id_path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_card_in_another_machine_is_another_board_and_opens_none(void **unused)
{
	char first[SUMMARY_ID], second[SUMMARY_ID];

	(void)unused;
	strcpy(first, start_in(ONE));
	join(ONE, "http://10.0.0.7:8080");
	strcpy(second, start_in(OTHER));
	assert_string_not_equal(second, first);
	assert_int_equal(count_keys(), 0);
	join(ONE, "http://10.0.0.7:8080");
	assert_string_equal(start_in(OTHER), second); /* it stays that */
	assert_int_equal(count_keys(), 1);
	assert_string_not_equal(start_in(ONE), first); /* back again is moved again */
}

static void a_card_that_nobody_can_place_stays_who_it_is(void **unused)
{
	char first[SUMMARY_ID];

	(void)unused;
	strcpy(first, start_in(""));
	assert_string_equal(start_in(""), first);
	strcpy(first, start_in(ONE));
	assert_string_equal(
		start_in(""), first); /* the kernel does not tell: no reason to be another */
	assert_string_equal(start_in(ONE), first);
}

static void what_was_copied_before_ids_had_machines_parts(void **unused)
{
	FILE *file = fopen(id_path, "w");

	(void)unused;
	assert_non_null(file);
	fputs("0123456789abcdef\n", file);
	fclose(file);
	assert_string_not_equal(start_in(ONE), "0123456789abcdef");
}

static void a_key_that_cannot_be_kept_harms_no_other(void **unused)
{
	struct keys keys;
	struct key nobody = {.address = "http://10.0.0.8:8080"};
	struct key strange = {.id = OTHER, .address = "http://10.0.0.9:8080", .token = "\xff"};

	(void)unused;
	join(ONE, "http://10.0.0.7:8080");
	assert_int_equal(keys_open(&keys, folder), 0);
	assert_int_equal(keys_put(&keys, &nobody), -EINVAL);
	assert_true(keys_put(&keys, &strange) < 0);
	keys_close(&keys);
	assert_int_equal(count_keys(), 1);
}

static void at_one_address_one_board_is_joined(void **unused)
{
	(void)unused;
	join(ONE, "http://10.0.0.7:8080");
	join(OTHER, "http://10.0.0.8:8080");
	assert_int_equal(count_keys(), 2);
	join("3333333333333333", "http://10.0.0.7:8080"); /* its card is in another machine now */
	assert_int_equal(count_keys(), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_board_has_its_id_through_its_starts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_card_in_another_machine_is_another_board_and_opens_none, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_card_that_nobody_can_place_stays_who_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_copied_before_ids_had_machines_parts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			at_one_address_one_board_is_joined, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_key_that_cannot_be_kept_harms_no_other, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
