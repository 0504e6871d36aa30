/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors are gathered over all runs of a model, then sorted. */
#include "support/truth_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

static const double half_time_s = 30;

static void put(struct truth_errors *errors, int64_t ns)
{
	if (errors->n == errors->room) {
		errors->room = errors->room ? 2 * errors->room : 4096;
		errors->ns = realloc(errors->ns, errors->room * sizeof(errors->ns[0]));
		assert_non_null(errors->ns);
	}
	errors->ns[errors->n++] = ns;
}

/* --- recursive least squares of two unknowns: where a line is now, and how steep --- */

struct rls {
	double lambda;
	double offset, slope;
	double p00, p01, p11; /* covariance */
	bool has_first;
	int64_t first_ns;
	size_t first_number;
};

/* The arrival of a sample: its stamp by the line so far, itself included. */
static int64_t rls_stamp(struct rls *rls, size_t number, int64_t read_ns, int64_t period_ns)
{
	if (!rls->has_first) {
		*rls = (struct rls){.lambda = exp2(-(double)period_ns / NS_PER_S / half_time_s),
			.slope = (double)period_ns,
			.p00 = 1e10,
			.p11 = 1e10,
			.has_first = true,
			.first_ns = read_ns,
			.first_number = number};
	}
	double u = (double)(number - rls->first_number), y = (double)(read_ns - rls->first_ns);
	double a = rls->p00 + u * rls->p01, b = rls->p01 + u * rls->p11;
	double error = y - (rls->offset + u * rls->slope), gain = 1 / (rls->lambda + a + b * u);

	rls->p00 = (rls->p00 - a * a * gain) / rls->lambda;
	rls->p01 = (rls->p01 - a * b * gain) / rls->lambda;
	rls->p11 = (rls->p11 - b * b * gain) / rls->lambda;
	rls->offset += error * (rls->p00 + u * rls->p01);
	rls->slope += error * (rls->p01 + u * rls->p11);
	return rls->first_ns + llround(rls->offset + u * rls->slope);
}

/* --- the header's --- */

static int64_t least_delay(const struct truth *truth)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < truth->n_samples; i++) {
		const struct truth_sample *sample = &truth->samples[i];

		if (sample->read_ns && sample->read_ns - sample->true_ns < least)
			least = sample->read_ns - sample->true_ns;
	}
	return least;
}

void truth_figures_add(
	struct truth_figures *figures, const struct truth *truth, double from_s, double to_s)
{
	int64_t floor_ns = least_delay(truth), last_age_ns = 0;
	struct rls rls = {0};

	for (size_t i = 0; i < truth->n_samples; i++) {
		const struct truth_sample *sample = &truth->samples[i];
		double age_s = (double)sample->age_ns / NS_PER_S;
		int64_t rls_ns = 0;

		if (sample->age_ns < last_age_ns)
			rls.has_first = false; /* it restarted: so does theirs */
		last_age_ns = sample->age_ns;
		if (sample->read_ns)
			rls_ns = rls_stamp(&rls, i, sample->read_ns,
				(int64_t)truth->plan.period_us * NS_PER_US);
		if (age_s < from_s || age_s >= to_s)
			continue;
		if (sample->read_ns) {
			put(&figures->raw, sample->read_ns - floor_ns - sample->true_ns);
			put(&figures->rls, rls_ns - floor_ns - sample->true_ns);
		}
		if (sample->rows == 0)
			continue;
		int64_t error_ns = sample->stamp_ns - sample->true_ns;
		put(&figures->stamp, error_ns);
		put(&figures->uncertainty, sample->uncertainty_ns);
		figures->n_covered += llabs(error_ns) <= sample->uncertainty_ns;
	}
}

void truth_figures_free(struct truth_figures *figures)
{
	free(figures->stamp.ns);
	free(figures->raw.ns);
	free(figures->rls.ns);
	free(figures->uncertainty.ns);
	memset(figures, 0, sizeof(*figures));
}

static int by_size(const void *a, const void *b)
{
	int64_t left = llabs(*(const int64_t *)a), right = llabs(*(const int64_t *)b);

	return (left > right) - (left < right);
}

int64_t truth_quantile(struct truth_errors *errors, double share)
{
	if (errors->n == 0)
		return 0;
	qsort(errors->ns, errors->n, sizeof(errors->ns[0]), by_size);
	return llabs(errors->ns[(size_t)(share * (double)(errors->n - 1))]);
}

int64_t truth_mean(const struct truth_errors *errors)
{
	double sum = 0;

	for (size_t i = 0; i < errors->n; i++)
		sum += (double)errors->ns[i];
	return errors->n ? llround(sum / (double)errors->n) : 0;
}

double truth_coverage(const struct truth_figures *figures)
{
	return figures->stamp.n ? (double)figures->n_covered / (double)figures->stamp.n : 0;
}

double truth_width(struct truth_figures *figures)
{
	int64_t true_ns = truth_quantile(&figures->stamp, 0.95);

	return true_ns ? (double)truth_quantile(&figures->uncertainty, 0.5) / (double)true_ns : 0;
}

bool truth_prints(void)
{
	return getenv("KITLOG_TRUTH_PRINT") != NULL;
}
