/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors are gathered over all runs of a model, then sorted. */
#include "support/truth_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keep/curve.h"
#include "keep/refining.h"
#include "support/cmocka_all.h"
#include "support/recursive.h"

enum { STREAM_TOLERANCE_NS = 100 };

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
	struct recursive rls = {0};

	for (size_t i = 0; i < truth->n_samples; i++) {
		const struct truth_sample *sample = &truth->samples[i];
		double age_s = (double)sample->age_ns / NS_PER_S;
		int64_t rls_ns = 0;

		if (i == 0 || sample->age_ns < last_age_ns) /* it restarted: so does theirs */
			rls = recursive_of(1e6 / truth->plan.period_us, half_time_s);
		last_age_ns = sample->age_ns;
		if (sample->read_ns)
			rls_ns = llround(recursive_stamp(&rls, (double)sample->read_ns / NS_PER_S) *
				NS_PER_S);
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

/* What a closed run has of it is the curve, not the map: of the stream its bends, and of those the
 * device's, as keep/refining.c makes it. */
static struct curve *closed_curve(const struct truth *truth)
{
	struct refine_path path = refining_path(&truth->device);
	struct curve *stream, *device;
	struct refine_map map;

	assert_int_equal(refine_map_new(truth->pairs, truth->n_pairs, &path, &map), 0);
	assert_int_equal(curve_new(&stream), 0);
	assert_int_equal(curve_new(&device), 0);
	stream->tolerance_ns = STREAM_TOLERANCE_NS;
	for (size_t i = 0; i < truth->n_samples; i++) {
		const struct truth_sample *sample = &truth->samples[i];
		int64_t at_ns, uncertainty_ns;

		if (sample->rows == 0)
			continue;
		if (refine_map_at(&map, sample->tick, sample->stamp_ns, CURVE_MOST_MS * NS_PER_MS,
			    &at_ns, &uncertainty_ns))
			curve_add(
				stream, sample->stamp_ns, at_ns - sample->stamp_ns, uncertainty_ns);
		else
			curve_break(stream);
	}
	curve_end(stream);
	for (size_t i = 0; i < stream->n; i++) {
		const struct curve_knot *knot = &stream->knots[i];

		if (knot->uncertainty_ns || i > 0)
			curve_add(device, knot->stamp_ns, knot->delta_ns,
				knot->uncertainty_ns ? knot->uncertainty_ns
						     : knot[-1].uncertainty_ns);
		if (knot->uncertainty_ns == 0)
			curve_break(device);
	}
	curve_end(device);
	curve_free(stream);
	refine_map_free(&map);
	return device;
}

void truth_figures_add_closed(
	struct truth_figures *figures, const struct truth *truth, double from_s, double to_s)
{
	struct curve *curve = closed_curve(truth);

	for (size_t i = 0; i < truth->n_samples; i++) {
		const struct truth_sample *sample = &truth->samples[i];
		double age_s = (double)sample->age_ns / NS_PER_S;
		int64_t uncertainty_ns = curve_uncertainty_ns(curve, sample->stamp_ns);

		if (sample->rows == 0 || uncertainty_ns == 0 || age_s < from_s || age_s >= to_s)
			continue;
		int64_t error_ns = curve_stamp(curve, sample->stamp_ns) - sample->true_ns;

		put(&figures->closed, error_ns);
		put(&figures->closed_uncertainty, uncertainty_ns);
		figures->n_closed_covered += llabs(error_ns) <= uncertainty_ns;
	}
	curve_free(curve);
}

void truth_figures_free(struct truth_figures *figures)
{
	free(figures->stamp.ns);
	free(figures->raw.ns);
	free(figures->rls.ns);
	free(figures->uncertainty.ns);
	free(figures->closed.ns);
	free(figures->closed_uncertainty.ns);
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

static double share(size_t part, const struct truth_errors *all)
{
	return all->n ? (double)part / (double)all->n : 0;
}

static double width(struct truth_errors *stated, struct truth_errors *errors)
{
	int64_t true_ns = truth_quantile(errors, 0.95);

	return true_ns ? (double)truth_quantile(stated, 0.5) / (double)true_ns : 0;
}

double truth_coverage(const struct truth_figures *figures)
{
	return share(figures->n_covered, &figures->stamp);
}

double truth_width(struct truth_figures *figures)
{
	return width(&figures->uncertainty, &figures->stamp);
}

double truth_closed_coverage(const struct truth_figures *figures)
{
	return share(figures->n_closed_covered, &figures->closed);
}

double truth_closed_width(struct truth_figures *figures)
{
	return width(&figures->closed_uncertainty, &figures->closed);
}

bool truth_prints(void)
{
	return getenv("KITLOG_TRUTH_PRINT") != NULL;
}
