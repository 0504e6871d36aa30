/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns are made orthonormal one after the other (modified Gram-Schmidt); what a power has left of
 * itself behind the derivatives is its own. */
#include "fit/bend.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_cdf.h>

enum { POWERS = 2, HIGHEST = 5, LEAST_FREE = 2, FREE_FOR_TWO = 8 };

/* A power of which less is left is the model's own. */
static const double OWN = 1e-3;

struct columns_made {
	size_t n, made;
	double *at[FIT_PARAMETERS + POWERS];
};

static double dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* The next column, filled by the caller, becomes one of them if enough of it is left. */
static bool keep_column(struct columns_made *columns, double enough)
{
	double *column = columns->at[columns->made];
	double whole = sqrt(dot(column, column, columns->n)), left;

	for (size_t k = 0; k < columns->made; k++) {
		double part = dot(columns->at[k], column, columns->n);

		for (size_t i = 0; i < columns->n; i++)
			column[i] -= part * columns->at[k][i];
	}
	left = sqrt(dot(column, column, columns->n));
	if (!isfinite(left) || !(left > enough * whole))
		return false;
	for (size_t i = 0; i < columns->n; i++)
		column[i] /= left;
	columns->made++;
	return true;
}

static bool keep_derivatives(const struct form *form, const struct sorted *points, const double *p,
	struct columns_made *columns)
{
	double slopes[FIT_PARAMETERS];

	for (unsigned k = 0; k < form->n; k++) {
		for (size_t i = 0; i < points->n; i++) {
			form->slopes(p, points->x[i], slopes);
			columns->at[columns->made][i] = points->root[i] * slopes[k];
		}
		if (!keep_column(columns, 1e-9))
			return false;
	}
	return true;
}

/* Powers of x between -1 and 1, the lowest first. How many. */
static size_t keep_powers(const struct sorted *points, size_t wanted, struct columns_made *columns)
{
	double middle = (points->x[0] + points->x[points->n - 1]) / 2;
	double half = sorted_span(points) / 2;
	size_t n = 0;

	for (int power = 0; power <= HIGHEST && n < wanted; power++) {
		for (size_t i = 0; i < points->n; i++)
			columns->at[columns->made][i] =
				points->root[i] * pow((points->x[i] - middle) / half, power);
		n += keep_column(columns, OWN);
	}
	return n;
}

static size_t powers_for(const struct form *form, size_t n)
{
	return n < form->n + 1 + LEAST_FREE ? 0 : n < form->n + 2 + FREE_FOR_TWO ? 1 : POWERS;
}

bool bend_may_be_seen(const struct form *form, size_t n)
{
	return powers_for(form, n) > 0;
}

static void judge(const struct sorted *points, const double *residuals, size_t n_powers,
	const struct columns_made *columns, double *weighted, double *ret_chance, double *ret_size)
{
	double explained = 0, weights = 0, free = (double)(points->n - columns->made);

	for (size_t i = 0; i < points->n; i++) {
		weighted[i] = points->root[i] * residuals[i];
		weights += points->root[i] * points->root[i];
	}
	for (size_t k = 0; k < columns->made; k++) {
		double part = dot(columns->at[k], weighted, points->n);

		explained += k + n_powers >= columns->made ? part * part : 0;
		for (size_t i = 0; i < points->n; i++)
			weighted[i] -= part * columns->at[k][i];
	}
	double f = explained / (double)n_powers / (dot(weighted, weighted, points->n) / free);
	*ret_chance = isfinite(f) ? gsl_cdf_fdist_Q(f, (double)n_powers, free)
		: explained > 0   ? 0
				  : 1;
	*ret_size = sqrt(explained / weights);
}

int bend_test(const struct form *form, const struct sorted *points, const double *p,
	const double *residuals, double *ret_chance, double *ret_size)
{
	struct columns_made columns = {.n = points->n};
	size_t wanted = powers_for(form, points->n), n_powers;
	double *numbers = malloc((FIT_PARAMETERS + POWERS + 1) * points->n * sizeof *numbers);

	if (!numbers)
		return -ENOMEM;
	for (size_t k = 0; k < FIT_PARAMETERS + POWERS; k++)
		columns.at[k] = numbers + (k + 1) * points->n;
	*ret_chance = 1;
	*ret_size = 0;
	if (wanted > 0 && keep_derivatives(form, points, p, &columns)) {
		n_powers = keep_powers(points, wanted, &columns);
		if (n_powers > 0)
			judge(points, residuals, n_powers, &columns, numbers, ret_chance, ret_size);
	}
	free(numbers);
	return 0;
}
