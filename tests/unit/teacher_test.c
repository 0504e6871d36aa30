/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets in, for how long, and how often one may guess. */
#include "http/teacher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

static const int64_t HOUR_NS = 3600 * (int64_t)NS_PER_S;
static const struct instant START = {NS_PER_S};

static struct teacher teacher;
static char token[TEACHER_TOKEN_TEXT];
static unsigned wait_s;

static int set_up(void **unused)
{
	(void)unused;
	teacher_init(&teacher, "123456");
	return 0;
}

static int try(const char *pin, const char *address, struct instant now)
{
	return teacher_login(&teacher, pin, address, now, token, &wait_s);
}

static void the_pin_opens_and_nothing_else_does(void **unused)
{
	static const char *const WRONG[] = {"", "12345", "1234567", "123457", "654321"};

	(void)unused;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(
			try(WRONG[i], "a", instant_add(START, (int64_t)i * HOUR_NS)), -EACCES);
	assert_int_equal(try("123456", "b", START), 0);
	assert_int_equal(strlen(token), TEACHER_TOKEN_TEXT - 1);
	assert_true(teacher_knows(&teacher, token, START));
	token[3] ^= 1;
	assert_false(teacher_knows(&teacher, token, START));
	assert_false(teacher_knows(&teacher, "", START));
	assert_false(teacher_knows(&teacher, NULL, START));
}

static void without_a_pin_nobody_gets_in(void **unused)
{
	(void)unused;
	teacher_init(&teacher, "");
	assert_int_equal(try("", "a", START), -EACCES);
	teacher_init(&teacher, NULL);
	assert_int_equal(try("", "a", START), -EACCES);
}

static void every_session_has_another_token_and_ends_alone(void **unused)
{
	char first[TEACHER_TOKEN_TEXT];

	(void)unused;
	assert_int_equal(try("123456", "a", START), 0);
	memcpy(first, token, sizeof first);
	assert_int_equal(try("123456", "b", START), 0);
	assert_string_not_equal(first, token);
	teacher_logout(&teacher, first);
	assert_false(teacher_knows(&teacher, first, START));
	assert_true(teacher_knows(&teacher, token, START));
	teacher_logout(&teacher, NULL);
	teacher_logout(&teacher, "");
	assert_true(teacher_knows(&teacher, token, START));
}

static void a_session_ends_after_twelve_hours(void **unused)
{
	(void)unused;
	assert_int_equal(try("123456", "a", START), 0);
	assert_true(teacher_knows(&teacher, token, instant_add(START, 12 * HOUR_NS - 1)));
	assert_false(teacher_knows(&teacher, token, instant_add(START, 12 * HOUR_NS)));
}

static void the_seventeenth_session_ends_the_oldest(void **unused)
{
	char oldest[TEACHER_TOKEN_TEXT], second[TEACHER_TOKEN_TEXT];

	(void)unused;
	for (int i = 0; i <= TEACHER_SESSIONS; i++) {
		assert_int_equal(try("123456", "a", instant_add(START, i)), 0);
		if (i < 2)
			memcpy(i == 0 ? oldest : second, token, sizeof oldest);
	}
	assert_false(teacher_knows(&teacher, oldest, instant_add(START, 100)));
	assert_true(teacher_knows(&teacher, second, instant_add(START, 100)));
	assert_true(teacher_knows(&teacher, token, instant_add(START, 100)));
}

static void five_wrong_pins_in_a_minute_make_that_address_wait(void **unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++)
		assert_int_equal(try("0", "a", instant_add(START, i * (int64_t)NS_PER_S)), -EACCES);
	/* Also with the right one: else guessing would go on beside the answer. */
	assert_int_equal(try("123456", "a", instant_add(START, 10 * (int64_t)NS_PER_S)), -EAGAIN);
	assert_int_equal(wait_s, 50);
	assert_int_equal(try("123456", "b", instant_add(START, 10 * (int64_t)NS_PER_S)), 0);
	assert_int_equal(try("123456", "a", instant_add(START, 60 * (int64_t)NS_PER_S)), 0);
}

static void twenty_wrong_pins_from_everywhere_make_everybody_wait(void **unused)
{
	char address[8];

	(void)unused;
	for (int i = 0; i < TEACHER_TRIES; i++) {
		snprintf(address, sizeof address, "a%d", i);
		assert_int_equal(try("0", address, START), -EACCES);
	}
	assert_int_equal(try("123456", "other", START), -EAGAIN);
	assert_int_equal(wait_s, 60);
	assert_int_equal(try("123456", "other", instant_add(START, 60 * (int64_t)NS_PER_S)), 0);
}

static void being_refused_does_not_prolong_the_wait(void **unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++)
		assert_int_equal(try("0", "a", START), -EACCES);
	for (int i = 0; i < 59; i++)
		assert_int_equal(try("0", "a", instant_add(START, i * (int64_t)NS_PER_S)), -EAGAIN);
	assert_int_equal(try("123456", "a", instant_add(START, 60 * (int64_t)NS_PER_S)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_pin_opens_and_nothing_else_does, set_up),
		cmocka_unit_test_setup(without_a_pin_nobody_gets_in, set_up),
		cmocka_unit_test_setup(every_session_has_another_token_and_ends_alone, set_up),
		cmocka_unit_test_setup(a_session_ends_after_twelve_hours, set_up),
		cmocka_unit_test_setup(the_seventeenth_session_ends_the_oldest, set_up),
		cmocka_unit_test_setup(five_wrong_pins_in_a_minute_make_that_address_wait, set_up),
		cmocka_unit_test_setup(
			twenty_wrong_pins_from_everywhere_make_everybody_wait, set_up),
		cmocka_unit_test_setup(being_refused_does_not_prolong_the_wait, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
