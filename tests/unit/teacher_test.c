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
static struct teacher_answer answer;
static const char *const token = answer.token;

static int set_up(void **unused)
{
	(void)unused;
	teacher_init(&teacher, "123456");
	return 0;
}

static int try(const char *pin, const char *address, struct instant now)
{
	const struct teacher_asks asks = {.pin = pin, .address = address};

	return teacher_login(&teacher, &asks, now, &answer);
}

/* A browser, by the cookie that it has ("" or NULL: none), which is to be remembered. */
static int try_browser(
	const char *pin, const char *address, const char *browser, struct instant now)
{
	const struct teacher_asks asks = {
		.pin = pin, .address = address, .browser = browser, .is_to_be_remembered = true};

	return teacher_login(&teacher, &asks, now, &answer);
}

/* As after a restart, with this PIN. */
static void restart(const char *pin, struct instant now)
{
	static char bytes[TEACHER_TEXT];
	struct text text = text_over(bytes, sizeof bytes);

	teacher_write(&teacher, &text);
	assert_false(text.is_cut);
	teacher_init(&teacher, pin);
	teacher_read(&teacher, bytes, now);
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
	answer.token[3] ^= 1;
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
	strcpy(first, token);
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
			strcpy(i == 0 ? oldest : second, token);
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
	assert_int_equal(answer.wait_s, 50);
	assert_false(answer.are_others);
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
	assert_int_equal(answer.wait_s, 60);
	assert_true(answer.are_others);
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

/* Somebody with `n` addresses types wrong PINs on each, each second, from `from_s` to `to_s`; how many of
 * them were looked at. */
static unsigned guess_on(int n, int64_t from_s, int64_t to_s)
{
	unsigned n_taken = 0;
	char address[16];

	for (int64_t s = from_s; s < to_s; s++)
		for (int i = 0; i < n; i++) {
			snprintf(address, sizeof address, "pupil%d", i);
			n_taken += try("0", address, (struct instant){s * NS_PER_S}) == -EACCES;
		}
	return n_taken;
}

static struct instant at_s(int64_t s)
{
	return (struct instant){s * NS_PER_S};
}

static void pupils_who_go_on_guessing_do_not_keep_a_new_telephone_out(void **unused)
{
	char telephone[16];

	(void)unused;
	guess_on(6, 0, 60);
	for (int64_t s = 60; s < 2700; s += 30) {
		guess_on(6, s, s + 30);
		snprintf(telephone, sizeof telephone, "new%d", (int)s);
		assert_int_equal(try("123456", telephone, at_s(s + 30)), 0);
	}
}

static void a_thousand_addresses_try_twenty_pins_a_minute_as_one_does(void **unused)
{
	(void)unused;
	assert_in_range(guess_on(1000, 0, 600), 1, 10 * TEACHER_TRIES);
}

static void a_remembered_browser_waits_for_its_own_slips_only(void **unused)
{
	char browser[TEACHER_TOKEN_TEXT];

	(void)unused;
	assert_int_equal(try_browser("123456", "shared", NULL, at_s(0)), 0);
	strcpy(browser, answer.browser);
	assert_int_equal(strlen(browser), TEACHER_TOKEN_TEXT - 1);
	guess_on(100, 0, 61);
	for (int i = 0; i < TEACHER_TRIES_EACH; i++)
		try("0", "shared", at_s(59));
	assert_int_equal(try("123456", "shared", at_s(60)), -EAGAIN);
	assert_int_equal(try("123456", "other", at_s(60)), -EAGAIN);
	assert_true(answer.are_others);
	assert_int_equal(try_browser("123456", "shared", "no such browser", at_s(60)), -EAGAIN);
	for (int i = 0; i < TEACHER_TRIES_EACH - 1; i++)
		assert_int_equal(try_browser("1", "shared", browser, at_s(60)), -EACCES);
	assert_int_equal(try_browser("123456", "shared", browser, at_s(60)), 0);
	/* It has another name from now on, and what the old one was good for. */
	assert_string_not_equal(answer.browser, browser);
	strcpy(browser, answer.browser);
	for (int i = 0; i < TEACHER_TRIES_EACH; i++)
		assert_int_equal(try_browser("1", "shared", browser, at_s(61)), -EACCES);
	assert_int_equal(try_browser("123456", "shared", browser, at_s(62)), -EAGAIN);
	assert_int_equal(answer.wait_s, 59);
	assert_false(answer.are_others);
}

static void a_browser_that_guesses_is_remembered_no_longer(void **unused)
{
	char browser[TEACHER_TOKEN_TEXT];

	(void)unused;
	assert_int_equal(try_browser("123456", "a", NULL, at_s(0)), 0);
	strcpy(browser, answer.browser);
	for (int i = 0; i < TEACHER_SLIPS_OF_BROWSER; i++)
		assert_int_equal(try_browser("1", "a", browser, at_s(60 * i)), -EACCES);
	guess_on(20, 1200, 1201);
	assert_int_equal(try_browser("123456", "a", browser, at_s(1201)), -EAGAIN);
	assert_true(answer.are_others);
}

static void the_board_itself_waits_for_nobody_else(void **unused)
{
	(void)unused;
	guess_on(100, 0, 61);
	assert_int_equal(try("123456", "127.0.0.1", at_s(60)), 0);
	assert_int_equal(try("123456", "::1", at_s(60)), 0);
	assert_int_equal(try("123456", "127.0.0.2", at_s(60)), -EAGAIN);
	for (int i = 0; i < TEACHER_TRIES_EACH; i++)
		assert_int_equal(try("0", "::1", at_s(60)), -EACCES);
	assert_int_equal(try("123456", "::1", at_s(60)), -EAGAIN);
}

static void who_is_remembered_is_signed_in_after_a_restart(void **unused)
{
	char browser[TEACHER_TOKEN_TEXT], passing[TEACHER_TOKEN_TEXT], session[TEACHER_TOKEN_TEXT];

	(void)unused;
	assert_int_equal(try("123456", "b", at_s(100)), 0);
	strcpy(passing, token);
	assert_int_equal(try_browser("123456", "a", NULL, at_s(100)), 0);
	strcpy(browser, answer.browser);
	strcpy(session, token);
	restart("123456", at_s(200));
	assert_true(teacher_knows(&teacher, session, at_s(200)));
	assert_false(teacher_knows(&teacher, passing, at_s(200)));
	assert_true(teacher_knows(&teacher, session, at_s(100 + 12 * 3600 - 1)));
	assert_false(teacher_knows(&teacher, session, at_s(100 + 12 * 3600)));
	guess_on(100, 200, 261);
	assert_int_equal(try_browser("123456", "a", browser, at_s(260)), 0);
	strcpy(browser, answer.browser);
	teacher_logout(&teacher, session);
	restart("123456", at_s(300));
	assert_false(teacher_knows(&teacher, session, at_s(300)));
	assert_true(teacher_knows(&teacher, token, at_s(300)));
	/* Another PIN, and nobody is known any more. */
	restart("654321", at_s(300));
	assert_false(teacher_knows(&teacher, token, at_s(300)));
	guess_on(100, 300, 361);
	assert_int_equal(try_browser("654321", "a", browser, at_s(360)), -EAGAIN);
}

static void what_is_kept_opens_nothing_and_damage_does_not_either(void **unused)
{
	static char bytes[TEACHER_TEXT];
	struct text text = text_over(bytes, sizeof bytes);
	char line[128];

	(void)unused;
	for (int i = 0; i < 100; i++)
		assert_int_equal(try_browser("123456", "a", NULL, at_s(i)), 0);
	teacher_write(&teacher, &text);
	assert_false(text.is_cut);
	assert_null(strstr(bytes, token));
	assert_null(strstr(bytes, answer.browser));
	for (size_t cut = 0; cut < text.length; cut += 7) {
		snprintf(line, sizeof line, "%.*s", (int)(sizeof line - 1), bytes + cut);
		teacher_init(&teacher, "123456");
		teacher_read(&teacher, line, at_s(200));
	}
	teacher_init(&teacher, "123456");
	teacher_read(&teacher, "session zz 1\nbrowser\n\n\nsession 00 -5\nx", at_s(200));
	assert_false(teacher.sessions[0].is_there);
	bytes[20] ^= 1; /* one line is lost, the others hold */
	teacher_read(&teacher, bytes, at_s(200));
	assert_true(teacher_knows(&teacher, token, at_s(200)));
}

/* A card that lost its last seconds begins before them. */
static void a_session_of_the_future_begins_now(void **unused)
{
	(void)unused;
	assert_int_equal(try_browser("123456", "a", NULL, at_s(100000)), 0);
	restart("123456", at_s(10));
	assert_true(teacher_knows(&teacher, token, at_s(10)));
	assert_false(teacher_knows(&teacher, token, at_s(10 + 12 * 3600)));
}

static int64_t off_s;

/* The board was off for off_s behind 150 s, and does not know of anything before 50 s. */
static bool wall_of(void *self, struct instant at, struct wall *ret_wall)
{
	(void)self;
	ret_wall->ns = at.ns + (at.ns > 150 * (int64_t)NS_PER_S ? off_s * NS_PER_S : 0);
	return at.ns >= 50 * (int64_t)NS_PER_S;
}

static void a_night_without_power_ends_a_session(void **unused)
{
	char early[TEACHER_TOKEN_TEXT];

	(void)unused;
	assert_int_equal(try_browser("123456", "a", NULL, at_s(10)), 0);
	strcpy(early, token);
	assert_int_equal(try_browser("123456", "a", NULL, at_s(100)), 0);
	restart("123456", at_s(200));
	off_s = 11 * 3600;
	teacher_end_old(&teacher, at_s(200), wall_of, NULL);
	assert_true(teacher_knows(&teacher, token, at_s(200)));
	off_s = 12 * 3600;
	teacher_end_old(&teacher, at_s(200), wall_of, NULL);
	assert_false(teacher_knows(&teacher, token, at_s(200)));
	assert_true(teacher_knows(&teacher, early, at_s(200))); /* nobody knows when that was */
	assert_true(teacher.n_changes > 0);
}

static void ten_digits_open_once_while_others_guess(void **unused)
{
	char once[TEACHER_ONCE_TEXT], before[TEACHER_ONCE_TEXT];

	(void)unused;
	assert_int_equal(teacher_make_once(&teacher, at_s(0), before), 0);
	assert_int_equal(teacher_make_once(&teacher, at_s(0), once), 0);
	assert_int_equal(strlen(once), 10);
	assert_int_equal(strspn(once, "0123456789"), 10);
	guess_on(100, 0, 61);
	assert_int_equal(try("123456", "new", at_s(60)), -EAGAIN);
	assert_int_equal(try(before, "new", at_s(60)), -EAGAIN);
	assert_int_equal(try("", "new", at_s(60)), -EAGAIN);
	assert_int_equal(try(once, "new", at_s(60)), 0);
	assert_true(teacher_knows(&teacher, token, at_s(60)));
	assert_int_equal(try(once, "new", at_s(60)), -EAGAIN);
	assert_int_equal(teacher_make_once(&teacher, at_s(1000), once), 0);
	assert_int_equal(try(once, "new", at_s(1000 + TEACHER_ONCE_S)), -EACCES);
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
		cmocka_unit_test_setup(
			pupils_who_go_on_guessing_do_not_keep_a_new_telephone_out, set_up),
		cmocka_unit_test_setup(
			a_thousand_addresses_try_twenty_pins_a_minute_as_one_does, set_up),
		cmocka_unit_test_setup(a_remembered_browser_waits_for_its_own_slips_only, set_up),
		cmocka_unit_test_setup(a_browser_that_guesses_is_remembered_no_longer, set_up),
		cmocka_unit_test_setup(the_board_itself_waits_for_nobody_else, set_up),
		cmocka_unit_test_setup(who_is_remembered_is_signed_in_after_a_restart, set_up),
		cmocka_unit_test_setup(
			what_is_kept_opens_nothing_and_damage_does_not_either, set_up),
		cmocka_unit_test_setup(a_session_of_the_future_begins_now, set_up),
		cmocka_unit_test_setup(a_night_without_power_ends_a_session, set_up),
		cmocka_unit_test_setup(ten_digits_open_once_while_others_guess, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
