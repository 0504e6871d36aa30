/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibrations and zeroing by the teacher: what holds from when on, what a kit allows, what is no
 * calibration, and that they outlast a restart and a stuck card. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/feed.h"
#include "live/calibrations.h"
#include "support/site.h"

/* What sense says of a stream now: rows of `first` and 1013.25, for keep as for the pages. */
static void say(struct site *site, uint32_t stream, double first, uint32_t n)
{
	static struct batch batch;

	batch = (struct batch){.stream = stream, .n_channels = 2, .n_rows = n};
	for (uint32_t i = 0; i < n; i++) {
		batch.stamps_ns[i] = site->clock.frozen_ns + (int64_t)(i - n) * (S / 100);
		batch.values[2 * i] = first;
		batch.values[2 * i + 1] = 1013.25;
	}
	assert_int_equal(feed_put_batch(site->feed, clock_now(&site->clock), &batch), 0);
	assert_int_equal(feed_put_batch(site->keep_feed, clock_now(&site->clock), &batch), 0);
	web_feed(site->web);
}

static void post(struct site *site, struct browser *b, const char *path, const char *body)
{
	browser_open(b, site->loop, site->port);
	browser_send(b,
		"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s"
		"Content-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		path, site->cookie, strlen(body), body);
	for (int i = 0; i < 20; i++)
		browser_turn(b);
}

/* What was made of it, once it is on the card: the first one. */
static json_t *made(struct site *site, const char *path, const char *body)
{
	struct browser b;

	post(site, &b, path, body);
	assert_int_equal(b.n, 0); /* not before */
	site_keep_turns(site);
	browser_wait_closed(&b);
	if (!strstr(b.got, "HTTP/1.1 201"))
		fail_msg("%s %s: %s", path, body, b.got);
	json_t *answer = site_json(&b);
	json_t *first = json_incref(json_array_get(json_object_get(answer, "calibrations"), 0));

	json_decref(answer);
	return first;
}

static double last_of(struct site *site, const char *channel_id, const char **ret_name)
{
	static char name[64];
	json_t *devices = site_get(site, "/api/v1/devices");
	json_t *channels = json_object_get(
		json_array_get(
			json_object_get(
				json_array_get(json_object_get(devices, "devices"), 0), "streams"),
			0),
		"channels");
	double last = NAN;
	size_t i;
	json_t *channel;

	name[0] = '\0';
	json_array_foreach(channels, i, channel)
	{
		const json_t *by = json_object_get(channel, "calibration");

		if (strcmp(json_string_value(json_object_get(channel, "id")), channel_id) != 0)
			continue;
		last = json_number_value(json_object_get(channel, "last"));
		if (json_is_object(by))
			text_copy(
				name, sizeof name, json_string_value(json_object_get(by, "name")));
	}
	json_decref(devices);
	*ret_name = name;
	return last;
}

static double first_point(const json_t *calibration, const char *side)
{
	return json_number_value(
		json_object_get(json_array_get(json_object_get(calibration, "points"), 0), side));
}

static void a_channel_is_zeroed_by_the_mean_of_its_last_second(void **state)
{
	struct site *site = *state;
	const char *name;
	json_t *c;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_refuses(site, "POST", "/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"t\"}",
		409, "no_reading");
	say(site, 10, 20.5, 1);
	site->clock.frozen_ns += 2 * S;
	say(site, 10, 0.25, 50);
	say(site, 10, 0.75, 50); /* older ones are not of the second that ends now */
	c = made(site, "/api/v1/calibrations/zero",
		"{\"stream\":10,\"channel\":\"t\",\"name\":\"空载\"}");
	assert_true(first_point(c, "raw") == 0.5);
	assert_true(first_point(c, "true") == 0);
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "offset");
	assert_string_equal(json_string_value(json_object_get(c, "identity")), "usb:1");
	json_decref(c);
	assert_true(last_of(site, "t", &name) == 0.25);
	assert_string_equal(name, "空载");
	assert_true(last_of(site, "p", &name) == 1013.25);
	assert_string_equal(name, "");
}

static void zeroing_keeps_the_gain_of_a_calibrated_channel(void **state)
{
	struct site *site = *state;
	const char *name;
	json_t *c;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	say(site, 10, 3, 10);
	c = made(site, "/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":10,\"true\":20},"
		"{\"raw\":0,\"true\":0}]}");
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "two-point");
	json_decref(c);
	assert_true(last_of(site, "t", &name) == 6);
	say(site, 10, 3, 10);
	c = made(site, "/api/v1/calibrations/zero", "{\"device\":1,\"value\":1}");
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "two-point");
	assert_int_equal(site_number(c, "refers"), 1);
	json_decref(c);
	assert_true(last_of(site, "t", &name) == 1);
	assert_true(last_of(site, "p", &name) == 1);
	say(site, 10, 4, 10);
	assert_true(last_of(site, "t", &name) == 3);
}

static void a_calibration_reaches_a_run_of_the_past_and_is_taken_back(void **state)
{
	struct site *site = *state;
	json_t *c;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S / 4, 3);
	site_keep_turns(site);
	json_decref(site_post(
		site, "/api/v1/runs", "{\"from_us\":990000000,\"to_us\":990500000}", 201));
	say(site, 10, 3, 10);
	c = made(site, "/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"name\":\"冰水\","
		"\"points\":[{\"raw\":0,\"true\":1}]}");
	json_decref(c);
	site_exports(site, "/api/v1/export?run=1&stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n0.25,,0.25,,,\r\n");
	c = made(site, "/api/v1/calibrations", "{\"use\":1,\"run\":1}");
	assert_int_equal(site_number(c, "refers"), 1);
	assert_int_equal(site_number(c, "to_us"), 990500000);
	json_decref(c);
	site_exports(site, "/api/v1/export?run=1&stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C [校准 calibrated #2 冰水]\",\"气压\",gap,"
		"gap_until_s\r\n0,,1,1013.25,,\r\n0.25,,1.25,,,\r\n");
	site_exports(site, "/api/v1/export?run=1&stream=10&values=raw",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n0.25,,0.25,,,\r\n");
	json_t *columns =
		site_get(site, "/api/v1/streams/10/columns?from_us=990000000&to_us=991000000");
	json_t *y = json_object_get(json_array_get(json_object_get(columns, "channels"), 0), "y");
	assert_true(json_number_value(json_array_get(y, 0)) == 1);
	assert_true(json_number_value(json_array_get(y, 2)) == 0.5); /* behind the run */
	json_decref(columns);

	c = made(site, "/api/v1/calibrations/2/withdraw", "{}");
	assert_string_equal(json_string_value(json_object_get(c, "kind")), "withdrawal");
	json_decref(c);
	site_exports(site, "/api/v1/export?run=1&stream=10",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"0,,0,1013.25,,\r\n0.25,,0.25,,,\r\n");
	site_refuses(site, "POST", "/api/v1/calibrations/2/withdraw", "{}", 409, "is_withdrawn");
	site_refuses(site, "POST", "/api/v1/calibrations", "{\"use\":2}", 409, "is_withdrawn");
	site_refuses(site, "POST", "/api/v1/calibrations/3/withdraw", "{}", 404, "not_found");
}

static void what_is_no_calibration_is_refused_in_words(void **state)
{
	struct site *site = *state;
	static const char *const wrong[] = {"{}", "{\"stream\":11,\"channel\":\"t\"}",
		"{\"stream\":10,\"channel\":\"x\",\"points\":[{\"raw\":1,\"true\":2}]}",
		"{\"stream\":10,\"channel\":\"t\"}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1}]}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":\"1\",\"true\":2}]}",
		"{\"stream\":10,\"channel\":\"t\",\"kind\":\"two\",\"points\":[]}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1,\"true\":2}],"
		"\"from_us\":9,\"to_us\":9}",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1,\"true\":2}],"
		"\"run\":4}",
		"{\"use\":7}", "{\"stream\":10,\"channel\":\"t\",\"name\":5}"};
	static const char *const bad[] = {"[{\"raw\":1,\"true\":2},{\"raw\":1,\"true\":3}]",
		"[{\"raw\":1,\"true\":2},{\"raw\":2,\"true\":2}]",
		"[{\"raw\":1,\"true\":2},{\"raw\":2,\"true\":4},{\"raw\":3,\"true\":3}]",
		"[{\"raw\":1e300,\"true\":2}]"};
	char body[200];

	site_refuses(site, "POST", "/api/v1/calibrations", "{}", 401, "teacher_only");
	site_log_in(site);
	site_plug(site, 1, "temperature");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		site_refuses(site, "POST", "/api/v1/calibrations", wrong[i], 400, "bad_parameter");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(body, sizeof body, "{\"stream\":10,\"channel\":\"t\",\"points\":%s}",
			bad[i]);
		site_refuses(site, "POST", "/api/v1/calibrations", body, 400, "bad_points");
	}
	site_refuses(site, "POST", "/api/v1/calibrations/zero", "{}", 400, "bad_parameter");
	site_refuses(
		site, "POST", "/api/v1/calibrations/zero", "{\"device\":5}", 400, "bad_parameter");
}

static void a_calibration_is_known_after_a_restart(void **state)
{
	struct site *site = *state;
	const char *name;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	json_decref(made(site, "/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"name\":\"a\",\"points\":[{\"raw\":0,\"true\":1}]}"));
	site_reopen(site);
	site_log_in(site);
	site_plug(site, 1, "temperature");
	say(site, 10, 5, 3);
	assert_true(last_of(site, "t", &name) == 6);
	assert_string_equal(name, "a");
	json_t *next = made(site, "/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":0,\"true\":2}]}");
	assert_int_equal(site_number(next, "id"), 2);
	json_decref(next);
}

static void a_stuck_card_keeps_nobody_from_calibrating(void **state)
{
	struct site *site = *state;
	const char *name;
	struct browser b;

	site_log_in(site);
	site_plug(site, 1, "temperature");
	say(site, 10, 5, 3);
	post(site, &b, "/api/v1/calibrations/zero", "{\"device\":1}");
	assert_true(last_of(site, "t", &name) == 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(b.n, 0);
		site->clock.frozen_ns += S;
		browser_turn(&b);
	}
	browser_wait_closed(&b);
	assert_true(browser_has(&b, "HTTP/1.1 201"));
	browser_close(&b);
}

/* t is zeroed and takes two points, p is its maker's alone; of device 2 nobody knows anything. */
static bool rules_of_kit(void *self, const struct device *device, const struct stream *stream,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	bool is_t = strcmp(channel->id, "t") == 0;

	(void)self;
	(void)stream;
	if (device->id == 2)
		return false;
	*ret_rules = (struct calibration_rules){.is_zeroable = is_t,
		.is_limited = true,
		.kinds = is_t ? 1u << CALIBRATION_TWO_POINT : 0};
	return true;
}

static void open_with_kits(struct site *site)
{
	site->rules_of = rules_of_kit;
	site_reopen(site);
	site_log_in(site);
	site_plug(site, 1, "temperature");
}

static void a_kit_is_calibrated_only_as_it_says(void **state)
{
	struct site *site = *state;
	static const char one[] = "{\"stream\":10,\"channel\":\"t\","
				  "\"points\":[{\"raw\":1,\"true\":2}]}";
	struct browser b;

	open_with_kits(site);
	say(site, 10, 5, 3);
	site_refuses(site, "POST", "/api/v1/calibrations", one, 409, "not_offered");
	site_refuses(site, "POST", "/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"p\"}",
		409, "not_offered");
	assert_int_equal(site_ask(site, "POST", "/api/v1/calibrations", one, &b), 409);
	assert_true(browser_has(&b, "by offset, but by: two-point."));
	browser_close(&b);
	json_decref(made(site, "/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"points\":[{\"raw\":1,\"true\":2},"
		"{\"raw\":2,\"true\":4}]}"));
	json_decref(made(site, "/api/v1/calibrations/zero", "{\"stream\":10,\"channel\":\"t\"}"));
}

static void zeroing_everything_spares_what_its_kit_does_not_zero(void **state)
{
	struct site *site = *state;
	const char *name;

	open_with_kits(site);
	site_plug(site, 2, "temperature");
	say(site, 10, 5, 3);
	say(site, 20, 5, 3);
	json_decref(made(site, "/api/v1/calibrations/zero", "{\"all\":true,\"name\":\"空载\"}"));
	assert_true(last_of(site, "t", &name) == 0);
	assert_true(last_of(site, "p", &name) == 1013.25);
	assert_string_equal(name, "");
	json_t *all = site_get(site, "/api/v1/calibrations");
	assert_int_equal(json_array_size(json_object_get(all, "calibrations")), 1); /* none of 2 */
	json_decref(all);
	json_decref(made(site, "/api/v1/calibrations/zero", "{\"device\":2}"));
	all = site_get(site, "/api/v1/calibrations");
	assert_int_equal(json_array_size(json_object_get(all, "calibrations")), 3);
	json_decref(all);
}

static bool good_for_a_week(void *self, const struct device *device, const struct stream *stream,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	(void)self;
	(void)device;
	(void)stream;
	*ret_rules = (struct calibration_rules){
		.recheck_s = strcmp(channel->id, "t") == 0 ? 7 * 24 * 3600 : 0};
	return true;
}

static void a_calibration_that_is_too_old_is_told(void **state)
{
	struct calibrations calibrations = {.rules_of = good_for_a_week};
	struct device device = site_device(1, "");
	const struct stream *stream = &device.streams[0];
	struct calibration c = {.made = {100 * S}};
	int64_t week_ns = 7 * 24 * 3600 * S;

	(void)state;
	/* By the hour where both are known, else by board time. */
	for (int64_t wall_ns = 0; wall_ns <= 1; wall_ns++) {
		c.wall_ns = wall_ns;
		for (int late = 0; late <= 1; late++)
			assert_int_equal(
				calibrations_are_overdue(&calibrations, &device, stream,
					&stream->channels[0], &c,
					(struct instant){
						wall_ns ? 200 * S : 100 * S + week_ns - 1 + late},
					wall_ns ? week_ns + late : 5),
				late);
		assert_false(calibrations_are_overdue(&calibrations, &device, stream,
			&stream->channels[1], &c, (struct instant){INT64_MAX}, 0));
	}
	calibrations.rules_of = NULL;
	assert_false(calibrations_are_overdue(&calibrations, &device, stream, &stream->channels[0],
		&c, (struct instant){INT64_MAX}, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_channel_is_zeroed_by_the_mean_of_its_last_second),
		SITE_TEST(zeroing_keeps_the_gain_of_a_calibrated_channel),
		SITE_TEST(a_calibration_reaches_a_run_of_the_past_and_is_taken_back),
		SITE_TEST(what_is_no_calibration_is_refused_in_words),
		SITE_TEST(a_calibration_is_known_after_a_restart),
		SITE_TEST(a_stuck_card_keeps_nobody_from_calibrating),
		SITE_TEST(a_kit_is_calibrated_only_as_it_says),
		SITE_TEST(zeroing_everything_spares_what_its_kit_does_not_zero),
		cmocka_unit_test(a_calibration_that_is_too_old_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
