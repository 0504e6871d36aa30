/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/guess.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { POINTS_OF_SHAPES = 512, POINTS_OF_WAVES = 4096 };

struct projection {
	const struct form *form;
	const struct sorted *points;
	double *columns[FORM_BASIS]; /* the basis at the points, times the weights' roots */
};

static void fill_columns(const struct projection *projection, const struct form_shape *shape)
{
	const struct sorted *points = projection->points;
	double basis[FORM_BASIS];

	for (size_t i = 0; i < points->n; i++) {
		projection->form->basis(shape->at, points->x[i], basis);
		for (unsigned b = 0; b < projection->form->n_basis; b++)
			projection->columns[b][i] = points->root[i] * basis[b];
	}
}

static double dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Makes the columns orthonormal one after the other (modified Gram-Schmidt); `triangle` gets what was
 * taken out. False when one hardly differs from those before it. */
static bool orthonormalise(
	const struct projection *projection, double triangle[FORM_BASIS][FORM_BASIS])
{
	size_t n = projection->points->n;

	for (unsigned b = 0; b < projection->form->n_basis; b++) {
		double *column = projection->columns[b], whole = sqrt(dot(column, column, n));

		for (unsigned a = 0; a < b; a++) {
			const double *before = projection->columns[a];

			triangle[a][b] = dot(before, column, n);
			for (size_t i = 0; i < n; i++)
				column[i] -= triangle[a][b] * before[i];
		}
		triangle[b][b] = sqrt(dot(column, column, n));
		if (!isfinite(whole) || !(triangle[b][b] > 1e-9 * whole) ||
			triangle[b][b] < DBL_MIN)
			return false;
		for (size_t i = 0; i < n; i++)
			column[i] /= triangle[b][b];
	}
	return true;
}

/* The least squares of a shape, and the parameters there; false: it gives none. */
static bool project(struct projection *projection, const struct form_shape *shape, const double *y,
	struct guess *ret_guess)
{
	double triangle[FORM_BASIS][FORM_BASIS], coefficients[FORM_BASIS];
	const struct form *form = projection->form;
	size_t n = projection->points->n;

	fill_columns(projection, shape);
	if (!orthonormalise(projection, triangle))
		return false;
	double left = dot(y, y, n);
	for (unsigned b = 0; b < form->n_basis; b++) {
		coefficients[b] = dot(projection->columns[b], y, n);
		left -= coefficients[b] * coefficients[b];
	}
	for (unsigned b = form->n_basis; b-- > 0;) {
		for (unsigned a = b + 1; a < form->n_basis; a++)
			coefficients[b] -= triangle[b][a] * coefficients[a];
		coefficients[b] /= triangle[b][b];
	}
	ret_guess->squares = left;
	form->join(shape->at, coefficients, ret_guess->p);
	for (unsigned i = 0; i < form->n; i++)
		if (!isfinite(ret_guess->p[i]))
			return false;
	return isfinite(left);
}

static int keep_best(const struct guess *guess, struct guess *starts, int n)
{
	int at = n;

	while (at > 0 && starts[at - 1].squares > guess->squares)
		at--;
	if (at == GUESS_STARTS)
		return n;
	n = n < GUESS_STARTS ? n + 1 : n;
	for (int i = n - 1; i > at; i--)
		starts[i] = starts[i - 1];
	starts[at] = *guess;
	return n;
}

static int search(struct projection *projection, const struct form_shape *shapes, size_t n_shapes,
	const double *y, struct guess *ret_starts)
{
	int n = 0;

	for (size_t i = 0; i < n_shapes; i++) {
		struct guess guess;

		if (project(projection, &shapes[i], y, &guess))
			n = keep_best(&guess, ret_starts, n);
	}
	return n;
}

int guess_starts(
	const struct form *form, const struct sorted *points, struct guess ret_starts[GUESS_STARTS])
{
	struct form_shape *shapes = malloc(FORM_CANDIDATES * sizeof *shapes);
	struct projection projection = {.form = form};
	struct sorted few = {0};
	int n = -ENOMEM;

	/* A mean over a part of a period is another wave; of points left out nothing is spoilt. */
	if (!shapes ||
		sorted_reduce(points, form->oscillates ? POINTS_OF_WAVES : POINTS_OF_SHAPES,
			!form->oscillates, &few) < 0)
		goto out;
	double *numbers = malloc((FORM_BASIS + 1) * few.n * sizeof *numbers);
	if (!numbers)
		goto out;
	projection.points = &few;
	for (int b = 0; b < FORM_BASIS; b++)
		projection.columns[b] = numbers + (size_t)b * few.n;
	double *y = numbers + FORM_BASIS * few.n;
	for (size_t i = 0; i < few.n; i++)
		y[i] = few.root[i] * few.y[i];
	n = search(&projection, shapes, form->candidates(points, shapes), y, ret_starts);
	free(numbers);
out:
	sorted_free(&few);
	free(shapes);
	return n;
}
