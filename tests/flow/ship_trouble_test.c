/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trouble with the whole server, which ends by itself or by a person: while it lasts the state and the
 * sentence say what is the matter, and after it every row is there once. */
#include <stdio.h>
#include <unistd.h>

#include "support/uplink.h"

/* `rule`: while it lasts. */
static void endure(
	struct uplink *uplink, const char *rule, enum sink_state during, const char *sentence)
{
	server_rules(uplink->server, rule);
	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 500);
	uplink_wait_state(uplink, during, sentence);
	uplink_measure(uplink, 1, 500, 500);
	uplink_wait_state(uplink, during, sentence);
	uplink_wait_numbers(uplink, 0, 1000);
	server_rules(uplink->server, "[]");
	server_wait_each_once(uplink->server, 1, 1000);
	uplink_wait_numbers(uplink, 1000, 0);
}

/* The same, and then there is nothing more to say. */
static void suffer(
	struct uplink *uplink, const char *rule, enum sink_state during, const char *sentence)
{
	endure(uplink, rule, during, sentence);
	uplink_wait_state(uplink, SINK_IDLE, "");
}

static void ship_holds_everything_while_its_key_is_refused(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":401,\"body\":\"{\\\"error\\\":\\\"authorization "
		"failed\\\"}\"}]",
		SINK_REFUSED, "school: the server refuses our key (401); put the right password");
}

static void ship_holds_everything_while_it_may_not_write(void **state)
{
	suffer(*state, "[{\"do\":\"status\",\"code\":403}]", SINK_REFUSED,
		"school: the server does not let us write to database \"kitlog\" (403)");
}

static void ship_holds_everything_while_the_database_is_missing(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":404,\"body\":\"{\\\"error\\\":\\\"database not found: "
		"\\\\\\\"kitlog\\\\\\\"\\\"}\"}]",
		SINK_REFUSED,
		"school: the server has no database \"kitlog\" (404); create it there.");
}

static void ship_holds_when_even_one_line_is_too_large(void **state)
{
	/* It may end in the middle of halving: then requests are small for a while, and it is
	 * said. */
	endure(*state, "[{\"do\":\"too_large\",\"bytes\":10}]", SINK_REFUSED,
		"school: the server finds even one reading too large (413)");
}

static void ship_retries_through_a_storm_of_500(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":500,\"body\":\"{\\\"error\\\":\\\"timeout\\\"}\"}]",
		SINK_WAITING, "school: the server is in trouble (500: timeout)");
}

static void ship_takes_no_web_page_for_an_answer(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":200,\"headers\":{\"Content-Type\":\"text/html\"},"
		"\"body\":\"<html>log in</html>\"}]",
		SINK_WAITING, "school: a web page answers instead of the server (200)");
}

static void ship_blames_no_line_for_a_web_page(void **state)
{
	struct quarantined line;

	suffer(*state,
		"[{\"do\":\"status\",\"code\":400,\"headers\":{\"Content-Type\":\"text/html\"},"
		"\"body\":\"<html>The plain HTTP request was sent to HTTPS port</html>\"}]",
		SINK_WAITING, "school: a web page answers instead of the server (400)");
	assert_int_equal(uplink_count_quarantined(*state, &line), 0);
}

static void ship_follows_no_redirect(void **state)
{
	suffer(*state,
		"[{\"do\":\"status\",\"code\":302,\"headers\":{\"Location\":\"http://127.0.0.1:9/"
		"\"}}]",
		SINK_WAITING, "put the right one into the sink's url: http://127.0.0.1:9/.");
}

static void ship_retries_when_connections_are_reset(void **state)
{
	suffer(*state, "[{\"do\":\"reset\"}]", SINK_WAITING, "school: the connection to 127.0.0.1");
}

static void ship_retries_when_connections_are_closed(void **state)
{
	suffer(*state, "[{\"do\":\"close\"}]", SINK_WAITING, "school: the connection to 127.0.0.1");
}

static void ship_retries_when_the_answer_stops_in_the_middle(void **state)
{
	suffer(*state, "[{\"do\":\"hang\"}]", SINK_WAITING, "does not finish its answer");
}

static void ship_retries_when_the_answer_drips(void **state)
{
	suffer(*state, "[{\"do\":\"drip\"}]", SINK_WAITING, "does not finish its answer");
}

static void ship_outlives_a_server_that_is_switched_off(void **state)
{
	struct uplink *uplink = *state;

	uplink_begin(uplink);
	uplink_measure(uplink, 1, 0, 500);
	server_wait_rows(uplink->server, 1, 500);
	server_tell(uplink->server, "/refuse");
	uplink_measure(uplink, 1, 500, 700);
	uplink_wait_state(uplink, SINK_WAITING, "school: cannot reach 127.0.0.1:");
	assert_true(uplink_status(uplink, 0).retries > 0);
	server_tell(uplink->server, "/listen");
	server_wait_each_once(uplink->server, 1, 1200);
}

static void ship_waits_as_long_as_the_server_asks(void **state)
{
	struct uplink *uplink = *state;
	int64_t begin;

	server_rules(uplink->server,
		"[{\"do\":\"status\",\"code\":429,\"times\":1,\"headers\":"
		"{\"Retry-After\":\"3\"}}]");
	uplink_begin(uplink);
	begin = uplink_real_ns();
	uplink_measure(uplink, 1, 0, 100);
	uplink_wait_state(uplink, SINK_WAITING, "school: the server asks us to slow down (429)");
	assert_true(uplink_status(uplink, 0).retry_in_ns > 0);
	server_wait_rows(uplink->server, 1, 100);
	assert_true(uplink_real_ns() - begin >= 3 * (int64_t)NS_PER_S);
	server_check_each_once(uplink->server, 1, 100);
}

static void ship_reads_a_key_that_was_put_right(void **state)
{
	struct uplink *uplink = *state;
	FILE *secret;

	assert_int_equal(unlink(uplink->secret), 0);
	uplink_begin(uplink);
	uplink_wait_state(uplink, SINK_REFUSED, "(No such file or directory)");
	uplink_measure(uplink, 1, 0, 10);
	for (int i = 0; i < 3; i++) { /* several holds */
		uplink_wait_state(uplink, SINK_REFUSED, "(No such file or directory)");
		assert_int_equal(uplink_status(uplink, 0).requests, 0); /* none without a key */
	}
	secret = fopen(uplink->secret, "w");
	fputs("right\n", secret);
	fclose(secret);
	server_wait_rows(uplink->server, 1, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLINK_TEST(ship_holds_everything_while_its_key_is_refused),
		UPLINK_TEST(ship_holds_everything_while_it_may_not_write),
		UPLINK_TEST(ship_holds_everything_while_the_database_is_missing),
		UPLINK_TEST(ship_holds_when_even_one_line_is_too_large),
		UPLINK_TEST(ship_retries_through_a_storm_of_500),
		UPLINK_TEST(ship_takes_no_web_page_for_an_answer),
		UPLINK_TEST(ship_blames_no_line_for_a_web_page),
		UPLINK_TEST(ship_follows_no_redirect),
		UPLINK_TEST(ship_retries_when_connections_are_reset),
		UPLINK_TEST(ship_retries_when_connections_are_closed),
		UPLINK_TEST(ship_retries_when_the_answer_stops_in_the_middle),
		UPLINK_TEST(ship_retries_when_the_answer_drips),
		UPLINK_TEST(ship_outlives_a_server_that_is_switched_off),
		UPLINK_TEST(ship_waits_as_long_as_the_server_asks),
		UPLINK_TEST(ship_reads_a_key_that_was_put_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
