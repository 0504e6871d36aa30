/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GSL 2.7 (Debian 12) and 2.8 (Debian 13). */
#include "fit/solve.h"

#include <errno.h>
#include <math.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <gsl/gsl_multifit_nlinear.h>

#include "fit/guess.h"
#include "fit/quiet.h"

/* NIST's hard ones take 30; noise takes all that it gets. */
enum { MOST_STEPS = 100, FEW = 2048 };

/* A curve that runs away (exp of a step too far) is a bad step, not the end of the search. */
static const double FAR = 1e100;

/* Beyond it the digits of a double do not suffice to tell the parameters apart. */
static const double WORST_CONDITION = 1e11;

/* The residuals are at right angles to all that the parameters can do, as exactly as that (Bates and
 * Watts, 2.2.3: relative offset): then no step can make them shorter. */
static const double RIGHT_ANGLE = 1e-4;

/* Residuals of that part of y have no direction any more: they are what rounding left. */
static const double NOTHING_LEFT = 1e-9;

static double bounded(double value)
{
	return value > FAR || isnan(value) ? FAR : value < -FAR ? -FAR : value;
}

/* --- what both ways share --- */

/* Of weighted slopes at the points, column by column to the same length: the ratio of the largest to the
 * smallest singular value. */
static double condition_of(const gsl_matrix *jacobian)
{
	gsl_multifit_linear_workspace *work =
		gsl_multifit_linear_alloc(jacobian->size1, jacobian->size2);
	double rcond = NAN;

	if (work && gsl_multifit_linear_bsvd(jacobian, work) == GSL_SUCCESS)
		rcond = gsl_multifit_linear_rcond(work);
	gsl_multifit_linear_free(work);
	return rcond > 0 ? 1 / rcond : INFINITY;
}

/* `jacobian` has the weights' roots in it. */
static int take_solution(const struct form *form, const gsl_vector *p, const gsl_matrix *jacobian,
	double squares, struct solution *ret_solution)
{
	gsl_matrix *covariance = gsl_matrix_alloc(form->n, form->n);
	int r = !covariance ? -ENOMEM : 0;

	if (r == 0 && gsl_multifit_nlinear_covar(jacobian, 0, covariance))
		r = -ERANGE;
	for (unsigned i = 0; r == 0 && i < form->n; i++) {
		ret_solution->p[i] = gsl_vector_get(p, i);
		ret_solution->variances[i] = gsl_matrix_get(covariance, i, i);
		if (!isfinite(ret_solution->p[i]) || !isfinite(ret_solution->variances[i]) ||
			ret_solution->variances[i] < 0)
			r = -ERANGE;
	}
	gsl_matrix_free(covariance);
	ret_solution->squares = squares;
	if (r == 0 && !(isfinite(squares) && ret_solution->condition < WORST_CONDITION))
		r = -ERANGE;
	return r;
}

/* --- linear --- */

static int solve_design(const struct form *form, gsl_matrix *design, gsl_vector *y,
	gsl_multifit_linear_workspace *work, struct solution *ret_solution)
{
	gsl_vector *p = gsl_vector_alloc(form->n);
	gsl_matrix *scaled = gsl_matrix_alloc(form->n, form->n); /* by the scatter: not wanted */
	double squares;
	int r = -ENOMEM;

	if (p && scaled) {
		r = gsl_multifit_linear(design, y, p, scaled, &squares, work) ? -ERANGE : 0;
		ret_solution->condition = condition_of(design);
		if (r == 0)
			r = take_solution(form, p, design, squares, ret_solution);
	}
	gsl_vector_free(p);
	gsl_matrix_free(scaled);
	return r;
}

static int solve_linear(
	const struct form *form, const struct sorted *points, struct solution *ret_solution)
{
	gsl_matrix *design = gsl_matrix_alloc(points->n, form->n);
	gsl_vector *y = gsl_vector_alloc(points->n);
	gsl_multifit_linear_workspace *work = gsl_multifit_linear_alloc(points->n, form->n);
	int r = -ENOMEM;

	if (design && y && work) {
		for (size_t i = 0; i < points->n; i++) {
			double *row = gsl_matrix_ptr(design, i, 0);

			form->slopes(NULL, points->x[i], row);
			for (unsigned k = 0; k < form->n; k++)
				row[k] *= points->root[i];
			gsl_vector_set(y, i, points->root[i] * points->y[i]);
		}
		r = solve_design(form, design, y, work, ret_solution);
	}
	gsl_matrix_free(design);
	gsl_vector_free(y);
	gsl_multifit_linear_free(work);
	return r;
}

/* --- not linear --- */

struct search {
	const struct form *form;
	const struct sorted *points;
	const atomic_bool *is_cancelled;
	double unit; /* all of y is 1 in it: GSL takes a slope below gtol for none, whatever y is */
};

static bool is_cancelled(const struct search *search)
{
	return search->is_cancelled && atomic_load(search->is_cancelled);
}

static int residuals(const gsl_vector *p, void *self, gsl_vector *f)
{
	const struct search *search = self;
	const struct sorted *points = search->points;

	if (is_cancelled(search))
		return GSL_EFAILED;
	for (size_t i = 0; i < points->n; i++)
		gsl_vector_set(f, i,
			search->unit * points->root[i] *
				(bounded(search->form->value(p->data, points->x[i])) -
					points->y[i]));
	return GSL_SUCCESS;
}

static int slopes(const gsl_vector *p, void *self, gsl_matrix *jacobian)
{
	const struct search *search = self;
	const struct sorted *points = search->points;

	for (size_t i = 0; i < points->n; i++) {
		double *row = gsl_matrix_ptr(jacobian, i, 0);

		search->form->slopes(p->data, points->x[i], row);
		for (unsigned k = 0; k < search->form->n; k++)
			row[k] = search->unit * points->root[i] * bounded(row[k]);
	}
	return GSL_SUCCESS;
}

/* Is there no way down any more? GSL's own tests stop at a slow step too. */
static bool is_at_end(const struct search *search, const gsl_vector *f, const gsl_matrix *jacobian)
{
	double length = gsl_blas_dnrm2(f);

	if (!(length > NOTHING_LEFT))
		return isfinite(length);
	for (unsigned k = 0; k < search->form->n; k++) {
		gsl_vector_const_view column = gsl_matrix_const_column(jacobian, k);
		double along, of = gsl_blas_dnrm2(&column.vector);

		gsl_blas_ddot(&column.vector, f, &along);
		if (!(fabs(along) <= RIGHT_ANGLE * of * length))
			return false;
	}
	return isfinite(length);
}

static int finish_search(const struct search *search, gsl_multifit_nlinear_workspace *work,
	struct solution *ret_solution)
{
	const gsl_vector *f = gsl_multifit_nlinear_residual(work);
	const gsl_matrix *jacobian = gsl_multifit_nlinear_jac(work);
	double squares;

	if (!is_at_end(search, f, jacobian))
		return -EDOM;
	ret_solution->condition = condition_of(jacobian);
	gsl_blas_ddot(f, f, &squares);
	double per_unit = search->unit * search->unit;
	int r = take_solution(search->form, gsl_multifit_nlinear_position(work), jacobian,
		squares / per_unit, ret_solution);
	for (unsigned i = 0; r == 0 && i < search->form->n; i++)
		ret_solution->variances[i] *= per_unit;
	return r;
}

int solve_from(const struct form *form, const struct sorted *points, const double *start,
	const atomic_bool *cancelled, struct solution *ret_solution)
{
	double length = sqrt(sorted_squares(points, 0));
	struct search search = {form, points, cancelled, length > 0 ? 1 / length : 1};
	gsl_multifit_nlinear_fdf fdf = {
		.f = residuals, .df = slopes, .n = points->n, .p = form->n, .params = &search};
	gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
	gsl_vector_const_view from = gsl_vector_const_view_array(start, form->n);
	int info, r = -ENOMEM;

	quiet_gsl();
	if (!isfinite(length) || !isfinite(search.unit))
		return -ERANGE;
	gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(
		gsl_multifit_nlinear_trust, &parameters, points->n, form->n);
	if (!work)
		return r;
	if (gsl_multifit_nlinear_init(&from.vector, &fdf, work)) {
		r = -EDOM;
	} else {
		gsl_multifit_nlinear_driver(MOST_STEPS, 1e-11, 1e-15, 0, NULL, NULL, &info, work);
		r = finish_search(&search, work, ret_solution);
	}
	gsl_multifit_nlinear_free(work);
	if (is_cancelled(&search))
		return -ECANCELED;
	if (r == 0 && form->tidy)
		form->tidy(ret_solution->p);
	return r;
}

/* From each of the starts to its end, and the lowest of these. */
static int follow_starts(const struct form *form, const struct sorted *points,
	const struct guess *starts, int n, const atomic_bool *cancelled,
	struct solution *ret_solution)
{
	int result = -EDOM;

	for (int i = 0; i < n; i++) {
		struct solution solution;
		int r = solve_from(form, points, starts[i].p, cancelled, &solution);

		if (r == -ECANCELED || r == -ENOMEM)
			return r;
		if (r == 0 && (result < 0 || solution.squares < ret_solution->squares)) {
			*ret_solution = solution;
			result = 0;
		} else if (result < 0) {
			result = r;
		}
	}
	return result;
}

/* The way is found with few of many points, and walked to its end with all: a hundred steps over 20 000
 * points of noise would take a board seconds. */
static int follow_with_few(const struct form *form, const struct sorted *points,
	const struct guess *starts, int n, const atomic_bool *cancelled,
	struct solution *ret_solution)
{
	struct solution found;
	struct sorted few;
	int r = sorted_reduce(points, FEW, !form->oscillates, &few);

	if (r < 0)
		return r;
	r = follow_starts(form, &few, starts, n, cancelled, &found);
	sorted_free(&few);
	return r < 0 ? r : solve_from(form, points, found.p, cancelled, ret_solution);
}

static int solve_search(const struct form *form, const struct sorted *points,
	const atomic_bool *cancelled, struct solution *ret_solution)
{
	struct guess starts[GUESS_STARTS];
	int n = guess_starts(form, points, starts);

	if (n < 0)
		return n;
	return points->n > 2 * FEW
		? follow_with_few(form, points, starts, n, cancelled, ret_solution)
		: follow_starts(form, points, starts, n, cancelled, ret_solution);
}

int solve(const struct form *form, const struct sorted *points, const atomic_bool *cancelled,
	struct solution *ret_solution)
{
	quiet_gsl();
	return form->is_linear ? solve_linear(form, points, ret_solution)
			       : solve_search(form, points, cancelled, ret_solution);
}
