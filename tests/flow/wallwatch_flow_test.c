/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The hour on its way to the card: what the watch on the kernel's clocks orders is kept, and a board
 * that slept has a gap and an hour that takes the sleep into account. */
#include "keep/wallwatch.h"

#include "support/cmocka_all.h"
#include "support/store_bench.h"

#define S ((int64_t)NS_PER_S)

static struct bench bench;
static struct clock clock_fake;
static struct ring *feed;
static struct keep *keep;
static struct wallwatch *watch;

static const int64_t wall_ns = 1795859100 * S; /* 2026-11-28 */

static int begin(void **state)
{
	(void)state;
	bench_open(&bench, 0);
	clock_fake = (struct clock){.is_fake = true, .frozen_ns = bench.now.ns};
	const struct keep_options options = {&clock_fake, bench.store, NULL, NS_PER_S};
	if (ring_new(1 << 16, &feed))
		return -1;
	struct keep_options with_feed = options;
	with_feed.feed = feed;
	return keep_new(&with_feed, &keep) ||
		wallwatch_open(
			&(struct wallwatch_options){.clock = &clock_fake, .keep = keep}, &watch);
}

static int end(void **state)
{
	(void)state;
	wallwatch_close(watch);
	keep_free(keep);
	ring_free(feed);
	bench_close(&bench);
	return 0;
}

static struct wall_evidence evidence_at(int64_t at_ns, int64_t asleep_ns)
{
	return (struct wall_evidence){
		.pair = {{at_ns}, {wall_ns + at_ns + asleep_ns}, 200, ANCHOR_NTP},
		.is_vouched = true,
		.source = ANCHOR_NTP,
		.uncertainty_ns = NS_PER_MS,
		.asleep_ns = asleep_ns,
	};
}

static void keep_it(int64_t seconds)
{
	keep_turn(keep, instant_add(bench.now, seconds * S));
	keep_turn(keep, instant_add(bench.now, (seconds + 2) * S));
}

static int copy_gap(void *self, const struct gap *gap)
{
	if (gap->reason == GAP_SUSPENDED)
		*(struct gap *)self = *gap;
	return 0;
}

static void a_sleep_is_kept_as_a_gap_of_all_streams(void **state)
{
	const int64_t now_ns = bench.now.ns, slept_ns = 8 * 3600 * S;
	struct wall_evidence before = evidence_at(now_ns, 0),
			     woken = evidence_at(now_ns + 10 * S, slept_ns);
	struct gap gap = {0};

	(void)state;
	wallwatch_look(watch, &before);
	wallwatch_look(watch, &woken);
	keep_it(10);
	assert_int_equal(reader_gaps(bench.reader, 77, (struct instant){0},
				 (struct instant){INT64_MAX}, copy_gap, &gap),
		0);
	assert_int_equal(gap.reason, GAP_SUSPENDED);
	assert_int_equal(gap.stream, 0);
	assert_int_equal(gap.to.ns, now_ns + 10 * S);
	assert_int_equal(wallwatch_slept_ns(watch), slept_ns);
}

static void a_claim_is_kept(void **state)
{
	const struct anchor phone = {bench.now, {wall_ns + bench.now.ns}, 2 * S, ANCHOR_BROWSER};
	struct wall_map *map;
	struct wall wall;
	struct anchor by;

	(void)state;
	assert_int_equal(wallwatch_claim(watch, &phone), 0);
	keep_it(0);
	assert_int_equal(reader_wall_map(bench.reader, &map), 0);
	assert_true(wall_map_at(map, instant_add(bench.now, S), &wall, &by));
	assert_int_equal(wall.ns, wall_ns + bench.now.ns + S);
	assert_int_equal(by.source, ANCHOR_BROWSER);
	wall_map_free(map);
}

/* The map that a page has is a moment old; what is carried must not come from it. */
static void two_sleeps_within_seconds_are_both_carried(void **state)
{
	const int64_t now_ns = bench.now.ns, hour = 3600 * S;
	struct wall_evidence looks[] = {evidence_at(now_ns, 0),
		evidence_at(now_ns + 10 * S, 8 * hour), evidence_at(now_ns + 13 * S, 9 * hour)};
	struct wall_map *map;
	struct wall wall;
	struct anchor by;

	(void)state;
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		looks[i].is_vouched = i == 0;
		wallwatch_look(watch, &looks[i]);
		if (i == 1)
			keep_it(10);
	}
	keep_it(13);
	assert_int_equal(reader_wall_map(bench.reader, &map), 0);
	assert_true(wall_map_at(map, (struct instant){now_ns + 20 * S}, &wall, &by));
	assert_int_equal(wall.ns, wall_ns + now_ns + 20 * S + 9 * hour);
	assert_int_equal(by.source, ANCHOR_CARRIED);
	assert_true(by.uncertainty_ns >= 2 * S && by.uncertainty_ns < 3 * S);
	wall_map_free(map);
}

static int64_t number(const char *question)
{
	return bench_sql(&bench, question);
}

/* The card is stuck: nothing is taken, and no order is dropped. What the ring of orders does not hold
 * waits in the watch. */
static void a_sleep_is_never_dropped_nor_overtaken(void **state)
{
	const int64_t now_ns = bench.now.ns;
	unsigned said = 0;

	(void)state;
	struct wall_evidence look = evidence_at(now_ns, 0);
	wallwatch_look(watch, &look);
	while (keep_order_anchor(keep, &(struct anchor){{1}, {1}, 1, ANCHOR_RTC}) == 0)
		;
	for (int i = 1; i <= 40; i++) {
		struct anchor phone = {
			{now_ns + i * S + 1}, {wall_ns + now_ns}, 2 * S, ANCHOR_BROWSER};

		look = evidence_at(now_ns + i * S, i * 60 * S);
		wallwatch_look(watch, &look);
		said += wallwatch_claim(watch, &phone) == 0;
	}
	assert_true(said > 0 && said < 40);
	keep_it(41);
	look = evidence_at(now_ns + 50 * S, 40 * 60 * S);
	wallwatch_look(watch, &look);
	keep_it(50);
	look = evidence_at(now_ns + 60 * S, 40 * 60 * S);
	wallwatch_look(watch, &look);
	keep_it(60);
	assert_int_equal(number("SELECT sum(wall_ns) FROM anchor WHERE source = 8"), 40 * 60 * S);
	assert_int_equal(number("SELECT count(*) FROM anchor WHERE source = 6"), said);
	assert_int_equal(number("SELECT (SELECT count(*) FROM gap WHERE reason = "
				"(SELECT max(reason) FROM gap))"
				" = (SELECT count(*) FROM anchor WHERE source = 8)"),
		1);
	assert_int_equal(number("SELECT count(*) FROM anchor a JOIN anchor b ON a.id < b.id"
				" WHERE a.at_ns > b.at_ns AND a.source <> 3 AND b.source <> 3"),
		0);
}

static void a_fast_slew_is_told_while_it_lasts(void **state)
{
	struct wall_evidence look = evidence_at(bench.now.ns, 0);

	(void)state;
	look.rate_ppb = 500000;
	wallwatch_look(watch, &look);
	assert_int_equal(wallwatch_slew_ppb(watch), 0);
	look.rate_ppb = -83333000;
	wallwatch_look(watch, &look);
	assert_int_equal(wallwatch_slew_ppb(watch), -83333000);
	look.rate_ppb = 20000;
	wallwatch_look(watch, &look);
	assert_int_equal(wallwatch_slew_ppb(watch), 0);
}

/* A receiver with a pulse, each second; the store has a few anchors an hour of it. */
static void a_day_of_a_receiver_is_a_few_anchors_an_hour(void **state)
{
	const int64_t begin_ns = bench.now.ns;

	(void)state;
	for (int64_t i = 0; i < 86400; i++) {
		int64_t at_ns = begin_ns + i * (S + 20 * NS_PER_US); /* 20 ppm */
		const struct wall_pulse pulse = {(uint32_t)i, {at_ns}, 300};
		const struct anchor said = {
			{at_ns + 100 * NS_PER_MS}, {wall_ns + i * S}, S / 2, ANCHOR_GPS};

		if (i % 7200 >= 60) /* now and then there is none */
			wallwatch_pulse(watch, &pulse);
		wallwatch_hear(watch, &said);
		if (i % 600 == 599)
			keep_it(i);
	}
	keep_it(86410);
	assert_in_range(number("SELECT count(*) FROM anchor WHERE source = 5"), 130, 160);
	assert_in_range(number("SELECT count(*) FROM anchor WHERE source = 4"), 1, 13);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_sleep_is_kept_as_a_gap_of_all_streams, begin, end),
		cmocka_unit_test_setup_teardown(a_claim_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(
			two_sleeps_within_seconds_are_both_carried, begin, end),
		cmocka_unit_test_setup_teardown(a_sleep_is_never_dropped_nor_overtaken, begin, end),
		cmocka_unit_test_setup_teardown(a_fast_slew_is_told_while_it_lasts, begin, end),
		cmocka_unit_test_setup_teardown(
			a_day_of_a_receiver_is_a_few_anchors_an_hour, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
