/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions over HTTP: begun, run for all groups at one instant, undone, ended, kept over a restart, told
 * to everybody; what cannot be done is a sentence, and nothing is half done. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "support/classroom_site.h"

static void a_session_is_begun_told_and_kept(void **state)
{
	struct site *site = *state;
	struct browser events;

	site_refuses(site, "POST", "/api/v1/sessions", "{}", 401, "teacher_only");
	site_log_in(site);
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	json_t *session = class_post(site, "/api/v1/sessions",
		"{\"title\":\"七（3）班 <b>😀\",\"lesson\":\"pendulum\",\"groups\":6}", 201);
	assert_int_equal(site_number(session, "id"), 1);
	assert_string_equal(class_text(session, "title"), "七（3）班 <b>😀");
	assert_string_equal(class_text(session, "lesson"), "pendulum");
	assert_string_equal(class_text(session, "state"), "open");
	assert_int_equal(strlen(class_text(session, "code")), 4);
	assert_int_equal(json_array_size(json_object_get(session, "groups")), 6);
	browser_wait(&events, "event: session\ndata: {\"id\":1,");
	browser_close(&events);

	site_reopen(site); /* the daemon starts again */
	json_t *list = site_get(site, "/api/v1/sessions");
	assert_true(json_equal(json_array_get(json_object_get(list, "sessions"), 0), session));
	json_decref(list);
	list = site_get(site, "/api/v1/sessions/1");
	assert_true(json_equal(list, session));
	json_decref(list);
	json_decref(session);
}

static void all_groups_start_and_stop_at_one_instant(void **state)
{
	struct site *site = *state;

	class_begin(site, 3);
	json_t *session = class_act(site, "{\"do\":\"start\"}");
	assert_string_equal(class_text(session, "state"), "running");
	json_decref(session);
	json_t *runs = class_list(site, "/api/v1/runs", "runs");
	assert_int_equal(json_array_size(runs), 3);
	for (size_t i = 0; i < 3; i++) {
		json_t *run = json_array_get(runs, i);

		assert_int_equal(site_number(run, "session"), 1);
		assert_int_equal(site_number(run, "group"), i + 1);
		assert_int_equal(site_number(run, "number"), 1);
		assert_string_equal(class_text(run, "lesson"), "pendulum");
		assert_int_equal(site_number(run, "from_us"),
			site_number(json_array_get(runs, 0), "from_us"));
		assert_true(json_is_null(json_object_get(run, "to_us")));
	}
	site->clock.frozen_ns += 60 * S;
	json_decref(class_act(site, "{\"do\":\"stop\",\"groups\":[2]}"));
	class_refuses_act(site, "{\"do\":\"stop\",\"groups\":[2]}", 409, "is_stopped");
	class_refuses_act(site, "{\"do\":\"start\",\"groups\":[1]}", 409, "is_running");
	/* The others still run; the second of group 2 does not take the place of its first. */
	session = class_act(site, "{\"do\":\"start\"}");
	json_t *group = json_array_get(json_object_get(session, "groups"), 1);
	assert_int_equal(json_array_size(json_object_get(group, "runs")), 2);
	json_decref(session);
	session = class_act(site, "{\"do\":\"stop\"}");
	assert_string_equal(class_text(session, "state"), "open");
	json_decref(session);
	json_t *again = class_list(site, "/api/v1/runs", "runs");
	assert_int_equal(json_array_size(again), 4);
	assert_int_equal(site_number(json_array_get(again, 3), "number"), 2);
	assert_int_equal(site_number(json_array_get(again, 0), "to_us"),
		site_number(json_array_get(again, 3), "to_us"));
	site_reopen(site);
	json_t *kept = class_list(site, "/api/v1/runs", "runs");
	assert_true(json_equal(kept, again));
	json_decref(runs);
	json_decref(again);
	json_decref(kept);
}

static void a_run_may_begin_in_the_past_or_be_made_afterwards(void **state)
{
	struct site *site = *state;

	class_begin(site, 2);
	json_decref(class_act(site,
		"{\"do\":\"start\",\"from_us\":500000000,\"to_us\":600000000,\"groups\":[1]}"));
	json_decref(class_act(site, "{\"do\":\"start\",\"from_us\":400000000}"));
	json_t *runs = class_list(site, "/api/v1/runs", "runs");
	assert_int_equal(json_array_size(runs), 3);
	assert_int_equal(site_number(json_array_get(runs, 0), "to_us"), 600000000);
	assert_int_equal(site_number(json_array_get(runs, 1), "from_us"), 400000000);
	assert_int_equal(site_number(json_array_get(runs, 2), "from_us"), 400000000);
	class_refuses_act(
		site, "{\"do\":\"start\",\"from_us\":9999999999999}", 400, "bad_parameter");
	class_refuses_act(
		site, "{\"do\":\"start\",\"from_us\":5,\"to_us\":4}", 400, "bad_parameter");
	class_refuses_act(site, "{\"do\":\"start\",\"from_us\":\"x\"}", 400, "bad_parameter");
	class_refuses_act(site, "{\"do\":\"start\"}", 409, "is_running");
	json_decref(runs);
}

static void what_was_done_is_in_the_log_and_can_be_undone(void **state)
{
	struct site *site = *state;

	class_begin(site, 2);                               /* 1 */
	json_decref(class_act(site, "{\"do\":\"start\"}")); /* 2 */
	json_decref(class_act(site, "{\"do\":\"stop\"}"));  /* 3 */
	class_refuses_act(site, "{\"do\":\"undo\",\"act\":2}", 409, "is_stood_on");
	class_refuses_act(site, "{\"do\":\"undo\",\"act\":99}", 404, "no_act");
	json_t *session = class_act(site, "{\"do\":\"undo\",\"act\":3}");
	assert_string_equal(class_text(session, "state"), "running");
	json_decref(session);
	json_t *runs = class_list(site, "/api/v1/runs", "runs");
	assert_true(json_is_null(json_object_get(json_array_get(runs, 0), "to_us")));
	struct browser events;
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	json_decref(class_act(site, "{\"do\":\"undo\",\"act\":2}"));
	browser_wait(&events, "event: session");
	assert_false(browser_has(
		&events, "event: run")); /* else it would be shown as one that goes on */
	browser_close(&events);
	json_t *none = site_get(site, "/api/v1/runs");
	assert_int_equal(json_array_size(json_object_get(none, "runs")), 0);
	json_decref(none);
	site_refuses(site, "GET", "/api/v1/export?run=1&stream=1", NULL, 404, "not_found");
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	assert_int_equal(json_array_size(acts), 5);
	json_t *start = json_array_get(acts, 1);
	assert_string_equal(class_text(start, "who"), "teacher");
	assert_string_equal(class_text(start, "do"), "start");
	assert_string_equal(class_text(json_object_get(start, "words"), "zh"), "1、2 组开始记录");
	assert_true(json_is_true(json_object_get(start, "is_undone")));
	assert_true(json_is_false(json_object_get(json_array_get(acts, 0), "may_undo")));
	/* The next one does not get the numbers of those: somebody may have written them down. */
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	json_decref(runs);
	runs = class_list(site, "/api/v1/runs", "runs");
	assert_int_equal(site_number(json_array_get(runs, 0), "id"), 3);
	assert_int_equal(site_number(json_array_get(runs, 0), "number"), 2);
	json_t *page = site_get(site, "/api/v1/sessions/1/log?before=3&limit=1");
	assert_int_equal(site_number(json_array_get(json_object_get(page, "acts"), 0), "id"), 2);
	json_decref(page);
	site_refuses(site, "GET", "/api/v1/sessions/1/log?limit=0", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/sessions/7/log", NULL, 404, "not_found");
	json_decref(runs);
	json_decref(acts);
}

static void the_end_is_undone_after_a_restart_too(void **state)
{
	struct site *site = *state;

	class_begin(site, 1);                               /* 1 */
	json_decref(class_act(site, "{\"do\":\"start\"}")); /* 2 */
	json_decref(class_act(site, "{\"do\":\"end\"}"));   /* 3 */
	site_reopen(site);
	site_log_in(site);
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	assert_true(json_is_true(json_object_get(json_array_get(acts, 2), "may_undo")));
	assert_true(json_is_false(json_object_get(json_array_get(acts, 1), "may_undo")));
	json_decref(acts);
	json_t *session = class_act(site, "{\"do\":\"undo\",\"act\":3}");
	assert_string_equal(class_text(session, "state"), "running");
	assert_int_equal(strlen(class_text(session, "code")), 4);
	json_decref(session);
	json_t *run = site_get(site, "/api/v1/runs/1");
	assert_true(json_is_null(json_object_get(run, "to_us")));
	json_decref(run);
}

static void a_project_goes_on_while_lessons_come_and_go(void **state)
{
	struct site *site = *state;
	char path[64];

	site_log_in(site);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"酵素\",\"is_project\":true,\"lesson\":\"ferment\"}", 201));
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	for (int i = 2; i < 26; i++) { /* more than are remembered */
		json_decref(class_post(
			site, "/api/v1/sessions", "{\"title\":\"课\",\"groups\":2}", 201));
		snprintf(path, sizeof path, "/api/v1/sessions/%d/acts", i);
		json_decref(class_post(site, path, "{\"do\":\"start\"}", 200));
		json_t *session = class_post(site, path, "{\"do\":\"end\"}", 200);
		assert_string_equal(class_text(session, "state"), "ended");
		assert_true(json_is_null(json_object_get(session, "code")));
		json_decref(session);
		site_refuses(site, "POST", path, "{\"do\":\"freeze\"}", 409, "is_ended");
	}
	for (int i = 0; i < 2; i++) {
		struct browser b; /* what is on the card only is told of no undoing */
		assert_int_equal(site_ask(site, "POST", "/api/v1/sessions/2/acts",
					 "{\"do\":\"undo\",\"act\":5}", &b),
			409);
		assert_true(browser_has(&b, "不能再改"));
		browser_close(&b);
		site_reopen(site);
		site_log_in(site);
	}
	json_t *open = site_get(site, "/api/v1/sessions");
	assert_int_equal(json_array_size(json_object_get(open, "sessions")), 1);
	json_decref(open);
	json_t *ended = site_get(site, "/api/v1/sessions?ended=1&limit=3");
	json_t *list = json_object_get(ended, "sessions");
	assert_int_equal(json_array_size(list), 3);
	assert_int_equal(site_number(json_array_get(list, 2), "id"), 25);
	json_decref(ended);
	ended = site_get(site, "/api/v1/sessions?ended=1&before=4");
	assert_int_equal(json_array_size(json_object_get(ended, "sessions")), 2);
	json_decref(ended);
	json_t *first = site_get(site, "/api/v1/sessions/2"); /* from the card */
	assert_string_equal(class_text(first, "state"), "ended");
	json_decref(first);
	first = site_get(site, "/api/v1/sessions/2/log");
	assert_int_equal(json_array_size(json_object_get(first, "acts")), 3);
	json_decref(first);
	json_t *project = site_get(site, "/api/v1/sessions/1");
	assert_string_equal(class_text(project, "state"), "running");
	json_decref(project);
	site_refuses(site, "GET", "/api/v1/sessions/26", NULL, 404, "not_found");
}

static void every_kind_of_act_is_as_it_was_asked_for(void **state)
{
	struct site *site = *state;
	json_t *s;

	class_begin(site, 2);
	site_plug(site, 3, "temperature");
	s = class_act(site, "{\"do\":\"assign\",\"group\":2,\"devices\":[3]}");
	json_t *group = json_array_get(json_object_get(s, "groups"), 1);
	assert_int_equal(
		json_integer_value(json_array_get(json_object_get(group, "devices"), 0)), 3);
	assert_true(json_is_true(json_object_get(group, "is_ready")));
	json_decref(s);
	s = class_act(site, "{\"do\":\"range\",\"low\":-5,\"high\":40.5}");
	assert_true(json_number_value(json_array_get(json_object_get(s, "y_range"), 1)) == 40.5);
	json_decref(s);
	s = class_act(site, "{\"do\":\"range\"}");
	assert_true(json_is_null(json_object_get(s, "y_range")));
	json_decref(s);
	s = class_act(site, "{\"do\":\"freeze\",\"on\":true}");
	assert_true(json_is_true(json_object_get(s, "is_frozen")));
	json_decref(s);
	s = class_act(site, "{\"do\":\"reveal\",\"on\":true}");
	assert_true(json_is_true(json_object_get(s, "is_revealed")));
	json_decref(s);
	class_refuses_act(site, "{\"do\":\"pause\",\"on\":true}", 409, "no_phase");
	json_decref(class_act(site, "{\"do\":\"phase\",\"index\":1}"));
	s = class_act(site, "{\"do\":\"pause\",\"on\":true}");
	assert_int_equal(site_number(json_object_get(s, "phase"), "index"), 1);
	assert_true(json_is_integer(json_object_get(json_object_get(s, "phase"), "paused_us")));
	json_decref(s);
	s = class_act(site, "{\"do\":\"may_start\",\"who\":\"groups\"}");
	assert_string_equal(class_text(s, "may_start"), "groups");
	json_decref(s);
	s = class_act(site, "{\"do\":\"title\",\"title\":\"七（4）班\"}");
	assert_string_equal(class_text(s, "title"), "七（4）班");
	json_decref(s);
	s = class_act(site, "{\"do\":\"groups\",\"groups\":12}");
	assert_int_equal(json_array_size(json_object_get(s, "groups")), 12);
	json_decref(s);
	/* With kits, only the groups that have some start. */
	s = class_act(site, "{\"do\":\"start\"}");
	assert_true(json_is_null(
		json_object_get(json_array_get(json_object_get(s, "groups"), 0), "run")));
	assert_true(json_is_integer(
		json_object_get(json_array_get(json_object_get(s, "groups"), 1), "run")));
	json_decref(s);
	s = class_act(site, "{\"do\":\"replay\",\"group\":1,\"run\":1}");
	group = json_array_get(json_object_get(s, "groups"), 0);
	assert_int_equal(site_number(json_object_get(group, "replay"), "run"), 1);
	assert_true(json_is_true(json_object_get(group, "is_ready")));
	json_decref(s);
	s = class_act(site, "{\"do\":\"replay\",\"group\":1,\"run\":null}");
	json_decref(s);
}

static void what_cannot_be_done_is_a_sentence(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *code;
	} wrong[] = {
		{"{}", 400, "bad_parameter"},
		{"{\"do\":\"make\"}", 400, "bad_parameter"},
		{"{\"do\":7}", 400, "bad_parameter"},
		{"[]", 400, "bad_json"},
		{"{\"do\":\"assign\",\"group\":3,\"devices\":[]}", 404, "no_group"},
		{"{\"do\":\"assign\",\"group\":1}", 400, "bad_parameter"},
		{"{\"do\":\"assign\",\"group\":1,\"devices\":[77]}", 404, "not_found"},
		{"{\"do\":\"assign\",\"group\":1,\"devices\":[\"x\"]}", 404, "not_found"},
		{"{\"do\":\"start\",\"groups\":[9]}", 404, "no_group"},
		{"{\"do\":\"start\",\"groups\":3}", 400, "bad_parameter"},
		{"{\"do\":\"start\",\"groups\":[]}", 400, "bad_parameter"},
		{"{\"do\":\"stop\",\"groups\":[]}", 400, "bad_parameter"},
		{"{\"do\":\"groups\",\"groups\":13}", 400, "bad_parameter"},
		{"{\"do\":\"range\",\"low\":3,\"high\":1}", 400, "bad_parameter"},
		{"{\"do\":\"phase\"}", 400, "bad_parameter"},
		{"{\"do\":\"phase\",\"index\":99}", 400, "bad_parameter"},
		{"{\"do\":\"replay\",\"group\":1,\"run\":99}", 404, "not_found"},
		{"{\"do\":\"may_start\",\"who\":\"me\"}", 400, "bad_parameter"},
		{"{\"do\":\"freeze\",\"on\":3}", 400, "bad_parameter"},
		{"{\"do\":\"title\"}", 400, "bad_parameter"},
		{"{\"do\":\"title\",\"title\":\"0123456789012345678901234567890123456789"
		 "01234567890123456789012345678901234567890123456789012345\"}",
			400, "too_long"},
	};
	struct site *site = *state;

	class_begin(site, 2);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		class_refuses_act(site, wrong[i].body, wrong[i].status, wrong[i].code);
	site_refuses(site, "POST", "/api/v1/sessions/9/acts", "{\"do\":\"end\"}", 404, "not_found");
	site_refuses(site, "POST", "/api/v1/sessions", "{\"groups\":0}", 400, "bad_parameter");
	site_refuses(
		site, "POST", "/api/v1/sessions", "{\"lesson\":\"../etc\"}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/sessions",
		"{\"title\":\"0123456789012345678901234567890123456789"
		"01234567890123456789012345678901234567890123456789012345\"}",
		400, "too_long");
	struct browser b;
	assert_int_equal(
		site_ask(site, "POST", "/api/v1/sessions",
			"{\"title\":\"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二\"}",
			&b),
		400);
	assert_true(browser_has(&b, "最多 31 个汉字"));
	assert_true(browser_has(&b, "at most 95 letters"));
	browser_close(&b);
	json_t *log = site_get(site, "/api/v1/sessions/1/log");
	assert_int_equal(json_array_size(json_object_get(log, "acts")), 1);
	json_decref(log);
}

static void let_the_card_take(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_card_that_refuses_leaves_everything_as_it_was(void **state)
{
	struct site *site = *state;

	class_begin(site, 2);
	let_the_card_take(0);
	site_keep_gap(site, 0, GAP_STORE, 1, 2, 0);
	site_keep_turns(site);
	class_refuses_act(site, "{\"do\":\"start\"}", 503, "card_refuses");
	site_refuses(site, "POST", "/api/v1/sessions", "{}", 503, "card_refuses");
	let_the_card_take(RLIM_INFINITY);
	json_t *sessions = site_get(site, "/api/v1/sessions");
	assert_int_equal(json_array_size(json_object_get(sessions, "sessions")), 1);
	json_decref(sessions);
	json_t *runs = site_get(site, "/api/v1/runs");
	assert_int_equal(json_array_size(json_object_get(runs, "runs")), 0);
	json_decref(runs);
	site_keep_turns(site);
	json_decref(class_act(site, "{\"do\":\"start\"}"));
}

/* It begins to refuse with this very act: that holds, like readings, and is written as soon as it can. */
static void what_was_done_as_the_card_began_to_refuse_is_written_later(void **state)
{
	struct site *site = *state;

	class_begin(site, 1);
	let_the_card_take(0);
	json_t *answer = class_post(site, "/api/v1/sessions/1/acts", "{\"do\":\"start\"}", 503);
	json_t *told = json_object_get(answer, "error");
	assert_string_equal(class_text(told, "code"), "not_kept");
	assert_non_null(strstr(class_text(told, "zh"), "已经生效"));
	assert_non_null(strstr(class_text(told, "en"), "do not do it again"));
	json_decref(answer);
	let_the_card_take(RLIM_INFINITY);
	site_keep_turns(site);
	site_reopen(site);
	json_t *session = site_get(site, "/api/v1/sessions/1");
	assert_string_equal(class_text(session, "state"), "running");
	json_decref(session);
}

/* The page of former times: no session, its run starts and stops beside all others. */
static void a_run_of_no_session_is_apart(void **state)
{
	struct site *site = *state;

	class_begin(site, 1);
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	json_t *run = site_post(site, "/api/v1/runs", "{}", 201);
	assert_int_equal(site_number(run, "id"), 2);
	assert_int_equal(site_number(run, "number"), 1);
	assert_true(json_is_null(json_object_get(run, "session")));
	assert_true(json_is_null(json_object_get(run, "group")));
	assert_true(json_is_null(json_object_get(run, "lesson")));
	json_decref(run);
	json_decref(site_post(site, "/api/v1/runs/2/stop", "", 200));
	/* A group's run is stopped the same way, and the session knows. */
	json_decref(site_post(site, "/api/v1/runs/1/stop", "", 200));
	json_t *session = site_get(site, "/api/v1/sessions/1");
	assert_string_equal(class_text(session, "state"), "open");
	json_decref(session);
	site_refuses(site, "POST", "/api/v1/runs/1/stop", "", 409, "is_stopped");
}

static void a_group_that_loses_its_kit_is_told_as_not_ready(void **state)
{
	struct site *site = *state;
	struct browser events;

	class_begin(site, 1);
	site_plug(site, 3, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[3]}"));
	site_pass_alone(site, 2);
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	browser_forget(&events);
	assert_int_equal(feed_put_gone(site->feed, clock_now(&site->clock), 3), 0);
	web_feed(site->web);
	site_pass_alone(site, 2);
	browser_wait(&events, "event: session");
	browser_wait(&events, "\"is_ready\":false");
	browser_close(&events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_session_is_begun_told_and_kept),
		SITE_TEST(all_groups_start_and_stop_at_one_instant),
		SITE_TEST(a_run_may_begin_in_the_past_or_be_made_afterwards),
		SITE_TEST(what_was_done_is_in_the_log_and_can_be_undone),
		SITE_TEST(the_end_is_undone_after_a_restart_too),
		SITE_TEST(a_project_goes_on_while_lessons_come_and_go),
		SITE_TEST(every_kind_of_act_is_as_it_was_asked_for),
		SITE_TEST(what_cannot_be_done_is_a_sentence),
		SITE_TEST(a_card_that_refuses_leaves_everything_as_it_was),
		SITE_TEST(what_was_done_as_the_card_began_to_refuse_is_written_later),
		SITE_TEST(a_run_of_no_session_is_apart),
		SITE_TEST(a_group_that_loses_its_kit_is_told_as_not_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
