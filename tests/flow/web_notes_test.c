/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What groups typed leaves the board with their runs, also where no kit said anything; and goes to their own
 * browsers, to the teacher's, and to everybody's once it is revealed, however long the session is over. */
#include <stdio.h>
#include <string.h>

#include "class/sessions.h"
#include "support/classroom_site.h"

static const char readings_path[] = "/api/v1/export?run=1&of=readings";

/* A file as one browser gets it: its status; are the words in it as they must be? */
static int look(
	struct site *site, const char *cookie, const char *path, const char *words, bool is_there)
{
	char teacher[96], asks[96];
	struct browser b;

	strcpy(teacher, site->cookie);
	strcpy(asks, cookie);
	strcpy(site->cookie, asks);
	int status = site_ask(site, "GET", path, NULL, &b);
	strcpy(site->cookie, teacher);
	if (browser_has(&b, words) != is_there)
		fail_msg("%s: %s %s in %s", path, is_there ? "no" : "a", words, b.got);
	browser_close(&b);
	return status;
}

/* The words must be in it. */
static int fetch(struct site *site, const char *cookie, const char *path, const char *words)
{
	return look(site, cookie, path, words, true);
}

static void do_in(struct site *site, unsigned session, const char *body)
{
	char path[64];

	snprintf(path, sizeof path, "/api/v1/sessions/%u/acts", session);
	json_decref(class_post(site, path, body, 200));
}

/* Group 1 of a session, by that browser, guesses, records with what the eye sees alone, and types a number. */
static void type_in(struct site *site, unsigned session, const char *cookie)
{
	char path[64];

	snprintf(path, sizeof path, "/api/v1/sessions/%u/groups/1/prediction", session);
	json_decref(class_post_as(site, cookie, path, "{\"value\":41.5}", 200));
	do_in(site, session, "{\"do\":\"start\"}");
	site_keep_turns(site);
	snprintf(path, sizeof path, "/api/v1/sessions/%u/groups/1/readings", session);
	json_decref(class_post(site, path, "{\"typed\":{\"L\":0.625}}", 201));
	site_keep_turns(site);
	do_in(site, session, "{\"do\":\"stop\"}");
	site_keep_turns(site);
}

static void what_a_group_without_kits_typed_is_in_every_file(void **state)
{
	struct site *site = *state;

	class_begin(site, 2);
	type_in(site, 1, site->cookie);
	assert_int_equal(fetch(site, site->cookie, readings_path, ",0.625\r\n"), 200);
	assert_int_equal(
		fetch(site, site->cookie, "/api/v1/runs/1/report?language=en", ">0.625</td>"), 200);
	assert_int_equal(fetch(site, site->cookie, "/api/v1/runs/1/package", "readings.csv"), 200);
	assert_int_equal(
		fetch(site, site->cookie, "/api/v1/sessions/1/package", "run-1/readings.csv"), 200);
	/* For whom nothing of it is, there is nothing. */
	assert_int_equal(fetch(site, "", "/api/v1/runs/1/package", "\"not_found\""), 404);
	assert_int_equal(fetch(site, "", "/api/v1/runs/1/report", "\"not_found\""), 404);
}

static void a_session_that_ended_unrevealed_keeps_its_groups_apart(void **state)
{
	static const char *const hidden[] = {readings_path,
		"/api/v1/sessions/1/groups/1/prediction", "/api/v1/sessions/1/results"};
	struct site *site = *state;
	char own[96], other[96];

	class_begin(site, 2);
	class_join(site, 1, own);
	class_join(site, 2, other);
	type_in(site, 1, own);
	for (int is_over = 0; is_over < 2; is_over++) {
		for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
			assert_int_equal(fetch(site, other, hidden[i], "\"hidden\""), 403);
			assert_int_equal(fetch(site, "", hidden[i], "\"hidden\""), 403);
			assert_int_equal(fetch(site, site->cookie, hidden[i], "HTTP/1.1 200"), 200);
		}
		assert_int_equal(fetch(site, own, hidden[0], ",0.625\r\n"), 200);
		assert_int_equal(fetch(site, own, hidden[1], "41.5"), 200);
		assert_int_equal(fetch(site, other, "/api/v1/sessions/1/readings", "[]"), 200);
		if (!is_over)
			do_in(site, 1, "{\"do\":\"end\"}");
		site_keep_turns(site);
	}
}

/* Its group and the teacher, in a report of a kit's data as elsewhere, before the end of the session and behind it. */
static void a_report_has_a_guess_for_those_only_who_may_see_it(void **state)
{
	static const char report[] = "/api/v1/runs/1/report?language=en", guess[] = "<p>41.5</p>";
	struct site *site = *state;
	char own[96], other[96];

	class_begin(site, 2);
	class_join(site, 1, own);
	class_join(site, 2, other);
	site_plug(site, 1, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	site_keep_rows(site, 10, site->clock.frozen_ns, S / 10, 100);
	type_in(site, 1, own);
	for (int is_over = 0; is_over < 2; is_over++) {
		assert_int_equal(look(site, own, report, guess, true), 200);
		assert_int_equal(look(site, site->cookie, report, guess, true), 200);
		assert_int_equal(look(site, other, report, guess, false), 200);
		assert_int_equal(look(site, "", report, guess, false), 200);
		if (!is_over)
			do_in(site, 1, "{\"do\":\"end\"}");
		site_keep_turns(site);
	}
}

static void move_to(struct site *site, const char *cookie, unsigned group)
{
	json_t *session = site_get(site, "/api/v1/sessions/1");
	char body[64];

	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":%u}", class_text(session, "code"),
		group);
	json_decref(session);
	json_decref(class_post_as(site, cookie, "/api/v1/join", body, 200));
}

/* Whoever moves into a group to look is told that it guessed, not what, and guesses nothing else for it; the
 * teacher sees it, and takes it back. */
static void a_guess_is_the_browsers_that_made_it_until_all_is_revealed(void **state)
{
	static const char guess[] = "/api/v1/sessions/1/groups/1/prediction",
			  report[] = "/api/v1/runs/1/report?language=en",
			  undo[] = "{\"do\":\"undo\",\"act\":5}";
	struct site *site = *state;
	char own[96], other[96];

	class_begin(site, 2);
	class_join(site, 1, own);
	class_join(site, 2, other);
	move_to(site, other, 1);
	assert_int_equal(fetch(site, other, guess, "{\"prediction\":null}"), 200);
	json_decref(class_post_as(site, own, guess, "{\"value\":40.5}", 200));
	class_refuses_as(site, other, guess, "{\"value\":1}", 403, "has_guessed");
	do_in(site, 1, undo);
	json_decref(class_post_as(site, other, guess, "{\"value\":1}", 200));
	class_refuses_as(site, own, guess, "{\"value\":40.5}", 403, "has_guessed");
	do_in(site, 1, "{\"do\":\"undo\",\"act\":7}");
	type_in(site, 1, own);
	for (int is_revealed = 0; is_revealed < 2; is_revealed++) {
		assert_int_equal(fetch(site, own, guess, "{\"prediction\":{\"value\":41.5}}"), 200);
		assert_int_equal(fetch(site, site->cookie, guess, "41.5"), 200);
		assert_int_equal(
			look(site, other, guess, "41.5", is_revealed), is_revealed ? 200 : 403);
		assert_int_equal(look(site, other, report, "<p>41.5</p>", is_revealed), 200);
		assert_int_equal(fetch(site, other, report, ">0.625</td>"), 200);
		do_in(site, 1, "{\"do\":\"reveal\",\"on\":true}");
	}
}

static void a_session_of_long_ago_is_as_it_was_left(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	for (unsigned session = 1; session <= SESSIONS_ENDED + 3; session++) {
		json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":1}", 201));
		if (session <= 2)
			type_in(site, session, site->cookie);
		if (session == 1)
			do_in(site, session, "{\"do\":\"reveal\",\"on\":true}");
		do_in(site, session, "{\"do\":\"end\"}");
		site_keep_turns(site);
	}
	assert_int_equal(fetch(site, "", readings_path, ",0.625\r\n"), 200);
	assert_int_equal(fetch(site, "", "/api/v1/runs/1/report?language=en", ">0.625</td>"), 200);
	assert_int_equal(fetch(site, "", "/api/v1/export?run=2&of=readings", "\"hidden\""), 403);
	assert_int_equal(
		fetch(site, site->cookie, "/api/v1/export?run=2&of=readings", ",0.625\r\n"), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(what_a_group_without_kits_typed_is_in_every_file),
		SITE_TEST(a_session_that_ended_unrevealed_keeps_its_groups_apart),
		SITE_TEST(a_report_has_a_guess_for_those_only_who_may_see_it),
		SITE_TEST(a_guess_is_the_browsers_that_made_it_until_all_is_revealed),
		SITE_TEST(a_session_of_long_ago_is_as_it_was_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
