/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Browsers join by four digits, or by a picture of them, change group and leave; guessing and scripts are
 * slowed down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/classroom.h"
#include "support/classroom_site.h"

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
	json_t *answer = class_post_as(site, first, "/api/v1/join", body, 200);
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
	answer = class_get_as(site, first, "/api/v1/join");
	assert_int_equal(site_number(answer, "group"), 4);
	json_decref(answer);
	answer = class_get_as(site, "", "/api/v1/join");
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
	answer = class_get_as(site, first, "/api/v1/join");
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
	class_refuses_as(site, cookie, "/api/v1/join", body, 409, "is_full");
	json_t *answer = class_get_as(site, cookie, "/api/v1/join");
	assert_int_equal(site_number(answer, "session"), 1);
	assert_int_equal(site_number(answer, "group"), 2);
	json_decref(answer);
	assert_int_equal(joined(site, 2), 1);

	/* Of those that nobody heard of for half an hour the first one gives way. */
	site->clock.frozen_ns += 1801 * S;
	json_decref(class_post_as(site, cookie, "/api/v1/join", body, 200));
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
	json_decref(class_post_as(site, cookie, "/api/v1/join", body, 200));
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
		json_t *answer =
			class_post_as(site, cookie, "/api/v1/join", i % 2 ? same : none, 200);
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
		json_decref(class_post_as(site, cookie, "/api/v1/join", i % 2 ? same : other, 200));
	class_refuses_as(site, cookie, "/api/v1/join", other, 429, "too_many_joins");
	site->clock.frozen_ns += 61 * S;
	json_decref(class_post_as(site, cookie, "/api/v1/join", other, 200));
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
		json_decref(class_post_as(site, cookie, "/api/v1/join", body, 200));
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
	assert_true(browser_has(&b, "再看一眼“test”的大屏上的 4 个数字"));
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
	/* Who knows it comes in beside them. */
	json_t *answer = class_post(site, "/api/v1/join", body, 200);
	assert_true(json_is_null(json_object_get(answer, "group")));
	json_decref(answer);
	site_refuses(site, "POST", "/api/v1/join", "{\"code\":\"x\"}", 429, "too_many_tries");
	site->clock.frozen_ns += 61 * S;
	site_refuses(site, "POST", "/api/v1/join", "{\"code\":\"x\"}", 404, "wrong_code");
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
		SITE_TEST(a_code_to_scan_is_a_picture_while_the_session_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
