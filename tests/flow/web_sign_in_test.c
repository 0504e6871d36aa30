/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The teacher's door: who guesses keeps himself out, not the teacher; and who is signed in and remembered is so
 * after a restart. The rules by themselves: unit/teacher_test. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/site.h"

enum { TOKEN = 33, TEACHER = 99 };
static const char RIGHT[] = "{\"pin\":\"123456\",\"remember\":true}";

static void take_cookie(
	const struct browser *b, const char *start, const char *rest, char *ret_token)
{
	const char *set = strstr(b->got, start);

	if (!set || strlen(set) < strlen(start) + TOKEN)
		fail_msg("no %s in %s", start, b->got);
	snprintf(ret_token, TOKEN, "%.*s", TOKEN - 1, set + strlen(start));
	assert_int_equal(strncmp(set + strlen(start) + TOKEN - 1, rest, strlen(rest)), 0);
}

/* Signs in, to be remembered; the two cookies. */
static void sign_in(struct site *site, char ret_session[TOKEN], char ret_browser[TOKEN])
{
	struct browser b;

	assert_int_equal(site_ask(site, "POST", "/api/v1/login", RIGHT, &b), 204);
	take_cookie(&b,
		"Set-Cookie: kitlog=", "; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200\r\n",
		ret_session);
	take_cookie(&b, "Set-Cookie: kitlog_browser=",
		"; HttpOnly; SameSite=Strict; Path=/api/v1/login; Max-Age=34560000\r\n",
		ret_browser);
	browser_close(&b);
}

static void have(struct site *site, const char *cookie, const char *token)
{
	snprintf(site->cookie, sizeof site->cookie, "Cookie: %s=%s\r\n", cookie, token);
}

static bool is_teacher(struct site *site)
{
	struct browser b;

	assert_int_equal(site_ask(site, "GET", "/api/v1/status", NULL, &b), 200);
	json_t *status = site_json(&b);
	bool is = json_is_true(json_object_get(status, "is_teacher"));

	json_decref(status);
	return is;
}

static void pupils_guess(struct site *site)
{
	char mine[sizeof site->cookie];
	struct browser b;

	strcpy(mine, site->cookie);
	site->cookie[0] = '\0';
	for (unsigned i = 0; i < 40; i++) {
		browser_come_from(2 + i % 20);
		site_ask(site, "POST", "/api/v1/login", "{\"pin\":\"0\"}", &b);
		browser_close(&b);
	}
	strcpy(site->cookie, mine);
}

static void pupils_who_guess_do_not_keep_the_teacher_out(void **state)
{
	struct site *site = *state;
	char session[TOKEN], browser[TOKEN];
	struct browser b;

	browser_come_from(TEACHER);
	sign_in(site, session, browser);
	pupils_guess(site);
	/* The teacher at another computer is told what to do ... */
	browser_come_from(TEACHER);
	site_refuses(site, "POST", "/api/v1/login", RIGHT, 429, "others_guess");
	assert_int_equal(site_ask(site, "POST", "/api/v1/login", RIGHT, &b), 429);
	assert_true(browser_has(&b, "Retry-After: 60\r\n"));
	assert_true(browser_has(&b, "没登录过的设备要等 60 秒"));
	assert_true(browser_has(&b, "kitlog teacher on the board"));
	browser_close(&b);
	/* ... and where she was before she is let in, and so is who sits at the board. */
	have(site, "kitlog_browser", browser);
	sign_in(site, session, browser);
	site->cookie[0] = '\0';
	browser_come_from(1);
	site_log_in(site);
	/* A pupil hears that it is his own doing. */
	site->cookie[0] = '\0';
	for (int i = 0; i < 5; i++)
		site_refuses(site, "POST", "/api/v1/login", "{\"pin\":\"1\"}", 403, "wrong_pin");
	site_refuses(site, "POST", "/api/v1/login", RIGHT, 429, "too_many_tries");
	site_refuses(site, "POST", "/api/v1/login", "{\"pin\":\"1\",\"remember\":1}", 400,
		"bad_parameter");
}

static void path_of(const struct site *site, char ret_path[128])
{
	snprintf(ret_path, 128, "%s/signed-in", site->directory);
}

static void who_is_remembered_is_signed_in_after_a_restart(void **state)
{
	struct site *site = *state;
	char session[TOKEN], browser[TOKEN], path[128], held[4096] = "";
	struct stat found;
	struct browser b;

	sign_in(site, session, browser);
	site_reopen(site);
	have(site, "kitlog", session);
	assert_true(is_teacher(site));
	json_decref(site_post(site, "/api/v1/runs", "{}", 201));
	/* The card knows by whom it was, but not what he has. */
	path_of(site, path);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 0777, 0600);
	FILE *file = fopen(path, "r");
	assert_true(fread(held, 1, sizeof held - 1, file) > 2 * 64);
	fclose(file);
	assert_null(strstr(held, session));
	assert_null(strstr(held, browser));
	/* Who signed out stays out. */
	assert_int_equal(site_ask(site, "DELETE", "/api/v1/login", NULL, &b), 204);
	browser_close(&b);
	site_reopen(site);
	have(site, "kitlog", session);
	assert_false(is_teacher(site));
	/* Who did not ask for it is not remembered: a program that signs in for each question. */
	site->cookie[0] = '\0';
	site_log_in(site);
	char passing[sizeof site->cookie];
	strcpy(passing, site->cookie);
	site_reopen(site);
	strcpy(site->cookie, passing);
	assert_false(is_teacher(site));
}

/* It is on the card before the web side closes: a power cut does not close it. */
static void a_sign_in_is_written_at_once(void **state)
{
	struct site *site = *state;
	char session[TOKEN], browser[TOKEN], path[128];

	path_of(site, path);
	sign_in(site, session, browser);
	for (int i = 0; i < 10000 && access(path, R_OK) < 0; i++) {
		loop_turn(site->loop, 0);
		usleep(1000);
	}
	assert_int_equal(access(path, R_OK), 0);
}

static void a_card_that_takes_nothing_keeps_no_teacher_out(void **state)
{
	struct site *site = *state;
	char session[TOKEN], browser[TOKEN], path[128];

	path_of(site, path);
	assert_int_equal(mkdir(path, 0700), 0); /* nothing can take its place */
	sign_in(site, session, browser);
	have(site, "kitlog", session);
	site_pass_alone(site, 3);
	assert_true(is_teacher(site));
	assert_int_equal(rmdir(path), 0);
	site_reopen(site);
	have(site, "kitlog", session);
	assert_true(is_teacher(site)); /* it was tried again */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(pupils_who_guess_do_not_keep_the_teacher_out),
		SITE_TEST(who_is_remembered_is_signed_in_after_a_restart),
		SITE_TEST(a_sign_in_is_written_at_once),
		SITE_TEST(a_card_that_takes_nothing_keeps_no_teacher_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
