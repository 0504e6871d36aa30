/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson says of its recording is done: a run ends by itself at the instant that was meant, a group
 * waits for its trigger and keeps what was before it, and a run that is not good enough says what to do
 * and can be added to. */
#include <stdio.h>
#include <string.h>

#include "data/feed.h"
#include "class/shelf.h"
#include "support/classroom_site.h"

static const char tank[] =
	"lesson: tank\n"
	"title: {zh: 水箱, en: Tank}\n"
	"stage: [junior]\n"
	"subject: physics\n"
	"question: {zh: 多快, en: How fast}\n"
	"predict:\n"
	"  kind: choice\n"
	"  ask: {zh: 猜, en: Guess}\n"
	"  choices: [{zh: 快, en: Fast}, {zh: 慢, en: Slow}]\n"
	"needs:\n"
	"  - {id: T, quantity: temperature, unit: Cel}\n"
	"record:\n"
	"  mode: time\n"
	"  rate: 10 Hz\n"
	"  duration: 30 s\n"
	"  typed:\n"
	"    - {id: m, name: {zh: 质量, en: Mass}, unit: kg, range: [0, 99]}\n"
	"  trigger: {channel: T, edge: rising, above: 50, before: 2 s}\n"
	"formulas:\n"
	"  - {id: H, name: {zh: 热, en: Heat}, unit: J, is: m * T}\n"
	"accept:\n"
	"  - {channel: T, least: 100 samples, otherwise: {zh: 再记, en: More of it}}\n"
	"  - {channel: T, range: [0, 40], otherwise: {zh: 太热, en: Too hot}}\n"
	"  - {channel: H, range: [0, 200], otherwise: {zh: 称一称, en: Weigh it}}\n"
	"safety:\n"
	"  - {zh: 小心, en: Take care}\n";

/* Two thermometers for each group; the trigger is that of the second. */
static const char heater[] = "lesson: tank\n"
			     "title: {zh: 暖气, en: Heater}\n"
			     "stage: [junior]\n"
			     "subject: physics\n"
			     "question: {zh: 多快, en: How fast}\n"
			     "needs:\n"
			     "  - {id: in, quantity: temperature}\n"
			     "  - {id: out, quantity: temperature}\n"
			     "record:\n"
			     "  mode: time\n"
			     "  rate: 10 Hz\n"
			     "  trigger: {channel: out, edge: rising, above: 50, before: 2 s}\n"
			     "safety:\n"
			     "  - {zh: 小心, en: Take care}\n";

/* A board for each group, and for the room the kind that the lesson likes best for both. */
static const char mug[] =
	"lesson: tank\n"
	"title: {zh: 杯子, en: Mug}\n"
	"stage: [junior]\n"
	"subject: physics\n"
	"question: {zh: 多快, en: How fast}\n"
	"needs:\n"
	"  - {id: T, quantity: temperature, kits: [ds18b20, text-board]}\n"
	"  - {id: room, quantity: temperature, kits: [ds18b20], groups_share: 12}\n"
	"record:\n"
	"  mode: time\n"
	"  rate: 10 Hz\n"
	"  trigger: {channel: T, edge: rising, above: 50, before: 2 s}\n"
	"safety:\n"
	"  - {zh: 小心, en: Take care}\n";

static struct shelf *put_lesson(struct site *site)
{
	return class_put_lesson(site, "tank", tank);
}

static void plug_of(struct site *site, uint32_t id, const char *kit, const char *quantity)
{
	struct device device = site_device(id, "temperature");

	strcpy(device.kit, kit);
	strcpy(device.streams[0].channels[0].quantity, quantity);
	assert_int_equal(store_add_device(site->store, &device), 0);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

static void plug_kit(struct site *site, uint32_t id, const char *kit)
{
	plug_of(site, id, kit, "temperature");
}

static void plug(struct site *site, uint32_t id)
{
	plug_kit(site, id, "text-board");
}

/* Session 1 of the tank with two groups, a thermometer each. */
static void begin(struct site *site)
{
	site_log_in(site);
	plug(site, 1);
	plug(site, 2);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"\",\"lesson\":\"tank\",\"groups\":2}", 201));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":2,\"devices\":[2]}"));
}

/* A member of a group as the session tells it; the caller's. */
static json_t *of_group(struct site *site, unsigned group, const char *member)
{
	json_t *session = site_get(site, "/api/v1/sessions/1");
	json_t *value = json_incref(json_object_get(
		json_array_get(json_object_get(session, "groups"), group - 1), member));

	assert_non_null(value);
	json_decref(session);
	return value;
}

static int64_t number_of_group(struct site *site, unsigned group, const char *member)
{
	json_t *value = of_group(site, group, member);
	int64_t number = json_is_null(value) ? -1 : json_integer_value(value);

	json_decref(value);
	return number;
}

/* The i-th run's instant in microseconds; -1: there is none. */
static int64_t of_run(struct site *site, size_t i, const char *member)
{
	json_t *runs = class_list(site, "/api/v1/runs", "runs");
	json_t *value = json_object_get(json_array_get(runs, i), member);
	int64_t us = json_is_integer(value) ? json_integer_value(value) : -1;

	json_decref(runs);
	return us;
}

static void a_run_lasts_as_long_as_its_lesson_says(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	int64_t from_us = of_run(site, 0, "from_us");

	assert_int_equal(number_of_group(site, 1, "ends_us"), from_us + 30000000);
	site_pass_alone(site, 20);
	assert_int_equal(of_run(site, 0, "to_us"), -1);
	site_pass_alone(site, 20);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "to_us"), from_us + 30000000);
	assert_int_equal(of_run(site, 1, "to_us"), from_us + 30000000);
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	const json_t *stop = json_array_get(acts, json_array_size(acts) - 1);
	assert_string_equal(class_text(stop, "do"), "stop");
	assert_string_equal(class_text(stop, "who"), "board");
	assert_true(json_is_false(json_object_get(stop, "may_undo")));
	json_decref(acts);
	class_take_lesson(site, shelf);
}

static void a_run_ends_while_the_board_was_off(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	int64_t from_us = of_run(site, 0, "from_us");

	site->clock.frozen_ns += 3600 * S;
	site_reopen(site);
	site_pass_alone(site, 2);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "to_us"), from_us + 30000000);
	class_take_lesson(site, shelf);
}

static void a_teacher_may_say_how_long(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[1],\"lasts_us\":0}"));
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[2],\"lasts_us\":5000000}"));
	assert_int_equal(number_of_group(site, 1, "ends_us"), -1);
	site_pass_alone(site, 100);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "to_us"), -1);
	assert_int_equal(of_run(site, 1, "to_us"), of_run(site, 1, "from_us") + 5000000);
	class_refuses_act(
		site, "{\"do\":\"start\",\"groups\":[2],\"lasts_us\":-5}", 400, "bad_parameter");
	class_refuses_act(site,
		"{\"do\":\"start\",\"groups\":[2],\"from_us\":5,\"to_us\":6,\"lasts_us\":7}", 400,
		"bad_parameter");
	/* Who forgot to press start an hour ago does not mean half a minute of then. */
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[2],\"from_us\":1000000}"));
	assert_int_equal(number_of_group(site, 2, "ends_us"), -1);
	class_take_lesson(site, shelf);
}

/* Device 1 or 2 says these, a tenth of a second apart, the last one now. */
static void say(struct site *site, uint32_t device, const double *values, uint32_t n)
{
	static struct batch batch;

	batch = (struct batch){.stream = 10 * device, .n_channels = 2, .n_rows = n};
	for (uint32_t i = 0; i < n; i++) {
		batch.stamps_ns[i] = site->clock.frozen_ns - (int64_t)(n - 1 - i) * (S / 10);
		batch.values[2 * i] = values[i];
	}
	assert_int_equal(feed_put_batch(site->feed, clock_now(&site->clock), &batch), 0);
	web_feed(site->web);
}

static void a_group_waits_for_its_trigger_and_has_what_was_before_it(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	site_pass_alone(site, 5);
	class_refuses_act(site, "{\"do\":\"arm\",\"from_us\":1000000}", 400, "bad_parameter");
	class_refuses_act(site, "{\"do\":\"arm\",\"from_us\":1000000,\"to_us\":2000000}", 400,
		"bad_parameter");
	site_refuses(site, "POST", "/api/v1/sessions/1/groups/1/run",
		"{\"do\":\"arm\",\"from_us\":1000000}", 400, "bad_parameter");
	assert_int_equal(number_of_group(site, 1, "armed_us"), -1);
	json_decref(class_act(site, "{\"do\":\"arm\"}"));
	assert_true(number_of_group(site, 1, "armed_us") > 0);
	assert_int_equal(of_run(site, 0, "from_us"), -1);
	site_pass_alone(site, 5);
	say(site, 1, (const double[]){60, 40, 49}, 3); /* beyond it from the start is no crossing */
	say(site, 2, (const double[]){20, 21}, 2);
	assert_true(number_of_group(site, 1, "armed_us") > 0);
	site_pass_alone(site, 5);
	int64_t now_us = site->clock.frozen_ns / US;

	say(site, 1, (const double[]){49, 50.5, 70}, 3);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "from_us"), now_us - 100000 - 2000000);
	assert_int_equal(of_run(site, 0, "group"), 1);
	assert_int_equal(number_of_group(site, 1, "armed_us"), -1);
	assert_int_equal(number_of_group(site, 1, "ends_us"), now_us - 2100000 + 30000000);
	assert_true(number_of_group(site, 2, "armed_us") > 0);
	/* It was somebody's elbow: the group waits again, for the next time. */
	json_t *acts = class_list(site, "/api/v1/sessions/1/log", "acts");
	char undo[64];
	snprintf(undo, sizeof undo, "{\"do\":\"undo\",\"act\":%lld}",
		(long long)site_number(json_array_get(acts, json_array_size(acts) - 1), "id"));
	json_decref(acts);
	json_decref(class_act(site, undo));
	assert_true(number_of_group(site, 1, "armed_us") > 0);
	site_pass_alone(site, 3);
	assert_int_equal(of_run(site, 0, "from_us"), -1);
	say(site, 1, (const double[]){49, 51}, 2);
	site_keep_turns(site);
	assert_true(of_run(site, 0, "from_us") > now_us);
	/* The other one, by hand; and by a press for the next time. */
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[2]}"));
	assert_int_equal(number_of_group(site, 2, "armed_us"), -1);
	json_decref(class_act(site, "{\"do\":\"stop\"}"));
	json_decref(class_act(site, "{\"do\":\"arm\",\"groups\":[2]}"));
	json_decref(class_act(site, "{\"do\":\"stop\"}"));
	assert_int_equal(number_of_group(site, 2, "armed_us"), -1);
	class_refuses_act(site, "{\"do\":\"stop\"}", 409, "is_stopped");
	class_take_lesson(site, shelf);
}

static void a_trigger_is_of_the_kit_that_serves_its_need(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "tank", heater);

	site_log_in(site);
	plug(site, 1);
	plug(site, 2);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"\",\"lesson\":\"tank\",\"groups\":1}", 201));
	json_decref(class_act(site, "{\"do\":\"arm\"}"));
	site_pass_alone(site, 5);
	say(site, 1, (const double[]){49, 70}, 2); /* what is inside has no trigger */
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "from_us"), -1);
	say(site, 2, (const double[]){49, 70}, 2);
	site_keep_turns(site);
	assert_true(of_run(site, 0, "from_us") > 0);
	class_take_lesson(site, shelf);
}

static void what_all_share_triggers_nothing_of_a_group_s_own(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "tank", mug);

	site_log_in(site);
	plug_kit(site, 3, "ds18b20");
	plug(site, 1);
	plug(site, 2);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"\",\"lesson\":\"tank\",\"groups\":2,\"deal\":false}", 201));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1,3]}"));
	json_decref(class_act(
		site, "{\"do\":\"assign\",\"group\":2,\"devices\":[2,3],\"is_shared\":true}"));
	json_t *shared = of_group(site, 2, "shared");
	assert_int_equal(json_array_size(shared), 1);
	assert_int_equal(json_integer_value(json_array_get(shared, 0)), 3);
	json_decref(shared);
	json_decref(class_act(site, "{\"do\":\"arm\"}"));
	site_pass_alone(site, 5);
	say(site, 3, (const double[]){49, 70}, 2);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "from_us"), -1);
	say(site, 2, (const double[]){49, 70}, 2);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "group"), 2);
	class_take_lesson(site, shelf);
}

static void a_group_waits_on_after_a_restart(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	json_decref(class_act(site, "{\"do\":\"arm\",\"groups\":[1]}"));
	site_reopen(site);
	plug(site, 1);
	site_pass_alone(site, 2);
	say(site, 1, (const double[]){20, 80}, 2);
	site_keep_turns(site);
	assert_int_equal(of_run(site, 0, "from_us"), site->clock.frozen_ns / US - 4000000);
	class_take_lesson(site, shelf);
}

static void a_guess_is_of_the_kind_that_the_lesson_asks_for(void **state)
{
	static const char path[] = "/api/v1/sessions/1/groups/1/prediction";
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	site_refuses(site, "POST", path, "{\"value\":1}", 400, "bad_parameter");
	site_refuses(site, "POST", path, "{\"points\":[[0,1],[2,3]]}", 400, "bad_parameter");
	site_refuses(site, "POST", path, "{\"choice\":2}", 400, "bad_parameter");
	json_decref(class_post(site, path, "{\"choice\":1}", 200));
	class_take_lesson(site, shelf);
}

/* A voltmeter is no thermometer: the group is not ready, and waits for nothing. */
static void a_group_that_lacks_what_is_needed_is_not_ready_and_does_not_wait(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);
	struct browser b;

	begin(site);
	plug_of(site, 3, "voltmeter", "voltage");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[3]}"));
	json_t *is_ready = of_group(site, 1, "is_ready");
	assert_true(json_is_false(is_ready));
	json_decref(is_ready);
	is_ready = of_group(site, 2, "is_ready");
	assert_true(json_is_true(is_ready));
	json_decref(is_ready);
	assert_int_equal(site_ask(site, "POST", "/api/v1/sessions/1/acts",
				 "{\"do\":\"arm\",\"groups\":[1]}", &b),
		409);
	assert_true(browser_has(&b, "\"lacks_kit\""));
	assert_true(browser_has(&b, "Group 1 has no kit for"));
	browser_close(&b);
	json_decref(class_act(site, "{\"do\":\"arm\"}"));
	json_t *armed = of_group(site, 1, "armed_us");
	assert_true(json_is_null(armed));
	json_decref(armed);
	class_take_lesson(site, shelf);
}

static void only_a_lesson_with_a_trigger_waits(void **state)
{
	struct site *site = *state;

	class_begin(site, 1);
	class_refuses_act(site, "{\"do\":\"arm\"}", 409, "no_trigger");
}

/* Does the i-th acceptance of a group hold? 'y', 'n', '?'; '-': there is no verdict. */
static char holds(struct site *site, unsigned group, size_t i)
{
	json_t *all = of_group(site, group, "accept");
	const json_t *is = json_object_get(json_array_get(all, i), "holds");
	char letter = json_is_null(all) ? '-'
		: json_is_null(is)      ? '?'
		: json_is_true(is)      ? 'y'
					: 'n';

	json_decref(all);
	return letter;
}

/* Seconds pass, and the other thread reads and wakes the loop, until it is so. */
static void wait_holds(struct site *site, size_t i, char letter)
{
	for (int turns = 0; holds(site, 1, i) != letter; turns++) {
		if (turns >= 2000)
			fail_msg(
				"acceptance %zu is '%c', never '%c'", i, holds(site, 1, i), letter);
		site_pass_alone(site, 1);
		assert_true(loop_turn(site->loop, 50) >= 0);
	}
}

static void a_run_that_is_too_short_says_what_to_do_and_is_added_to(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	site_keep_rows(site, 10, 800 * S, S / 10, 101); /* 0 ... 25, in the mean 12.5 */
	site_keep_turns(site);
	json_decref(class_act(site,
		"{\"do\":\"start\",\"groups\":[1],\"from_us\":799000000,\"to_us\":805000000}"));
	site_keep_turns(site);
	wait_holds(site, 0, 'n');
	assert_int_equal(holds(site, 1, 1), 'y');
	assert_int_equal(holds(site, 1, 2), '?'); /* nobody said how heavy it is */
	assert_int_equal(holds(site, 2, 0), '-');
	json_t *all = of_group(site, 1, "accept");
	assert_int_equal(site_number(json_array_get(all, 0), "n"), 50);
	assert_int_equal(site_number(json_array_get(all, 0), "us"), 5000000);
	assert_string_equal(class_text(json_object_get(json_array_get(all, 0), "otherwise"), "en"),
		"More of it");
	json_t *receipt = site_get(site, "/api/v1/runs/1/receipt");
	assert_true(json_equal(json_object_get(receipt, "accept"), all));
	json_decref(receipt);
	json_decref(all);

	json_decref(class_act(site, "{\"do\":\"resume\",\"groups\":[1]}"));
	assert_int_equal(holds(site, 1, 0), '-');
	json_decref(class_act(site, "{\"do\":\"stop\"}"));
	json_decref(class_post(
		site, "/api/v1/sessions/1/groups/1/readings", "{\"typed\":{\"m\":2}}", 201));
	site_keep_turns(site);
	wait_holds(site, 2, 'y');
	assert_int_equal(holds(site, 1, 0), 'y');
	site_refuses(site, "POST", "/api/v1/sessions/1/groups/1/readings",
		"{\"typed\":{\"m\":9000}}", 400, "out_of_range"); /* grams */
	json_decref(class_post(
		site, "/api/v1/sessions/1/groups/1/readings", "{\"typed\":{\"m\":90}}", 201));
	wait_holds(site, 2, 'n'); /* 90 kg times 12.5 */
	assert_int_equal(of_run(site, 0, "from_us"), 799000000);
	/* By a calibration that is made afterwards it was 42.5 degrees. Keep's second is ahead of the clock here: so is
	 * neither of them taken for kept before it is. */
	site_pass_alone(site, 2);
	json_decref(class_post(site, "/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"is_sure\":true,"
		"\"points\":[{\"raw\":0,\"true\":30}]}",
		201));
	site_pass_alone(site, 2);
	json_decref(class_post(site, "/api/v1/calibrations", "{\"use\":1,\"run\":1}", 201));
	wait_holds(site, 1, 'n');
	class_refuses_act(site, "{\"do\":\"resume\",\"groups\":[2]}", 404, "no_run");
	class_refuses_act(site, "{\"do\":\"resume\"}", 400, "bad_parameter");
	class_take_lesson(site, shelf);
}

/* In one turn of the clock, though the runs of all wait: nobody's page says meanwhile that all is well. */
static void all_groups_that_stop_at_once_are_judged_at_once(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	site_keep_rows(site, 10, 800 * S, S / 10, 101);
	site_keep_rows(site, 20, 800 * S, S / 10, 101);
	site_keep_turns(site);
	json_decref(
		class_act(site, "{\"do\":\"start\",\"from_us\":799000000,\"to_us\":805000000}"));
	for (int turns = 0; holds(site, 2, 0) == '-'; turns++) {
		assert_true(turns < 2000);
		site_pass_alone(site, 1);
		assert_true(loop_turn(site->loop, 50) >= 0);
	}
	/* No second passes any more. */
	for (int turns = 0; holds(site, 1, 0) == '-'; turns++) {
		assert_true(turns < 600);
		assert_true(loop_turn(site->loop, 50) >= 0);
	}
	class_take_lesson(site, shelf);
}

/* Whose last run is still going when the bell rings. */
static void the_end_of_a_session_judges_what_it_stops(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	begin(site);
	site_keep_rows(site, 10, 800 * S, S / 10, 101);
	site_keep_turns(site);
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[1],\"from_us\":799000000}"));
	assert_int_equal(holds(site, 1, 0), '-');
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	site_keep_turns(site);
	wait_holds(site, 0, 'y');
	assert_int_equal(holds(site, 1, 1), 'y');
	assert_int_equal(holds(site, 2, 0), '-');
	class_take_lesson(site, shelf);
}

/* It ends in weeks, and what is wrong is said before. */
static void a_project_is_judged_while_it_goes_on(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = put_lesson(site);

	site_log_in(site);
	plug(site, 1);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"\",\"lesson\":\"tank\",\"groups\":1,\"is_project\":true}", 201));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	site_keep_rows(site, 10, 800 * S, S / 10, 51);
	site_keep_turns(site);
	json_decref(class_act(
		site, "{\"do\":\"start\",\"groups\":[1],\"from_us\":799000000,\"lasts_us\":0}"));
	wait_holds(site, 1, 'y');
	assert_int_equal(holds(site, 1, 0), '?'); /* 51 of 100 samples so far */
	assert_true(number_of_group(site, 1, "run") > 0);
	site_keep_rows(site, 10, 806 * S, S / 10, 51);
	site_keep_turns(site);
	site->clock.frozen_ns += 3600 * S;
	wait_holds(site, 0, 'y');
	class_take_lesson(site, shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_run_lasts_as_long_as_its_lesson_says),
		SITE_TEST(a_run_ends_while_the_board_was_off),
		SITE_TEST(a_teacher_may_say_how_long),
		SITE_TEST(a_group_waits_for_its_trigger_and_has_what_was_before_it),
		SITE_TEST(a_trigger_is_of_the_kit_that_serves_its_need),
		SITE_TEST(what_all_share_triggers_nothing_of_a_group_s_own),
		SITE_TEST(a_group_waits_on_after_a_restart),
		SITE_TEST(a_guess_is_of_the_kind_that_the_lesson_asks_for),
		SITE_TEST(a_group_that_lacks_what_is_needed_is_not_ready_and_does_not_wait),
		SITE_TEST(only_a_lesson_with_a_trigger_waits),
		SITE_TEST(a_run_that_is_too_short_says_what_to_do_and_is_added_to),
		SITE_TEST(all_groups_that_stop_at_once_are_judged_at_once),
		SITE_TEST(the_end_of_a_session_judges_what_it_stops),
		SITE_TEST(a_project_is_judged_while_it_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
