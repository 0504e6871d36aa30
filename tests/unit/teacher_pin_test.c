/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PIN on the card outlives a start, and what somebody wrote there is not overwritten. */
#include "http/teacher_pin.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/scratch.h"

static char folder[200], path[256], pin[TEACHER_PIN_TEXT];

static int set_up(void **unused)
{
	(void)unused;
	scratch_folder("pin", folder, sizeof folder);
	snprintf(path, sizeof path, "%s/pin", folder);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	unlink(path);
	return rmdir(folder); /* fails where something was left beside it */
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char *read_file(void)
{
	static char text[64];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	return text;
}

static void the_first_start_makes_six_digits_that_stay(void **unused)
{
	char first[TEACHER_PIN_TEXT];
	struct stat stat_;

	(void)unused;
	teacher_pin_load(folder, pin);
	assert_int_equal(strlen(pin), 6);
	assert_int_equal(strspn(pin, "0123456789"), 6);
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_mode & 0777, 0600);
	memcpy(first, pin, sizeof first);
	teacher_pin_load(folder, pin);
	assert_string_equal(pin, first);
}

static void a_file_that_a_power_cut_left_empty_is_filled(void **unused)
{
	(void)unused;
	write_file("");
	teacher_pin_load(folder, pin);
	assert_int_equal(strlen(pin), 6);
	assert_memory_equal(read_file(), pin, 6);
}

static void what_a_person_wrote_is_taken_or_left_as_it_is(void **unused)
{
	(void)unused;
	write_file("school 7\n");
	teacher_pin_load(folder, pin);
	assert_string_equal(pin, "school 7");

	write_file("longer than fifteen\n");
	teacher_pin_load(folder, pin);
	assert_string_equal(pin, ""); /* nobody gets in */
	assert_string_equal(read_file(), "longer than fifteen\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_first_start_makes_six_digits_that_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_that_a_power_cut_left_empty_is_filled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_person_wrote_is_taken_or_left_as_it_is, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
