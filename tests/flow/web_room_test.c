/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a board says of itself to others, GET /room: the course of a group's run since that began, in few points
 * however long it lasts, so that other boards draw it beside their own groups. */
#include <string.h>

#include "support/classroom_site.h"

enum { STEP_MS = 500, MOST = 60 };

/* Half a second later the kit reads how many seconds the clock shows. */
static void pass_step(struct site *site)
{
	struct batch batch = {.stream = 10, .n_channels = 2, .n_rows = 1};

	site->clock.frozen_ns += STEP_MS * (int64_t)NS_PER_MS;
	batch.stamps_ns[0] = site->clock.frozen_ns;
	batch.values[0] = (double)site->clock.frozen_ns / NS_PER_S;
	assert_int_equal(feed_put_batch(site->feed, clock_now(&site->clock), &batch), 0);
	web_feed(site->web);
	loop_turn(site->loop, 0);
}

/* Of group 1; the caller's. */
static json_t *course_now(struct site *site)
{
	json_t *room = site_get(site, "/api/v1/room");
	json_t *group = json_array_get(json_object_get(room, "groups"), 0);
	json_t *course = json_incref(json_object_get(group, "course"));

	assert_non_null(course);
	json_decref(room);
	return course;
}

static void pass(struct site *site, int seconds)
{
	for (int i = 0; i < 2 * seconds; i++) {
		pass_step(site);
		if (i % 16 == 0)
			json_decref(course_now(site)); /* as another board asks */
	}
}

static double real(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

/* Each point is what was read so long after the run began. The caller's. */
static json_t *true_course(struct site *site, int64_t from_ns)
{
	json_t *course = course_now(site);
	json_t *values = json_object_get(course, "values");

	assert_in_range(json_array_size(values), 2, MOST);
	for (size_t i = 0; i < json_array_size(values); i++) {
		double at = (double)from_ns / NS_PER_S + real(course, "first_s") +
			(double)i * real(course, "step_s");

		assert_float_equal(json_number_value(json_array_get(values, i)), at, 0.06);
	}
	return course;
}

static void a_run_is_told_from_its_beginning(void **state)
{
	struct site *site = *state;
	json_t *course, *values;
	int64_t from_ns;
	size_t n;

	site_log_in(site);
	site_plug(site, 1, "Cup");
	json_decref(class_post(site, "/api/v1/sessions", "{\"groups\":1}", 201));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	pass(site, 2);
	course = course_now(site);
	assert_true(json_is_null(course)); /* no run yet */
	json_decref(course);

	json_decref(class_act(site, "{\"do\":\"start\"}"));
	json_t *runs = class_list(site, "/api/v1/runs", "runs");
	from_ns = site_number(json_array_get(runs, 0), "from_us") * US;
	json_decref(runs);
	pass(site, 10);
	course = true_course(site, from_ns);
	assert_false(json_is_true(json_object_get(course, "is_over")));
	assert_true(real(course, "first_s") < 5);
	assert_float_equal(real(course, "step_s"), 0.5, 1e-9);
	json_decref(course);

	/* Ten minutes in as many points as half a minute. */
	pass(site, 600);
	course = true_course(site, from_ns);
	assert_true(real(course, "first_s") < 5);
	assert_float_equal(real(course, "step_s"), 16, 1e-9);
	json_decref(course);

	/* What was recorded stays, and nothing of after it. */
	json_decref(class_act(site, "{\"do\":\"stop\"}"));
	runs = class_list(site, "/api/v1/runs", "runs");
	int64_t to_ns = site_number(json_array_get(runs, 0), "to_us") * US;
	json_decref(runs);
	pass(site, 40);
	course = true_course(site, from_ns);
	assert_true(json_is_true(json_object_get(course, "is_over")));
	values = json_object_get(course, "values");
	n = json_array_size(values);
	assert_true(json_number_value(json_array_get(values, n - 1)) <=
		(double)to_ns / NS_PER_S + 0.06);
	json_decref(course);

	/* The next one begins anew. */
	json_decref(class_act(site, "{\"do\":\"start\"}"));
	pass(site, 10);
	course = course_now(site);
	assert_true(json_number_value(json_array_get(json_object_get(course, "values"), 0)) >
		(double)to_ns / NS_PER_S);
	json_decref(course);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_run_is_told_from_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
