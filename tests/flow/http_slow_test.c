/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the server waits for a browser, and streams: sent to their end, paused, broken off; it never
 * keeps a connection or a source that it should not. */
#include <string.h>

#include "support/http_bench.h"

/* --- slowness --- */

static void a_head_that_does_not_come_is_not_waited_for(void **state)
{
	struct http_bench *bench = *state;
	struct browser slow, silent;

	browser_open(&slow, bench->loop, bench->port);
	browser_open(&silent, bench->loop, bench->port);
	browser_send(&slow, "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\nX: ");
	browser_turn(&silent);
	for (int i = 0; i < 9; i++) { /* a byte a second, which defeats an inactivity time-out */
		browser_send(&slow, "x");
		browser_turn(&slow);
		http_bench_pass(bench, 1);
	}
	assert_false(slow.is_closed || silent.is_closed);
	http_bench_pass(bench, 3);
	browser_wait_closed(&slow);
	browser_wait_closed(&silent);
	browser_close(&slow);
	browser_close(&silent);
}

static void a_body_that_trickles_is_not_waited_for(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	browser_open(&b, bench->loop, bench->port);
	browser_send(&b,
		"POST /echo/1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		"Content-Length: 60000\r\n\r\n");
	for (int i = 0; i < 19; i++) {
		browser_send(&b, "x");
		browser_turn(&b);
		http_bench_pass(bench, 1);
	}
	assert_false(b.is_closed);
	http_bench_pass(bench, 3);
	browser_wait_closed(&b);
	browser_close(&b);
}

static void a_connection_that_was_used_gets_a_new_deadline(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	browser_open(&b, bench->loop, bench->port);
	for (int i = 0; i < 4; i++) {
		http_bench_pass(bench, 8);
		browser_send_get(&b, "/echo/1");
		browser_wait(&b, "body=");
		browser_forget(&b);
	}
	http_bench_pass(bench, 12);
	browser_wait_closed(&b);
	browser_close(&b);
}

static void sockets_that_say_nothing_keep_nobody_out(void **state)
{
	enum { SILENT = 450 }; /* more than there is room for, of one address or at all */
	struct http_bench *bench = *state;
	static struct browser silent[SILENT];
	struct browser stream, b;
	unsigned n_shut = 0;

	bench->counter.end = 1;
	bench->counter.is_paused = true;
	browser_open(&stream, bench->loop, bench->port);
	browser_send_get(&stream, "/stream");
	browser_wait(&stream, "\r\n\r\n");
	for (unsigned i = 0; i < SILENT; i++) {
		browser_open(&silent[i], bench->loop, bench->port);
		browser_turn(&silent[i]);
	}
	assert_int_equal(browser_get(bench->loop, bench->port, "/echo/1", &b), 200);
	browser_close(&b);
	for (unsigned i = 0; i < SILENT; i++) {
		browser_turn(&silent[i]);
		n_shut += silent[i].is_closed;
		if (silent[i].is_closed)
			assert_true(i < n_shut); /* those that waited longest */
		browser_close(&silent[i]);
	}
	assert_in_range(n_shut, 1, 100);
	browser_turn(&stream);
	assert_false(stream.is_closed);
	browser_close(&stream);
}

static void a_reader_that_stops_reading_a_stream_is_closed(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;
	int64_t turns = 0;

	bench->counter.end = 1u << 30;
	browser_open_narrow(&b, bench->loop, bench->port);
	browser_send_get(&b, "/stream");
	for (unsigned before = 1; before != bench->counter.next;
		turns++) { /* until nothing moves */
		before = bench->counter.next;
		for (int i = 0; i < 20; i++)
			loop_turn(bench->loop, 1);
	}
	/* The socket's options keep what waits in the kernel small: far less than the 365 KB it
	 * takes by itself. */
	assert_in_range(bench->counter.next, 1, 200);
	http_bench_pass(bench, 9);
	assert_false(bench->counter.is_closed);
	http_bench_pass(bench, 4);
	for (int i = 0; i < 100 && !bench->counter.is_closed; i++)
		loop_turn(bench->loop, 10);
	assert_true(bench->counter.is_closed);
	browser_close(&b);
}

/* --- streams --- */

static void a_stream_is_sent_to_its_end(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	bench->counter.end = 500;
	assert_int_equal(browser_get(bench->loop, bench->port, "/stream", &b), 200);
	assert_int_equal(strlen(browser_body(&b)), 500000);
	assert_true(bench->counter.is_closed);
	browser_close(&b);
}

static void the_head_alone_may_be_asked_for(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	bench->counter.end = 1u << 30;
	assert_int_equal(
		browser_ask(bench->loop, bench->port, "HEAD", "/stream", "", NULL, &b), 200);
	assert_string_equal(browser_body(&b), "");
	assert_true(bench->counter.is_closed);
	browser_close(&b);
	assert_int_equal(
		browser_ask(bench->loop, bench->port, "HEAD", "/echo/1", "", NULL, &b), 200);
	assert_true(browser_has(&b, "Content-Length: 23"));
	browser_close(&b);
}

static void a_stream_may_pause_and_takes_no_time_meanwhile(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	bench->counter.end = 1;
	bench->counter.is_paused = true;
	browser_open(&b, bench->loop, bench->port);
	browser_send(&b, "GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	browser_wait(&b, "\r\n\r\n");
	int ran = 0;
	for (int i = 0; i < 20; i++)
		ran += loop_turn(bench->loop, 2);
	assert_true(
		ran <= 2); /* a paused stream that is asked again and again would keep it busy */
	http_bench_pass(bench, 60);
	assert_false(b.is_closed);
	bench->counter.is_paused = false;
	source_wake(&bench->counter.source);
	http_run(bench->http);
	browser_wait(&b, "aaaaaaaa");
	browser_wait_closed(&b);
	assert_true(bench->counter.is_closed);
	browser_close(&b);
}

static void a_stream_that_fails_is_seen_to_be_broken(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	bench->counter.end = 3;
	bench->counter.fails = true;
	assert_int_equal(browser_get(bench->loop, bench->port, "/stream", &b), 200);
	assert_false(browser_has(&b, "\r\n0\r\n\r\n")); /* the end of a chunked body */
	browser_close(&b);
}

static void a_reader_that_leaves_closes_its_source(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	bench->counter.end = 1u << 30;
	browser_open(&b, bench->loop, bench->port);
	browser_send_get(&b, "/stream");
	browser_wait(&b, "aaaa");
	browser_close(&b);
	for (int i = 0; i < 1000 && !bench->counter.is_closed; i++)
		loop_turn(bench->loop, 5);
	assert_true(bench->counter.is_closed);
}

static void closing_ends_paused_streams_too(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	bench->counter.is_paused = true;
	browser_open(&b, bench->loop, bench->port);
	browser_send_get(&b, "/stream");
	browser_wait(&b, "\r\n\r\n");
	http_close(bench->http, 100); /* libmicrohttpd would abort the program */
	bench->http = NULL;
	assert_true(bench->counter.is_closed);
	browser_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HTTP_TEST(a_head_that_does_not_come_is_not_waited_for),
		HTTP_TEST(a_body_that_trickles_is_not_waited_for),
		HTTP_TEST(a_connection_that_was_used_gets_a_new_deadline),
		HTTP_TEST(sockets_that_say_nothing_keep_nobody_out),
		HTTP_TEST(a_reader_that_stops_reading_a_stream_is_closed),
		HTTP_TEST(a_stream_is_sent_to_its_end),
		HTTP_TEST(the_head_alone_may_be_asked_for),
		HTTP_TEST(a_stream_may_pause_and_takes_no_time_meanwhile),
		HTTP_TEST(a_stream_that_fails_is_seen_to_be_broken),
		HTTP_TEST(a_reader_that_leaves_closes_its_source),
		HTTP_TEST(closing_ends_paused_streams_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
