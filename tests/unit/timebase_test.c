/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What the map promises of single pairs, ticks and pieces. How far its stamps are from the truth:
 * timebase_truth_test.c; what it does when things go wrong: timebase_trouble_test.c. */
#include "sense/timebase.h"
#include "support/clock_world.h"
#include "support/cmocka_all.h"

static void start(struct timebase *base, int32_t known_ppb)
{
	static const struct fit_path unknown;

	timebase_init(base, known_ppb, &unknown);
}

static int64_t unwrap(const struct timebase *base, uint32_t tick)
{
	return timebase_unwrap(base, tick, base->last_seen);
}

static void advance(struct timebase *base, int64_t tick)
{
	timebase_advance(base, tick, base->last_seen);
}

static struct timebase_pair pair_at(int64_t board_ns, int64_t tick)
{
	return (struct timebase_pair){.sent = {board_ns},
		.received = {board_ns + 200000},
		.device_received = tick + 100,
		.device_sent = tick + 100};
}

/* Eight exchanges of a perfect clock: tick 0 is board time start. */
static void feed_quick_pings(struct timebase *base, int64_t start_ns, int64_t first_tick)
{
	for (int64_t i = 0; i < TIMEBASE_QUICK_PINGS; i++) {
		struct timebase_pair pair =
			pair_at(start_ns + i * 10 * NS_PER_MS, first_tick + i * 10000);

		timebase_pair(base, &pair);
	}
}

static void there_is_no_stamp_before_the_first_pairs(void **unused)
{
	struct timebase base;
	struct timebase_pair pair = pair_at(NS_PER_S, 0);

	(void)unused;
	start(&base, 0);
	assert_null(timebase_piece(&base));
	assert_null(timebase_piece_at(&base, 0));
	assert_int_equal(timebase_round_trip_ns(&base), 0);
	assert_false(timebase_pair(&base, &pair));
	assert_null(timebase_piece(&base));
	feed_quick_pings(&base, NS_PER_S, 10000);
	assert_non_null(timebase_piece(&base));
	assert_int_equal(timebase_round_trip_ns(&base), 200000);
	timebase_restart(&base);
	assert_null(timebase_piece(&base));
}

static void few_pings_give_a_piece_after_half_a_second(void **unused)
{
	struct timebase base;
	struct timebase_pair first = pair_at(NS_PER_S, 0),
			     second = pair_at(NS_PER_S + 510 * NS_PER_MS, 510000);

	(void)unused;
	start(&base, 0);
	assert_false(timebase_pair(&base, &first));
	assert_true(timebase_pair(&base, &second));
	assert_int_equal(clock_piece_stamp(timebase_piece(&base), 100), NS_PER_S + 100000);
}

static void segments_never_repeat(void **unused)
{
	struct timebase base;
	uint32_t last;

	(void)unused;
	start(&base, 0);
	feed_quick_pings(&base, 7 * (int64_t)NS_PER_S, 0);
	last = timebase_piece(&base)->segment;
	assert_int_equal(last, 7);
	timebase_restart(&base);
	feed_quick_pings(&base, 7 * (int64_t)NS_PER_S + 100 * NS_PER_MS, 0);
	assert_true(timebase_piece(&base)->segment > last);
	last = timebase_piece(&base)->segment;
	start(&base, 0); /* unplugged and plugged in again */
	feed_quick_pings(&base, 60 * (int64_t)NS_PER_S, 0);
	assert_true(timebase_piece(&base)->segment > last);
}

static void a_pause_longer_than_the_exchange_is_damage(void **unused)
{
	struct timebase base, before;
	struct timebase_pair pair = pair_at(NS_PER_S + 100 * NS_PER_MS, 100000);

	(void)unused;
	start(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	before = base;
	pair.device_sent = pair.device_received + 250; /* in an exchange of 200 us */
	assert_false(timebase_pair(&base, &pair));
	assert_memory_equal(&base, &before, sizeof(base));
	pair.device_sent = pair.device_received + 201; /* a clock that is half a per cent fast */
	timebase_pair(&base, &pair);
	assert_int_equal(base.last_tick, pair.device_sent);
}

static void a_rate_too_far_out_is_no_clock_until_it_is_one(void **unused)
{
	struct timebase base;
	int64_t tick = 0, now_ns = NS_PER_S;

	(void)unused;
	start(&base, 0);
	for (int i = 0; i < 100; i++, now_ns += 50 * NS_PER_MS, tick += 50500) { /* 1 % fast */
		struct timebase_pair pair = pair_at(now_ns, tick);

		timebase_pair(&base, &pair);
	}
	assert_false(timebase_is_clock(&base));
	assert_null(timebase_piece(&base));
	assert_int_equal(timebase_rate_ppb(&base), 0); /* nothing to remember */
	timebase_restart(&base);
	assert_true(timebase_is_clock(&base));
	feed_quick_pings(&base, now_ns, 0);
	assert_non_null(timebase_piece(&base));
}

/* Half a second of noise weighs as much after five looks at it as after one. */
static void what_was_known_keeps_its_weight(void **unused)
{
	struct timebase base;

	(void)unused;
	start(&base, 40000);
	for (int64_t i = 0; i <= 28; i++) {
		int64_t sent_ns = NS_PER_S + i * 50 * NS_PER_MS;
		struct timebase_pair pair = {
			.sent = {sent_ns},
			.received = {sent_ns + NS_PER_MS},
			.device_received = i * 49975, /* 500 ppm, which 1 ms of path may be */
			.device_sent = i * 49975,
		};

		timebase_pair(&base, &pair);
	}
	assert_true(timebase_rate_ppb(&base) < 40000 + 460000 * 65 / 100);
}

static void ticks_unwrap_to_the_nearest(void **unused)
{
	struct timebase base;

	(void)unused;
	start(&base, 0);
	assert_int_equal(unwrap(&base, 4294967000u), 4294967000);
	advance(&base, 4294967000);
	assert_int_equal(unwrap(&base, 100), 4294967396);
	advance(&base, 4294967396);
	assert_int_equal(unwrap(&base, 4294967290u), 4294967290); /* late, not new */
	advance(&base, 4294967290);
	assert_int_equal(unwrap(&base, 200), 4294967496);
}

/* Ninety days of a clock whose rate is known and far out: the product of both is beyond an int64. */
static void a_known_rate_unwraps_over_months(void **unused)
{
	const int64_t passed_us = 90 * INT64_C(86400000000);
	const int32_t rate_ppb = -4900000; /* the device counts 4900 ppm too many */
	struct timebase base;
	struct fit_path path = {0};
	int64_t tick = passed_us + passed_us / 1000000 * 4900;

	(void)unused;
	timebase_init(&base, rate_ppb, &path);
	timebase_advance(&base, 0, (struct instant){NS_PER_S});
	assert_int_equal(timebase_unwrap(&base, (uint32_t)tick,
				 (struct instant){NS_PER_S + passed_us * 1000}),
		tick);
}

/* Four days and a bit, in which the counter of a clock 5000 ppm off wraps 80 times. */
static void ticks_unwrap_by_the_time_passed(void **unused)
{
	struct timebase base;
	const int64_t passed_us = 4 * INT64_C(86400000000) + 123456;

	(void)unused;
	for (int64_t rate = -5000; rate <= 5000; rate += 5000) {
		int64_t tick = passed_us + passed_us / 1000000 * rate;

		start(&base, 0);
		timebase_advance(&base, 0, (struct instant){NS_PER_S});
		assert_int_equal(timebase_unwrap(&base, (uint32_t)tick,
					 (struct instant){NS_PER_S + passed_us * 1000}),
			tick);
	}
}

/* STAT may leave while an answer waits for its moment. */
static void a_word_between_question_and_answer_is_no_new_clock(void **unused)
{
	struct timebase base;
	struct timebase_pair pair = pair_at(NS_PER_S + 200 * NS_PER_MS, 200000);

	(void)unused;
	start(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	pair.device_sent += 2000;
	pair.received.ns += 2000000;
	timebase_heard(&base, 201000, (struct instant){NS_PER_S + 201 * NS_PER_MS + 100000});
	assert_false(timebase_pair(&base, &pair));
	assert_non_null(timebase_piece(&base));
	assert_int_equal(timebase_piece(&base)->segment, 1);
}

static void late_data_are_stamped_by_the_piece_that_ruled(void **unused)
{
	struct timebase base;
	int64_t late_tick, before;

	(void)unused;
	start(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	late_tick = 70000;
	before = clock_piece_stamp(timebase_piece_at(&base, late_tick), late_tick);
	for (int64_t i = 1; i < 5; i++) {
		/* The clock turns out to be 1000 ppm off: new pieces, other rates. */
		struct timebase_pair pair = pair_at(
			NS_PER_S + i * 300 * NS_PER_MS + 70 * NS_PER_MS, 70000 + i * 299700);

		timebase_pair(&base, &pair);
	}
	assert_true(timebase_piece(&base)->rate_ppb > 100000);
	assert_int_equal(clock_piece_stamp(timebase_piece_at(&base, late_tick), late_tick), before);
	for (int64_t tick = 60000; tick < 1300000; tick += 7)
		assert_true(clock_piece_stamp(timebase_piece_at(&base, tick + 1), tick + 1) >
			clock_piece_stamp(timebase_piece_at(&base, tick), tick));
}

static void nonsense_pairs_change_nothing(void **unused)
{
	struct timebase base, before;
	struct timebase_pair backward = {{2000}, {1000}, 10, 20},
			     reversed = {{1000}, {2000}, 20, 10};

	(void)unused;
	start(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	before = base;
	assert_false(timebase_pair(&base, &backward));
	assert_false(timebase_pair(&base, &reversed));
	assert_memory_equal(&base, &before, sizeof(base));
}

static void gaps_between_pings_are_random_and_slow_down(void **unused)
{
	struct timebase base;
	uint64_t state = 1;
	int64_t least = INT64_MAX, most = 0;

	(void)unused;
	start(&base, 0);
	for (int i = 0; i < 1000; i++) {
		int64_t gap = timebase_next_ping_ns(&base, (uint32_t)(world_uniform(&state) * 4e9));

		least = gap < least ? gap : least;
		most = gap > most ? gap : most;
	}
	assert_true(least >= 5 * NS_PER_MS && least < 6 * NS_PER_MS);
	assert_true(most <= 25 * NS_PER_MS + NS_PER_US && most > 24 * NS_PER_MS);
	/* Five a bucket, as buckets grow from a quarter of a second to four, and not below 0.1 s. */
	base.pairs = 1000;
	assert_in_range(timebase_next_ping_ns(&base, 0), 100 * NS_PER_MS, 101 * NS_PER_MS);
	assert_in_range(base.bucket_ns, 1, NS_PER_S);
	base.bucket_ns = 2 * (int64_t)NS_PER_S;
	assert_in_range(timebase_next_ping_ns(&base, 0), 200 * NS_PER_MS, 201 * NS_PER_MS);
	base.bucket_ns = 4 * (int64_t)NS_PER_S;
	assert_in_range(timebase_next_ping_ns(&base, 0), 375 * NS_PER_MS, 376 * NS_PER_MS);
	assert_true(timebase_next_ping_ns(&base, UINT32_MAX) <= 1126 * NS_PER_MS);
}

/* Nobody answers any more: what is stamped meanwhile goes by the rate, without what was still being
 * steered, and says so. */
static void a_silent_clock_is_doubted_more_and_more(void **unused)
{
	const int64_t minute_ns = 60 * (int64_t)NS_PER_S;
	struct timebase base;
	struct clock_piece heard, minute, hour;
	const int64_t now_ns = NS_PER_S + (TIMEBASE_QUICK_PINGS - 1) * 10 * NS_PER_MS;

	(void)unused;
	start(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	heard = *timebase_piece(&base);
	timebase_coast(&base, (struct instant){now_ns + NS_PER_S});
	assert_memory_equal(timebase_piece(&base), &heard, sizeof(heard));

	timebase_coast(&base, (struct instant){now_ns + minute_ns});
	minute = *timebase_piece(&base);
	assert_int_equal(minute.segment, heard.segment);
	assert_int_equal(minute.rate_ppb, timebase_rate_ppb(&base));
	assert_int_equal(minute.origin_ns, clock_piece_stamp(&heard, minute.origin_tick));
	assert_in_range(minute.uncertainty_ns, heard.uncertainty_ns + 60 * 1000, UINT32_MAX);

	timebase_coast(&base, (struct instant){now_ns + 80 * (int64_t)NS_PER_S});
	assert_memory_equal(timebase_piece(&base), &minute, sizeof(minute)); /* said already */
	timebase_coast(&base, (struct instant){now_ns + 60 * minute_ns});
	hour = *timebase_piece(&base);
	assert_in_range(hour.uncertainty_ns, 50 * (int64_t)minute.uncertainty_ns, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_no_stamp_before_the_first_pairs),
		cmocka_unit_test(few_pings_give_a_piece_after_half_a_second),
		cmocka_unit_test(segments_never_repeat),
		cmocka_unit_test(a_pause_longer_than_the_exchange_is_damage),
		cmocka_unit_test(a_rate_too_far_out_is_no_clock_until_it_is_one),
		cmocka_unit_test(what_was_known_keeps_its_weight),
		cmocka_unit_test(ticks_unwrap_to_the_nearest),
		cmocka_unit_test(ticks_unwrap_by_the_time_passed),
		cmocka_unit_test(a_known_rate_unwraps_over_months),
		cmocka_unit_test(a_word_between_question_and_answer_is_no_new_clock),
		cmocka_unit_test(late_data_are_stamped_by_the_piece_that_ruled),
		cmocka_unit_test(nonsense_pairs_change_nothing),
		cmocka_unit_test(a_silent_clock_is_doubted_more_and_more),
		cmocka_unit_test(gaps_between_pings_are_random_and_slow_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
