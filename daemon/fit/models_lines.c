/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models that are linear in all their parameters, which need no search. */
#include "fit/models_form.h"

#include <math.h>

static double proportional(const double *p, double x)
{
	return p[0] * x;
}

static void proportional_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = x;
}

const struct form form_proportional = {.id = "proportional",
	.zh = "正比",
	.en = "Proportional",
	.formula = "y = k @",
	.expression = "k*x",
	.n = 1,
	.parameters = {{"k", 1, -1, NEED_SIGN}},
	.is_linear = true,
	.may_be_flat = true,
	.value = proportional,
	.slopes = proportional_slopes,
	.others = {FIT_LINEAR, FIT_POWER, FIT_QUADRATIC, FIT_DECAY},
	.n_others = 4};

static double linear(const double *p, double x)
{
	return p[0] * x + p[1];
}

static void linear_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = x;
	ret[1] = 1;
}

const struct form form_linear = {.id = "linear",
	.zh = "直线",
	.en = "Linear",
	.formula = "y = k @ + b",
	.expression = "k*x+b",
	.n = 2,
	.parameters = {{"k", 1, -1, NEED_NOT}, {"b", 1, 0, NEED_NOT}},
	.is_linear = true,
	.has_constant = true,
	.may_be_flat = true,
	.value = linear,
	.slopes = linear_slopes,
	.others = {FIT_QUADRATIC, FIT_DECAY, FIT_POWER, FIT_SINE},
	.n_others = 4};

static double quadratic(const double *p, double x)
{
	return (p[0] * x + p[1]) * x + p[2];
}

static void quadratic_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = x * x;
	ret[1] = x;
	ret[2] = 1;
}

const struct form form_quadratic = {.id = "quadratic",
	.zh = "二次",
	.en = "Quadratic",
	.formula = "y = a @^2 + b @ + c",
	.expression = "a*x^2+b*x+c",
	.n = 3,
	.parameters = {{"a", 1, -2, NEED_NOT}, {"b", 1, -1, NEED_NOT}, {"c", 1, 0, NEED_NOT}},
	.is_linear = true,
	.has_constant = true,
	.may_be_flat = true,
	.value = quadratic,
	.slopes = quadratic_slopes,
	.others = {FIT_DECAY, FIT_POWER, FIT_SINE, FIT_DAMPED},
	.n_others = 4};

static double logarithm(const double *p, double x)
{
	return p[0] * log(x) + p[1];
}

static void logarithm_slopes(const double *p, double x, double *ret)
{
	(void)p;
	ret[0] = log(x);
	ret[1] = 1;
}

const struct form form_logarithm = {.id = "logarithm",
	.zh = "对数",
	.en = "Logarithm",
	.formula = "y = a ln(@) + b",
	.expression = "a*ln(x)+b",
	.n = 2,
	.parameters = {{"a", 1, 0, NEED_NOT}, {"b", 1, 0, NEED_NOT}},
	.is_linear = true,
	.has_constant = true,
	.may_be_flat = true,
	.needs_positive = true,
	.value = logarithm,
	.slopes = logarithm_slopes,
	.others = {FIT_LINEAR, FIT_DECAY, FIT_POWER},
	.n_others = 3};
