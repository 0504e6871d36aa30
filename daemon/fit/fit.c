/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a fit: what the model cannot take is refused with its reason, then it is solved, its
 * errors and intervals follow, and it is judged. */
#include "fit/fit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <gsl/gsl_cdf.h>

#include "fit/models_form.h"
#include "fit/poisson.h"
#include "fit/quiet.h"
#include "fit/solve.h"
#include "fit/sorted.h"
#include "fit/verdict.h"

enum { MOST_TO_TRY = 2048 };

const char *fit_why_name(enum fit_why why)
{
	static const char *const names[FIT_WHYS] = {"ok", "slight", "flat", "few", "worse", "runs",
		"noise", "undetermined", "scatter", "dispersed", "even", "waits", "coarse",
		"too_few", "no_spread", "ill", "stuck", "not_positive", "not_finite", "not_counts",
		"no_counts"};

	return names[why];
}

/* --- what cannot be fitted at all --- */

static bool are_finite(const struct fit_points *points)
{
	for (size_t i = 0; i < points->n; i++)
		if (!isfinite(points->x[i]) || !isfinite(points->y[i]) ||
			(points->weights &&
				(!isfinite(points->weights[i]) || points->weights[i] <= 0)))
			return false;
	return true;
}

static size_t count_refused(
	enum fit_model model, const struct form *form, const struct fit_points *points)
{
	size_t n = 0;

	for (size_t i = 0; i < points->n; i++)
		n += (form->needs_positive && points->x[i] <= 0) ||
			(model == FIT_POWER && points->x[i] < 0);
	return n;
}

/* FIT_OK when there is something to solve. */
static enum fit_why refuse(
	const struct form *form, const struct fit_points *points, struct fit_result *result)
{
	double low = INFINITY, high = -INFINITY;

	if (!are_finite(points))
		return FIT_NOT_FINITE;
	if (points->n <= form->n)
		return FIT_TOO_FEW;
	if (result->model == FIT_POISSON)
		return FIT_OK;
	result->n_refused = count_refused(result->model, form, points);
	if (result->n_refused)
		return FIT_NOT_POSITIVE;
	for (size_t i = 0; i < points->n; i++) {
		low = fmin(low, points->x[i]);
		high = fmax(high, points->x[i]);
	}
	return high > low && isfinite(high - low) ? FIT_OK : FIT_NO_SPREAD;
}

/* --- numbers --- */

double fit_half_width(const struct fit_result *result, unsigned parameter, double probability)
{
	double tail = (1 + probability) / 2;
	double widths = result->model == FIT_POISSON ? gsl_cdf_ugaussian_Pinv(tail)
						     : gsl_cdf_tdist_Pinv(tail, result->degrees);

	return widths * result->errors[parameter];
}

static void take_numbers(const struct form *form, const struct fit_points *points,
	const struct sorted *sorted, const struct solution *solution, struct fit_result *result)
{
	double about = form->has_constant || form->n > 1 ? sorted_mean(sorted) : 0;
	double all = sorted_squares(sorted, about);

	result->n_parameters = form->n;
	result->degrees = (unsigned)(points->n - form->n);
	result->sigma = sqrt(solution->squares / result->degrees);
	result->r2 = all > 0 ? 1 - solution->squares / all : NAN;
	result->condition = solution->condition;
	for (unsigned i = 0; i < form->n; i++) {
		double root = sqrt(solution->variances[i]);

		result->values[i] = solution->p[i];
		result->errors[i] = points->are_absolute ? root : root * result->sigma;
		double half = fit_half_width(result, i, 0.95);
		result->low[i] = result->values[i] - half;
		result->high[i] = result->values[i] + half;
	}
}

double fit_value(const struct fit_result *result, double x)
{
	const struct form *form = form_of(result->model);

	return form->value ? form->value(result->values, x) : result->values[0];
}

double fit_value_of(const struct fit_result *result, const char *id)
{
	const struct form *form = form_of(result->model);

	for (unsigned i = 0; i < form->n; i++)
		if (strcmp(form->parameters[i].id, id) == 0)
			return result->values[i];
	return NAN;
}

static bool are_numbers(const struct fit_result *result)
{
	for (unsigned i = 0; i < result->n_parameters; i++)
		if (!isfinite(result->errors[i]) || !isfinite(result->low[i]) ||
			!isfinite(result->high[i]))
			return false;
	return isfinite(result->sigma);
}

static int judge(const struct form *form, const struct fit_points *points,
	const struct sorted *sorted, struct fit_result *result, double *ret_residuals)
{
	double *residuals = malloc(sorted->n * sizeof *residuals);
	bool are_finite = true;

	if (!residuals)
		return -ENOMEM;
	for (size_t i = 0; i < sorted->n; i++) {
		residuals[i] = sorted->y[i] - form->value(result->values, sorted->x[i]);
		are_finite = are_finite && isfinite(residuals[i]);
		if (ret_residuals)
			ret_residuals[sorted->place[i]] = residuals[i];
	}
	if (are_finite)
		verdict_give(form, points, sorted, residuals, result);
	else
		result->why = FIT_ILL; /* beyond all numbers at some of the points */
	free(residuals);
	return 0;
}

static int fit_curve(const struct form *form, const struct fit_points *points,
	const struct sorted *sorted, const atomic_bool *is_cancelled, struct fit_result *result,
	double *ret_residuals)
{
	struct solution solution;
	int r = solve(form, sorted, is_cancelled, &solution);

	if (r == -EDOM || r == -ERANGE) {
		result->why = r == -EDOM ? FIT_STUCK : FIT_ILL;
		return 0;
	}
	if (r < 0)
		return r;
	take_numbers(form, points, sorted, &solution, result);
	if (are_numbers(result))
		return judge(form, points, sorted, result, ret_residuals);
	result->why = FIT_ILL;
	return 0;
}

int fit_run(enum fit_model model, const struct fit_points *points, const atomic_bool *is_cancelled,
	struct fit_result *ret_result, double *ret_residuals)
{
	const struct form *form = form_of(model);
	struct fit_result result = {.model = model, .n = points->n, .better = FIT_MODELS};
	struct sorted sorted;
	int r = 0;

	quiet_gsl();
	result.why = refuse(form, points, &result);
	if (result.why == FIT_OK) {
		r = sorted_new(points, &sorted);
		if (r < 0)
			return r;
		r = model == FIT_POISSON
			? poisson_run(&sorted, &result, ret_residuals)
			: fit_curve(form, points, &sorted, is_cancelled, &result, ret_residuals);
		sorted_free(&sorted);
	}
	if (r == 0)
		*ret_result = result;
	return r;
}

/* --- advice --- */

/* What a model of so many parameters is worth: Akaike's criterion for few points (Hurvich and Tsai
 * 1989), the lower the better. */
static double cost(const struct fit_result *result)
{
	double n = (double)result->n, k = result->n_parameters + 1;

	return n * log(result->sigma * result->sigma * result->degrees / n) + 2 * k +
		(n > k + 1 ? 2 * k * (k + 1) / (n - k - 1) : INFINITY);
}

/* Any bend is a piece of some wave: nobody is told to try one of which the points have no whole. */
static bool is_worth_telling(const struct fit_points *points, const struct fit_result *other)
{
	double low = INFINITY, high = -INFINITY;

	if (other->why != FIT_OK && other->why != FIT_SLIGHT)
		return false;
	for (size_t i = 0; i < points->n; i++) {
		low = fmin(low, points->x[i]);
		high = fmax(high, points->x[i]);
	}
	return !form_of(other->model)->oscillates || fit_value_of(other, "f") * (high - low) >= 1;
}

static int try_others(unsigned among, const struct fit_points *points,
	const atomic_bool *is_cancelled, struct fit_result *result)
{
	const struct form *form = form_of(result->model);
	double least = INFINITY;

	for (unsigned i = 0; i < form->n_others; i++) {
		struct fit_result other;
		int r;

		if (!(among & 1U << form->others[i]))
			continue;
		r = fit_run(form->others[i], points, is_cancelled, &other, NULL);
		if (r < 0)
			return r;
		if (is_worth_telling(points, &other) && cost(&other) < least) {
			least = cost(&other);
			result->better = other.model;
		}
	}
	return 0;
}

/* Of many points their means say as much. */
static int try_on_means(unsigned among, const struct fit_points *points,
	const atomic_bool *is_cancelled, struct fit_result *result)
{
	struct sorted sorted, few;
	int r = sorted_new(points, &sorted);

	if (r < 0)
		return r;
	r = sorted_reduce(&sorted, MOST_TO_TRY, true, &few);
	if (r == 0) {
		double width = sorted_span(&sorted) / (double)few.n;
		struct fit_points means = {.n = few.n,
			.x = few.x,
			.y = few.y,
			.resolution = points->resolution,
			.x_width = fmax(width, points->x_width)};

		r = try_others(among, &means, is_cancelled, result);
		sorted_free(&few);
	}
	sorted_free(&sorted);
	return r;
}

static bool may_others_do(enum fit_why why)
{
	return why == FIT_WORSE || why == FIT_RUNS || why == FIT_NOISE || why == FIT_UNDETERMINED ||
		why == FIT_STUCK || why == FIT_ILL;
}

int fit_advise(enum fit_model model, unsigned among, const struct fit_points *points,
	const atomic_bool *is_cancelled, struct fit_result *ret_result, double *ret_residuals)
{
	int r = fit_run(model, points, is_cancelled, ret_result, ret_residuals);

	if (r < 0 || !may_others_do(ret_result->why))
		return r;
	return points->n > 2 * MOST_TO_TRY ? try_on_means(among, points, is_cancelled, ret_result)
					   : try_others(among, points, is_cancelled, ret_result);
}
