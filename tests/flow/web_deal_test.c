/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kits over HTTP: dealt when a session begins, by the rule that the lesson's card promises by, and again
 * for what is plugged in later; as one act; never another session's. */
#include <stdio.h>
#include <string.h>

#include "data/feed.h"
#include "class/shelf.h"
#include "support/classroom_site.h"

/* The two lessons of tests/data: the swing needs a period of each group. */
static struct shelf *put_lessons(struct site *site)
{
	char folder[300];
	const char *folders[] = {folder};
	struct shelf *shelf;

	snprintf(folder, sizeof folder, "%s/tests/data/lessons", KITLOG_SOURCE);
	assert_int_equal(shelf_open(folders, 1, NULL, &shelf), 0);
	site->shelf = shelf;
	site_reopen(site);
	site_log_in(site);
	return shelf;
}

static void plug(struct site *site, uint32_t id, const char *quantity, const char *unit)
{
	struct device device = site_device(id, quantity);
	struct channel *channel = &device.streams[0].channels[0];

	snprintf(channel->quantity, sizeof channel->quantity, "%s", quantity);
	snprintf(channel->unit, sizeof channel->unit, "%s", unit);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

static void plug_gate(struct site *site, uint32_t id)
{
	plug(site, id, "period", "s");
}

static void unplug(struct site *site, uint32_t id)
{
	assert_int_equal(feed_put_gone(site->feed, clock_now(&site->clock), id), 0);
	web_feed(site->web);
}

/* "1 2|3" of what each group has; the session is given back. */
static void assert_hands(json_t *session, const char *expected)
{
	char buffer[200] = "";
	struct text text = text_over(buffer, sizeof buffer);
	const json_t *group, *device;
	size_t g, i;

	json_array_foreach(json_object_get(session, "groups"), g, group)
	{
		text_add(&text, g ? "|" : "");
		json_array_foreach(json_object_get(group, "devices"), i, device) text_addf(
			&text, "%s%lld", i ? " " : "", (long long)json_integer_value(device));
	}
	assert_string_equal(buffer, expected);
	json_decref(session);
}

static json_t *begin(struct site *site, const char *body)
{
	return class_post(site, "/api/v1/sessions", body, 201);
}

static void a_session_is_dealt_what_its_card_promises(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);

	plug(site, 1, "temperature", "Cel");
	plug_gate(site, 2);
	plug_gate(site, 3);
	json_t *card = site_get(site, "/api/v1/lessons/swing");
	const json_t *readiness = json_object_get(card, "readiness");
	assert_int_equal(site_number(readiness, "groups"), 2);
	assert_int_equal(
		json_integer_value(json_array_get(json_object_get(readiness, "devices"), 2)), 3);
	json_decref(card);
	assert_hands(begin(site, "{\"lesson\":\"swing\",\"groups\":3}"), "2 1|3 1|");
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	assert_int_equal(json_array_size(acts), 2);
	const json_t *words = json_object_get(json_array_get(acts, 1), "words");
	assert_string_equal(class_text(words, "zh"), "给 1、2 组分器材");
	json_decref(acts);
	site_reopen(site); /* the daemon starts again */
	assert_hands(site_get(site, "/api/v1/sessions/1"), "2 1|3 1|");
	/* As long as it is open, no other class can have them, and its card says so. */
	plug_gate(site, 2);
	plug_gate(site, 3);
	card = site_get(site, "/api/v1/lessons/swing");
	readiness = json_object_get(card, "readiness");
	assert_string_equal(class_text(readiness, "state"), "trouble");
	assert_int_equal(site_number(readiness, "groups"), 0);
	assert_string_equal(class_text(json_object_get(readiness, "sentence"), "en"),
		"Another session has kit 2. End that one, or release the kit there.");
	json_decref(card);
	class_take_lesson(site, shelf);
}

static void sessions_side_by_side_take_nothing_from_each_other(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lessons(site);

	plug_gate(site, 1);
	plug_gate(site, 2);
	assert_hands(begin(site, "{\"lesson\":\"swing\",\"groups\":1}"), "1");
	assert_hands(begin(site, "{\"lesson\":\"swing\",\"groups\":2}"), "2|");
	assert_hands(begin(site, "{}"), "");
	site_refuses(site, "POST", "/api/v1/sessions/3/acts", "{\"do\":\"deal\"}", 409,
		"nothing_to_deal");
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	class_refuses_act(site, "{\"do\":\"deal\"}", 409, "is_ended");
	assert_hands(class_post(site, "/api/v1/sessions/2/acts", "{\"do\":\"deal\"}", 200), "2|1");
	class_take_lesson(site, shelf);
}

static void what_is_plugged_in_later_is_told_dealt_and_undone_as_one(void **state)
{
	struct site *site = *state;
	struct browser events;

	site_log_in(site);
	assert_hands(begin(site, "{\"groups\":3}"), "||");
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	site_pass_alone(site, 2);
	browser_forget(&events);
	plug_gate(site, 4);
	plug_gate(site, 5);
	site_pass_alone(site, 2);
	browser_wait(&events, "event: session");
	browser_wait(&events, "\"can_deal\":2");
	browser_close(&events);
	json_t *session = class_act(site, "{\"do\":\"deal\"}");
	assert_int_equal(site_number(session, "can_deal"), 0);
	assert_hands(session, "4|5|");
	/* A kit that is pulled stays its group's, and the others keep theirs. */
	unplug(site, 4);
	class_refuses_act(site, "{\"do\":\"deal\"}", 409, "nothing_to_deal");
	plug_gate(site, 6);
	assert_hands(class_act(site, "{\"do\":\"deal\"}"), "4|5|6");
	plug_gate(site, 4);
	assert_hands(class_act(site, "{\"do\":\"undo\",\"act\":2}"), "||6");
	assert_hands(class_act(site, "{\"do\":\"deal\"}"), "4|5|6");
}

/* Also to one that was made after it: each is compared with what was told of itself. */
static void what_an_end_sets_free_is_told_to_the_sessions_that_remain(void **state)
{
	struct site *site = *state;
	struct browser events;

	site_log_in(site);
	plug_gate(site, 1);
	assert_hands(begin(site, "{}"), "1");
	assert_hands(begin(site, "{\"groups\":2}"), "|");
	assert_hands(begin(site, "{\"groups\":3}"), "||");
	site_pass_alone(site, 2);
	browser_open(&events, site->loop, site->port);
	browser_send_get(&events, "/api/v1/events");
	browser_wait(&events, "event: hello");
	site_pass_alone(site, 2);
	browser_forget(&events);
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	site_pass_alone(site, 2);
	browser_wait(&events, "event: session\ndata: {\"id\":2,");
	browser_wait(&events, "event: session\ndata: {\"id\":3,");
	browser_wait(&events, "\"can_deal\":1");
	browser_close(&events);
}

static void one_group_without_a_lesson_has_everything(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	plug_gate(site, 1);
	plug(site, 2, "temperature", "Cel");
	assert_hands(begin(site, "{}"), "1 2");
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	assert_hands(begin(site, "{\"groups\":2}"), "1|2");
	json_decref(class_post(site, "/api/v1/sessions/2/acts", "{\"do\":\"end\"}", 200));
	assert_hands(begin(site, "{\"groups\":2,\"deal\":false}"), "|");
	site_refuses(site, "POST", "/api/v1/sessions", "{\"deal\":3}", 400, "bad_parameter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_session_is_dealt_what_its_card_promises),
		SITE_TEST(sessions_side_by_side_take_nothing_from_each_other),
		SITE_TEST(what_is_plugged_in_later_is_told_dealt_and_undone_as_one),
		SITE_TEST(what_an_end_sets_free_is_told_to_the_sessions_that_remain),
		SITE_TEST(one_group_without_a_lesson_has_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
