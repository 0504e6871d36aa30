/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons over HTTP: what can be taught with what is plugged in, what a class may not read before it has
 * found it out, and that everybody hears when the first changes. */
#include <stdio.h>
#include <string.h>

#include "data/feed.h"
#include "class/shelf.h"
#include "support/classroom_site.h"

/* The two lessons of tests/data; the jar needs two thermometers. */
static struct shelf *put_lessons(struct site *site)
{
	char folder[300];
	const char *folders[] = {folder};
	struct shelf *shelf;

	snprintf(folder, sizeof folder, "%s/tests/data/lessons", KITLOG_SOURCE);
	assert_int_equal(shelf_open(folders, 1, NULL, &shelf), 0);
	assert_string_equal(shelf_problems(shelf), "");
	site->shelf = shelf;
	site_reopen(site);
	return shelf;
}

static void plug_thermometer(struct site *site, uint32_t id)
{
	struct device device = site_device(id, "Thermometer");

	snprintf(device.streams[0].channels[0].quantity,
		sizeof device.streams[0].channels[0].quantity, "temperature");
	snprintf(device.streams[0].channels[0].unit, sizeof device.streams[0].channels[0].unit,
		"Cel");
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

/* Of the card of this place: "ready 12" and its sentence. */
static void assert_card(struct site *site, size_t at, const char *id, const char *state, int groups,
	const char *sentence)
{
	json_t *all = site_get(site, "/api/v1/lessons");
	const json_t *card = json_array_get(json_object_get(all, "lessons"), at);
	const json_t *readiness = json_object_get(card, "readiness");

	assert_string_equal(json_string_value(json_object_get(card, "id")), id);
	assert_string_equal(json_string_value(json_object_get(readiness, "state")), state);
	assert_int_equal(site_number(readiness, "groups"), groups);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(readiness, "sentence"), "en")),
		sentence);
	assert_null(json_object_get(card, "expect"));
	json_decref(all);
}

static void cards_follow_what_is_plugged_in(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);

	assert_card(site, 0, "jar", "missing", 0,
		"In the jar is missing: plug in a kit that measures it.");
	assert_card(site, 1, "swing", "missing", 0,
		"Period is missing: plug in a kit that measures it.");
	plug_thermometer(site, 1);
	assert_card(
		site, 0, "jar", "missing", 0, "Room is missing: plug in a kit that measures it.");
	plug_thermometer(site, 2);
	assert_card(site, 0, "jar", "ready", 12, "The kits are here for every group.");
	assert_int_equal(feed_put_gone(site->feed, clock_now(&site->clock), 1), 0);
	web_feed(site->web);
	assert_card(
		site, 0, "jar", "missing", 0, "Room is missing: plug in a kit that measures it.");
	class_take_lesson(site, shelf);
}

static void trouble_is_told_by_the_kit_s_number(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	struct feed_health health = {.device = 2, .state = DEVICE_SILENT};

	plug_thermometer(site, 1);
	plug_thermometer(site, 2);
	assert_int_equal(feed_put_health(site->feed, clock_now(&site->clock), &health), 0);
	web_feed(site->web);
	assert_card(site, 0, "jar", "trouble", 0,
		"Kit 2: No more readings; check power and cable, press reset on the kit, or unplug "
		"it and plug it in again.");
	class_take_lesson(site, shelf);
}

static void everybody_hears_when_another_lesson_can_be_taught(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	struct browser events;

	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	plug_thermometer(site, 1);
	site->clock.frozen_ns += S;
	web_feed(site->web);
	browser_wait(&events, "event: lessons\ndata: {}\n");
	browser_forget(&events);
	/* A third and a fourth thermometer change nothing for a project that has its two. */
	plug_thermometer(site, 2);
	site->clock.frozen_ns += S;
	browser_wait(&events, "event: lessons\n");
	browser_forget(&events);
	plug_thermometer(site, 3);
	site->clock.frozen_ns += S;
	browser_wait(&events, "event: devices\n");
	for (int i = 0; i < 20; i++)
		browser_turn(&events);
	assert_false(browser_has(&events, "event: lessons"));
	browser_close(&events);
	class_take_lesson(site, shelf);
}

/* The whole answer, as somebody gets it. */
static void get(struct site *site, const char *path, struct browser *ret_browser)
{
	assert_int_equal(site_ask(site, "GET", path, NULL, ret_browser), 200);
}

static void what_is_to_be_found_out_stays_on_the_board(void **state)
{
	static const char *const paths[] = {"/api/v1/lessons", "/api/v1/lessons/swing"};
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	struct browser b;

	for (size_t i = 0; i < 2; i++) {
		get(site, paths[i], &b);
		for (const char *const *secret =
				(const char *const[]){"expect", "3.95", "4.11", "9.6", "4.03",
					"9.79", "slips", "\"teacher\"", "Half the period", NULL};
			*secret; secret++)
			if (browser_has(&b, *secret))
				fail_msg("%s tells %s to a class", paths[i], *secret);
		assert_true(browser_has(&b, "swing"));
		browser_close(&b);
	}
	site_log_in(site);
	get(site, "/api/v1/lessons/swing", &b);
	assert_true(
		browser_has(&b, "\"expect\":[{\"what\":\"class_plot.k\",\"range\":[3.95,4.11]"));
	assert_true(browser_has(&b, "Half the period"));
	assert_true(browser_has(&b, "4.03"));
	browser_close(&b);
	get(site, "/api/v1/lessons", &b);
	assert_false(browser_has(&b, "3.95"));
	browser_close(&b);
	class_take_lesson(site, shelf);
}

/* Does a browser with this header line get what is to be found out? */
static bool sees(struct site *site, const char *cookie)
{
	char teacher[96];
	struct browser b;

	strcpy(teacher, site->cookie);
	strcpy(site->cookie, cookie);
	get(site, "/api/v1/lessons/swing", &b);
	bool is_seen = browser_has(&b, "3.95");

	assert_int_equal(browser_has(&b, "\"expect\""), is_seen);
	assert_false(browser_has(&b, "Half the period")); /* the teacher's in any case */
	browser_close(&b);
	strcpy(site->cookie, teacher);
	return is_seen;
}

/* Two classes have the same lesson; the second is an hour ahead. */
static void it_is_revealed_to_the_class_that_found_it_out(void **state)
{
	static const char begin[] = "{\"title\":\"七（3）班\",\"lesson\":\"swing\",\"groups\":2}";
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	char first[96];

	site_log_in(site);
	site_refuses(site, "POST", "/api/v1/sessions",
		"{\"title\":\"七（3）班\",\"lesson\":\"swimg\",\"groups\":2}", 400,
		"bad_parameter");
	json_decref(class_post(site, "/api/v1/sessions", begin, 201));
	json_decref(class_post(site, "/api/v1/sessions", begin, 201));
	class_join(site, 1, first);
	assert_false(sees(site, first) || sees(site, ""));
	json_decref(class_post(
		site, "/api/v1/sessions/2/acts", "{\"do\":\"reveal\",\"on\":true}", 200));
	assert_false(sees(site, first));
	assert_true(sees(site, "")); /* the screen on the wall */
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":true}"));
	assert_true(sees(site, first));
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":false}"));
	assert_false(sees(site, first));
	json_decref(class_post(site, "/api/v1/sessions/2/acts", "{\"do\":\"end\"}", 200));
	assert_false(sees(site, ""));
	class_take_lesson(site, shelf);
}

static void all_of_a_lesson_is_there(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);
	json_t *lesson = site_get(site, "/api/v1/lessons/swing");
	json_t *record, *predict;

	assert_int_equal(site_number(lesson, "minutes"), 25);
	record = json_object_get(lesson, "record");
	assert_int_equal(site_number(record, "duration_us"), 60000000);
	assert_true(json_is_null(json_object_get(record, "period_us")));
	assert_int_equal(site_number(json_object_get(record, "trigger"), "before_us"), 100000);
	predict = json_object_get(lesson, "predict");
	assert_string_equal(json_string_value(json_object_get(predict, "kind")), "choice");
	assert_int_equal(json_array_size(json_object_get(predict, "choices")), 3);
	assert_true(json_is_null(json_object_get(predict, "compare")));
	assert_true(json_is_null(json_object_get(predict, "range")));
	assert_int_equal(json_array_size(json_object_get(lesson, "formulas")), 2);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(lesson, "samples"), 0)),
		"two-groups");
	assert_non_null(
		strstr(json_string_value(json_object_get(json_object_get(lesson, "student"), "zh")),
			"悬点到球心"));
	json_decref(lesson);
	site_refuses(site, "GET", "/api/v1/lessons/no-such", NULL, 404, "not_found");
	site_refuses(site, "GET", "/api/v1/lessons/%2e%2e", NULL, 404, "not_found");
	class_take_lesson(site, shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(cards_follow_what_is_plugged_in),
		SITE_TEST(trouble_is_told_by_the_kit_s_number),
		SITE_TEST(everybody_hears_when_another_lesson_can_be_taught),
		SITE_TEST(what_is_to_be_found_out_stays_on_the_board),
		SITE_TEST(it_is_revealed_to_the_class_that_found_it_out),
		SITE_TEST(all_of_a_lesson_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
