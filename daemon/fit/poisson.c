/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/poisson.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_cdf.h>

enum { M, RATE, LEAST_RUNNING = 8, LEAST_VALUES = 4, LEAST_TO_TELL = 5, MANY = 1000 };

static const double CHANCE = 0.01, MOST_WAITS = 1.308, LARGEST_COUNT = 9007199254740992.0;

struct counts {
	size_t n, n_left_out;
	double *each;    /* the counts */
	size_t *of;      /* the point of each */
	double interval; /* of x; NaN: x tells none */
};

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* --- what the points are --- */

static bool are_counts(const struct sorted *points)
{
	for (size_t i = 0; i < points->n; i++)
		if (points->y[i] < 0 || points->y[i] != floor(points->y[i]) ||
			points->y[i] > LARGEST_COUNT)
			return false;
	return true;
}

static bool are_waits(const struct sorted *points)
{
	for (size_t i = 0; i < points->n; i++)
		if (points->y[i] != 1 || (i > 0 && points->x[i] <= points->x[i - 1]))
			return false;
	return points->n > 2;
}

/* What a counter calls the interval: x - y is the x before, for nine of ten at least. */
static bool are_intervals(const struct sorted *points)
{
	size_t n = 0;

	for (size_t i = 0; i < points->n; i++) {
		double before = i > 0 ? points->x[i] - points->x[i - 1] : NAN;

		if (points->y[i] <= 0)
			return false;
		n += fabs(before - points->y[i]) <= 0.01 * points->y[i];
	}
	return points->n > 2 && 10 * n >= 9 * (points->n - 1);
}

/* Counts that are in order by chance take few values, or are few. */
static bool are_running(const struct sorted *points)
{
	size_t values = 1;

	for (size_t i = 1; i < points->n; i++) {
		if (points->y[i] < points->y[i - 1])
			return false;
		values += points->y[i] > points->y[i - 1];
	}
	return points->n >= LEAST_RUNNING && values >= LEAST_VALUES;
}

/* The middle of the steps of x; NaN when there is none. */
static double usual_step(const struct sorted *points, double *scratch)
{
	size_t n = points->n - 1;

	for (size_t i = 0; i < n; i++)
		scratch[i] = points->x[i + 1] - points->x[i];
	if (n == 0)
		return NAN;
	qsort(scratch, n, sizeof *scratch, by_size);
	return scratch[n / 2] > 0 ? scratch[n / 2] : NAN;
}

static void take_counts(const struct sorted *points, bool is_running, struct counts *counts)
{
	counts->interval = usual_step(points, counts->each);
	for (size_t i = is_running; i < points->n; i++) {
		double step = is_running ? points->x[i] - points->x[i - 1] : counts->interval;

		if (fabs(step - counts->interval) > 0.5 * counts->interval) {
			counts->n_left_out++;
			continue;
		}
		counts->each[counts->n] = points->y[i] - (is_running ? points->y[i - 1] : 0);
		counts->of[counts->n++] = i;
	}
}

/* --- what follows --- */

/* The inverse of chi2; of many degrees by Wilson and Hilferty, to 1 in 10^6 there, where GSL's does not
 * always converge. */
static double chi2_inverse(double p, double degrees)
{
	if (degrees < MANY)
		return gsl_cdf_chisq_Pinv(p, degrees);
	double part = 2 / (9 * degrees);

	return degrees * pow(1 - part + gsl_cdf_ugaussian_Pinv(p) * sqrt(part), 3);
}

static void set_rate(struct fit_result *result, double interval)
{
	result->values[RATE] = result->values[M] / interval;
	result->errors[RATE] = result->errors[M] / interval;
	result->low[RATE] = result->low[M] / interval;
	result->high[RATE] = result->high[M] / interval;
}

static enum fit_why judge_counts(const struct counts *counts, double mean)
{
	double sum = 0, degrees = (double)counts->n - 1;

	for (size_t i = 0; i < counts->n; i++)
		sum += (counts->each[i] - mean) * (counts->each[i] - mean) / mean;
	if (counts->n < LEAST_TO_TELL)
		return FIT_FEW_TO_TELL;
	if (gsl_cdf_chisq_Q(sum, degrees) < CHANCE / 2)
		return FIT_DISPERSED;
	return gsl_cdf_chisq_P(sum, degrees) < CHANCE / 2 ? FIT_TOO_EVEN : FIT_OK;
}

static void fit_counts(const struct sorted *points, const struct counts *counts,
	struct fit_result *result, double *ret_residuals)
{
	double total = 0, n = (double)counts->n;

	for (size_t i = 0; i < counts->n; i++)
		total += counts->each[i];
	result->n = counts->n;
	result->n_refused = counts->n_left_out;
	if (counts->n < 2 || total <= 0) {
		result->why = counts->n < 2 ? FIT_TOO_FEW : FIT_NO_COUNTS;
		return;
	}
	result->values[M] = total / n;
	result->errors[M] = sqrt(total) / n;
	result->low[M] = chi2_inverse(0.025, 2 * total) / 2 / n;
	result->high[M] = chi2_inverse(0.975, 2 * total + 2) / 2 / n;
	set_rate(result, counts->interval);
	result->sigma = sqrt(result->values[M]);
	result->degrees = (unsigned)counts->n - 1;
	result->why = judge_counts(counts, result->values[M]);
	for (size_t i = 0; ret_residuals && i < points->n; i++)
		ret_residuals[i] = NAN;
	for (size_t i = 0; ret_residuals && i < counts->n; i++)
		ret_residuals[points->place[counts->of[i]]] = counts->each[i] - result->values[M];
}

/* Waits, shortest first, against the exponential of their own mean. */
static enum fit_why judge_waits(double *waits, size_t n, double mean)
{
	double largest = 0, k = (double)n;

	if (n < LEAST_TO_TELL)
		return FIT_FEW_TO_TELL;
	qsort(waits, n, sizeof *waits, by_size);
	for (size_t i = 0; i < n; i++) {
		double here = -expm1(-waits[i] / mean);

		largest = fmax(largest, fmax((double)(i + 1) / k - here, here - (double)i / k));
	}
	double far = (largest - 0.2 / k) * (sqrt(k) + 0.26 + 0.5 / sqrt(k));
	return far > MOST_WAITS ? FIT_WAITS : FIT_OK;
}

/* Waits in the first places; how many, and their sum. */
static size_t take_waits(const struct sorted *points, bool in_y, double *waits, double *ret_sum)
{
	size_t n = points->n - !in_y;

	*ret_sum = 0;
	for (size_t i = 0; i < n; i++) {
		waits[i] = in_y ? points->y[i] : points->x[i + 1] - points->x[i];
		*ret_sum += waits[i];
	}
	return n;
}

static void fit_waits(const struct sorted *points, bool in_y, double *waits,
	struct fit_result *result, double *ret_residuals)
{
	double span;
	size_t n = take_waits(points, in_y, waits, &span);
	double k = (double)n;

	result->is_waits = true;
	result->values[M] = result->errors[M] = result->low[M] = result->high[M] = NAN;
	result->values[RATE] = k / span;
	result->errors[RATE] = sqrt(k) / span;
	result->low[RATE] = chi2_inverse(0.025, 2 * k) / 2 / span;
	result->high[RATE] = chi2_inverse(0.975, 2 * k) / 2 / span;
	result->sigma = NAN;
	result->degrees = (unsigned)n;
	result->why = judge_waits(waits, n, span / k);
	for (size_t i = 0; ret_residuals && i < points->n; i++)
		ret_residuals[i] = NAN;
}

int poisson_run(const struct sorted *points, struct fit_result *result, double *ret_residuals)
{
	struct counts counts = {.each = malloc(points->n * sizeof *counts.each),
		.of = malloc(points->n * sizeof *counts.of)};
	int r = counts.each && counts.of ? 0 : -ENOMEM;

	result->r2 = result->condition = NAN;
	result->n_parameters = 2;
	bool in_y = are_intervals(points);

	if (r == 0 && (in_y || are_waits(points))) {
		fit_waits(points, in_y, counts.each, result, ret_residuals);
	} else if (r == 0 && !are_counts(points)) {
		result->why = FIT_NOT_COUNTS;
	} else if (r == 0) {
		result->is_running = are_running(points);
		take_counts(points, result->is_running, &counts);
		fit_counts(points, &counts, result, ret_residuals);
	}
	/* Of instants that are next to one another as doubles can be the rate is beyond them. */
	if (r == 0 && fit_has_numbers(result->why) && isinf(result->high[RATE]))
		result->why = FIT_NO_SPREAD;
	free(counts.each);
	free(counts.of);
	return r;
}
