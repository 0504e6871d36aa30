/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks over HTTP: whose they are, of which runs, and nowhere any more when they are undone. */
#include <stdio.h>
#include <string.h>

#include "support/classroom_site.h"

static void marks_are_by_whoever_made_them(void **state)
{
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 2);
	class_join(site, 2, cookie);
	json_decref(class_post_as(site, cookie, "/api/v1/sessions/1/groups/2/mark",
		"{\"text\":\"<i>开窗</i> 😀\",\"at_us\":900000000}", 200));
	json_t *mark = site_post(site, "/api/v1/marks", "{\"text\":\"搅拌\"}", 201);
	assert_string_equal(class_text(mark, "author"), "teacher");
	json_decref(mark);
	site_keep_turns(site);
	json_t *list = site_get(site, "/api/v1/marks");
	json_t *marks = json_object_get(list, "marks");
	assert_int_equal(json_array_size(marks), 2);
	assert_string_equal(class_text(json_array_get(marks, 0), "author"), "group 2");
	assert_string_equal(class_text(json_array_get(marks, 0), "text"), "<i>开窗</i> 😀");
	assert_int_equal(site_number(json_array_get(marks, 0), "at_us"), 900000000);
	assert_int_equal(site_number(json_array_get(marks, 1), "id"), 2);
	json_decref(list);
	site_refuses(
		site, "POST", "/api/v1/marks", "{\"at_us\":9999999999999}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/marks",
		"{\"text\":\"0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345678901234567890\"}",
		400, "bad_parameter");

	/* A pupil counts characters. */
	char body[256] = "{\"text\":\"";
	struct browser b;
	for (int i = 0; i < 64; i++)
		strcat(body, "字");
	strcat(body, "\"}");
	assert_int_equal(site_ask(site, "POST", "/api/v1/sessions/1/groups/1/mark", body, &b), 400);
	assert_true(browser_has(&b, "最多 63 个汉字"));
	assert_true(browser_has(&b, "at most 191 letters"));
	browser_close(&b);
}

/* Two classes at once, as next door: what one of them notes is none of the other's. */
static void a_run_has_the_marks_of_its_own_group_and_class(void **state)
{
	struct site *site = *state;
	char one[96], two[96];
	struct browser b;

	class_begin(site, 2);
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":1}", 201));
	class_join(site, 1, one);
	class_join(site, 2, two);
	site_plug(site, 1, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	site_keep_rows(site, 10, 900 * S, S, 20);
	json_decref(class_post_as(site, one, "/api/v1/sessions/1/groups/1/mark",
		"{\"text\":\"ours\",\"at_us\":905000000}", 200));
	json_decref(class_post_as(site, two, "/api/v1/sessions/1/groups/2/mark",
		"{\"text\":\"theirs\",\"at_us\":905000000}", 200));
	json_decref(class_act(site, "{\"do\":\"mark\",\"text\":\"all\",\"at_us\":906000000}"));
	json_decref(class_act(
		site, "{\"do\":\"mark\",\"text\":\"second\",\"group\":2,\"at_us\":906000000}"));
	json_decref(class_post(site, "/api/v1/sessions/2/acts",
		"{\"do\":\"mark\",\"text\":\"next door\",\"at_us\":907000000}", 200));
	json_decref(site_post(
		site, "/api/v1/marks", "{\"text\":\"thunder\",\"at_us\":907000000}", 201));
	json_decref(class_act(site,
		"{\"do\":\"start\",\"groups\":[1],\"from_us\":900000000,\"to_us\":910000000}"));
	site_keep_turns(site);

	assert_int_equal(site_ask(site, "GET", "/api/v1/export?run=1", NULL, &b), 200);
	assert_true(browser_has(&b, "group 1: ours"));
	assert_true(browser_has(&b, "teacher: all"));
	assert_true(browser_has(&b, "teacher: thunder"));
	assert_false(browser_has(&b, "theirs"));
	assert_false(browser_has(&b, "second"));
	assert_false(browser_has(&b, "next door"));
	browser_close(&b);
	/* Of the time itself, all. */
	assert_int_equal(site_ask(site, "GET", "/api/v1/export?stream=10", NULL, &b), 200);
	assert_true(browser_has(&b, "next door"));
	browser_close(&b);

	json_t *marks = class_list(site, "/api/v1/marks", "marks");
	assert_int_equal(json_array_size(marks), 6);
	assert_int_equal(site_number(json_array_get(marks, 0), "session"), 1);
	assert_int_equal(site_number(json_array_get(marks, 0), "group"), 1);
	assert_true(json_is_null(json_object_get(json_array_get(marks, 2), "group")));
	assert_int_equal(site_number(json_array_get(marks, 4), "session"), 2);
	assert_true(json_is_null(json_object_get(json_array_get(marks, 5), "session")));
	json_decref(marks);
	site_refuses(site, "POST", "/api/v1/sessions/1/acts",
		"{\"do\":\"mark\",\"text\":\"x\",\"group\":3}", 404, "no_group");
}

static void a_mark_that_the_teacher_undoes_is_nowhere_any_more(void **state)
{
	struct site *site = *state;
	struct browser b, events;
	char cookie[96], undo[64];

	class_begin(site, 1);
	class_join(site, 1, cookie);
	site_plug(site, 1, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	site_keep_rows(site, 10, 900 * S, S, 20);
	json_decref(class_post_as(site, cookie, "/api/v1/sessions/1/groups/1/mark",
		"{\"text\":\"silly\",\"at_us\":905000000}", 200));
	json_decref(class_post_as(site, cookie, "/api/v1/sessions/1/groups/1/mark",
		"{\"text\":\"wise\",\"at_us\":906000000}", 200));
	json_decref(
		class_act(site, "{\"do\":\"start\",\"from_us\":900000000,\"to_us\":910000000}"));
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	const json_t *act = json_array_get(acts, json_array_size(acts) - 3);
	assert_string_equal(class_text(act, "do"), "mark");
	assert_true(json_is_true(json_object_get(act, "may_undo")));
	snprintf(undo, sizeof undo, "{\"do\":\"undo\",\"act\":%lld}",
		(long long)site_number(act, "id"));
	json_decref(acts);

	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	json_decref(class_act(site, undo));
	browser_wait(&events, "event: mark\ndata: {\"id\":1,");
	assert_true(browser_has(&events, "\"is_withdrawn\":true"));
	browser_close(&events);
	class_refuses_act(site, undo, 409, "is_undone");
	for (int i = 0; i < 2; i++) { /* and after a restart */
		site_keep_turns(site);
		json_t *marks = class_list(site, "/api/v1/marks", "marks");
		assert_int_equal(json_array_size(marks), 1);
		assert_string_equal(class_text(json_array_get(marks, 0), "text"), "wise");
		assert_int_equal(json_object_size(json_array_get(marks, 0)), 7);
		json_decref(marks);
		assert_int_equal(site_ask(site, "GET", "/api/v1/export?run=1", NULL, &b), 200);
		assert_true(browser_has(&b, "group 1: wise"));
		assert_false(browser_has(&b, "silly"));
		browser_close(&b);
		site_reopen(site);
	}
	site_log_in(site);
	json_t *next = site_post(site, "/api/v1/marks", "{\"text\":\"next\"}", 201);
	assert_int_equal(site_number(next, "id"), 3);
	json_decref(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(marks_are_by_whoever_made_them),
		SITE_TEST(a_run_has_the_marks_of_its_own_group_and_class),
		SITE_TEST(a_mark_that_the_teacher_undoes_is_nowhere_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
