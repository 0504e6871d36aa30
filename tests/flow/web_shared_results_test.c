/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixty telephones that look at the results of a class are one question to the card; what is new is told to the
 * next who asks. How often the card is asked, SQLite counts: it tells of each statement that begins. */
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "support/classroom_site.h"

enum { TELEPHONES = 60 };
static const char PATH[] = "/api/v1/sessions/1/results";

static atomic_uint n_reads;

static int count(unsigned kind, void *self, void *statement, void *words)
{
	(void)kind;
	(void)self;
	(void)words;
	if (sqlite3_stmt_readonly(statement))
		n_reads++;
	return 0;
}

static int count_from_now_on(sqlite3 *db, const char **ret_why, const void *api)
{
	(void)ret_why;
	(void)api;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, count, NULL);
}

/* A group with a kit whose run goes on, revealed: its rows are read for whoever asks. */
static void measure(struct site *site)
{
	class_begin(site, 2);
	site_plug(site, 1, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	site_keep_rows(site, 10, 990 * S, S / 10, 101);
	json_decref(class_act(site, "{\"do\":\"start\",\"from_us\":980000000}"));
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":true}"));
	site_keep_turns(site);
}

/* So many ask before one is answered; how often the card was read. *ret_answer is what each got. */
static unsigned ask_at_once(struct site *site, unsigned n, char *ret_answer, size_t size)
{
	static struct browser telephones[TELEPHONES];

	*ret_answer = '\0';
	n_reads = 0;
	for (unsigned i = 0; i < n; i++) {
		browser_open(&telephones[i], site->loop, site->port);
		browser_send_get(&telephones[i], PATH);
	}
	for (unsigned i = 0; i < n; i++) {
		browser_wait(&telephones[i], "\"prediction\":null}]}\n");
		if (i == 0)
			snprintf(ret_answer, size, "%s", browser_body(&telephones[0]));
		assert_string_equal(browser_body(&telephones[i]), ret_answer);
	}
	for (unsigned i = 0; i < n; i++)
		browser_close(&telephones[i]);
	return n_reads;
}

static void sixty_who_ask_at_once_are_one_question(void **state)
{
	struct site *site = *state;
	char one[4096], sixty[4096];

	measure(site);
	ask_at_once(site, 1, one, sizeof one); /* whatever is read the first time only */
	site->clock.frozen_ns += S;
	unsigned reads = ask_at_once(site, 1, one, sizeof one);
	assert_true(reads > 0);
	assert_non_null(strstr(one, "\"n\":101"));
	site->clock.frozen_ns += S;
	assert_int_equal(ask_at_once(site, TELEPHONES, sixty, sizeof sixty), reads);
	assert_string_equal(sixty, one);
}

static void within_a_second_the_card_is_not_asked_again(void **state)
{
	struct site *site = *state;
	char before[4096], now[4096];

	measure(site);
	assert_true(ask_at_once(site, 1, before, sizeof before) > 0);
	site_keep_rows(site, 10, 1001 * S, S / 10, 5);
	assert_int_equal(store_commit(site->store, clock_now(&site->clock)), 0);
	site->clock.frozen_ns += S - 1;
	assert_int_equal(ask_at_once(site, 2, now, sizeof now), 0);
	assert_string_equal(now, before);
	site->clock.frozen_ns += 1;
	assert_true(ask_at_once(site, 1, now, sizeof now) > 0);
	assert_non_null(strstr(now, "\"n\":106"));
}

static void what_was_done_since_is_told_at_once(void **state)
{
	struct site *site = *state;
	char answer[4096];

	measure(site);
	const struct instant then = clock_now(&site->clock);
	assert_true(ask_at_once(site, 1, answer, sizeof answer) > 0);
	json_decref(class_post(
		site, "/api/v1/sessions/1/groups/1/readings", "{\"typed\":{\"L\":0.5}}", 201));
	site->clock.frozen_ns = then.ns; /* no second has passed */
	assert_true(ask_at_once(site, 1, answer, sizeof answer) > 0);
	assert_non_null(strstr(answer, "\"L\":0.5"));
}

/* The teacher's question is under way, and a group's is not answered with it. */
static void what_is_hidden_is_not_shared(void **state)
{
	struct site *site = *state;
	struct browser b, teacher;

	measure(site);
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":false}"));
	browser_open(&teacher, site->loop, site->port);
	browser_send(&teacher, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n", PATH, site->cookie);
	assert_int_equal(browser_get(site->loop, site->port, PATH, &b), 403);
	browser_close(&b);
	browser_wait(&teacher, "200 OK");
	browser_wait(&teacher, "\"n\":101");
	assert_int_equal(browser_get(site->loop, site->port, PATH, &b), 403);
	browser_close(&b);
	browser_close(&teacher);
}

/* Who waits when the board stops is answered, and so is each who waits with him. */
static void all_who_wait_are_answered_when_it_stops(void **state)
{
	static struct browser telephones[TELEPHONES];
	struct site *site = *state;

	measure(site);
	for (int i = 0; i < TELEPHONES; i++) {
		browser_open(&telephones[i], site->loop, site->port);
		browser_send_get(&telephones[i], PATH);
	}
	for (int i = 0; i < 3; i++)
		loop_turn(site->loop, 0);
	web_close(site->web);
	site->web = NULL;
	for (int i = 0; i < TELEPHONES; i++) {
		browser_turn(&telephones[i]);
		assert_true(browser_has(&telephones[i], "HTTP/1.1 "));
		browser_close(&telephones[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(sixty_who_ask_at_once_are_one_question),
		SITE_TEST(within_a_second_the_card_is_not_asked_again),
		SITE_TEST(what_was_done_since_is_told_at_once),
		SITE_TEST(what_is_hidden_is_not_shared),
		SITE_TEST(all_who_wait_are_answered_when_it_stops),
	};

	sqlite3_auto_extension((void (*)(void))(uintptr_t)count_from_now_on);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
