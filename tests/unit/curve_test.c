/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The curve over stored stamps: what is left out is within the tolerance, what comes out rises, its
 * size is bounded, and what is damaged is not believed. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keep/curve.h"
#include "keep/store.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

static const int64_t second = NS_PER_S;

/* A bend each 7 s, as the causal map makes them. */
static int64_t wave(int64_t stamp_ns)
{
	double t = (double)stamp_ns / 1e9, bend = fabs(fmod(t, 7) - 3.5);

	return (int64_t)(40e3 * sin(t / 50) + 6e3 * bend);
}

static struct curve *waved(int64_t from_ns, int64_t to_ns, int64_t step_ns)
{
	struct curve *curve;

	assert_int_equal(curve_new(&curve), 0);
	for (int64_t at = from_ns; at < to_ns; at += step_ns)
		curve_add(curve, at, wave(at), 20000);
	curve_end(curve);
	return curve;
}

static void what_is_thinned_away_is_within_a_microsecond(void **state)
{
	struct curve *curve = waved(second, 600 * second, 10000000);

	(void)state;
	assert_in_range(curve->n, 50, 700);
	for (int64_t at = second; at < 599 * second; at += 10000000) {
		int64_t error = curve_stamp(curve, at) - at - wave(at);

		assert_true(error >= -1002 && error <= 1002);
	}
	curve_free(curve);
}

static void stamps_outside_and_behind_a_break_stay_as_they_are(void **state)
{
	struct curve *curve;

	(void)state;
	assert_int_equal(curve_new(&curve), 0);
	curve_add(curve, 10 * second, 5000, 20000);
	curve_add(curve, 20 * second, 5000, 20000);
	curve_break(curve);
	curve_add(curve, 30 * second, -7000, 30000);
	curve_add(curve, 40 * second, -7000, 30000);
	curve_end(curve);
	assert_int_equal(curve_stamp(curve, 9 * second), 9 * second);
	assert_int_equal(curve_stamp(curve, 15 * second), 15 * second + 5000);
	assert_int_equal(curve_stamp(curve, 20 * second), 20 * second + 5000);
	assert_int_equal(curve_stamp(curve, 25 * second), 25 * second);
	assert_int_equal(curve_stamp(curve, 35 * second), 35 * second - 7000);
	assert_int_equal(curve_stamp(curve, 41 * second), 41 * second);
	/* A row just behind one that is moved on, or just before one that is moved back, keeps its place. */
	int64_t last_ns = 0;
	for (int64_t knot_s = 10; knot_s <= 40; knot_s += 10)
		for (int64_t at_ns = knot_s * second - 30000; at_ns < knot_s * second + 30000;
			at_ns += 2) {
			int64_t better_ns = curve_stamp(curve, at_ns);

			assert_true(better_ns > last_ns);
			last_ns = better_ns;
		}

	assert_int_equal(curve_uncertainty_ns(curve, 9 * second), 0);
	assert_int_equal(curve_uncertainty_ns(curve, 15 * second), 20000);
	assert_int_equal(curve_uncertainty_ns(curve, 20 * second), 20000);
	assert_int_equal(curve_uncertainty_ns(curve, 25 * second), 0);
	assert_int_equal(curve_uncertainty_ns(curve, 35 * second), 30000);
	assert_int_equal(curve_uncertainty_ns(curve, 41 * second), 0);

	int64_t uncertainty = 0, moved = 0;
	assert_true(curve_extent(curve, 12 * second, 18 * second, &uncertainty, &moved));
	assert_int_equal(uncertainty, 20000);
	assert_int_equal(moved, 5000);
	assert_true(curve_extent(curve, 12 * second, 38 * second, &uncertainty, &moved));
	assert_int_equal(uncertainty, 30000);
	assert_int_equal(moved, 7000);
	assert_false(curve_extent(curve, 41 * second, 50 * second, &uncertainty, &moved));
	curve_free(curve);
}

/* Each stamp is either in a silence or has an uncertainty; at the seams, and beyond the ends, too. */
static void its_silences_are_where_it_states_nothing(void **state)
{
	struct curve *curve;
	int64_t from, to = 0, silent = 0;
	unsigned n = 0;

	(void)state;
	assert_int_equal(curve_new(&curve), 0);
	curve_break(curve); /* before anything: no harm */
	curve_add(curve, 10, 0, 20000);
	curve_add(curve, 20, 0, 20000);
	curve_break(curve);
	curve_add(curve, 30, 0, 30000);
	curve_break(curve);
	curve_add(curve, 40, 0, 30000);
	curve_add(curve, 50, 0, 30000);
	curve_end(curve);
	for (; curve_silence(curve, to, 60, &from, &to); n++)
		for (int64_t at = from; at < to; at++, silent++)
			assert_int_equal(curve_uncertainty_ns(curve, at), 0);
	for (int64_t at = 0; at < 60; at++)
		silent -= curve_uncertainty_ns(curve, at) == 0;
	assert_int_equal(silent, 0);
	assert_int_equal(n, 3); /* a point alone, between two breaks, says nothing */
	assert_false(curve_silence(curve, 41, 51, &from, &to));
	curve_free(curve);
}

static void a_point_that_would_reorder_rows_is_left_out(void **state)
{
	struct curve *curve;

	(void)state;
	assert_int_equal(curve_new(&curve), 0);
	curve_add(curve, second, 30000, 20000);
	curve_add(curve, second + 20000, -30000, 20000);     /* would come before the first */
	curve_add(curve, 2 * second, 60 * NS_PER_MS, 20000); /* another clock */
	curve_add(curve, 3 * second, 0, 20000);
	curve_end(curve);
	for (int64_t at = second, last = 0; at < 3 * second; at += 1000) {
		int64_t stamp = curve_stamp(curve, at);

		assert_true(stamp > last);
		last = stamp;
	}
	curve_free(curve);
}

static void a_curve_of_months_is_bounded_and_rises(void **state)
{
	/* 30 days: 370 000 bends. */
	struct curve *curve = waved(second, 30 * 86400 * second, second / 2);

	(void)state;
	assert_in_range(curve->n, 1000, CURVE_KNOTS);
	assert_true(curve->tolerance_ns > CURVE_TOLERANCE_NS);
	int64_t worst = 0, last = 0;

	for (int64_t at = second; at < 30 * 86400 * second; at += 3 * second) {
		int64_t stamp = curve_stamp(curve, at), error = llabs(stamp - at - wave(at));

		assert_true(stamp > last);
		last = stamp;
		worst = error > worst ? error : worst;
	}
	assert_true(worst <= 2 * curve->tolerance_ns);
	assert_true(curve->knots[10].uncertainty_ns >= 20000 + worst / 2);
	curve_free(curve);
}

static void it_comes_back_from_bytes_as_it_was_and_damaged_ones_are_refused(void **state)
{
	struct curve *curve = waved(second, 100 * second, 10000000), *back;
	uint8_t *bytes;
	size_t n;

	(void)state;
	assert_int_equal(curve_pack(curve, &bytes, &n), 0);
	assert_in_range(n, 2 * curve->n, 16 * curve->n);
	assert_int_equal(curve_unpack(bytes, n, &back), 0);
	assert_int_equal(back->n, curve->n);
	assert_memory_equal(back->knots, curve->knots, curve->n * sizeof *curve->knots);
	curve_free(back);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(curve_unpack(bytes, cut, &back), -EBADMSG);
	for (size_t at = 0; at < n; at++) { /* either refused, or still one that rises */
		bytes[at] ^= 0x55;
		if (curve_unpack(bytes, n, &back) == 0) {
			for (int64_t t = second, last = 0; t < 100 * second; t += 5000000) {
				assert_true(curve_stamp(back, t) > last);
				last = curve_stamp(back, t);
			}
			curve_free(back);
		}
		bytes[at] ^= 0x55;
	}
	free(bytes);
	curve_free(curve);
}

/* --- in the store --- */

static void keep(struct bench *bench, int64_t to_s, const struct curve *curve)
{
	struct refinement *refinement;

	assert_int_equal(refinement_new(3, 7, (struct instant){second},
				 (struct instant){to_s * second}, curve, &refinement),
		0);
	assert_int_equal(store_add_refinement(bench->store, refinement), 0);
	free(refinement);
	assert_int_equal(store_commit(bench->store, bench->now), 0);
}

static int read_back(struct bench *bench, int64_t to_s, struct curve **ret_curve)
{
	return reader_refinement(bench->reader, 3, 7, (struct instant){second},
		(struct instant){to_s * second}, ret_curve);
}

static void the_store_keeps_it_and_a_longer_run_replaces_it(void **state)
{
	struct bench *bench = *state;
	struct curve *curve = waved(second, 100 * second, 10000000), *back;

	assert_int_equal(read_back(bench, 100, &back), -ENOENT);
	keep(bench, 100, curve);
	assert_int_equal(read_back(bench, 100, &back), 0);
	assert_int_equal(curve_stamp(back, 50 * second), curve_stamp(curve, 50 * second));
	curve_free(back);
	assert_int_equal(read_back(bench, 120, &back), -ENOENT); /* the run went on: make it anew */
	curve_free(curve);

	curve = waved(second, 120 * second, 10000000);
	keep(bench, 120, curve);
	bench_reopen(bench, 0);
	assert_int_equal(bench_sql(bench, "SELECT count(*) FROM refinement"), 1);
	assert_int_equal(read_back(bench, 120, &back), 0);
	curve_free(back);
	curve_free(curve);
}

static void a_damaged_one_is_as_good_as_none(void **state)
{
	struct bench *bench = *state;
	struct curve *curve = waved(second, 100 * second, 10000000), *back;

	keep(bench, 100, curve);
	curve_free(curve);
	bench_sql(bench, "UPDATE refinement SET sum = sum + 1");
	assert_int_equal(read_back(bench, 100, &back), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_thinned_away_is_within_a_microsecond),
		cmocka_unit_test(stamps_outside_and_behind_a_break_stay_as_they_are),
		cmocka_unit_test(its_silences_are_where_it_states_nothing),
		cmocka_unit_test(a_point_that_would_reorder_rows_is_left_out),
		cmocka_unit_test(a_curve_of_months_is_bounded_and_rises),
		cmocka_unit_test(it_comes_back_from_bytes_as_it_was_and_damaged_ones_are_refused),
		BENCH_TEST(the_store_keeps_it_and_a_longer_run_replaces_it),
		BENCH_TEST(a_damaged_one_is_as_good_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
