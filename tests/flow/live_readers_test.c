/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Browsers that come back, are away too long, read slowly or leave: each gets what it missed or starts
 * again, nobody slows another one, and what is kept for them is bounded. */
#include <stdio.h>
#include <string.h>

#include "support/live_bench.h"

/* The id of the last event that came. */
static void last_id(const struct browser *b, char *ret_head, size_t size)
{
	const char *at = b->got, *last = NULL;
	char id[64];

	while ((at = strstr(at, "\nid: ")))
		last = ++at;
	assert_non_null(last);
	assert_int_equal(sscanf(last, "id: %63s", id), 1);
	snprintf(ret_head, size, "Last-Event-ID: %s\r\n", id);
}

static void a_reader_that_comes_back_gets_what_it_missed(void **state)
{
	struct live_bench *bench = *state;
	char head[128];
	struct browser b;

	live_bench_plug(bench, 1);
	live_feed(bench->live);
	live_bench_watch(bench, &b, "");
	live_bench_say(bench, 10, 1);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 60);
	browser_wait(&b, "\"y\":[[0]");
	last_id(&b, head, sizeof head);
	browser_close(&b);
	for (int i = 0; i < 100; i++) { /* ten seconds: more than a slow reader may lag */
		live_bench_say(bench, 10, 1);
		live_feed(bench->live);
		live_bench_pass_ms(bench, 100);
	}
	live_bench_watch(bench, &b, head);
	browser_wait(&b, "\"y\":[[100]");
	assert_int_equal(live_bench_count(&b, "event: rows"), 100);
	assert_true(browser_has(&b, "\"y\":[[1]"));
	assert_false(browser_has(&b, "event: reset") || browser_has(&b, "event: hello"));
	browser_close(&b);
}

static void a_reader_that_was_away_too_long_starts_again(void **state)
{
	struct live_bench *bench = *state;
	static const char *const OTHERS[] = {"Last-Event-ID: abd-1\r\n",
		"Last-Event-ID: nonsense\r\n", "Last-Event-ID: abc-999999\r\n"};
	char head[128];
	struct browser b;

	live_bench_plug(bench, 1);
	live_feed(bench->live);
	live_bench_watch(bench, &b, "");
	browser_wait(&b, "event: devices");
	last_id(&b, head, sizeof head);
	browser_close(&b);
	for (int i = 0; i < 20; i++) {
		live_bench_say(bench, 10, 1);
		live_feed(bench->live);
		live_bench_pass_ms(bench, 1000);
	}
	live_bench_watch(bench, &b, head);
	browser_wait(&b, "event: reset");
	browser_wait(&b, "event: devices");
	live_bench_say(bench, 10, 1);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 60);
	browser_wait(&b, "\"y\":[[20]");
	assert_int_equal(live_bench_count(&b, "event: rows"), 1);
	browser_close(&b);
	for (size_t i = 0; i < 3; i++) { /* another life of the daemon, and what never was an id */
		live_bench_watch(bench, &b, OTHERS[i]);
		browser_wait(&b, "event: reset");
		browser_close(&b);
	}
}

static void a_slow_reader_is_cut_to_the_latest_and_slows_nobody(void **state)
{
	struct live_bench *bench = *state;
	struct browser slow, quick;
	char words[64];

	live_bench_plug(bench, 1);
	live_feed(bench->live);
	browser_open_narrow(&slow, bench->loop, bench->port);
	browser_send_get(&slow, "/events");
	live_bench_watch(bench, &quick, "");
	for (int i = 0; i < 140;
		i++) { /* 8 s; `slow` reads nothing, though not for long enough to be closed */
		browser_forget(&quick);
		live_bench_say(bench, 10, 40);
		snprintf(words, sizeof words, "%lld]", (long long)(bench->row - 1));
		live_feed(bench->live);
		live_bench_pass_ms(bench, 60);
		browser_wait(&quick, words); /* each of its frames in time */
	}
	assert_int_equal(events_viewers(bench->events), 2);
	snprintf(words, sizeof words, "%lld]", (long long)(bench->row + 39));
	for (int i = 0; i < 50; i++)
		browser_turn(&slow);
	browser_wait(&slow, "event: reset\ndata: {\"reason\":\"slow\"}");
	live_bench_say(bench, 10, 40);
	live_feed(bench->live);
	live_bench_pass_ms(bench, 60);
	browser_wait(&slow, words); /* and goes on with the newest */
	browser_close(&slow);
	browser_close(&quick);
}

static void a_reader_that_leaves_is_noticed(void **state)
{
	struct live_bench *bench = *state;
	struct browser b;

	live_bench_watch(bench, &b, "");
	browser_close(&b);
	for (int i = 0; i < 1000 && events_viewers(bench->events) > 0; i++) {
		events_ping(bench->events);
		http_run(bench->http);
		loop_turn(bench->loop, 2);
	}
	assert_int_equal(events_viewers(bench->events), 0);
}

static void what_is_kept_for_readers_is_bounded(void **state)
{
	struct live_bench *bench = *state;
	struct browser b;

	live_bench_watch(bench, &b, "Last-Event-ID: abc-0\r\n");
	for (int i = 0; i < 100; i++) { /* far more than is kept, in no time at all */
		struct text *text = events_begin(bench->events, "big");

		for (int k = 0; k < 1000; k++)
			text_add(text,
				"0123456789012345678901234567890123456789012345678901234567890123"
				"456789012345678901234567890123456789");
		assert_int_equal(events_send(bench->events), 0);
	}
	browser_close(&b);
	live_bench_watch(
		bench, &b, "Last-Event-ID: abc-1\r\n"); /* pushed out by the bytes behind it */
	browser_wait(&b, "event: reset");
	browser_close(&b);
	struct text *text = events_begin(bench->events, "huge");
	for (size_t i = 0; i < EVENT_BYTES; i++)
		text_add_char(text, 'x');
	assert_true(events_send(bench->events) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(a_reader_that_comes_back_gets_what_it_missed),
		LIVE_TEST(a_reader_that_was_away_too_long_starts_again),
		LIVE_TEST(a_slow_reader_is_cut_to_the_latest_and_slows_nobody),
		LIVE_TEST(a_reader_that_leaves_is_noticed),
		LIVE_TEST(what_is_kept_for_readers_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
