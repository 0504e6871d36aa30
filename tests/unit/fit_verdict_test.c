/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The verdict: right as often as it promises, blind to what an instrument cannot see, and not misled by
 * a good R squared. */
#include "fit/verdict.h"

#include <math.h>

#include "fit/fit.h"
#include "support/cmocka_all.h"
#include "support/scatter.h"

enum { MOST = 1000, DRAWS = 1000 };

static struct fit_result fit_of(
	enum fit_model model, const double *x, const double *y, size_t n, double resolution)
{
	struct fit_points points = {.n = n, .x = x, .y = y, .resolution = resolution};
	struct fit_result result;

	assert_int_equal(fit_run(model, &points, NULL, &result, NULL), 0);
	return result;
}

/* --- the runs test --- */

static void runs_have_the_probability_of_the_formula(void **unused)
{
	static const double few[] = {1, 1, 1, 1, 1, -1, -1, -1, -1, -1};
	static const double most[] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
	static const double three[] = {1, 1, -1, -1, -1, -1, 1, 1};

	(void)unused;
	assert_true(fabs(verdict_runs(few, 10) - 2.0 / 252) < 1e-12);
	assert_true(fabs(verdict_runs(most, 10) - 1) < 1e-12);
	assert_true(fabs(verdict_runs(three, 8) - (2 + 6) / 70.0) < 1e-12); /* C(8,4) = 70 */
	assert_true(verdict_runs(few, 5) == 1); /* of one sign: nothing to count */
}

/* The normal form takes over where the exact one was. */
static void exact_and_normal_runs_meet(void **unused)
{
	double residuals[204], exact, normal;

	(void)unused;
	for (int i = 0; i < 204;
		i++) /* of half the runs in two, and half of four: a little too few */
		residuals[i] = (i < 100 ? i % 2 : i / 3 % 2) ? 1 : -1;
	exact = verdict_runs(residuals + 4, 200);
	normal = verdict_runs(residuals + 3, 201);
	assert_true(fabs(normal - exact) < 0.02);
	for (int i = 0; i < 204; i++)
		residuals[i] = i / 3 % 2 ? 1 : -1;
	exact = verdict_runs(residuals, 198);
	normal = verdict_runs(residuals, 204);
	assert_true(exact > 1e-8 && exact < 1e-5 && normal > 1e-8 && normal < 1e-5);
}

static double refused_of(int n, double bend, double noise, int n_draws)
{
	struct draw draws = {.state = (uint64_t)n};
	double x[MOST], y[MOST];
	unsigned refused = 0;

	for (int d = 0; d < n_draws; d++) {
		for (int i = 0; i < n; i++) {
			double part = (i + 0.5) / n;

			x[i] = 60 * part;
			y[i] = 20 + 10 * part + bend * (6 * part * (1 - part) - 1) +
				noise * draw_normal(&draws);
		}
		refused += fit_of(FIT_LINEAR, x, y, (size_t)n, 0).why == FIT_RUNS;
	}
	return (double)refused / n_draws;
}

static void a_line_is_refused_by_mistake_once_in_a_hundred_at_most(void **unused)
{
	static const int sizes[] = {10, 20, 50, 200, 1000}, draws[] = {1000, 1000, 600, 300, 100};

	(void)unused;
	for (int i = 0; i < 5; i++) {
		double refused = refused_of(sizes[i], 0, 1, draws[i]);

		print_message("%d points: %.1f %% by mistake\n", sizes[i], 100 * refused);
		assert_true(refused <= 0.01 + 4 * sqrt(0.01 / draws[i]));
	}
}

/* A bend of once the noise, which R squared does not see. */
static void a_bend_is_seen(void **unused)
{
	double of_50, of_200, twice;

	(void)unused;
	of_50 = refused_of(50, 1, 0.5, 200);
	of_200 = refused_of(200, 1, 1, 100);
	twice = refused_of(20, 1, 0.3, 200);
	print_message(
		"power: 50 points, bend of 2 sigma: %.1f %%; 200, 1 sigma: %.1f %%; 20, 3 sigma: "
		"%.1f %%\n",
		100 * of_50, 100 * of_200, 100 * twice);
	assert_true(of_50 > 0.95 && of_200 > 0.95 && twice > 0.9);
}

/* Six groups with a pendulum of six lengths: the period is no line of the length, its square is. */
static void six_groups_see_that_the_period_is_no_line(void **unused)
{
	struct draw draws = {.state = 18};
	unsigned refused = 0, by_mistake = 0;

	(void)unused;
	for (int d = 0; d < DRAWS; d++) {
		double x[6], period[6], square[6];

		for (int i = 0; i < 6; i++) {
			x[i] = 0.2 * (i + 1);
			period[i] = 2.006 * sqrt(x[i]) + 0.005 * draw_normal(&draws);
			square[i] = period[i] * period[i];
		}
		refused += fit_of(FIT_LINEAR, x, period, 6, 0).why == FIT_RUNS;
		by_mistake += fit_of(FIT_LINEAR, x, square, 6, 0).why == FIT_RUNS;
	}
	print_message("six groups: %.1f %% see it, %.1f %% by mistake\n", 100.0 * refused / DRAWS,
		100.0 * by_mistake / DRAWS);
	assert_true(refused > 0.9 * DRAWS && by_mistake <= 0.02 * DRAWS);
}

static void a_good_r_squared_does_not_save_a_line(void **unused)
{
	double x[40], y[40];

	(void)unused;
	for (int i = 0; i < 40; i++) {
		x[i] = i;
		y[i] = i * i;
	}
	struct fit_result result = fit_of(FIT_LINEAR, x, y, 40, 0);
	assert_true(result.r2 > 0.93);
	assert_int_equal(result.why, FIT_RUNS);
	assert_int_equal(fit_of(FIT_QUADRATIC, x, y, 40, 0).why, FIT_OK);
}

/* A cup that cools exactly, by a thermometer that shows 0.5: steps, and runs of them. */
static void steps_of_an_instrument_are_no_bend(void **unused)
{
	double x[600], y[600];

	(void)unused;
	for (int i = 0; i < 600; i++) {
		x[i] = i;
		y[i] = round((21 + 40 * exp(-i / 300.0)) / 0.5) * 0.5;
	}
	assert_int_equal(fit_of(FIT_DECAY, x, y, 600, 0.5).why, FIT_OK);
}

/* No cup cools quite as Newton says: what is below 1 % is said, and does not undo the model. */
static void a_slight_bend_is_said_and_the_model_stands(void **unused)
{
	struct draw draws = {.state = 4};
	double x[MOST], y[MOST];

	(void)unused;
	for (int i = 0; i < MOST; i++) {
		x[i] = i;
		y[i] = 20 + 0.05 * i + 0.2 * sin(i / 80.0) + 0.05 * draw_normal(&draws);
	}
	struct fit_result result = fit_of(FIT_LINEAR, x, y, MOST, 0.01);
	assert_int_equal(result.why, FIT_SLIGHT);
	assert_true(fit_is_good(result.why));
	assert_true(result.bend > 0.1 && result.bend < 0.2);
}

/* --- nothing to see --- */

static double found_in_noise(enum fit_model model, int n)
{
	struct draw draws = {.state = 8};
	double x[MOST], y[MOST];
	unsigned found = 0;

	for (int d = 0; d < 100; d++) {
		for (int i = 0; i < n; i++) {
			x[i] = i;
			y[i] = 5 + draw_normal(&draws);
		}
		enum fit_why why = fit_of(model, x, y, (size_t)n, 0).why;
		found += fit_is_good(why) && why != FIT_FLAT;
	}
	return found / 100.0;
}

static void nothing_is_found_in_noise(void **unused)
{
	static const enum fit_model models[] = {FIT_LINEAR, FIT_QUADRATIC, FIT_EXPONENTIAL,
		FIT_DECAY, FIT_LOGARITHM, FIT_SINE, FIT_DAMPED, FIT_GAUSSIAN};

	(void)unused;
	for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
		if (models[i] == FIT_LOGARITHM)
			continue; /* x begins at 0 */
		double found = found_in_noise(models[i], 40);

		print_message("%s: %.1f %% of noise\n", fit_model_id(models[i]), 100 * found);
		assert_true(found <= 0.05);
	}
}

static void a_level_line_is_a_result_of_a_line_and_none_of_a_wave(void **unused)
{
	struct draw draws = {.state = 10};
	double x[100], y[100];

	(void)unused;
	for (int i = 0; i < 100; i++) {
		x[i] = i;
		y[i] = 21 + 0.1 * draw_normal(&draws);
	}
	assert_int_equal(fit_of(FIT_LINEAR, x, y, 100, 0).why, FIT_FLAT);
	assert_int_equal(fit_of(FIT_SINE, x, y, 100, 0).why, FIT_NOISE);
	assert_int_equal(fit_of(FIT_GAUSSIAN, x, y, 100, 0).why, FIT_NOISE);
}

static void few_points_hide_a_bend_and_that_is_said(void **unused)
{
	static const double x[] = {1, 2, 3}, y[] = {1.02, 1.98, 3.01};

	(void)unused;
	assert_int_equal(fit_of(FIT_PROPORTIONAL, x, y, 3, 0).why, FIT_FEW_TO_TELL);
}

/* A line that rises through points that fall. */
static void a_line_through_zero_that_misses_is_refused_however_few_the_points(void **unused)
{
	static const double x[] = {0.2, 0.4, 0.6, 0.8, 1}, y[] = {4, 4.8, 1.6, 0.8, 1.2};

	(void)unused;
	for (size_t n = 3; n <= 5; n++) {
		struct fit_result result = fit_of(FIT_PROPORTIONAL, x, y, n, 0);

		assert_int_equal(result.why, FIT_WORSE);
		assert_false(fit_is_good(result.why));
		assert_true(fit_has_numbers(result.why));
	}
	assert_int_equal(fit_of(FIT_LINEAR, x, y, 4, 0).why, FIT_FLAT);
}

/* Two minutes of a cup that takes twenty. */
static void a_time_constant_that_is_not_in_the_points_is_not_told(void **unused)
{
	struct draw draws = {.state = 12};
	double x[120], y[120];
	unsigned told = 0;

	(void)unused;
	for (int d = 0; d < 50; d++) {
		for (int i = 0; i < 120; i++) {
			x[i] = i;
			y[i] = 21 + 40 * exp(-i / 1200.0) + 0.2 * draw_normal(&draws);
		}
		told += fit_is_good(fit_of(FIT_DECAY, x, y, 120, 0).why);
	}
	assert_true(told <= 5);
}

/* --- counts --- */

static enum fit_why counted(int kind)
{
	struct draw draws = {.state = 14};
	double x[60], y[60];

	for (int i = 0; i < 60; i++) {
		x[i] = 10 * i;
		y[i] = kind == 0 ? draw_count(&draws, 4)
			: kind == 1
			? draw_count(&draws, i % 10 ? 2 : 22) /* the source comes near */
			: 4 + i % 2;                          /* a clock */
	}
	return fit_of(FIT_POISSON, x, y, 60, 0).why;
}

static void counts_that_are_not_random_are_told_from_those_that_are(void **unused)
{
	double x[40], y[40];

	(void)unused;
	assert_int_equal(counted(0), FIT_OK);
	assert_int_equal(counted(1), FIT_DISPERSED);
	assert_int_equal(counted(2), FIT_TOO_EVEN);
	for (int i = 0; i < 40; i++) {
		x[i] = i + 0.01 * (i % 3);
		y[i] = 1;
	}
	assert_int_equal(fit_of(FIT_POISSON, x, y, 40, 0).why, FIT_WAITS);
}

/* --- advice --- */

static void who_is_refused_hears_what_does_fit(void **unused)
{
	struct draw draws = {.state = 16};
	static double x[6000], y[6000];
	struct fit_points points = {.n = 6000, .x = x, .y = y};
	struct fit_result result;

	(void)unused;
	for (int i = 0; i < 6000; i++) {
		x[i] = i / 10.0;
		y[i] = 21 + 40 * exp(-x[i] / 300) + 0.2 * draw_normal(&draws);
	}
	assert_int_equal(fit_advise(FIT_LINEAR, FIT_ALL_MODELS, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.better, FIT_DECAY);
	/* A lesson that does not offer it has nothing better. */
	assert_int_equal(fit_advise(FIT_LINEAR, 1U << FIT_LINEAR | 1U << FIT_SINE, &points, NULL,
				 &result, NULL),
		0);
	assert_int_equal(result.better, FIT_MODELS);
	points.n = 60;
	for (int i = 0; i < 60; i++)
		y[i] = 4.9 * x[i] * x[i] + 0.02 * draw_normal(&draws);
	assert_int_equal(
		fit_advise(FIT_PROPORTIONAL, FIT_ALL_MODELS, &points, NULL, &result, NULL), 0);
	assert_true(result.better == FIT_POWER || result.better == FIT_QUADRATIC);
	/* A wheel that rolls out: a parabola nearly, and a quarter of some wave quite. */
	for (int i = 0; i < 60; i++)
		y[i] = 2 - 0.4 * x[i] + 0.035 * x[i] * x[i] - 0.001 * x[i] * x[i] * x[i] +
			0.001 * draw_normal(&draws);
	assert_int_equal(fit_advise(FIT_LINEAR, FIT_ALL_MODELS, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.why, FIT_RUNS);
	assert_true(result.better != FIT_SINE && result.better != FIT_DAMPED);
	for (int i = 0; i < 60; i++)
		y[i] = draw_normal(&draws) + (i % 20 < 10 ? 5 : 0); /* nothing of ours */
	assert_int_equal(fit_advise(FIT_LINEAR, FIT_ALL_MODELS, &points, NULL, &result, NULL), 0);
	assert_int_equal(result.why, FIT_RUNS);
	assert_true(result.better == FIT_MODELS || result.better == FIT_SINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_have_the_probability_of_the_formula),
		cmocka_unit_test(exact_and_normal_runs_meet),
		cmocka_unit_test(a_line_is_refused_by_mistake_once_in_a_hundred_at_most),
		cmocka_unit_test(a_bend_is_seen),
		cmocka_unit_test(six_groups_see_that_the_period_is_no_line),
		cmocka_unit_test(a_good_r_squared_does_not_save_a_line),
		cmocka_unit_test(steps_of_an_instrument_are_no_bend),
		cmocka_unit_test(a_slight_bend_is_said_and_the_model_stands),
		cmocka_unit_test(nothing_is_found_in_noise),
		cmocka_unit_test(a_level_line_is_a_result_of_a_line_and_none_of_a_wave),
		cmocka_unit_test(a_line_through_zero_that_misses_is_refused_however_few_the_points),
		cmocka_unit_test(few_points_hide_a_bend_and_that_is_said),
		cmocka_unit_test(a_time_constant_that_is_not_in_the_points_is_not_told),
		cmocka_unit_test(counts_that_are_not_random_are_told_from_those_that_are),
		cmocka_unit_test(who_is_refused_hears_what_does_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
