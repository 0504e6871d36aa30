/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/verdict.h"

#include <math.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>

#include "fit/bend.h"

enum { EXACT = 200, BINS = 24, LEAST_BINS = 14, LEAST_RUNS = 12 };

static const double CHANCE = 0.01;     /* below it we do not believe in chance */
static const double SMALL_BEND = 0.01; /* of what the points span */

/* A mean over a tenth of a period has lost 1.6 % of the wave: sin(pi/10) / (pi/10). */
static const double COARSE = 0.1;

/* --- runs --- */

/* log of n over k; of what cannot be chosen, no probability at all. */
static double log_choose(size_t n, size_t k)
{
	return k > n ? -INFINITY
		     : gsl_sf_lnfact((unsigned)n) - gsl_sf_lnfact((unsigned)k) -
			gsl_sf_lnfact((unsigned)(n - k));
}

static double exactly_runs(size_t a, size_t b, size_t runs)
{
	size_t k = runs / 2;
	double all = log_choose(a + b, a);

	if (runs % 2 == 0)
		return 2 * exp(log_choose(a - 1, k - 1) + log_choose(b - 1, k - 1) - all);
	return exp(log_choose(a - 1, k) + log_choose(b - 1, k - 1) - all) +
		exp(log_choose(a - 1, k - 1) + log_choose(b - 1, k) - all);
}

static double at_most_runs(size_t a, size_t b, size_t runs)
{
	double n = (double)(a + b), twice = 2 * (double)a * (double)b, sum = 0;

	if (a == 0 || b == 0)
		return 1; /* of one sign only: a constant would have done better, but that is not runs */
	if (a + b > EXACT) {
		double mean = 1 + twice / n, variance = twice * (twice - n) / (n * n * (n - 1));

		return gsl_cdf_ugaussian_P(((double)runs + 0.5 - mean) / sqrt(variance));
	}
	for (size_t i = 2; i <= runs; i++)
		sum += exactly_runs(a, b, i);
	return fmin(sum, 1);
}

double verdict_runs(const double *residuals, size_t n)
{
	size_t above = 0, below = 0, runs = 0;
	int sign = 0;

	for (size_t i = 0; i < n; i++) {
		int now = (residuals[i] > 0) - (residuals[i] < 0);

		if (now == 0)
			continue;
		above += now > 0;
		below += now < 0;
		runs += now != sign;
		sign = now;
	}
	return at_most_runs(above, below, runs);
}

double verdict_runs_of_means(const double *residuals, size_t n)
{
	double means[BINS];
	size_t bins = n / 2 < BINS ? n / 2 : BINS;

	if (bins < LEAST_BINS)
		return 1;
	for (size_t b = 0; b < bins; b++) {
		size_t from = b * n / bins, to = (b + 1) * n / bins;

		means[b] = 0;
		for (size_t i = from; i < to; i++)
			means[b] += residuals[i];
	}
	return verdict_runs(means, bins);
}

/* --- how much it bends --- */

/* Root mean square of what neighbours share. */
static double bend_of(const double *residuals, size_t n)
{
	double squares = 0, steps = 0;

	for (size_t i = 0; i < n; i++)
		squares += residuals[i] * residuals[i];
	for (size_t i = 1; i < n; i++)
		steps += (residuals[i] - residuals[i - 1]) * (residuals[i] - residuals[i - 1]);
	double shared = squares / (double)n - steps / (2 * (double)(n - 1));
	return shared > 0 ? sqrt(shared) : 0;
}

static double span_of_y(const struct sorted *sorted)
{
	double low = sorted->y[0], high = low;

	for (size_t i = 1; i < sorted->n; i++) {
		low = fmin(low, sorted->y[i]);
		high = fmax(high, sorted->y[i]);
	}
	return high - low;
}

/* How many tests so many points give something to say, and a chance to be wrong. */
static double count_tests(size_t n)
{
	return 1 + (n >= LEAST_RUNS) + (n / 2 >= LEAST_BINS);
}

/* FIT_OK where no bend is seen. */
static enum fit_why judge_bend(const struct form *form, const struct fit_points *points,
	const struct sorted *sorted, const double *residuals, struct fit_result *result)
{
	double span = span_of_y(sorted), tests = count_tests(sorted->n), chance, size;
	double rounding = 1e-12 * fmax(fabs(sorted->y[0]), span);

	if (bend_test(form, sorted, result->values, residuals, &chance, &size) < 0)
		chance = 1; /* without memory the others judge alone */
	double runs = fmin(
		verdict_runs(residuals, sorted->n), verdict_runs_of_means(residuals, sorted->n));
	if (tests * fmin(chance, runs) >= CHANCE)
		return bend_may_be_seen(form, sorted->n) ? FIT_OK : FIT_FEW_TO_TELL;
	double bend = bend_of(residuals, sorted->n);
	if (tests * chance < CHANCE)
		bend = fmax(bend, size);
	/* Rounded values follow each other even where nothing bends. */
	if (bend <= fmax(points->resolution / 2, rounding))
		return FIT_OK;
	result->bend = bend;
	return bend < SMALL_BEND * span ? FIT_SLIGHT : FIT_RUNS;
}

/* --- has it anything to say --- */

/* The chance that a constant and noise give as much: F test of all parameters but the constant. A
 * frequency, or the place of a peak, was looked for among about n / 2 independent ones (Press et al.
 * 13.8). */
static double chance_of_effect(
	const struct form *form, const struct sorted *sorted, const struct fit_result *result)
{
	double squares = result->sigma * result->sigma * result->degrees;
	double before = sorted_squares(sorted, form->has_constant ? sorted_mean(sorted) : 0);
	double more = form->n - (form->has_constant ? 1 : 0);

	if (!form->has_constant && form->n > 1) {
		/* An exponential or a power with exponent 0 is a constant. */
		before = sorted_squares(sorted, sorted_mean(sorted));
		more = form->n - 1;
	}
	if (!(before > squares))
		return 1;
	double f = (before - squares) / more / (squares / result->degrees);
	double chance = isfinite(f) ? gsl_cdf_fdist_Q(f, more, result->degrees) : 0;
	return form->is_searched_for ? fmin(1, chance * (double)sorted->n / 2) : chance;
}

/* It cannot be level, and the mean is nearer. */
static bool is_worse_than_level(
	const struct form *form, const struct sorted *sorted, const struct fit_result *result)
{
	double squares = result->sigma * result->sigma * result->degrees;

	return !form->has_constant && form->n == 1 &&
		squares > sorted_squares(sorted, sorted_mean(sorted));
}

static bool is_determined(const struct form *form, const struct fit_result *result, unsigned i)
{
	double half = result->high[i] - result->values[i], size = fabs(result->values[i]);

	switch (form->parameters[i].need) {
	case NEED_SIGN:
		return half < size;
	case NEED_SCALE:
		return half < size / 2;
	default:
		return true;
	}
}

/* The first parameter that is not as well known as the model needs it; n: none. */
static unsigned find_undetermined(const struct form *form, const struct fit_result *result)
{
	unsigned i = 0;

	while (i < form->n && is_determined(form, result, i))
		i++;
	return i;
}

/* Points with uncertainties known before: is there more scatter than they explain? */
static bool is_scattered(const struct fit_points *points, const struct fit_result *result)
{
	return points->are_absolute &&
		gsl_cdf_chisq_Q(result->sigma * result->sigma * result->degrees, result->degrees) <
		CHANCE;
}

static bool is_coarse(
	const struct form *form, const struct fit_points *points, const struct fit_result *result)
{
	double frequency = form->n_shapes > 1 ? result->values[2] : result->values[1];

	return form->oscillates && points->x_width * frequency > COARSE;
}

void verdict_give(const struct form *form, const struct fit_points *points,
	const struct sorted *sorted, const double *residuals, struct fit_result *result)
{
	enum fit_why bent = judge_bend(form, points, sorted, residuals, result);
	bool has_effect = chance_of_effect(form, sorted, result) < CHANCE;

	result->weakest = find_undetermined(form, result);
	if (is_worse_than_level(form, sorted, result))
		result->why = FIT_WORSE;
	else if (bent == FIT_RUNS)
		result->why = FIT_RUNS;
	else if (!has_effect)
		result->why = form->may_be_flat ? FIT_FLAT : FIT_NOISE;
	else if (result->weakest < form->n)
		result->why = FIT_UNDETERMINED;
	else if (is_scattered(points, result))
		result->why = FIT_SCATTER;
	else if (is_coarse(form, points, result))
		result->why = FIT_COARSE;
	else
		result->why = bent;
}
