/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall map of what is in a store; the rule itself is tested without a card, wall_rule_test.c. */
#include "keep/store.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

static struct bench bench;

static int begin(void **state)
{
	(void)state;
	bench_open(&bench, 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_close(&bench);
	return 0;
}

static void add_anchor(int64_t at_ns, int64_t wall_ns, enum anchor_source source)
{
	struct anchor anchor = {{at_ns}, {wall_ns}, 1000000, source};

	assert_int_equal(store_add_anchor(bench.store, &anchor), 0);
	assert_int_equal(store_commit(bench.store, bench.now), 0);
}

/* -1: nobody knows. */
static int64_t wall_at(int64_t at_ns, struct anchor *ret_anchor)
{
	struct wall_map *map;
	struct wall wall = {-1};

	assert_int_equal(reader_wall_map(bench.reader, &map), 0);
	if (!wall_map_at(map, (struct instant){at_ns}, &wall, ret_anchor))
		assert_int_equal(wall.ns, -1);
	wall_map_free(map);
	return wall.ns;
}

static uint32_t boot(const char *id, int64_t monotonic_ns, int64_t *ret_base)
{
	struct store_options options = {bench.directory, 0};
	uint32_t number;

	store_close(bench.store);
	bench.store = NULL;
	assert_int_equal(store_open(&options, &bench.finding, &bench.store), 0);
	assert_int_equal(store_begin_boot(bench.store, id, monotonic_ns, &number, ret_base), 0);
	return number;
}

static void nobody_knows_the_hour_before_an_anchor(void **state)
{
	(void)state;
	assert_int_equal(wall_at(5000000000, NULL), -1);
}

static void an_anchor_rules_from_the_boots_beginning_on(void **state)
{
	struct anchor anchor;

	(void)state;
	add_anchor(10000000000, 1800000000000000000, ANCHOR_NTP);
	add_anchor(20000000000, 1800000099000000000, ANCHOR_SYSTEM); /* somebody set the clock */
	assert_int_equal(wall_at(10000000000, &anchor), 1800000000000000000);
	assert_int_equal(anchor.source, ANCHOR_NTP);
	assert_int_equal(anchor.uncertainty_ns, 1000000);
	assert_int_equal(wall_at(2000000001, NULL), 1799999992000000001);
	assert_int_equal(wall_at(30000000000, NULL), 1800000020000000000);
}

static void each_boot_has_an_hour_of_its_own_or_none(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	int64_t base, later;

	(void)state;
	add_anchor(3000000000, 1800000000000000000, ANCHOR_RTC);
	bench_run(&bench, &stream, 1, 10);
	assert_int_equal(boot("boot two", 1000, &base), 2);
	int64_t in_two = base + 1000000000;
	assert_int_equal(wall_at(in_two, NULL), -1);
	assert_int_equal(boot("boot three", 500, &later), 3);
	int64_t in_three = later + 2000000000;
	add_anchor(in_three, 1900000000000000000, ANCHOR_NTP);
	assert_int_equal(wall_at(in_three + 7, NULL), 1900000000000000007);
	assert_int_equal(wall_at(in_two, NULL), -1);
	assert_int_equal(wall_at(3000000005, NULL), 1800000000000000005);
}

/* A board that is on without a kit: an anchor long after the last row, and in the morning a new
 * boot. */
static void an_anchor_of_yesterday_does_not_rule_today(void **state)
{
	struct bench_stream stream = bench_stream(1, 1, false, 10000000);
	int64_t base;

	(void)state;
	bench_run(&bench, &stream, 1, 3);
	int64_t evening = bench.now.ns + 3600LL * NS_PER_S;
	add_anchor(evening, 1800000000000000000, ANCHOR_NTP);
	assert_int_equal(boot("boot two", 1000, &base), 2);
	int64_t morning = base + 5LL * NS_PER_S;
	assert_true(morning > evening);
	assert_int_equal(wall_at(morning, NULL), -1);
	add_anchor(morning, 1800050000000000000, ANCHOR_NTP);
	assert_int_equal(wall_at(morning + 1, NULL), 1800050000000000001);
	assert_int_equal(wall_at(evening, NULL), 1800000000000000000);
}

/* Somebody says of a past boot when it was. */
static void an_anchor_rules_the_boot_that_its_instant_is_of(void **state)
{
	int64_t base;

	(void)state;
	assert_int_equal(boot("boot two", 1000, &base), 2);
	add_anchor(base - 7LL * NS_PER_S, 1800000000000000000, ANCHOR_PERSON);
	assert_int_equal(wall_at(base + 1000, NULL), -1);
	assert_int_equal(wall_at(base - 6LL * NS_PER_S, NULL), 1800000001000000000);
}

static void what_does_not_fit_a_clock_is_not_answered(void **state)
{
	(void)state;
	add_anchor(0, INT64_MAX - 10, ANCHOR_SYSTEM);
	assert_int_equal(wall_at(10, NULL), INT64_MAX);
	assert_int_equal(wall_at(11, NULL), -1);
	assert_int_equal(wall_at(INT64_MIN, NULL), INT64_MIN + INT64_MAX - 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_knows_the_hour_before_an_anchor, begin, end),
		cmocka_unit_test_setup_teardown(
			an_anchor_rules_from_the_boots_beginning_on, begin, end),
		cmocka_unit_test_setup_teardown(
			each_boot_has_an_hour_of_its_own_or_none, begin, end),
		cmocka_unit_test_setup_teardown(
			an_anchor_of_yesterday_does_not_rule_today, begin, end),
		cmocka_unit_test_setup_teardown(
			an_anchor_rules_the_boot_that_its_instant_is_of, begin, end),
		cmocka_unit_test_setup_teardown(
			what_does_not_fit_a_clock_is_not_answered, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
