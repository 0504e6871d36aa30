/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a fit takes, from points to a verdict, without starting values:
 *
 *     bench-fits [POINTS]      10 000 points of each model, with noise; the median of seven
 *
 * Time is the processor's, so that what else the machine does counts little. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fit/fit.h"
#include "support/scatter.h"

enum { TURNS = 7, POINTS = 10000 };

static const struct {
	enum fit_model model;
	double truth[FIT_PARAMETERS], noise;
} kinds[] = {
	{FIT_PROPORTIONAL, {4}, 0.5},
	{FIT_LINEAR, {-0.5, 61}, 0.5},
	{FIT_QUADRATIC, {0.1, -0.5, 61}, 0.5},
	{FIT_POWER, {2, 0.5}, 0.1},
	{FIT_EXPONENTIAL, {5, -0.1}, 0.05},
	{FIT_DECAY, {42, 18, 21}, 0.2},
	{FIT_LOGARITHM, {2, 1}, 0.1},
	{FIT_SINE, {0.1, 7.3, 1, 0.5}, 0.03},
	{FIT_DAMPED, {0.2, 15, 1.7, 1, 0}, 0.01},
	{FIT_GAUSSIAN, {300, 22, 2, 40}, 8},
	{FIT_POISSON, {3.4}, 0},
};

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double processor_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : POINTS;
	double *x = malloc(3 * n * sizeof *x + 1), *y = x + n, *residuals = y + n;
	struct draw draws = {.state = 1};

	for (size_t k = 0; x && k < sizeof kinds / sizeof *kinds; k++) {
		struct fit_points points = {.n = n, .x = x, .y = y};
		struct fit_result truth = {.model = kinds[k].model}, result;
		double taken[TURNS];

		for (unsigned i = 0; i < FIT_PARAMETERS; i++)
			truth.values[i] = kinds[k].truth[i];
		for (size_t i = 0; i < n; i++) {
			x[i] = 40.0 * (double)(i + 1) / (double)n;
			y[i] = kinds[k].model == FIT_POISSON
				? draw_count(&draws, 3.4)
				: fit_value(&truth, x[i]) + kinds[k].noise * draw_normal(&draws);
		}
		for (int turn = 0; turn < TURNS; turn++) {
			double begin = processor_ms();

			if (fit_run(kinds[k].model, &points, NULL, &result, residuals) < 0)
				return 1;
			taken[turn] = processor_ms() - begin;
		}
		qsort(taken, TURNS, sizeof *taken, by_size);
		printf("%s %.1f ms (%s)\n", fit_model_id(kinds[k].model), taken[TURNS / 2],
			fit_why_name(result.why));
	}
	free(x);
	return 0;
}
