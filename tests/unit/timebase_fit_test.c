/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The line between the bounds that delays set. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sense/timebase_fit.h"
#include "support/cmocka_all.h"

enum { BUCKETS = 20, BUCKET_TICKS = 1000000 };

static const struct fit_known unknown = {0, 100000};

/* A clock that is slow by rate_ppb, behind a path of these delays; every tenth message is 5 ms late. */
static void fill(struct fit_bucket *buckets, int64_t rate_ppb, int64_t to_ns, int64_t from_ns)
{
	memset(buckets, 0, BUCKETS * sizeof(buckets[0]));
	for (int64_t i = 0; i < BUCKETS; i++)
		for (int64_t k = 0; k < 3; k++) {
			int64_t tick = i * BUCKET_TICKS + k * 1000;
			int64_t board_ns =
				77 * (int64_t)NS_PER_S + tick * 1000 + fit_grown_ns(rate_ppb, tick);
			int64_t late_ns = (3 * i + k) % 10 == 0 ? 5 * NS_PER_MS : 0;

			if (to_ns)
				fit_to_device(&buckets[i], board_ns - to_ns - late_ns, tick, 0);
			fit_from_device(&buckets[i], board_ns + from_ns + late_ns, tick, 0);
		}
}

static void late_messages_move_neither_wall(void **unused)
{
	struct fit_bucket buckets[BUCKETS];
	struct fit_path path = {100000, 300000, 10000};
	struct fit_line line;

	(void)unused;
	fill(buckets, 40000, 100000, 300000);
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_in_range(line.rate_ppb, 39990, 40010);
	assert_true(llabs(line.offset_ns - 77 * (int64_t)NS_PER_S) < 1000);
	assert_true(llabs(line.half_ns - 200000) < 1000);
	assert_false(line.is_one_way);
	assert_false(line.is_bent);
}

/* What is presumed decides where in the corridor; the doubt is never more than half of it. */
static void a_presumed_floor_centres_the_line(void **unused)
{
	struct fit_bucket buckets[BUCKETS];
	struct fit_path path = {0, 0, 0};
	struct fit_line line;

	(void)unused;
	fill(buckets, 0, 100000, 300000);
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_true(llabs(line.offset_ns - 77 * (int64_t)NS_PER_S - 100000) < 1000);
	assert_in_range(fit_uncertainty_ns(&line, &path), 195000, 215000);
	path.doubt_ns = 1000000;
	assert_in_range(fit_uncertainty_ns(&line, &path), 195000, 215000);
	path = (struct fit_path){100000, 300000, 20000};
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_true(llabs(line.offset_ns - 77 * (int64_t)NS_PER_S) < 1000);
	assert_in_range(fit_uncertainty_ns(&line, &path), 16000, 25000);
}

static void who_only_speaks_has_one_wall(void **unused)
{
	struct fit_bucket buckets[BUCKETS];
	struct fit_path path = {100000, 300000, 20000};
	struct fit_line line;

	(void)unused;
	fill(buckets, -150000, 0, 310000);
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_true(line.is_one_way);
	assert_true(llabs(line.offset_ns - 77 * (int64_t)NS_PER_S - 10000) < 1000);
	assert_in_range(line.rate_ppb + 200000, 49990, 50010);
	assert_in_range(fit_uncertainty_ns(&line, &path), 20000, 30000);
}

static void the_tighter_bound_of_a_bucket_stays(void **unused)
{
	struct fit_bucket bucket = {0}, other = {0};

	(void)unused;
	fit_from_device(&bucket, 2000000, 1000, 0);
	fit_from_device(&bucket, 2500000, 1400, 0); /* later by 100 us */
	assert_int_equal(bucket.high.tick, 1000);
	fit_from_device(&bucket, 2300000, 1400, 0); /* sooner by 100 us */
	assert_int_equal(bucket.high.tick, 1400);
	fit_to_device(&other, 1000000, 500, 0);
	fit_to_device(&other, 1000000, 400, 0);
	assert_int_equal(other.low.tick, 400);
	fit_join(&bucket, &other, 0);
	assert_true(bucket.low.is_set && bucket.high.is_set);
	assert_int_equal(bucket.low.offset_ns, 600000);
}

static void few_seconds_are_drawn_to_what_is_known(void **unused)
{
	struct fit_bucket buckets[BUCKETS];
	struct fit_path path = {1000000, 1000000, 20000};
	struct fit_known sure = {0, 1000};
	struct fit_line line;

	(void)unused;
	fill(buckets, 100000, 1000000, 1000000);
	fit_buckets(buckets, 3, &path, sure, 0, &line);
	assert_true(llabs(line.rate_ppb) < 20000);
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_in_range(line.rate_ppb, 99000, 101000);
}

/* A wall is where no delay can be: a newest bucket beyond it says how far the line is off, at once, and
 * whichever way the clock went. Behind the wall it says nothing. */
static void one_bucket_beyond_a_wall_tells(void **unused)
{
	struct fit_bucket buckets[BUCKETS];
	struct fit_path path = {100000, 300000, 10000};
	struct fit_line line;

	(void)unused;
	fill(buckets, 0, 100000, 300000);
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_in_range(line.off_ns, 0, 1000);
	buckets[BUCKETS - 1].high.offset_ns -= 70000;
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_in_range(line.off_ns, 65000, 71000);
	assert_false(line.is_bent);
	buckets[BUCKETS - 1].high.offset_ns += 170000;
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_in_range(line.off_ns, 0, 1000);
	buckets[BUCKETS - 1].low.offset_ns += 90000;
	fit_buckets(buckets, BUCKETS, &path, unknown, 0, &line);
	assert_in_range(line.off_ns, 85000, 91000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_messages_move_neither_wall),
		cmocka_unit_test(a_presumed_floor_centres_the_line),
		cmocka_unit_test(who_only_speaks_has_one_wall),
		cmocka_unit_test(the_tighter_bound_of_a_bucket_stays),
		cmocka_unit_test(one_bucket_beyond_a_wall_tells),
		cmocka_unit_test(few_seconds_are_drawn_to_what_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
