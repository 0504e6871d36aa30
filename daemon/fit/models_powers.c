/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Powers and exponentials: searched for over their power, or their time constant. */
#include "fit/models_form.h"

#include <math.h>

#include "fit/sorted.h"

/* From `low` to `high` in even ratios, behind what is there, with either sign. */
static size_t spread(double low, double high, size_t n, size_t at, struct form_shape *ret_shapes)
{
	double ratio = pow(high / low, 1.0 / (double)(n - 1)), value = low;

	for (size_t i = 0; i < n; i++, value *= ratio) {
		ret_shapes[at++].at[0] = value;
		ret_shapes[at++].at[0] = -value;
	}
	return at;
}

/* At 0 it is 0 for every power above 0, as in 0 m falls 0 s. */
static double power(const double *p, double x)
{
	return p[0] * pow(x, p[1]);
}

static void power_slopes(const double *p, double x, double *ret)
{
	ret[0] = pow(x, p[1]);
	ret[1] = x > 0 ? p[0] * ret[0] * log(x) : 0;
}

static void power_basis(const double *shape, double x, double *ret)
{
	ret[0] = pow(x, shape[0]);
}

static void power_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = coefficients[0];
	ret_p[1] = shape[0];
}

static size_t power_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	size_t n = 0;

	for (int quarter = -24; quarter <= 24; quarter++)
		if (quarter > 0 || (quarter < 0 && points->x[0] > 0))
			ret_shapes[n++].at[0] = quarter / 4.0;
	return n;
}

const struct form form_power = {.id = "power",
	.zh = "幂",
	.en = "Power",
	.formula = "y = a @^n",
	.expression = "a*x^n",
	.n = 2,
	/* a's unit would need that of x to the nth: none is told. */
	.parameters = {{"a", 0, 0, NEED_SIGN}, {"n", 0, 0, NEED_NOT}},
	.may_be_flat = true,
	.value = power,
	.slopes = power_slopes,
	.n_shapes = 1,
	.n_basis = 1,
	.basis = power_basis,
	.join = power_join,
	.candidates = power_candidates,
	.others = {FIT_LINEAR, FIT_QUADRATIC, FIT_DECAY},
	.n_others = 3};

static double exponential(const double *p, double x)
{
	return p[0] * exp(p[1] * x);
}

static void exponential_slopes(const double *p, double x, double *ret)
{
	ret[0] = exp(p[1] * x);
	ret[1] = p[0] * x * ret[0];
}

static void exponential_basis(const double *shape, double x, double *ret)
{
	ret[0] = exp(shape[0] * x);
}

static size_t exponential_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	double span = sorted_span(points);

	return spread(0.003 / span, 100 / span, 32, 0, ret_shapes);
}

const struct form form_exponential = {.id = "exponential",
	.zh = "指数",
	.en = "Exponential",
	.formula = "y = A exp(k @)",
	.expression = "A*exp(k*x)",
	.n = 2,
	.parameters = {{"A", 1, 0, NEED_SIGN}, {"k", 0, -1, NEED_NOT}},
	.may_be_flat = true,
	.value = exponential,
	.slopes = exponential_slopes,
	.n_shapes = 1,
	.n_basis = 1,
	.basis = exponential_basis,
	.join = power_join,
	.candidates = exponential_candidates,
	.others = {FIT_DECAY, FIT_LINEAR, FIT_QUADRATIC},
	.n_others = 3};

/* Steepest: it falls within one of the points; flattest: within thirty times what there is. */
static size_t decay_candidates(const struct sorted *points, struct form_shape *ret_shapes)
{
	double span = sorted_span(points);

	return spread(0.5 * span / (double)points->n, 30 * span, 40, 0, ret_shapes);
}

static double decay(const double *p, double x)
{
	return p[0] * exp(-x / p[1]) + p[2];
}

static void decay_slopes(const double *p, double x, double *ret)
{
	ret[0] = exp(-x / p[1]);
	ret[1] = p[0] * ret[0] * x / (p[1] * p[1]);
	ret[2] = 1;
}

static void decay_basis(const double *shape, double x, double *ret)
{
	ret[0] = exp(-x / shape[0]);
	ret[1] = 1;
}

static void decay_join(const double *shape, const double *coefficients, double *ret_p)
{
	ret_p[0] = coefficients[0];
	ret_p[1] = shape[0];
	ret_p[2] = coefficients[1];
}

const struct form form_decay = {.id = "decay",
	.zh = "趋近指数",
	.en = "Decay",
	.formula = "y = A exp(-@/tau) + C",
	.expression = "A*exp(-x/tau)+C",
	.n = 3,
	.parameters = {{"A", 1, 0, NEED_SIGN}, {"tau", 0, 1, NEED_SCALE}, {"C", 1, 0, NEED_NOT}},
	.has_constant = true,
	.value = decay,
	.slopes = decay_slopes,
	.n_shapes = 1,
	.n_basis = 2,
	.basis = decay_basis,
	.join = decay_join,
	.candidates = decay_candidates,
	.others = {FIT_LINEAR, FIT_QUADRATIC, FIT_DAMPED, FIT_SINE},
	.n_others = 4};
