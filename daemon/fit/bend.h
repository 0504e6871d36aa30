/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do residuals follow a slow curve that the model cannot? They are fitted with what the parameters can
 * still do (the derivatives at the solution) and one or two powers of x more that these cannot make;
 * F = explained / k / (left / (n - p - k)) tells chance from a curve. It is the score test of the larger
 * model, exact for a linear one with normal noise (Seber and Wild, Nonlinear Regression, 5.9.2). A line is
 * tested for x^2 and x^3, a proportional one for an offset first. Six groups suffice, of whom the runs
 * test sees nothing. Pure, but for memory. */
#pragma once

#include "fit/models_form.h"
#include "fit/sorted.h"

/* The probability that noise alone follows such a curve as closely; 1 where there are too few points.
 * *ret_size is the root mean square of the curve, in y. -ENOMEM. */
int bend_test(const struct form *form, const struct sorted *points, const double *p,
	const double *residuals, double *ret_chance, double *ret_size);

/* Can so many points show one? */
bool bend_may_be_seen(const struct form *form, size_t n);
