/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What an error and an interval promise is counted: each model with known parameters and noise is fitted
 * 1000 times (20 000 with KITLOG_LONG), and the truth must lie within the 68 % interval 68 times of
 * 100 and within the 95 % one 95 times; no starting values are given. */
#include "fit/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/cmocka_all.h"
#include "support/scatter.h"

enum { POINTS = 40 };

struct world {
	enum fit_model model;
	double truth[FIT_PARAMETERS];
	double from, to; /* of x */
	double noise;
};

/* What a school measures: a cup, a pendulum, a spring, a lamp, a diode, a peak of light. */
static const struct world worlds[] = {
	{FIT_PROPORTIONAL, {4.0237}, 0.2, 1.2, 0.02},
	{FIT_LINEAR, {-0.52, 61}, 0, 60, 0.4},
	{FIT_QUADRATIC, {4.905, 0.3, 0.02}, 0, 0.6, 0.004},
	{FIT_POWER, {2.006, 0.5}, 0.1, 1.2, 0.01},
	{FIT_EXPONENTIAL, {5, -0.35}, 0, 8, 0.04},
	{FIT_DECAY, {42, 1080, 21.3}, 0, 2400, 0.2},
	{FIT_LOGARITHM, {0.06, 0.7}, 0.01, 20, 0.004},
	{FIT_SINE, {0.12, 0.7, 0.4, 0.5}, 0, 10, 0.01},
	{FIT_DAMPED, {0.2, 6, 0.9, 1, 0.02}, 0, 12, 0.006},
	{FIT_GAUSSIAN, {300, 588, 12, 40}, 530, 650, 8},
};
enum { WORLDS = sizeof worlds / sizeof *worlds };

struct tally {
	unsigned n, within_68, within_95;
};

static unsigned draws_wanted(void)
{
	const char *is_long = getenv("KITLOG_LONG");

	return is_long && *is_long ? 20000 : 1000;
}

/* x at no even steps; y of the truth with noise. */
static void make(const struct world *world, struct draw *draws, double *x, double *y)
{
	struct fit_result truth = {.model = world->model};

	for (unsigned i = 0; i < FIT_PARAMETERS; i++)
		truth.values[i] = world->truth[i];
	for (int i = 0; i < POINTS; i++) {
		double part = (i + 0.2 + 0.6 * draw_unit(draws)) / POINTS;

		x[i] = world->from + (world->to - world->from) * part;
		y[i] = fit_value(&truth, x[i]) + world->noise * draw_normal(draws);
	}
}

static void count(double value, double truth, double half_68, double half_95, struct tally *tally)
{
	tally->n++;
	tally->within_68 += fabs(value - truth) <= half_68;
	tally->within_95 += fabs(value - truth) <= half_95;
}

/* Four standard deviations of such a count and what the curvature of a model may take. */
static void hold(const struct tally *tally, unsigned draws, const char *what)
{
	double n = tally->n, share_68 = tally->within_68 / n, share_95 = tally->within_95 / n;
	double margin_68 = 4 * sqrt(0.68 * 0.32 / n) + 0.01;
	double margin_95 = 4 * sqrt(0.95 * 0.05 / n) + 0.007;

	print_message("%-14s %5u of %u, 68 %%: %.1f, 95 %%: %.1f\n", what, tally->n, draws,
		100 * share_68, 100 * share_95);
	assert_true(n >= 0.995 * draws);
	assert_true(fabs(share_68 - 0.68) < margin_68);
	assert_true(fabs(share_95 - 0.95) < margin_95);
}

static void intervals_hold_the_truth_as_often_as_they_say(void **unused)
{
	unsigned n_draws = draws_wanted();

	(void)unused;
	for (int w = 0; w < WORLDS; w++) {
		struct draw draws = {.state = (uint64_t)w + 1};
		struct tally tallies[FIT_PARAMETERS] = {0};
		unsigned refused = 0;

		for (unsigned d = 0; d < n_draws; d++) {
			double x[POINTS], y[POINTS];
			struct fit_points points = {.n = POINTS, .x = x, .y = y};
			struct fit_result result;

			make(&worlds[w], &draws, x, y);
			assert_int_equal(fit_run(worlds[w].model, &points, NULL, &result, NULL), 0);
			if (!fit_has_numbers(result.why))
				continue;
			refused += !fit_is_good(result.why);
			for (unsigned i = 0; i < result.n_parameters; i++)
				count(result.values[i], worlds[w].truth[i],
					fit_half_width(&result, i, 0.68),
					fit_half_width(&result, i, 0.95), &tallies[i]);
		}
		for (unsigned i = 0; i < fit_model_parameters(worlds[w].model); i++) {
			char what[32];

			snprintf(what, sizeof what, "%s %s", fit_model_id(worlds[w].model),
				fit_parameter_id(worlds[w].model, i));
			hold(&tallies[i], n_draws, what);
		}
		/* The runs test is wrong once in a hundred, where everything else is right. */
		print_message("%-14s %u of %u refused\n", "", refused, n_draws);
		assert_true(refused <= 0.01 * n_draws + 4 * sqrt(0.01 * n_draws));
	}
}

/* Uncertainties that are known: few points, of which each is worth something else. */
static void known_uncertainties_count_as_they_are(void **unused)
{
	struct draw draws = {.state = 77};
	struct tally tallies[2] = {0};
	unsigned n_draws = draws_wanted(), scattered = 0;

	(void)unused;
	for (unsigned d = 0; d < n_draws; d++) {
		double x[6], y[6], weights[6];
		struct fit_points points = {
			.n = 6, .x = x, .y = y, .weights = weights, .are_absolute = true};
		struct fit_result result;

		for (int i = 0; i < 6; i++) {
			double u = 0.01 * (1 + i % 3);

			x[i] = 0.2 * (i + 1);
			y[i] = 4.02 * x[i] + 0.1 + u * draw_normal(&draws);
			weights[i] = 1 / (u * u);
		}
		assert_int_equal(fit_run(FIT_LINEAR, &points, NULL, &result, NULL), 0);
		scattered += result.why == FIT_SCATTER;
		count(result.values[0], 4.02, result.errors[0], 1.96 * result.errors[0],
			&tallies[0]);
		count(result.values[1], 0.1, result.errors[1], 1.96 * result.errors[1],
			&tallies[1]);
	}
	hold(&tallies[0], n_draws, "weighted k");
	hold(&tallies[1], n_draws, "weighted b");
	assert_true(scattered <= 0.01 * n_draws + 4 * sqrt(0.01 * n_draws));
}

/* Counts are whole numbers: the interval is never too narrow, and not much too wide. */
static void counts_lie_within_what_is_said_of_them(void **unused)
{
	struct draw draws = {.state = 5};
	unsigned n_draws = draws_wanted(), within_68 = 0, within_95 = 0, refused = 0;

	(void)unused;
	for (unsigned d = 0; d < n_draws; d++) {
		double x[30], y[30];
		struct fit_points points = {.n = 30, .x = x, .y = y};
		struct fit_result result;

		for (int i = 0; i < 30; i++) {
			x[i] = 10 * (i + 1);
			y[i] = draw_count(&draws, 3.4);
		}
		assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
		assert_true(fit_has_numbers(result.why));
		refused += !fit_is_good(result.why);
		within_68 += fabs(result.values[0] - 3.4) <= fit_half_width(&result, 0, 0.68);
		within_95 += result.low[1] <= 0.34 && 0.34 <= result.high[1];
	}
	print_message("poisson 68 %%: %.1f, 95 %%: %.1f, refused %u of %u\n",
		100.0 * within_68 / n_draws, 100.0 * within_95 / n_draws, refused, n_draws);
	assert_true(within_95 >= (0.95 - 4 * sqrt(0.0475 / n_draws)) * n_draws);
	assert_true(within_95 <= 0.98 * n_draws);
	assert_true(fabs((double)within_68 / n_draws - 0.68) < 0.05);
	assert_true(refused <= 0.01 * n_draws + 4 * sqrt(0.01 * n_draws));
}

static void waits_tell_the_rate_of_events(void **unused)
{
	struct draw draws = {.state = 6};
	unsigned n_draws = draws_wanted(), within = 0, refused = 0;

	(void)unused;
	for (unsigned d = 0; d < n_draws; d++) {
		double x[25], y[25], at = 100;
		struct fit_points points = {.n = 25, .x = x, .y = y};
		struct fit_result result;

		for (int i = 0; i < 25; i++) {
			x[i] = at += draw_wait(&draws) / 0.4;
			y[i] = 1;
		}
		assert_int_equal(fit_run(FIT_POISSON, &points, NULL, &result, NULL), 0);
		assert_true(result.is_waits);
		refused += !fit_is_good(result.why);
		within += result.low[1] <= 0.4 && 0.4 <= result.high[1];
	}
	print_message("waits 95 %%: %.1f, refused %u of %u\n", 100.0 * within / n_draws, refused,
		n_draws);
	assert_true(fabs((double)within / n_draws - 0.95) < 4 * sqrt(0.0475 / n_draws));
	assert_true(refused <= 0.01 * n_draws + 4 * sqrt(0.01 * n_draws));
	assert_true(refused >= 0.01 * n_draws - 4 * sqrt(0.01 * n_draws));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
		cmocka_unit_test(known_uncertainties_count_as_they_are),
		cmocka_unit_test(counts_lie_within_what_is_said_of_them),
		cmocka_unit_test(waits_tell_the_rate_of_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
