/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keep and ship together: every row is at the server once, the newest first, as soon as its hour is
 * known; what waits is told, and no sink waits for another. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "support/uplink.h"

static void ship_sends_every_row_once(void **state)
{
	struct uplink *uplink = *state;
	struct sink_status status;

	uplink_begin(uplink);
	uplink_plug(uplink, 2);
	uplink_measure(uplink, 1, 0, 3000);
	uplink_measure(uplink, 2, 0, 300);
	server_wait_rows(uplink->server, 1, 3000);
	server_wait_rows(uplink->server, 2, 300);
	uplink_measure(uplink, 1, 3000, 10);
	server_wait_each_once(uplink->server, 1, 3010);
	server_check_each_once(uplink->server, 2, 300);
	uplink_wait_state(uplink, SINK_IDLE, "");
	status = uplink_wait_numbers(uplink, 3310, 0);
	assert_string_equal(status.name, "school");
	assert_string_equal(status.kind, "influxdb1");
	assert_int_equal(status.retries, 0);
	assert_int_equal(status.last_http, 204);
}

static void ship_picks_up_a_device_that_comes_later(void **state)
{
	struct uplink *uplink = *state;

	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 10);
	server_wait_rows(uplink->server, 1, 10);
	uplink_plug(uplink, 2);
	uplink_measure(uplink, 2, 0, 10);
	server_wait_each_once(uplink->server, 2, 10);
}

/* A store with 100 s of rows meets a new sink. */
static void ship_sends_live_rows_before_the_backlog(void **state)
{
	static unsigned counts[SERVER_ROWS];
	struct uplink *uplink = *state;
	char *lines;

	uplink->config.n_sinks = 0;
	uplink_begin(uplink);
	/* A board that has been on for a minute only has no instants of 100 s ago. */
	uplink_measure_at(uplink, 1, 0, 30000, (struct instant){MS});
	uplink_measure(uplink, 1, 30000, 500);
	uplink_stop(uplink);

	uplink->config.n_sinks = 1;
	uplink_start(uplink);
	server_wait_each_once(uplink->server, 1, 30500);
	lines = server_ask(uplink->server, "/lines");
	assert_true(atoi(strstr(lines, " v=") + 3) >= 28000);
	free(lines);
	assert_int_equal(server_count_rows(uplink->server, 1, counts), 30500);
	uplink_wait_state(uplink, SINK_IDLE, "");
	uplink_wait_numbers(uplink, 30500, 0);
}

/* Sinks count what is behind each 5 s; what begins to wait between two counts is told a second
 * later. */
static void ship_tells_at_once_that_something_waits(void **state)
{
	struct uplink *uplink = *state;
	int64_t begin;

	uplink->pace.tick_ns = NS_PER_S; /* as in a class */
	server_rules(uplink->server, "[{\"do\":\"status\",\"code\":503}]");
	uplink_begin(uplink);
	poll(NULL, 0, 1300); /* the first count was after one second */
	begin = uplink_real_ns();
	uplink_measure(uplink, 1, 0, 50);
	uplink_wait_numbers(uplink, 0, 50);
	assert_true(uplink_real_ns() - begin < 3 * (int64_t)NS_PER_S);
}

static void ship_waits_for_the_hour(void **state)
{
	struct uplink *uplink = *state;

	uplink_start(uplink);
	uplink_plug(uplink, 1);
	uplink_measure(uplink, 1, 0, 100);
	uplink_wait_state(uplink, SINK_NO_TIME, "school: nobody has told this board the hour yet");
	uplink_tell_hour(uplink);
	server_wait_each_once(uplink->server, 1, 100);
	uplink_wait_state(uplink, SINK_IDLE, "");
}

/* Yesterday nobody told the hour, today somebody does: yesterday's rows are not called
 * delivered. */
static void ship_says_that_rows_without_an_hour_stay(void **state)
{
	struct uplink *uplink = *state;
	static unsigned counts[SERVER_ROWS];

	uplink_start(uplink);
	uplink_plug(uplink, 1);
	uplink_measure_at(uplink, 1, 0, 100, (struct instant){MS});
	uplink_wait_state(uplink, SINK_NO_TIME, "school: nobody has told this board the hour yet");
	uplink_stop(uplink);
	uplink->boot_id = "boot-b";
	uplink_begin(uplink);
	/* Stamps are whole milliseconds here: none shall be of before this start. */
	uplink_measure_at(uplink, 1, 100, 50, instant_add(uplink_now(uplink), MS));
	server_wait_rows(uplink->server, 1, 50);
	uplink_wait_state(uplink, SINK_NO_TIME,
		"school: nobody told the hour of an earlier start of this board, so its readings "
		"stay here; export them");
	uplink_wait_numbers(uplink, 50, 100);
	assert_int_equal(server_count_rows(uplink->server, 1, counts), 50);
	assert_int_equal(counts[99], 0);
}

/* The board was started anew in between, with less time between the rows than a jump leaves. */
static void ship_sends_what_has_an_hour_close_behind_what_has_none(void **state)
{
	struct uplink *uplink = *state;
	static unsigned counts[SERVER_ROWS];

	uplink_start(uplink);
	uplink_plug(uplink, 1);
	uplink_measure_at(uplink, 1, 0, 100, (struct instant){MS});
	uplink_wait_state(uplink, SINK_NO_TIME, "school: nobody has told this board the hour yet");
	uplink_stop(uplink);
	uplink->boot_id = "boot-b";
	uplink_begin(uplink);
	uplink_measure_at(uplink, 1, 100, 600, instant_add(uplink_now(uplink), -500 * MS));
	server_wait_rows(uplink->server, 1, 90);
	server_count_rows(uplink->server, 1, counts);
	assert_int_equal(counts[100], 0);
	assert_int_equal(counts[699], 1);
	uplink_tell_hour(uplink);
	uplink_measure(uplink, 1, 700, 100);
	for (unsigned i = 0; i < 3000 && !counts[799]; i++) {
		poll(NULL, 0, 20);
		server_count_rows(uplink->server, 1, counts);
	}
	assert_int_equal(counts[799], 1);
	assert_int_equal(counts[699], 1);
	assert_int_equal(counts[100], 0);
}

static void ship_delays_no_sink_because_of_another(void **state)
{
	struct uplink *uplink = *state;

	server_rules(&uplink->servers[1], "[{\"do\":\"hang\"}]");
	uplink->config.n_sinks = 2;
	uplink_begin(uplink);
	for (unsigned i = 0; i < 10; i++) {
		uplink_measure(uplink, 1, i * 100, 100);
		server_wait_rows(uplink->server, 1, i * 100 + 100);
	}
	server_check_each_once(uplink->server, 1, 1000);
	assert_int_equal(uplink_status(uplink, 1).rows_sent, 0);
	server_rules(&uplink->servers[1], "[]");
	server_wait_rows(&uplink->servers[1], 1, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLINK_TEST(ship_sends_every_row_once),
		UPLINK_TEST(ship_picks_up_a_device_that_comes_later),
		UPLINK_TEST(ship_sends_live_rows_before_the_backlog),
		UPLINK_TEST(ship_tells_at_once_that_something_waits),
		UPLINK_TEST(ship_waits_for_the_hour),
		UPLINK_TEST(ship_says_that_rows_without_an_hour_stay),
		UPLINK_TEST(ship_sends_what_has_an_hour_close_behind_what_has_none),
		UPLINK_TEST(ship_delays_no_sink_because_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
