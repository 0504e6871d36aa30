/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who tells the board the hour over the network: a teacher's device, and somebody who remembers when
 * an earlier boot began. */
#include <stdio.h>
#include <string.h>

#include "support/site.h"

static const int64_t wall_ms = 1795859100000; /* 2026-11-28 */

static const char *hour_of(const struct site *site, int64_t ms, int64_t round_trip_us)
{
	static char body[160];

	snprintf(body, sizeof body, "{\"at_us\":%lld,\"wall_ms\":%lld,\"round_trip_us\":%lld}",
		(long long)(site->clock.frozen_ns / US), (long long)ms, (long long)round_trip_us);
	return body;
}

static void the_board_of_no_hour_says_so(void **state)
{
	struct site *site = *state;
	json_t *clock = site_get(site, "/api/v1/clock");

	assert_int_equal(site_number(clock, "now_us"), site->clock.frozen_ns / US);
	assert_true(json_is_null(json_object_get(clock, "wall_us")));
	assert_true(json_is_null(json_object_get(clock, "source")));
	assert_int_equal(site_number(clock, "slept_us"), 0);
	assert_int_equal(site_number(clock, "slew_ppm"), 0);
	json_decref(clock);
}

/* The map is read by the work thread, in its own time. */
static json_t *known_clock(struct site *site)
{
	for (;;) {
		json_t *clock = site_get(site, "/api/v1/clock");

		if (!json_is_null(json_object_get(clock, "wall_us")))
			return clock;
		json_decref(clock);
		site_pass_alone(site, 1);
	}
}

static void a_teachers_device_tells_the_hour(void **state)
{
	struct site *site = *state;
	int64_t at_us = site->clock.frozen_ns / US;

	site_log_in(site);
	json_t *told = site_post(site, "/api/v1/clock", hour_of(site, wall_ms, 30000), 200);
	assert_int_equal(site_number(told, "uncertainty_us"), 2015000);
	json_decref(told);
	site_keep_turns(site);
	json_t *clock = known_clock(site);
	int64_t passed_us = site->clock.frozen_ns / US - at_us;
	assert_int_equal(site_number(clock, "wall_us"), wall_ms * 1000 + passed_us);
	assert_string_equal(json_string_value(json_object_get(clock, "source")), "browser");
	assert_in_range(site_number(clock, "uncertainty_us"), 2015000, 2016000);
	json_decref(clock);
}

static void who_is_not_the_teacher_tells_nothing(void **state)
{
	struct site *site = *state;

	site_refuses(site, "POST", "/api/v1/clock", hour_of(site, wall_ms, 0), 401, "teacher_only");
	site_refuses(site, "POST", "/api/v1/clock/boots/1", "{}", 401, "teacher_only");
	site_refuses(site, "POST", "/api/v1/login", "{\"pin\":\"654321\"}", 403, "wrong_pin");
	site_refuses(site, "POST", "/api/v1/clock", hour_of(site, wall_ms, 0), 401, "teacher_only");
}

static void absurd_hours_are_refused(void **state)
{
	static const int64_t absurd_ms[] = {
		0, -1, 1767225599999, 4102444800001, INT64_MAX, INT64_MIN + 1};
	struct site *site = *state;
	char body[160];

	site_log_in(site);
	for (size_t i = 0; i < sizeof absurd_ms / sizeof *absurd_ms; i++)
		site_refuses(site, "POST", "/api/v1/clock", hour_of(site, absurd_ms[i], 0), 409,
			"absurd_hour");
	site_refuses(
		site, "POST", "/api/v1/clock", hour_of(site, wall_ms, -1), 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/clock", hour_of(site, wall_ms, 10000001), 400,
		"bad_parameter");
	site_refuses(site, "POST", "/api/v1/clock", "{}", 400, "bad_parameter");
	site_refuses(site, "POST", "/api/v1/clock", "{\"at_us\":1e3}", 400, "bad_parameter");
	snprintf(body, sizeof body, "{\"at_us\":%lld,\"wall_ms\":%lld,\"round_trip_us\":0}",
		(long long)(site->clock.frozen_ns / US - 61000000), (long long)wall_ms);
	site_refuses(site, "POST", "/api/v1/clock", body, 400, "bad_parameter");
	snprintf(body, sizeof body, "{\"at_us\":%lld,\"wall_ms\":%lld,\"round_trip_us\":0}",
		(long long)(site->clock.frozen_ns / US + 1), (long long)wall_ms);
	site_refuses(site, "POST", "/api/v1/clock", body, 400, "bad_parameter");
	site_keep_turns(site);
	site_pass_alone(site, 2);
	json_t *clock = site_get(site, "/api/v1/clock");
	assert_true(json_is_null(json_object_get(clock, "wall_us")));
	json_decref(clock);
}

/* The board was off, for who knows how long; two seconds were kept of the boot before. */
static void start_again(struct site *site, const char *boot_id)
{
	uint32_t boot;
	int64_t base_ns;

	site_keep_turns(site);
	site_pass_alone(site, 1);
	assert_int_equal(store_begin_boot(site->store, boot_id, 1000 * S, &boot, &base_ns), 0);
	site->clock.frozen_ns = 1000 * S + base_ns;
	site_keep_turns(site);
	site_reopen(site);
	site_log_in(site);
	/* The work thread has read what was known of the hour before it reads this. */
	site_pass_alone(site, 1);
	json_decref(site_get(site, "/api/v1/clock/boots"));
}

static void an_hour_before_what_was_recorded_is_refused(void **state)
{
	struct site *site = *state;

	site_log_in(site);
	json_decref(site_post(site, "/api/v1/clock", hour_of(site, wall_ms, 0), 200));
	site_keep_rows(site, 10, site->clock.frozen_ns, S, 100);
	start_again(site, "boot-2");
	site_refuses(site, "POST", "/api/v1/clock", hour_of(site, wall_ms + 50000, 0), 409,
		"absurd_hour");
	json_decref(site_post(site, "/api/v1/clock", hour_of(site, wall_ms + 3600000, 0), 200));
}

static void a_device_that_contradicts_a_time_server_is_not_believed(void **state)
{
	struct site *site = *state;
	const struct wall_evidence ntp = {
		.pair = {clock_now(&site->clock), {wall_ms * NS_PER_MS}, 200, ANCHOR_NTP},
		.is_vouched = true,
		.source = ANCHOR_NTP,
		.uncertainty_ns = 5 * NS_PER_MS,
	};

	wallwatch_look(site->wallwatch, &ntp);
	site_keep_turns(site);
	json_t *clock = known_clock(site);
	assert_string_equal(json_string_value(json_object_get(clock, "source")), "ntp");
	json_decref(clock);
	site_log_in(site);
	site_refuses(site, "POST", "/api/v1/clock", hour_of(site, wall_ms + 3600000, 0), 409,
		"not_believed");
}

static json_t *boot_of(json_t *answer, size_t i)
{
	return json_array_get(json_object_get(answer, "boots"), i);
}

static void somebody_remembers_when_an_earlier_boot_began(void **state)
{
	struct site *site = *state;
	char body[64];

	site_keep_rows(site, 10, site->clock.frozen_ns, S, 100);
	start_again(site, "boot-2");
	json_decref(site_post(site, "/api/v1/clock", hour_of(site, wall_ms + 7200000, 0), 200));
	site_keep_turns(site);
	site_pass_alone(site, 2);

	json_t *list = site_get(site, "/api/v1/clock/boots");
	assert_int_equal(json_array_size(json_object_get(list, "boots")), 2);
	assert_int_equal(site_number(boot_of(list, 0), "id"), 1);
	assert_int_equal(site_number(boot_of(list, 0), "ended_us") -
			site_number(boot_of(list, 0), "began_us"),
		99 * (S / US));
	assert_true(json_is_null(json_object_get(boot_of(list, 0), "wall_began_us")));
	assert_true(json_is_null(json_object_get(boot_of(list, 1), "ended_us")));
	assert_string_equal(
		json_string_value(json_object_get(boot_of(list, 1), "source")), "browser");
	assert_int_equal(json_array_size(json_object_get(list, "anchors")), 1);
	json_decref(list);

	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)wall_ms);
	site_refuses(site, "POST", "/api/v1/clock/boots/2", body, 409, "is_known");
	site_refuses(site, "POST", "/api/v1/clock/boots/3", body, 404, "not_found");
	site_refuses(site, "POST", "/api/v1/clock/boots/1", "{}", 400, "bad_parameter");
	site->clock.frozen_ns += 1000 * S;
	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)wall_ms + 9000000);
	site_refuses(site, "POST", "/api/v1/clock/boots/1", body, 400, "bad_parameter");
	/* before now, but the board had been started again, whoever is off by how much */
	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)wall_ms + 8000000);
	site_refuses(site, "POST", "/api/v1/clock/boots/1", body, 400, "bad_parameter");
	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)wall_ms);
	json_decref(site_post(site, "/api/v1/clock/boots/1", body, 200));
	site_keep_turns(site);
	site_pass_alone(site, 8); /* the map is read again within 5 s */

	list = site_get(site, "/api/v1/clock/boots");
	assert_int_equal(site_number(boot_of(list, 0), "wall_began_us"), wall_ms * 1000);
	assert_string_equal(
		json_string_value(json_object_get(boot_of(list, 0), "source")), "person");
	assert_in_range(site_number(boot_of(list, 0), "uncertainty_us"), 300000000, 300001000);
	json_decref(list);
}

static void told_boot(struct site *site, int64_t ms)
{
	char body[64];

	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)ms);
	json_decref(site_post(site, "/api/v1/clock/boots/1", body, 200));
	site_keep_turns(site);
}

static int64_t first_boot_began(struct site *site)
{
	site_pass_alone(site, 8); /* the map is read again within 5 s */
	json_t *list = site_get(site, "/api/v1/clock/boots");
	int64_t began_us = site_number(boot_of(list, 0), "wall_began_us");

	json_decref(list);
	return began_us;
}

static void who_remembers_better_corrects_it_until_data_were_sent(void **state)
{
	struct cursor cursor = {"school", 10, {0}};
	struct site *site = *state;
	char body[64];

	site_keep_rows(site, 10, site->clock.frozen_ns, S, 100);
	start_again(site, "boot-2");
	json_decref(site_post(site, "/api/v1/clock", hour_of(site, wall_ms + 7200000, 0), 200));
	site_keep_turns(site);
	site_pass_alone(site, 2);
	told_boot(site, wall_ms);
	told_boot(site, wall_ms + 3600000); /* at once: nobody has a map of the first word */
	assert_int_equal(first_boot_began(site), (wall_ms + 3600000) * 1000);
	told_boot(site, wall_ms + 1800000);
	assert_int_equal(first_boot_began(site), (wall_ms + 1800000) * 1000);
	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)wall_ms + 9000000);
	site->clock.frozen_ns += 3000 * S;
	site_refuses(site, "POST", "/api/v1/clock/boots/1", body, 400, "bad_parameter");

	cursor.done.ns = site->clock.frozen_ns;
	assert_int_equal(store_set_cursor(site->store, &cursor), 0);
	site_keep_turns(site);
	snprintf(body, sizeof body, "{\"wall_ms\":%lld}", (long long)wall_ms);
	site_refuses(site, "POST", "/api/v1/clock/boots/1", body, 409, "is_sent");
	/* Nor by a word that was on its way meanwhile. */
	json_t *list = site_get(site, "/api/v1/clock/boots");
	const struct anchor late = {{site_number(boot_of(list, 0), "began_us") * US},
		{wall_ms * NS_PER_MS}, 300 * (int64_t)NS_PER_S, ANCHOR_PERSON};
	json_decref(list);
	assert_int_equal(store_add_anchor(site->store, &late), 0);
	site_keep_turns(site);
	assert_int_equal(first_boot_began(site), (wall_ms + 1800000) * 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SITE_TEST(the_board_of_no_hour_says_so),
		SITE_TEST(a_teachers_device_tells_the_hour),
		SITE_TEST(who_is_not_the_teacher_tells_nothing),
		SITE_TEST(absurd_hours_are_refused),
		SITE_TEST(an_hour_before_what_was_recorded_is_refused),
		SITE_TEST(a_device_that_contradicts_a_time_server_is_not_believed),
		SITE_TEST(somebody_remembers_when_an_earlier_boot_began),
		SITE_TEST(who_remembers_better_corrects_it_until_data_were_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
