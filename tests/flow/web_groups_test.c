/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What groups do over HTTP: predict, start where they may, look on when it is over; each as its own
 * group only, and none as quickly as a script. */
#include <stdio.h>

#include "support/classroom_site.h"

static void a_group_speaks_for_itself_only(void **state)
{
	static const char *const paths[] = {"prediction", "readings", "run", "mark"};
	struct site *site = *state;
	char cookie[96], path[80];

	class_begin(site, 3);
	class_join(site, 2, cookie);
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "/api/v1/sessions/1/groups/3/%s", paths[i]);
		class_refuses_as(site, cookie, path, "{}", 403, "not_your_group");
		class_refuses_as(site, "", path, "{}", 403, "not_your_group");
		snprintf(path, sizeof path, "/api/v1/sessions/1/groups/4/%s", paths[i]);
		class_refuses_as(site, cookie, path, "{}", 404, "no_group");
		snprintf(path, sizeof path, "/api/v1/sessions/9/groups/1/%s", paths[i]);
		class_refuses_as(site, cookie, path, "{}", 404, "not_found");
	}
	class_refuses_as(
		site, cookie, "/api/v1/sessions/1/acts", "{\"do\":\"end\"}", 401, "teacher_only");
}

static void a_prediction_is_one_of_three_kinds_and_the_last_one_holds(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/2/prediction";
	static const char *const wrong[] = {"{}", "{\"value\":1,\"choice\":1}", "{\"value\":\"x\"}",
		"{\"choice\":-1}", "{\"points\":[[1,2]]}", "{\"points\":[[1,2],[3,\"x\"]]}"};
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 2);
	class_join(site, 2, cookie);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		class_refuses_as(site, cookie, path, wrong[i], 400, "bad_parameter");
	json_decref(class_post_as(site, cookie, path, "{\"points\":[[0,20],[10,15.5]]}", 200));
	json_t *session = class_post_as(site, cookie, path, "{\"value\":9.8}", 200);
	json_t *group = json_array_get(json_object_get(session, "groups"), 1);
	assert_true(json_is_true(json_object_get(group, "has_prediction")));
	json_decref(session);

	/* Who made it sees it, others once all is revealed. */
	json_t *told = class_get_as(site, cookie, path);
	assert_true(json_number_value(
			    json_object_get(json_object_get(told, "prediction"), "value")) == 9.8);
	assert_int_equal(json_object_size(json_object_get(told, "prediction")), 1);
	json_decref(told);
	struct browser b;
	assert_int_equal(browser_get(site->loop, site->port, path, &b), 403);
	browser_close(&b);
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":true}"));
	told = site_get(site, path);
	assert_true(json_is_object(json_object_get(told, "prediction")));
	json_decref(told);
	told = site_get(site, "/api/v1/sessions/1/groups/1/prediction");
	assert_true(json_is_null(json_object_get(told, "prediction")));
	json_decref(told);
	class_refuses_as(site, cookie, path, "{\"value\":9.9}", 409, "prediction_fixed");
}

static void a_guess_stays_once_the_group_has_a_run(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/prediction";
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 1);
	class_join(site, 1, cookie);
	json_t *session = class_post_as(site, cookie, path, "{\"value\":1}", 200);
	json_t *group = json_array_get(json_object_get(session, "groups"), 0);
	assert_true(json_is_true(json_object_get(group, "may_predict")));
	json_decref(session);
	session = class_act(site, "{\"do\":\"start\"}");
	group = json_array_get(json_object_get(session, "groups"), 0);
	assert_true(json_is_false(json_object_get(group, "may_predict")));
	json_decref(session);
	class_refuses_as(site, cookie, path, "{\"value\":2}", 409, "prediction_fixed");
	json_t *told = class_get_as(site, cookie, path);
	assert_true(json_number_value(
			    json_object_get(json_object_get(told, "prediction"), "value")) == 1);
	json_decref(told);
}

static void a_group_starts_where_it_may(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/run";
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 2);
	class_join(site, 1, cookie);
	class_refuses_as(site, cookie, path, "{\"do\":\"start\"}", 403, "teacher_starts");
	json_decref(class_act(site, "{\"do\":\"may_start\",\"who\":\"groups\"}"));
	/* Not with what others recorded before this class came. */
	class_refuses_as(site, cookie, path, "{\"do\":\"start\",\"from_us\":300000000}", 400,
		"bad_parameter");
	json_t *session =
		class_post_as(site, cookie, path, "{\"do\":\"start\",\"from_us\":900000000}", 200);
	json_t *groups = json_object_get(session, "groups");
	assert_int_equal(site_number(json_array_get(groups, 0), "run"), 1);
	assert_true(json_is_null(json_object_get(json_array_get(groups, 1), "run")));
	json_decref(session);
	class_refuses_as(site, cookie, path, "{\"do\":\"start\"}", 409, "is_running");
	class_refuses_as(site, cookie, path, "{\"do\":\"dance\"}", 400, "bad_parameter");
	json_decref(class_post_as(site, cookie, path, "{\"do\":\"stop\"}", 200));
	class_refuses_as(site, cookie, path, "{\"do\":\"stop\"}", 409, "is_stopped");
}

static size_t readings_of(struct site *site, const char *cookie)
{
	json_t *list = class_get_as(site, cookie, "/api/v1/sessions/1/readings");
	size_t n = json_array_size(json_object_get(list, "readings"));

	json_decref(list);
	return n;
}

/* Homework: the kits are back in the cupboard, and the curve is asked for. */
static void who_was_in_looks_on_when_the_lesson_is_over(void **state)
{
	static const char guess[] = "/api/v1/sessions/1/groups/1/prediction";
	struct site *site = *state;
	char one[96], two[96], body[64];
	struct browser b;

	class_begin(site, 2);
	class_join(site, 1, one);
	class_join(site, 2, two);
	json_decref(class_post_as(site, one, guess, "{\"value\":9.8}", 200));
	json_decref(class_post_as(
		site, one, "/api/v1/sessions/1/groups/1/readings", "{\"typed\":{\"L\":1}}", 201));
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	for (int i = 0; i < 2; i++) {
		json_t *me = class_get_as(site, one, "/api/v1/join");
		assert_int_equal(site_number(me, "session"), 1);
		assert_int_equal(site_number(me, "group"), 1);
		assert_true(json_is_true(json_object_get(me, "is_ended")));
		json_decref(me);
		assert_int_equal(readings_of(site, one), 1);
		assert_int_equal(readings_of(site, two), 0);
		json_t *told = class_get_as(site, one, guess);
		assert_true(json_is_object(json_object_get(told, "prediction")));
		json_decref(told);
		class_refuses_as(site, one, "/api/v1/sessions/1/groups/1/mark", "{\"text\":\"x\"}",
			409, "is_ended");
		class_refuses_as(site, one, guess, "{\"value\":9.9}", 409, "is_ended");
		site_reopen(site);
		site_log_in(site);
	}
	/* Who leaves it, or goes to the next lesson, takes nothing of it along. */
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":1}", 201));
	json_t *session = site_get(site, "/api/v1/sessions/2");
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":1}", class_text(session, "code"));
	json_decref(session);
	json_t *me = class_post_as(site, two, "/api/v1/join", body, 200);
	assert_int_equal(site_number(me, "session"), 2);
	assert_true(json_is_false(json_object_get(me, "is_ended")));
	json_decref(me);
	browser_open(&b, site->loop, site->port);
	browser_send(&b,
		"DELETE /api/v1/join HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
		one);
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 204"));
	assert_true(browser_has(&b, "Max-Age=0"));
	browser_close(&b);
}

static void a_script_in_a_group_is_slowed_down(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/mark";
	struct site *site = *state;
	char cookie[96];
	struct browser b[70];
	unsigned n_refused = 0;

	class_begin(site, 1);
	class_join(site, 1, cookie);
	for (int i = 0; i < 70; i++) { /* at once: nobody waits for the answer */
		browser_open(&b[i], site->loop, site->port);
		browser_send(&b[i],
			"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s"
			"Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"
			"{\"text\":\"x\"}",
			path, cookie);
		browser_turn(&b[i]);
		if (i % 20 == 19)
			keep_turn(site->keep, clock_now(&site->clock));
	}
	site_keep_turns(site);
	for (int i = 0; i < 70; i++) {
		browser_wait_closed(&b[i]);
		n_refused += browser_has(&b[i], "HTTP/1.1 429");
		browser_close(&b[i]);
	}
	assert_int_equal(n_refused, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_group_speaks_for_itself_only),
		SITE_TEST(a_prediction_is_one_of_three_kinds_and_the_last_one_holds),
		SITE_TEST(a_guess_stays_once_the_group_has_a_run),
		SITE_TEST(a_group_starts_where_it_may),
		SITE_TEST(who_was_in_looks_on_when_the_lesson_is_over),
		SITE_TEST(a_script_in_a_group_is_slowed_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
