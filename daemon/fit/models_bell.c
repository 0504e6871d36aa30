/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bell: searched for over its middle and its width. */
#include "fit/models_form.h"

#include <math.h>

#include "fit/sorted.h"

static double gaussian(const double *p, double x)
{
	double z = (x - p[1]) / p[2];

	return p[0] * exp(-z * z / 2) + p[3];
}

static void gaussian_slopes(const double *p, double x, double *ret)
{
	double z = (x - p[1]) / p[2];

	ret[0] = exp(-z * z / 2);
	ret[1] = p[0] * ret[0] * z / p[2];
	ret[2] = p[0] * ret[0] * z * z / p[2];
	ret[3] = 1;
}

static void gaussian_basis(const double *shape, double x, double *ret)
{
	double z = (x - shape[0]) / shape[1];

	ret[0] = exp(-z * z / 2);
	ret[1] = 1;
}

static void gaussian_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = coefficients[0];
	ret_p[1] = shape[0];
	ret_p[2] = shape[1];
	ret_p[3] = coefficients[1];
}

static void gaussian_tidy(double *p)
{
	p[2] = fabs(p[2]);
}

/* Everywhere, and where the highest and the lowest point are: a narrow peak lies between. */
static size_t gaussian_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	enum { CENTRES = 32, WIDTHS = 12 };
	double span = sorted_span(points), narrow = span / (double)points->n, centres[CENTRES + 2];
	double ratio = pow(span / narrow, 1.0 / (WIDTHS - 1));
	size_t n = 0, high = 0, low = 0;

	for (size_t i = 1; i < points->n; i++) {
		high = points->y[i] > points->y[high] ? i : high;
		low = points->y[i] < points->y[low] ? i : low;
	}
	for (int i = 0; i < CENTRES; i++)
		centres[i] = points->x[0] + span * i / (CENTRES - 1);
	centres[CENTRES] = points->x[high];
	centres[CENTRES + 1] = points->x[low];
	for (int i = 0; i < CENTRES + 2; i++) {
		double width = narrow;

		for (int k = 0; k < WIDTHS; k++, width *= ratio)
			ret_shapes[n++] = (struct form_shape){{centres[i], width}};
	}
	return n;
}

const struct form form_gaussian = {.id = "gaussian",
	.zh = "高斯",
	.en = "Gaussian",
	.formula = "y = A exp(-(@ - mu)^2 / (2 s^2)) + C",
	.expression = "A*exp(-(x-mu)^2/(2*s^2))+C",
	.n = 4,
	.parameters = {{"A", 1, 0, NEED_SIGN}, {"mu", 0, 1, NEED_NOT}, {"s", 0, 1, NEED_SCALE},
		{"C", 1, 0, NEED_NOT}},
	.has_constant = true,
	.is_searched_for = true,
	.value = gaussian,
	.slopes = gaussian_slopes,
	.tidy = gaussian_tidy,
	.n_shapes = 2,
	.n_basis = 2,
	.basis = gaussian_basis,
	.join = gaussian_join,
	.candidates = gaussian_candidates,
	.others = {FIT_LINEAR, FIT_QUADRATIC, FIT_SINE},
	.n_others = 3};
