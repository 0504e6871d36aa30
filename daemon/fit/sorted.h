/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points in order of x, with the roots of their weights: what all steps of a fit work on. Owned by one
 * fit. Pure, but for memory. */
#pragma once

#include "fit/points.h"

struct sorted {
	size_t n;
	double *x, *y, *root; /* root of the weight; all 1 without weights */
	size_t *place;        /* where each stood; NULL: a reduced copy */
};

/* -ENOMEM, or 0. Copies. */
int sorted_new(const struct fit_points *points, struct sorted *ret_sorted);
/* At most `most` points of it: means of neighbours, or every so-manyth point. */
int sorted_reduce(const struct sorted *from, size_t most, bool by_means, struct sorted *ret_sorted);
void sorted_free(struct sorted *sorted);

static inline double sorted_span(const struct sorted *points)
{
	return points->x[points->n - 1] - points->x[0];
}

/* Mean of y by the weights, and the sum of squares about it. */
double sorted_mean(const struct sorted *points);
double sorted_squares(const struct sorted *points, double about);
