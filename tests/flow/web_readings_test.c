/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings that groups keep over HTTP: what was typed, and what the kits said at that moment. */
#include <stdio.h>

#include "data/feed.h"
#include "support/classroom_site.h"

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
	json_t *reading = class_post_as(site, cookie, path, "{\"typed\":{\"L\":0.5}}", 201);
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
	reading = class_post_as(site, cookie, path, "{\"typed\":{\"L\":0.7}}", 201);
	assert_int_equal(json_object_size(json_object_get(reading, "values")), 0);
	int64_t id = site_number(reading, "id");
	json_decref(reading);
	class_refuses_as(site, cookie, path, "{\"typed\":{\"L\":\"0.5\"}}", 400, "bad_parameter");
	class_refuses_as(site, cookie, path, "{\"typed\":[1]}", 400, "bad_parameter");
	class_refuses_as(site, cookie, path, "{\"at_us\":9999999999999}", 400, "bad_parameter");

	/* Its own until all is revealed; one that is undone is gone. */
	json_t *list = class_get_as(site, other, "/api/v1/sessions/1/readings");
	assert_int_equal(json_array_size(json_object_get(list, "readings")), 0);
	json_decref(list);
	list = class_get_as(site, cookie, "/api/v1/sessions/1/readings");
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
	list = class_get_as(site, other, "/api/v1/sessions/1/readings");
	assert_int_equal(json_array_size(json_object_get(list, "readings")), 1);
	json_decref(list);
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
	json_t *reading = class_post_as(site, cookie, path, body, 201);
	json_t *values = json_object_get(reading, "values");
	assert_true(json_number_value(json_object_get(values, "30:t")) == site_value(50));
	assert_true(json_number_value(json_object_get(values, "30:p")) == 1013.25);
	assert_int_equal(site_number(reading, "at_us"), (from_ns + 5 * S + S / 20) / US);
	json_decref(reading);
	/* Long before it was plugged in. */
	reading = class_post_as(site, cookie, path, "{\"at_us\":5000000}", 201);
	assert_int_equal(json_object_size(json_object_get(reading, "values")), 0);
	json_decref(reading);
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
	page = class_get_as(site, site->cookie, "/api/v1/sessions/1/readings?limit=2");
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
	page = class_get_as(site, site->cookie, path);
	assert_true(json_is_false(json_object_get(page, "has_more")));
	assert_int_equal(json_array_size(json_object_get(page, "readings")), 3);
	json_decref(page);
	site_refuses(
		site, "GET", "/api/v1/sessions/1/readings?limit=501", NULL, 400, "bad_parameter");
	site_refuses(
		site, "GET", "/api/v1/sessions/1/readings?before=x", NULL, 400, "bad_parameter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_reading_has_what_was_typed_and_what_the_kits_said),
		SITE_TEST(a_reading_of_a_moment_ago_has_what_was_said_then),
		SITE_TEST(readings_come_page_by_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
