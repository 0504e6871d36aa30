/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What groups do over HTTP: join by four digits, predict, keep readings, mark, start where they may; each
 * as its own group only, and none as quickly as a script. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/classroom.h"
#include "data/feed.h"
#include "support/classroom_site.h"

/* As one browser, then the teacher's again. */
static json_t *post_as(
	struct site *site, const char *cookie, const char *path, const char *body, int status)
{
	char teacher[96];

	strcpy(teacher, site->cookie);
	memmove(site->cookie, cookie, strlen(cookie) + 1); /* it may be the teacher's own */
	json_t *answer = class_post(site, path, body, status);
	strcpy(site->cookie, teacher);
	return answer;
}

static void refuses_as(struct site *site, const char *cookie, const char *path, const char *body,
	int status, const char *code)
{
	json_t *answer = post_as(site, cookie, path, body, status);

	assert_string_equal(class_text(json_object_get(answer, "error"), "code"), code);
	json_decref(answer);
}

static json_t *get_as(struct site *site, const char *cookie, const char *path)
{
	char teacher[96];
	struct browser b;

	strcpy(teacher, site->cookie);
	memmove(site->cookie, cookie, strlen(cookie) + 1); /* it may be the teacher's own */
	assert_int_equal(site_ask(site, "GET", path, NULL, &b), 200);
	strcpy(site->cookie, teacher);
	return site_json(&b);
}

static unsigned joined(struct site *site, unsigned group)
{
	json_t *session = site_get(site, "/api/v1/sessions/1");
	json_t *of = json_array_get(json_object_get(session, "groups"), group - 1);
	unsigned n = (unsigned)site_number(of, "joined");

	json_decref(session);
	return n;
}

static void a_browser_joins_changes_group_and_leaves(void **state)
{
	struct site *site = *state;
	char first[96], second[96], body[64];
	struct browser b;

	class_begin(site, 4);
	class_join(site, 3, first);
	class_join(site, 3, second);
	assert_int_equal(joined(site, 3), 2);
	json_t *session = site_get(site, "/api/v1/sessions/1");
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":4}", class_text(session, "code"));
	json_decref(session);
	json_t *answer = post_as(site, first, "/api/v1/join", body, 200);
	assert_int_equal(site_number(answer, "group"), 4);
	assert_int_equal(site_number(answer, "session"), 1);
	assert_string_equal(
		class_text(json_object_get(
				   json_array_get(json_object_get(answer, "groups"), 3), "animal"),
			"zh"),
		"鲤鱼");
	json_decref(answer);
	assert_int_equal(joined(site, 3), 1);
	assert_int_equal(joined(site, 4), 1);

	site_keep_turns(site);
	site_reopen(site); /* a restart of the board sends nobody out */
	answer = get_as(site, first, "/api/v1/join");
	assert_int_equal(site_number(answer, "group"), 4);
	json_decref(answer);
	answer = get_as(site, "", "/api/v1/join");
	assert_true(json_is_null(json_object_get(answer, "session")));
	json_decref(answer);

	browser_open(&b, site->loop, site->port);
	browser_send(&b,
		"DELETE /api/v1/join HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
		first);
	for (int i = 0; i < 20 && !b.is_closed; i++) {
		browser_turn(&b);
		site_keep_turns(site);
	}
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 204"));
	assert_true(browser_has(&b, "Max-Age=0"));
	browser_close(&b);
	assert_int_equal(joined(site, 4), 0);
	answer = get_as(site, first, "/api/v1/join");
	assert_true(json_is_null(json_object_get(answer, "session")));
	json_decref(answer);
}

/* As many browsers as there may be have joined session 2, as the journal tells it: act 4 and on. */
static void fill_session_2(struct site *site)
{
	for (uint32_t i = 0; i < SESSION_MEMBERS; i++) {
		struct journal_entry *entry = calloc(1, journal_size(80));

		assert_non_null(entry);
		*entry = (struct journal_entry){.id = 4 + i,
			.session = 2,
			.at = clock_now(&site->clock),
			.who = "group 1",
			.kind = "join"};
		entry->n =
			(uint32_t)snprintf(entry->body, 81, "{\"group\":1,\"token\":\"%032x\"}", i);
		assert_int_equal(keep_order_act(site->keep, entry, NULL, 0, NULL), 0);
		free(entry);
		if (i % 8 == 7)
			site_keep_turns(site);
	}
	site_keep_turns(site);
	site_reopen(site);
	site_log_in(site);
}

static void who_finds_no_room_elsewhere_stays(void **state)
{
	struct site *site = *state;
	char cookie[96], body[64];

	class_begin(site, 2);
	class_join(site, 2, cookie);
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":2}", 201));
	fill_session_2(site);
	json_t *session = site_get(site, "/api/v1/sessions/2");
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":1}", class_text(session, "code"));
	json_decref(session);
	refuses_as(site, cookie, "/api/v1/join", body, 409, "is_full");
	json_t *answer = get_as(site, cookie, "/api/v1/join");
	assert_int_equal(site_number(answer, "session"), 1);
	assert_int_equal(site_number(answer, "group"), 2);
	json_decref(answer);
	assert_int_equal(joined(site, 2), 1);

	/* Of those that nobody heard of for half an hour the first one gives way. */
	site->clock.frozen_ns += 1801 * S;
	json_decref(post_as(site, cookie, "/api/v1/join", body, 200));
	assert_int_equal(joined(site, 2), 0);
	session = site_get(site, "/api/v1/sessions/2");
	assert_int_equal(
		site_number(json_array_get(json_object_get(session, "groups"), 0), "joined"),
		SESSION_MEMBERS);
	json_decref(session);
	class_join(site, 2, cookie);

	/* Where there is room it goes over. */
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":2}", 201));
	session = site_get(site, "/api/v1/sessions/3");
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":1}", class_text(session, "code"));
	json_decref(session);
	json_decref(post_as(site, cookie, "/api/v1/join", body, 200));
	assert_int_equal(joined(site, 2), 0);
}

static size_t n_acts(struct site *site)
{
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	size_t n = json_array_size(acts);

	json_decref(acts);
	return n;
}

/* 90 browsers, none of which waits for an answer: how many are in. */
static unsigned join_at_once(struct site *site, const char *body)
{
	static struct browser b[90];
	unsigned n_in = 0;

	for (int i = 0; i < 90; i++) {
		browser_open(&b[i], site->loop, site->port);
		browser_send(&b[i],
			"POST /api/v1/join HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
			"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			strlen(body), body);
		browser_turn(&b[i]);
		if (i % 10 == 9)
			keep_turn(site->keep, clock_now(&site->clock));
	}
	site_keep_turns(site);
	for (int i = 0; i < 90; i++) {
		browser_wait_closed(&b[i]);
		n_in += browser_has(&b[i], "HTTP/1.1 200");
		browser_close(&b[i]);
	}
	return n_in;
}

static void who_joins_again_costs_nothing_and_a_script_is_slowed_down(void **state)
{
	struct site *site = *state;
	char cookie[96], same[64], none[64], other[64];
	struct browser b;

	class_begin(site, 2);
	class_join(site, 2, cookie);
	json_t *session = site_get(site, "/api/v1/sessions/1");
	snprintf(same, sizeof same, "{\"code\":\"%s\",\"group\":2}", class_text(session, "code"));
	snprintf(other, sizeof other, "{\"code\":\"%s\",\"group\":1}", class_text(session, "code"));
	snprintf(none, sizeof none, "{\"code\":\"%s\"}", class_text(session, "code"));
	json_decref(session);
	size_t before = n_acts(site);
	for (int i = 0; i < 100; i++) { /* a page that is loaded anew, or scans once more */
		json_t *answer = post_as(site, cookie, "/api/v1/join", i % 2 ? same : none, 200);
		assert_int_equal(site_number(answer, "group"), 2);
		json_decref(answer);
	}
	assert_int_equal(n_acts(site), before);

	assert_int_equal(join_at_once(site, same), 79); /* and the one above */
	assert_int_equal(site_ask(site, "POST", "/api/v1/join", same, &b), 429);
	assert_true(browser_has(&b, "这里加入得太快了。等 "));
	assert_true(browser_has(&b, "There are too many joins from here. Wait "));
	browser_close(&b);
	/* Who is in changes the group all the same, as often as a finger does. */
	for (int i = 0; i < 12; i++)
		json_decref(post_as(site, cookie, "/api/v1/join", i % 2 ? same : other, 200));
	refuses_as(site, cookie, "/api/v1/join", other, 429, "too_many_joins");
	site->clock.frozen_ns += 61 * S;
	json_decref(post_as(site, cookie, "/api/v1/join", other, 200));
}

/* As pages do: by the code, then the group. */
static void sixty_students_behind_one_router_join_within_a_minute(void **state)
{
	struct site *site = *state;
	char cookie[96], body[64];

	class_begin(site, 6);
	json_t *session = site_get(site, "/api/v1/sessions/1");
	char code[8];
	strcpy(code, class_text(session, "code"));
	json_decref(session);
	for (unsigned i = 0; i < 60; i++) {
		class_join(site, 0, cookie);
		snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":%u}", code, 1 + i % 6);
		json_decref(post_as(site, cookie, "/api/v1/join", body, 200));
	}
	for (unsigned group = 1; group <= 6; group++)
		assert_int_equal(joined(site, group), 10);
}

static void a_wrong_or_expired_code_is_a_sentence_and_guessing_is_slowed_down(void **state)
{
	struct site *site = *state;
	char code[8], body[64];
	struct browser b;

	class_begin(site, 2);
	json_t *session = site_get(site, "/api/v1/sessions/1");
	strcpy(code, class_text(session, "code"));
	json_decref(session);
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":3}", code);
	site_refuses(site, "POST", "/api/v1/join", body, 404, "no_group");
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	assert_int_equal(site_ask(site, "POST", "/api/v1/join", body, &b), 404);
	assert_true(browser_has(&b, "再看一眼大屏上的 4 个数字"));
	assert_true(browser_has(&b, code));
	browser_close(&b);
	site_refuses(site, "POST", "/api/v1/join", "{}", 400, "bad_parameter");
	for (int i = 0; i < 9; i++)
		site_refuses(site, "POST", "/api/v1/join", "{\"code\":\"<b>\"}", 404, "wrong_code");
	assert_int_equal(site_ask(site, "POST", "/api/v1/join", body, &b), 429);
	assert_true(browser_has(&b, "Retry-After: "));
	browser_close(&b);
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":2}", 201));
	session = site_get(site, "/api/v1/sessions/2");
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", class_text(session, "code"));
	json_decref(session);
	site_refuses(
		site, "POST", "/api/v1/join", body, 429, "too_many_tries"); /* right or wrong */
	site->clock.frozen_ns += 61 * S;
	json_t *answer = class_post(site, "/api/v1/join", body, 200);
	assert_true(json_is_null(json_object_get(answer, "group")));
	json_decref(answer);
}

static void a_group_speaks_for_itself_only(void **state)
{
	static const char *const paths[] = {"prediction", "readings", "run", "mark"};
	struct site *site = *state;
	char cookie[96], path[80];

	class_begin(site, 3);
	class_join(site, 2, cookie);
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "/api/v1/sessions/1/groups/3/%s", paths[i]);
		refuses_as(site, cookie, path, "{}", 403, "not_your_group");
		refuses_as(site, "", path, "{}", 403, "not_your_group");
		snprintf(path, sizeof path, "/api/v1/sessions/1/groups/4/%s", paths[i]);
		refuses_as(site, cookie, path, "{}", 404, "no_group");
		snprintf(path, sizeof path, "/api/v1/sessions/9/groups/1/%s", paths[i]);
		refuses_as(site, cookie, path, "{}", 404, "not_found");
	}
	refuses_as(
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
		refuses_as(site, cookie, path, wrong[i], 400, "bad_parameter");
	json_decref(post_as(site, cookie, path, "{\"points\":[[0,20],[10,15.5]]}", 200));
	json_t *session = post_as(site, cookie, path, "{\"value\":9.8}", 200);
	json_t *group = json_array_get(json_object_get(session, "groups"), 1);
	assert_true(json_is_true(json_object_get(group, "has_prediction")));
	json_decref(session);

	/* A second tablet of the group sees it, others once all is revealed. */
	json_t *told = get_as(site, cookie, path);
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
	refuses_as(site, cookie, path, "{\"value\":9.9}", 409, "prediction_fixed");
}

static void a_guess_stays_once_the_group_has_a_run(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/prediction";
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 1);
	class_join(site, 1, cookie);
	json_t *session = post_as(site, cookie, path, "{\"value\":1}", 200);
	json_t *group = json_array_get(json_object_get(session, "groups"), 0);
	assert_true(json_is_true(json_object_get(group, "may_predict")));
	json_decref(session);
	session = class_act(site, "{\"do\":\"start\"}");
	group = json_array_get(json_object_get(session, "groups"), 0);
	assert_true(json_is_false(json_object_get(group, "may_predict")));
	json_decref(session);
	refuses_as(site, cookie, path, "{\"value\":2}", 409, "prediction_fixed");
	json_t *told = get_as(site, cookie, path);
	assert_true(json_number_value(
			    json_object_get(json_object_get(told, "prediction"), "value")) == 1);
	json_decref(told);
}

static void say(struct site *site, uint32_t stream, int64_t stamp_ns, double first)
{
	static struct batch batch;

	batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = 1};
	batch.stamps_ns[0] = stamp_ns;
	batch.values[0] = first;
	batch.values[1] = 1013.25;
	assert_int_equal(feed_put_batch(site->feed, clock_now(&site->clock), &batch), 0);
	web_feed(site->web);
}

static void a_reading_has_what_was_typed_and_what_the_kits_said(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/2/readings";
	struct site *site = *state;
	char cookie[96], other[96];
	struct browser events;

	class_begin(site, 2);
	site_plug(site, 3, "temperature");
	site_plug(site, 4, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":2,\"devices\":[3]}"));
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	class_join(site, 2, cookie);
	class_join(site, 1, other);
	say(site, 30, site->clock.frozen_ns - S, 21.5);
	say(site, 40, site->clock.frozen_ns - S, 99); /* another group's */
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	json_t *reading = post_as(site, cookie, path, "{\"typed\":{\"L\":0.5}}", 201);
	browser_wait(&events, "event: reading\ndata: {\"id\":6,\"session\":1,\"group\":2}\n\n");
	assert_false(browser_has(
		&events, "\"typed\"")); /* everybody hears this, before it is revealed */
	browser_close(&events);
	assert_true(
		json_real_value(json_object_get(json_object_get(reading, "typed"), "L")) == 0.5);
	json_t *values = json_object_get(reading, "values");
	assert_int_equal(json_object_size(values), 2);
	assert_true(json_number_value(json_object_get(values, "30:t")) == 21.5);
	assert_int_equal(site_number(reading, "run"), 1);
	json_decref(reading);
	/* What the kit said longer ago is of another situation. */
	site->clock.frozen_ns += 60 * S;
	reading = post_as(site, cookie, path, "{\"typed\":{\"L\":0.7}}", 201);
	assert_int_equal(json_object_size(json_object_get(reading, "values")), 0);
	int64_t id = site_number(reading, "id");
	json_decref(reading);
	refuses_as(site, cookie, path, "{\"typed\":{\"L\":\"0.5\"}}", 400, "bad_parameter");
	refuses_as(site, cookie, path, "{\"typed\":[1]}", 400, "bad_parameter");
	refuses_as(site, cookie, path, "{\"at_us\":9999999999999}", 400, "bad_parameter");

	/* Its own until all is revealed; one that is undone is gone. */
	json_t *list = get_as(site, other, "/api/v1/sessions/1/readings");
	assert_int_equal(json_array_size(json_object_get(list, "readings")), 0);
	json_decref(list);
	list = get_as(site, cookie, "/api/v1/sessions/1/readings");
	assert_int_equal(json_array_size(json_object_get(list, "readings")), 2);
	json_decref(list);
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":true}"));
	char undo[48], told[80];
	snprintf(undo, sizeof undo, "{\"do\":\"undo\",\"act\":%lld}", (long long)id);
	snprintf(told, sizeof told,
		"event: reading\ndata: {\"id\":%lld,\"session\":1,\"group\":2}\n\n", (long long)id);
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	json_decref(class_act(site, undo));
	browser_wait(&events, told); /* pages fetch the list anew */
	browser_close(&events);
	list = get_as(site, other, "/api/v1/sessions/1/readings");
	assert_int_equal(json_array_size(json_object_get(list, "readings")), 1);
	json_decref(list);
}

static void readings_come_page_by_page(void **state)
{
	struct site *site = *state;
	json_t *list, *page;

	class_begin(site, 2);
	for (unsigned i = 0; i < 5; i++) {
		char path[64], body[48];

		snprintf(path, sizeof path, "/api/v1/sessions/1/groups/%u/readings", 1 + i % 2);
		snprintf(body, sizeof body, "{\"typed\":{\"L\":%u}}", i);
		json_decref(class_post(site, path, body, 201));
	}
	page = get_as(site, site->cookie, "/api/v1/sessions/1/readings?limit=2");
	assert_true(json_is_true(json_object_get(page, "has_more")));
	list = json_object_get(page, "readings");
	assert_int_equal(json_array_size(list), 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			site_number(json_object_get(json_array_get(list, (size_t)i), "typed"), "L"),
			3 + i);
	char path[80];
	snprintf(path, sizeof path, "/api/v1/sessions/1/readings?before=%lld",
		(long long)site_number(json_array_get(list, 0), "id"));
	json_decref(page);
	page = get_as(site, site->cookie, path);
	assert_true(json_is_false(json_object_get(page, "has_more")));
	assert_int_equal(json_array_size(json_object_get(page, "readings")), 3);
	json_decref(page);
	site_refuses(
		site, "GET", "/api/v1/sessions/1/readings?limit=501", NULL, 400, "bad_parameter");
	site_refuses(
		site, "GET", "/api/v1/sessions/1/readings?before=x", NULL, 400, "bad_parameter");
}

/* The page's reading line stands somewhere in the past: as it was there, from the card. */
static void a_reading_of_a_moment_ago_has_what_was_said_then(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/readings";
	struct site *site = *state;
	char cookie[96], body[64];

	class_begin(site, 1);
	site_plug(site, 3, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[3]}"));
	class_join(site, 1, cookie);
	int64_t from_ns = site->clock.frozen_ns - 20 * S;
	site_keep_rows(site, 30, from_ns, S / 10, 200);
	site_keep_turns(site);
	say(site, 30, site->clock.frozen_ns, 77);
	snprintf(body, sizeof body, "{\"at_us\":%lld}",
		(long long)((from_ns + 5 * S + S / 20) / US));
	json_t *reading = post_as(site, cookie, path, body, 201);
	json_t *values = json_object_get(reading, "values");
	assert_true(json_number_value(json_object_get(values, "30:t")) == site_value(50));
	assert_true(json_number_value(json_object_get(values, "30:p")) == 1013.25);
	assert_int_equal(site_number(reading, "at_us"), (from_ns + 5 * S + S / 20) / US);
	json_decref(reading);
	/* Long before it was plugged in. */
	reading = post_as(site, cookie, path, "{\"at_us\":5000000}", 201);
	assert_int_equal(json_object_size(json_object_get(reading, "values")), 0);
	json_decref(reading);
}

static void a_group_starts_where_it_may(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/run";
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 2);
	class_join(site, 1, cookie);
	refuses_as(site, cookie, path, "{\"do\":\"start\"}", 403, "teacher_starts");
	json_decref(class_act(site, "{\"do\":\"may_start\",\"who\":\"groups\"}"));
	/* Not with what others recorded before this class came. */
	refuses_as(site, cookie, path, "{\"do\":\"start\",\"from_us\":300000000}", 400,
		"bad_parameter");
	json_t *session =
		post_as(site, cookie, path, "{\"do\":\"start\",\"from_us\":900000000}", 200);
	json_t *groups = json_object_get(session, "groups");
	assert_int_equal(site_number(json_array_get(groups, 0), "run"), 1);
	assert_true(json_is_null(json_object_get(json_array_get(groups, 1), "run")));
	json_decref(session);
	refuses_as(site, cookie, path, "{\"do\":\"start\"}", 409, "is_running");
	refuses_as(site, cookie, path, "{\"do\":\"dance\"}", 400, "bad_parameter");
	json_decref(post_as(site, cookie, path, "{\"do\":\"stop\"}", 200));
	refuses_as(site, cookie, path, "{\"do\":\"stop\"}", 409, "is_stopped");
}

static void marks_are_by_whoever_made_them(void **state)
{
	struct site *site = *state;
	char cookie[96];

	class_begin(site, 2);
	class_join(site, 2, cookie);
	json_decref(post_as(site, cookie, "/api/v1/sessions/1/groups/2/mark",
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
	json_decref(post_as(site, one, "/api/v1/sessions/1/groups/1/mark",
		"{\"text\":\"ours\",\"at_us\":905000000}", 200));
	json_decref(post_as(site, two, "/api/v1/sessions/1/groups/2/mark",
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

static size_t readings_of(struct site *site, const char *cookie)
{
	json_t *list = get_as(site, cookie, "/api/v1/sessions/1/readings");
	size_t n = json_array_size(json_object_get(list, "readings"));

	json_decref(list);
	return n;
}

/* Homework: the kits are back in the cupboard, and the curve is asked for. */
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
	json_decref(post_as(site, cookie, "/api/v1/sessions/1/groups/1/mark",
		"{\"text\":\"silly\",\"at_us\":905000000}", 200));
	json_decref(post_as(site, cookie, "/api/v1/sessions/1/groups/1/mark",
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

static void who_was_in_looks_on_when_the_lesson_is_over(void **state)
{
	static const char guess[] = "/api/v1/sessions/1/groups/1/prediction";
	struct site *site = *state;
	char one[96], two[96], body[64];
	struct browser b;

	class_begin(site, 2);
	class_join(site, 1, one);
	class_join(site, 2, two);
	json_decref(post_as(site, one, guess, "{\"value\":9.8}", 200));
	json_decref(post_as(
		site, one, "/api/v1/sessions/1/groups/1/readings", "{\"typed\":{\"L\":1}}", 201));
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	for (int i = 0; i < 2; i++) {
		json_t *me = get_as(site, one, "/api/v1/join");
		assert_int_equal(site_number(me, "session"), 1);
		assert_int_equal(site_number(me, "group"), 1);
		assert_true(json_is_true(json_object_get(me, "is_ended")));
		json_decref(me);
		assert_int_equal(readings_of(site, one), 1);
		assert_int_equal(readings_of(site, two), 0);
		json_t *told = get_as(site, one, guess);
		assert_true(json_is_object(json_object_get(told, "prediction")));
		json_decref(told);
		refuses_as(site, one, "/api/v1/sessions/1/groups/1/mark", "{\"text\":\"x\"}", 409,
			"is_ended");
		refuses_as(site, one, guess, "{\"value\":9.9}", 409, "is_ended");
		site_reopen(site);
		site_log_in(site);
	}
	/* Who leaves it, or goes to the next lesson, takes nothing of it along. */
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":1}", 201));
	json_t *session = site_get(site, "/api/v1/sessions/2");
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":1}", class_text(session, "code"));
	json_decref(session);
	json_t *me = post_as(site, two, "/api/v1/join", body, 200);
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

static void a_code_to_scan_is_a_picture_while_the_session_is_open(void **state)
{
	struct site *site = *state;
	struct browser b;
	char path[32], place[64];

	class_begin(site, 1);
	json_t *session = site_get(site, "/api/v1/sessions/1");
	snprintf(path, sizeof path, "/j/%s", class_text(session, "code"));
	snprintf(place, sizeof place, "Location: /?join=%s", class_text(session, "code"));
	json_decref(session);
	assert_int_equal(browser_get(site->loop, site->port, path, &b), 302);
	assert_true(browser_has(&b, place));
	browser_close(&b);
	site_refuses(site, "GET", "/j/12", NULL, 404, "wrong_code");
	assert_int_equal(browser_get(site->loop, site->port, "/api/v1/sessions/1/qr", &b), 200);
	assert_true(browser_has(&b, "Content-Type: image/svg+xml"));
	assert_non_null(strstr(browser_body(&b), "<svg xmlns="));
	browser_close(&b);
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	site_refuses(site, "GET", "/api/v1/sessions/1/qr", NULL, 409, "is_ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_browser_joins_changes_group_and_leaves),
		SITE_TEST(who_finds_no_room_elsewhere_stays),
		SITE_TEST(who_joins_again_costs_nothing_and_a_script_is_slowed_down),
		SITE_TEST(sixty_students_behind_one_router_join_within_a_minute),
		SITE_TEST(a_wrong_or_expired_code_is_a_sentence_and_guessing_is_slowed_down),
		SITE_TEST(a_group_speaks_for_itself_only),
		SITE_TEST(a_prediction_is_one_of_three_kinds_and_the_last_one_holds),
		SITE_TEST(a_guess_stays_once_the_group_has_a_run),
		SITE_TEST(a_reading_has_what_was_typed_and_what_the_kits_said),
		SITE_TEST(a_reading_of_a_moment_ago_has_what_was_said_then),
		SITE_TEST(readings_come_page_by_page),
		SITE_TEST(a_group_starts_where_it_may),
		SITE_TEST(marks_are_by_whoever_made_them),
		SITE_TEST(a_run_has_the_marks_of_its_own_group_and_class),
		SITE_TEST(a_mark_that_the_teacher_undoes_is_nowhere_any_more),
		SITE_TEST(who_was_in_looks_on_when_the_lesson_is_over),
		SITE_TEST(a_script_in_a_group_is_slowed_down),
		SITE_TEST(a_code_to_scan_is_a_picture_while_the_session_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
