/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session found: of each group its own kits, of each need of a lesson the channel that serves it,
 * with what was typed; hidden from groups until the teacher reveals it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/feed.h"
#include "history/act_entry.h"
#include "class/result_memory.h"
#include "class/sessions.h"
#include "support/classroom_site.h"

static json_t *results_of(struct site *site, const char *cookie, int status)
{
	char teacher[96], asks[96];
	struct browser b;

	strcpy(teacher, site->cookie);
	strcpy(asks, cookie);
	strcpy(site->cookie, asks);
	int got = site_ask(site, "GET", "/api/v1/sessions/1/results", NULL, &b);
	strcpy(site->cookie, teacher);
	assert_int_equal(got, status);
	return site_json(&b);
}

/* Two groups with a kit each, and a run of ten seconds that site_value foretells. */
static void measure(struct site *site)
{
	class_begin(site, 2);
	site_plug(site, 1, "temperature");
	site_plug(site, 2, "temperature");
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":2,\"devices\":[2]}"));
	site_keep_rows(site, 10, 800 * S, S / 10, 101);
	site_keep_rows(site, 20, 800 * S, S / 10, 51);
	json_decref(
		class_post(site, "/api/v1/sessions/1/groups/1/prediction", "{\"value\":9.5}", 200));
	json_decref(
		class_act(site, "{\"do\":\"start\",\"from_us\":799000000,\"to_us\":820000000}"));
}

static void each_group_has_the_numbers_of_its_own_kits(void **state)
{
	struct site *site = *state;
	char cookie[96];

	measure(site);
	class_join(site, 2, cookie);
	json_decref(class_post(
		site, "/api/v1/sessions/1/groups/2/readings", "{\"typed\":{\"L\":0.4}}", 201));
	json_decref(class_post(site, "/api/v1/sessions/1/groups/2/readings",
		"{\"typed\":{\"L\":0.5,\"m\":3}}", 201));
	json_decref(results_of(site, cookie, 403));
	json_t *results = results_of(site, site->cookie, 200);
	json_t *first = json_array_get(json_object_get(results, "groups"), 0);
	json_t *second = json_array_get(json_object_get(results, "groups"), 1);
	assert_true(json_number_value(
			    json_object_get(json_object_get(first, "prediction"), "value")) == 9.5);
	assert_true(json_is_null(json_object_get(second, "prediction")));
	json_t *run = json_array_get(json_object_get(second, "runs"), 0);
	assert_int_equal(site_number(run, "run"), 2);
	json_t *typed = json_object_get(run, "typed");
	assert_true(json_number_value(json_object_get(typed, "L")) == 0.5); /* the last one */
	assert_true(json_number_value(json_object_get(typed, "m")) == 3);
	json_t *t = json_object_get(json_object_get(run, "channels"), "t");
	assert_int_equal(site_number(t, "n"), 51);
	assert_true(json_number_value(json_object_get(t, "first")) == site_value(0));
	assert_true(json_number_value(json_object_get(t, "last")) == site_value(50));
	assert_true(json_number_value(json_object_get(t, "max")) == site_value(50));
	/* i / 4 for i = 0 ... 50: the mean is 25 / 4, the variance (51 * 52 / 12) / 16. */
	assert_true(fabs(json_number_value(json_object_get(t, "mean")) - 6.25) < 1e-12);
	assert_true(fabs(json_number_value(json_object_get(t, "sd")) - sqrt(221.0 / 16)) < 1e-12);
	run = json_array_get(json_object_get(first, "runs"), 0);
	t = json_object_get(json_object_get(run, "channels"), "t");
	assert_int_equal(site_number(t, "n"), 101);
	json_decref(results);
	json_decref(class_act(site, "{\"do\":\"reveal\",\"on\":true}"));
	json_decref(results_of(site, cookie, 200));
	json_decref(class_act(site, "{\"do\":\"end\"}"));
	site_reopen(site);
	results = results_of(site, "", 200); /* of a session that is over, from the card */
	assert_int_equal(json_array_size(json_object_get(results, "groups")), 2);
	json_decref(results);
}

static int take(void *self, const struct journal_entry *entry)
{
	struct act act;

	assert_int_equal(act_entry_read(entry, &act), 0);
	assert_int_equal(classroom_take(self, &act), ACT_FITS);
	json_decref(act.body);
	return 0;
}

/* What the lesson asks for by quantity; a kit that all share is with one group. */
static void needs_of_a_lesson_find_their_channels(void **state)
{
	static char T[] = "T", Ta[] = "Ta", temperature[] = "temperature", pressure[] = "pressure",
		    P[] = "P", p[] = "p", liked[] = "liked";
	char *likes = liked;
	struct lesson_need needs[] = {
		{.id = T, .quantity = temperature, .groups_share = 1},
		{.id = Ta, .quantity = temperature, .groups_share = 12},
		{.id = P, .quantity = pressure, .channel = p, .groups_share = 1},
	};
	atomic_uint n_holders = 0;
	const struct lesson lesson = {.needs = needs, .n_needs = 3, .n_holders = &n_holders};
	struct lesson_need two_needs[] = {needs[2], needs[0]};
	const struct lesson two = {.needs = two_needs, .n_needs = 2, .n_holders = &n_holders};
	struct site *site = *state;
	struct reader *reader;
	struct classroom *room;
	struct results *results;
	char answer[8192];
	struct text text = text_over(answer, sizeof answer);
	int r;

	class_begin(site, 2);
	for (uint32_t id = 1; id <= 3; id++) {
		struct device device = site_device(id, "temperature");

		strcpy(device.kit, id == 3 ? "liked" : "other");
		strcpy(device.streams[0].channels[0].quantity, "temperature");
		strcpy(device.streams[0].channels[1].quantity, "pressure");
		assert_int_equal(store_add_device(site->store, &device), 0);
		assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
		site_keep_rows(site, 10 * id, 800 * S, S / 10, 10 * id);
	}
	web_feed(site->web);
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1,3]}"));
	json_decref(class_act(
		site, "{\"do\":\"assign\",\"group\":2,\"devices\":[2,3],\"is_shared\":true}"));
	json_decref(
		class_act(site, "{\"do\":\"start\",\"from_us\":799000000,\"to_us\":820000000}"));
	site_keep_turns(site);
	assert_int_equal(reader_open(site->directory, &reader), 0);
	assert_int_equal(classroom_new(&room), 0);
	assert_int_equal(reader_journal(reader, JOURNAL_SESSION, 1, take, room), 0);
	assert_int_equal(results_new(room, classroom_session(room, 1), &lesson,
				 clock_now(&site->clock), (struct instant){0}, &results),
		0);
	while ((r = results_step(results, reader)) == 1)
		;
	assert_int_equal(r, 0);
	assert_int_equal(results->runs[0].n_channels, 3);
	assert_int_equal(results->runs[0].channels[0].stream, 10);
	assert_int_equal(results->runs[0].channels[1].stream, 30); /* Ta: its second kit */
	assert_int_equal(results->runs[1].channels[0].stream, 20);
	assert_string_equal(results->runs[1].channels[1].id, "Ta");
	assert_int_equal(results->runs[1].channels[1].stream, 30); /* which both have */
	assert_string_equal(results->runs[1].channels[2].id, "P");
	assert_int_equal(results->runs[1].channels[2].index, 1);
	assert_int_equal(results->runs[1].channels[0].n, 20);
	results_write(results, &text);
	assert_false(text.is_cut);
	results_free(results);
	/* Both kits have both quantities: each serves one, as on the pages. */
	assert_int_equal(results_new(room, classroom_session(room, 1), &two,
				 clock_now(&site->clock), clock_now(&site->clock), &results),
		0);
	assert_int_equal(results_step(results, reader), 1);
	assert_int_equal(results->runs[0].channels[0].stream, 10);
	assert_int_equal(results->runs[0].channels[0].index, 1);
	assert_int_equal(results->runs[0].channels[1].stream, 30);
	assert_int_equal(results->runs[0].channels[1].index, 0);
	results_free(results);
	/* Even where the lesson likes the shared one best. */
	needs[0].kits = &likes;
	needs[0].n_kits = 1;
	assert_int_equal(results_new(room, classroom_session(room, 1), &lesson,
				 clock_now(&site->clock), clock_now(&site->clock), &results),
		0);
	while ((r = results_step(results, reader)) == 1)
		;
	assert_int_equal(r, 0);
	assert_int_equal(results->runs[0].channels[0].stream, 10);
	assert_int_equal(results->runs[0].channels[1].stream, 30);
	assert_int_equal(results->runs[1].channels[0].stream, 20);
	assert_int_equal(results->runs[1].channels[1].stream, 30);
	results_free(results);
	assert_int_equal(n_holders, 0); /* each let go of it */
	classroom_free(room);
	reader_close(reader);
}

/* The mean that is told of the first group's t. */
static double mean_told(struct site *site)
{
	json_t *results = results_of(site, site->cookie, 200);
	json_t *group = json_array_get(json_object_get(results, "groups"), 0);
	json_t *run = json_array_get(json_object_get(group, "runs"), 0);
	json_t *t = json_object_get(json_object_get(run, "channels"), "t");
	double mean = json_number_value(json_object_get(t, "mean"));

	json_decref(results);
	return mean;
}

/* What is remembered of a run that is over would be wrong by a calibration that was made since. */
static void a_calibration_changes_results_that_were_told_before(void **state)
{
	struct site *site = *state;

	measure(site);
	double before = mean_told(site);
	assert_true(mean_told(site) == before);
	struct calibration calibration = {.id = 1,
		.kind = CALIBRATION_OFFSET,
		.stream = "main",
		.channel = "t",
		.made = clock_now(&site->clock),
		.from = {700 * S},
		.to = {INT64_MAX},
		.map = {1, {0}, {100}}};

	strcpy(calibration.identity, site_device(1, "temperature").identity);
	assert_int_equal(store_add_calibration(site->store, &calibration), 0);
	site_keep_turns(site);
	assert_true(fabs(mean_told(site) - before - 100) < 1e-9);
}

/* No row of it is read again: else what is remembered falsely here would not be told. */
static void a_run_that_is_over_is_read_once(void **state)
{
	struct site *site = *state;
	struct result_memory memory = {.n = 0};
	struct results *results;
	struct classroom *room;
	struct reader *reader;

	measure(site);
	site_keep_turns(site);
	assert_int_equal(reader_open(site->directory, &reader), 0);
	assert_int_equal(classroom_new(&room), 0);
	assert_int_equal(reader_journal(reader, JOURNAL_SESSION, 1, take, room), 0);
	for (int i = 0; i < 3; i++) {
		const struct instant now = clock_now(&site->clock);
		/* The third time it is not known to be on the card. */
		const struct instant durable = i < 2 ? now : (struct instant){0};

		assert_int_equal(
			results_new(room, classroom_session(room, 1), NULL, now, durable, &results),
			0);
		result_memory_recall(&memory, results);
		assert_true(results_step(results, reader) >= 0);
		struct result_run *run = &results->runs[0];
		assert_int_equal(run->channels[0].n, 101);
		assert_true((run->channels[0].mean == 4321) == (i == 1));
		run->channels[0].mean = 4321;
		result_memory_take(&memory, run);
		results_free(results);
	}
	result_memory_clear(&memory);
	classroom_free(room);
	reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(each_group_has_the_numbers_of_its_own_kits),
		SITE_TEST(needs_of_a_lesson_find_their_channels),
		SITE_TEST(a_calibration_changes_results_that_were_told_before),
		SITE_TEST(a_run_that_is_over_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
