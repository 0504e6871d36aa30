/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the board tells of itself, who may change something, and what is refused: status, health, the
 * teacher, refused lines of a sink, the description, the port. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/feed.h"
#include "support/site.h"

static void the_status_says_what_the_board_knows(void **state)
{
	struct site *site = *state;
	struct anchor anchor = {
		.wall = {1790000000 * S}, .uncertainty_ns = 5000000, .source = ANCHOR_NTP};
	struct feed_punctual punctual = {
		.late = {.n = 9, .p50 = 1999, .p999 = 70 * US}, .turn_minute.most = 3 * US};
	json_t *status = site_get(site, "/api/v1/status"), *sense;

	assert_string_equal(json_string_value(json_object_get(status, "board")), "test");
	assert_int_equal(site_number(status, "now_us"), site->clock.frozen_ns / US);
	assert_true(json_is_null(json_object_get(status, "wall_us")));
	assert_true(json_is_false(json_object_get(status, "is_teacher")));
	assert_true(json_is_null(json_object_get(json_object_get(status, "store"), "problem")));
	assert_int_equal(site_number(json_object_get(status, "store"), "limit_bytes"), 64 << 20);
	assert_true(json_is_null(json_object_get(status, "sense"))); /* it has not told yet */
	json_decref(status);

	site_plug(site, 1, "temperature");
	assert_int_equal(feed_put_punctual(site->feed, clock_now(&site->clock), &punctual), 0);
	site_keep_rows(site, 10, site->clock.frozen_ns, S / 10, 70);
	anchor.at = clock_now(&site->clock);
	assert_int_equal(keep_order_anchor(site->keep, &anchor), 0);
	for (int i = 0; i < 200; i++) { /* until the work thread has read the hour */
		site_keep_turns(site);
		status = site_get(site, "/api/v1/status");
		if (!json_is_null(json_object_get(status, "wall_us")))
			break;
		json_decref(status);
	}
	assert_int_equal(site_number(status, "wall_us") - 1790000000 * (S / US),
		site_number(status, "now_us") - anchor.at.ns / US);
	assert_string_equal(json_string_value(json_object_get(status, "wall_source")), "ntp");
	/* and 50 ppm of the time since */
	assert_in_range(site_number(status, "wall_uncertainty_us"), 5000, 5200);
	assert_int_equal(site_number(json_object_get(status, "store"), "rows"), 70);
	sense = json_object_get(status, "sense");
	assert_int_equal(site_number(json_object_get(sense, "late_us"), "n"), 9);
	assert_int_equal(site_number(json_object_get(sense, "late_us"), "p50"), 1);
	assert_int_equal(site_number(json_object_get(sense, "late_us"), "p999"), 70);
	assert_int_equal(site_number(json_object_get(sense, "turn_minute_us"), "most"), 3);
	json_decref(status);
}

static void only_the_teacher_changes_things(void **state)
{
	struct site *site = *state;
	struct browser b;

	site_refuses(site, "POST", "/api/v1/runs", "{}", 401, "teacher_only");
	site_refuses(site, "POST", "/api/v1/login", "{\"pin\":\"000000\"}", 403, "wrong_pin");
	site_refuses(site, "POST", "/api/v1/login", "{\"pin\":123456}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/login", "{}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/login", "{", 400, "bad_json");
	site_refuses(site, "POST", "/api/v1/login", "[]", 400, "bad_json");
	site_log_in(site);
	json_t *status = (site_ask(site, "GET", "/api/v1/status", NULL, &b), site_json(&b));
	assert_true(json_is_true(json_object_get(status, "is_teacher")));
	json_decref(status);
	json_decref(site_post(site, "/api/v1/runs", "{}", 201));
	assert_int_equal(site_ask(site, "DELETE", "/api/v1/login", NULL, &b), 204);
	browser_close(&b);
	site_refuses(site, "POST", "/api/v1/runs", "{}", 401, "teacher_only");
	for (int i = 0; i < 4; i++)
		site_refuses(site, "POST", "/api/v1/login", "{\"pin\":\"1\"}", 403, "wrong_pin");
	site_refuses(site, "POST", "/api/v1/login", "{\"pin\":\"123456\"}", 429, "too_many_tries");
}

static void refused_lines_can_be_read(void **state)
{
	struct site *site = *state;
	struct quarantined line = {.sink = "test", .stream = 10, .at = {7 * S}, .status = 400};

	site_refuses(site, "GET", "/api/v1/sinks/nobody/quarantine", NULL, 404, "not_found");
	for (int i = 0; i < 250; i++) {
		snprintf(line.line, sizeof line.line, "cup t=%d \x01\"<", i);
		strcpy(line.words, "field type conflict");
		assert_int_equal(store_add_quarantined(site->store, &line), 0);
	}
	site_keep_turns(site);
	json_t *answer = site_get(site, "/api/v1/sinks/test/quarantine");
	json_t *lines = json_object_get(answer, "lines");

	assert_int_equal(json_array_size(lines), 200);
	assert_string_equal(json_string_value(json_object_get(json_array_get(lines, 0), "line")),
		"cup t=50 \x01\"<");
	assert_int_equal(site_number(json_array_get(lines, 199), "at_us"), 7000000);
	json_decref(answer);
	answer = site_get(site, "/api/v1/sinks");
	assert_int_equal(json_array_size(json_object_get(answer, "sinks")), 0); /* no ship here */
	json_decref(answer);
}

static void the_description_is_served_and_unknown_paths_are_not(void **state)
{
	struct site *site = *state;
	struct browser b;

	assert_int_equal(browser_get(site->loop, site->port, "/api/v1/openapi.yaml", &b), 200);
	assert_non_null(strstr(browser_body(&b), "openapi: 3.0.3"));
	browser_close(&b);
	site_refuses(site, "GET", "/api/v1/nothing", NULL, 404, "no_such_path");
	/* There are none, and the API goes on without them. */
	site_refuses(site, "GET", "/", NULL, 503, "no_pages");
	site_refuses(site, "DELETE", "/api/v1/status", NULL, 405, "wrong_method");
	site_refuses(site, "POST", "/api/v1/devices/1/identify", "{}", 401, "teacher_only");
	site_log_in(site);
	site_refuses(site, "POST", "/api/v1/devices/1/identify", "{}", 404, "not_found");
	site_refuses(site, "POST", "/api/v1/devices/1/identify", "{\"seconds\":26}", 400,
		"bad_parameter");
	site_plug(site, 1, "temperature"); /* of no family that knows how */
	site_refuses(site, "POST", "/api/v1/devices/1/identify", "{}", 409, "cannot_blink");
}

static void health_is_told_each_second(void **state)
{
	struct site *site = *state;
	struct browser b;

	site_plug(site, 1, "temperature");
	browser_open(&b, site->loop, site->port);
	browser_send_get(&b, "/api/v1/events");
	browser_wait(&b, "event: devices");
	for (int i = 0; i < 12; i++) {
		site->clock.frozen_ns += S;
		browser_turn(&b);
		browser_turn(&b);
	}
	browser_wait(&b,
		"event: health\ndata: {\"now_us\":1012000000,\"wall_us\":null,\"viewers\":1,"
		"\"devices\":[{\"id\":1,\"state\":\"ready\",\"uncertainty_us\":null,"
		"\"lost_rows\":0,\"rate_hz\":0}],\"store\":{");
	assert_true(browser_has(&b, "\n\n: ping\n\n") || browser_has(&b, "\r\n: ping\n\n"));
	browser_close(&b);
}

/* A program that has the port goes away: the pages come by themselves, with everything that was
 * plugged in meanwhile. */
static void a_taken_port_is_a_sentence_and_is_tried_again(void **state)
{
	struct site *site = *state;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char why[256], wanted[160];

	assert_int_equal(bind(other, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(other, 1), 0);
	assert_int_equal(getsockname(other, (struct sockaddr *)&address, &n), 0);
	web_close(site->web);
	site->config.http.port = ntohs(address.sin_port);
	struct web_options options = site_options(site);
	assert_int_equal(web_open(&options, &site->web, why, sizeof why), 0);
	snprintf(wanted, sizeof wanted,
		"http: 127.0.0.1:%u is taken by another program; choose another http.port",
		site->config.http.port);
	assert_non_null(strstr(why, wanted));
	site_plug(site, 1, "temperature");
	close(other);
	site->port = site->config.http.port;
	site_pass_alone(site, 6);
	json_t *devices = site_get(site, "/api/v1/devices");
	assert_int_equal(json_array_size(json_object_get(devices, "devices")), 1);
	json_decref(devices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(the_status_says_what_the_board_knows),
		SITE_TEST(only_the_teacher_changes_things),
		SITE_TEST(refused_lines_can_be_read),
		SITE_TEST(the_description_is_served_and_unknown_paths_are_not),
		SITE_TEST(health_is_told_each_second),
		SITE_TEST(a_taken_port_is_a_sentence_and_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
