/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request that is refused as it is: smaller ones where it is too large, and where a line is to blame
 * that line alone is set aside, once it is found. */
#include <stdio.h>
#include <string.h>

#include "support/uplink.h"

/* --- too large a request --- */

static void ship_sends_smaller_requests_after_413(void **state)
{
	struct uplink *uplink = *state;

	server_rules(uplink->server, "[{\"do\":\"too_large\",\"bytes\":9000}]");
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 3000);
	server_wait_rows(uplink->server, 1, 3000);
	uplink_wait_state(uplink, SINK_IDLE, "school: the server refuses large requests (413)");
	uplink_measure(uplink, 1, 3000, 1000);
	server_wait_each_once(uplink->server, 1, 4000);
}

/* The sink comes when all rows are there. */
static void begin_with_one_request(struct uplink *uplink, unsigned n)
{
	uplink->config.n_sinks = 0;
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, n);
	uplink_stop(uplink);
	uplink->config.n_sinks = 1;
	uplink_start(uplink);
}

/* An uplink on which a large request takes longer than it may. */
static void ship_sends_smaller_requests_when_large_ones_are_too_slow(void **state)
{
	struct uplink *uplink = *state;

	server_rules(uplink->server, "[{\"do\":\"hang\",\"bytes\":60000}]");
	begin_with_one_request(uplink, 3000);
	server_wait_each_once(uplink->server, 1, 3000);
	uplink_wait_state(uplink, SINK_IDLE, "");
}

static void ship_understands_413_from_a_server_that_does_not_read_on(void **state)
{
	struct uplink *uplink = *state;

	uplink->sinks[0].gzip = false;
	server_rules(uplink->server, "[{\"do\":\"unread\",\"times\":2}]");
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 4000);
	server_wait_each_once(uplink->server, 1, 4000);
}

/* --- a line that is to blame, or none --- */

static void ship_sets_a_poisoned_line_aside_and_sends_all_others(void **state)
{
	static unsigned counts[SERVER_ROWS];
	struct quarantined line;
	struct uplink *uplink = *state;

	server_rules(uplink->server, "[{\"do\":\"poison\",\"pattern\":\" v=(777|1234) \"}]");
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 2000);
	server_wait_rows(uplink->server, 1, 1998);
	uplink_wait_state(
		uplink, SINK_IDLE, "school: the server refused some readings (400: partial write");
	assert_int_equal(uplink_status(uplink, 0).quarantined, 2);
	uplink_measure(uplink, 1, 2000, 100);
	server_wait_rows(uplink->server, 1, 2098);
	uplink_stop(uplink);
	assert_int_equal(server_count_rows(uplink->server, 1, counts), 2098);
	for (unsigned i = 0; i < 2100; i++)
		assert_int_equal(counts[i], i != 777 && i != 1234);
	assert_int_equal(uplink_count_quarantined(uplink, &line), 2);
	assert_int_equal(line.status, 400);
	assert_int_equal(line.stream, 10);
	assert_non_null(strstr(line.line, "text-board,board=kitlog-test,device=1 v=1234 "));
	assert_null(strchr(line.line, '\n'));
	assert_non_null(strstr(line.words, "partial write: unable to parse"));
}

/* As InfluxDB 1.6: the good lines are stored at once, and come again while the bad one is
 * sought. */
static void ship_isolates_a_line_from_a_partial_write(void **state)
{
	static unsigned counts[SERVER_ROWS];
	struct uplink *uplink = *state;

	server_rules(
		uplink->server, "[{\"do\":\"poison\",\"pattern\":\" v=1500 \",\"partial\":true}]");
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 2000);
	uplink_wait_state(uplink, SINK_IDLE, "school: the server refused some readings");
	server_wait_rows(uplink->server, 1, 1999);
	assert_int_equal(server_count_rows(uplink->server, 1, counts), 1999);
	assert_int_equal(counts[1500], 0);
	assert_int_equal(uplink_status(uplink, 0).quarantined, 1);
}

/* The first board that comes after a year in a drawer: not 600 requests, and not 300 entries. */
static void expire(struct uplink *uplink, int status, const char *words)
{
	struct quarantined line;
	char rule[256];

	snprintf(rule, sizeof(rule),
		"[{\"do\":\"status\",\"code\":%d,\"times\":1,\"body\":\"{\\\"error\\\":"
		"\\\"partial write: %s\\\"}\"}]",
		status, words);
	server_rules(uplink->server, rule);
	begin_with_one_request(uplink, 300);
	uplink_wait_state(uplink, SINK_IDLE, "school: the server refused some readings");
	assert_int_equal(server_count_requests(uplink->server), 1);
	assert_int_equal(uplink_status(uplink, 0).quarantined, 1);
	uplink_measure(uplink, 1, 300, 100);
	server_wait_rows(uplink->server, 1, 100);
	uplink_stop(uplink);
	assert_int_equal(uplink_count_quarantined(uplink, &line), 1);
	assert_non_null(strstr(line.words, words));
}

static void ship_takes_expired_lines_as_one(void **state)
{
	expire(*state, 400, "points beyond retention policy dropped=300");
}

static void ship_takes_expired_lines_as_one_in_newer_words(void **state)
{
	expire(*state, 422, "dropped 300 points outside retention policy of duration 168h0m0s");
}

static void ship_takes_expired_lines_as_one_in_a_500(void **state)
{
	expire(*state, 500, "points beyond retention policy dropped=300");
}

/* A field that is of another type over there: device 1 waits for a person, device 2 goes on. */
static void ship_holds_a_stream_of_which_every_line_is_refused(void **state)
{
	struct quarantined line;
	struct uplink *uplink = *state;

	server_rules(uplink->server, "[{\"do\":\"poison\",\"pattern\":\"device=1 \"}]");
	uplink_begin(uplink);
	uplink_plug(uplink, 2);
	uplink_measure(uplink, 1, 0, 400);
	uplink_measure(uplink, 2, 0, 400);
	server_wait_rows(uplink->server, 2, 400);
	uplink_wait_state(uplink, SINK_REFUSED,
		"school: the server refuses every reading of device 1, text-board (400: partial "
		"write: unable to parse '...'");
	uplink_measure(uplink, 2, 400, 400);
	server_wait_rows(uplink->server, 2, 800);
	assert_int_equal(uplink_status(uplink, 0).quarantined, 0);
	uplink_stop(uplink); /* also across a restart */
	assert_int_equal(uplink_count_quarantined(uplink, &line), 0);
	uplink_start(uplink);
	uplink_wait_state(
		uplink, SINK_REFUSED, "school: the server refuses every reading of device 1");
	server_rules(uplink->server, "[]");
	server_wait_rows(uplink->server, 1, 400);
	uplink_wait_state(uplink, SINK_IDLE, "");
	uplink_wait_numbers(uplink, 400, 0);
	server_check_each_once(uplink->server, 1, 400);
	server_check_each_once(uplink->server, 2, 800);
	uplink_stop(uplink);
	assert_int_equal(uplink_count_quarantined(uplink, &line), 0);
}

/* "Client sent an HTTP request to an HTTPS server.": a 400 that is about no line. Nothing is
 * lost. */
static void ship_loses_nothing_to_a_server_that_misunderstands(void **state)
{
	struct quarantined line;
	struct uplink *uplink = *state;

	server_rules(uplink->server,
		"[{\"do\":\"status\",\"code\":400,\"body\":\"Client sent an HTTP request to an HTTPS "
		"server.\"}]");
	uplink_start(uplink);
	uplink_tell_hour(uplink);
	for (uint32_t id = 1; id <= 3; id++) {
		uplink_plug(uplink, id);
		uplink_measure(uplink, id, 0, 100);
	}
	uplink_wait_state(uplink, SINK_REFUSED, "Client sent an HTTP request to an HTTPS server.");
	server_rules(uplink->server, "[]");
	for (uint32_t id = 1; id <= 3; id++)
		server_wait_each_once(uplink->server, id, 100);
	uplink_wait_state(uplink, SINK_IDLE, "");
	uplink_stop(uplink);
	assert_int_equal(uplink_count_quarantined(uplink, &line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLINK_TEST(ship_sends_smaller_requests_after_413),
		UPLINK_TEST(ship_sends_smaller_requests_when_large_ones_are_too_slow),
		UPLINK_TEST(ship_understands_413_from_a_server_that_does_not_read_on),
		UPLINK_TEST(ship_sets_a_poisoned_line_aside_and_sends_all_others),
		UPLINK_TEST(ship_isolates_a_line_from_a_partial_write),
		UPLINK_TEST(ship_takes_expired_lines_as_one),
		UPLINK_TEST(ship_takes_expired_lines_as_one_in_newer_words),
		UPLINK_TEST(ship_takes_expired_lines_as_one_in_a_500),
		UPLINK_TEST(ship_holds_a_stream_of_which_every_line_is_refused),
		UPLINK_TEST(ship_loses_nothing_to_a_server_that_misunderstands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
