/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles of durations, held against sorted values. */
#include <stdlib.h>
#include <string.h>

#include "base/histogram.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

enum { VALUES = 5000 };

static struct histogram histogram;

static int empty(void **state)
{
	(void)state;
	memset(&histogram, 0, sizeof histogram);
	return 0;
}

static void an_empty_one_says_zero(void **state)
{
	struct spread spread = histogram_spread(&histogram);

	(void)state;
	assert_int_equal(spread.n, 0);
	assert_int_equal(spread.p50, 0);
	assert_int_equal(spread.most, 0);
}

static void one_value_is_all_of_its_quantiles(void **state)
{
	(void)state;
	for (int64_t value = 1; value < HISTOGRAM_MOST; value = value * 3 + 1) {
		empty(NULL);
		histogram_add(&histogram, value);
		assert_int_equal(histogram_quantile(&histogram, 0), value);
		assert_int_equal(histogram_quantile(&histogram, 500000), value);
		assert_int_equal(histogram_quantile(&histogram, 1000000), value);
	}
}

static void small_values_are_exact(void **state)
{
	(void)state;
	for (int64_t value = 0; value < 2 * HISTOGRAM_STEPS; value++)
		histogram_add(&histogram, value);
	for (uint32_t i = 1; i <= 2 * HISTOGRAM_STEPS; i++)
		assert_int_equal(
			histogram_quantile(&histogram, i * (1000000 / (2 * HISTOGRAM_STEPS))),
			i - 1);
}

/* Each bucket begins where the one before ends: no value falls between, none into the wrong one. */
static void each_edge_keeps_the_bound(void **state)
{
	(void)state;
	for (unsigned bit = HISTOGRAM_STEP_BITS; bit < HISTOGRAM_BITS - 1; bit++)
		for (int64_t step = 0; step < HISTOGRAM_STEPS; step++)
			for (int off = -1; off <= 1; off++) {
				int64_t value = ((int64_t)1 << bit) +
					(step << (bit - HISTOGRAM_STEP_BITS)) + off;
				int64_t told;

				empty(NULL);
				histogram_add(&histogram, value);
				histogram_add(&histogram, INT64_MAX);
				told = histogram_quantile(&histogram, 500000);
				assert_true(told >= value);
				assert_true(told - value <= value / HISTOGRAM_STEPS);
			}
}

static int by_size(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void quantiles_of_many_are_never_low_and_a_32nd_high_at_most(void **state)
{
	static int64_t values[VALUES];
	static const uint32_t wanted[] = {
		1, 10000, 500000, 900000, 990000, 999000, 999999, 1000000};
	struct draw seed = {7};

	(void)state;
	for (size_t i = 0; i < VALUES; i++) {
		uint64_t shift = 28 + draw_below(&seed, 30);

		values[i] = (int64_t)(draw(&seed) >> shift);
		histogram_add(&histogram, values[i]);
	}
	qsort(values, VALUES, sizeof *values, by_size);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		uint64_t rank = ((uint64_t)VALUES * wanted[i] + 999999) / 1000000;
		int64_t exact = values[rank - 1];
		int64_t told = histogram_quantile(&histogram, wanted[i]);

		assert_true(told >= exact);
		assert_true(told - exact <= exact / HISTOGRAM_STEPS);
	}
	assert_int_equal(histogram_spread(&histogram).most, values[VALUES - 1]);
	assert_int_equal(histogram_spread(&histogram).n, VALUES);
}

static void too_long_and_negative_are_counted_too(void **state)
{
	(void)state;
	histogram_add(&histogram, -5);
	histogram_add(&histogram, INT64_MAX);
	assert_int_equal(histogram.n, 2);
	assert_int_equal(histogram_quantile(&histogram, 500000), 0);
	assert_int_equal(histogram_quantile(&histogram, 1000000), INT64_MAX);
	assert_int_equal(histogram.most, INT64_MAX);
}

static void merged_halves_are_the_whole(void **state)
{
	static struct histogram halves[2];
	struct draw seed = {3};

	(void)state;
	for (unsigned i = 0; i < VALUES; i++) {
		int64_t value = (int64_t)(draw(&seed) >> 40);

		histogram_add(&histogram, value);
		histogram_add(&halves[i % 2], value);
	}
	histogram_merge(&halves[0], &halves[1]);
	assert_memory_equal(&halves[0], &histogram, sizeof histogram);
}

/* A year of turns must not make the numbers wrap. */
static void a_full_bucket_stays_full(void **state)
{
	static struct histogram other;

	(void)state;
	histogram.counts[3] = UINT32_MAX;
	histogram.n = UINT32_MAX;
	histogram_add(&histogram, 3);
	assert_int_equal(histogram.counts[3], UINT32_MAX);
	other.n = 10;
	other.counts[3] = 10;
	histogram_merge(&histogram, &other);
	assert_int_equal(histogram.counts[3], UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_empty_one_says_zero, empty),
		cmocka_unit_test_setup(one_value_is_all_of_its_quantiles, empty),
		cmocka_unit_test_setup(small_values_are_exact, empty),
		cmocka_unit_test_setup(each_edge_keeps_the_bound, empty),
		cmocka_unit_test_setup(
			quantiles_of_many_are_never_low_and_a_32nd_high_at_most, empty),
		cmocka_unit_test_setup(too_long_and_negative_are_counted_too, empty),
		cmocka_unit_test_setup(merged_halves_are_the_whole, empty),
		cmocka_unit_test_setup(a_full_bucket_stays_full, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
