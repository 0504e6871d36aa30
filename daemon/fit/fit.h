/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares for a class: a model, points, and what may be said of the two.
 *
 * What is computed. Linear models are solved by the singular value decomposition of the balanced design
 * matrix, the others by Levenberg-Marquardt with trust region, exact derivatives and scaling after
 * Moré, both from GSL (GSL manual, "Linear Least-Squares Fitting", "Nonlinear Least-Squares Fitting").
 * Nobody gives starting values: fit/guess.h searches the few parameters in which a model is not linear,
 * solves for the others, and several of the best are followed to the end.
 *
 *   sigma^2  = sum w r^2 / (n - p)                      (what the points scatter; "degrees" is n - p)
 *   cov      = sigma^2 (J^T W J)^-1; with uncertainties that the caller knows, without sigma^2
 *   error_i  = sqrt(cov_ii)                             (one standard uncertainty)
 *   interval = value +- t(n - p) error                  (Student; exact for linear models, and for the
 *                                                        others as far as they are nearly linear within it)
 *   R^2      = 1 - sum w r^2 / sum w (y - mean)^2       (of a model without a constant: about 0, as NIST)
 *
 * (Press et al., Numerical Recipes, 3rd ed., 15.1-15.6; Bates and Watts, Nonlinear Regression
 * Analysis, ch. 2. NIST's certified values hold it: tests/unit/fit_nist_test.c, and the intervals are
 * counted in tests/flow/fit_coverage_test.c.)
 *
 * A model is also judged, and each refusal has a reason that can be shown (fit/verdict.h): residuals that
 * keep their sign for long, parameters that the points do not determine, an effect that noise has as well,
 * points that scatter more than their uncertainties say. R^2 judges nothing here: a parabola gives a
 * line an R^2 of 0.97.
 *
 * Large stamps: who fits against time subtracts an origin first, as integers, and says which
 * (api/api_fit.c). Pure, but for memory; any thread. */
#pragma once

#include <stdatomic.h>

#include "fit/models.h"
#include "fit/points.h"
#include "fit/result.h"

/* Fits. 0 with result->why, or -ENOMEM, -ECANCELED (once `is_cancelled`, which may be NULL, is set).
 * ret_residuals may be NULL, else has room for n: y - model in the order of the points, written when
 * the result has numbers. */
int fit_run(enum fit_model model, const struct fit_points *points, const atomic_bool *is_cancelled,
	struct fit_result *ret_result, double *ret_residuals);

/* Sets of models: bit 1 << model. */
enum { FIT_ALL_MODELS = (1 << FIT_MODELS) - 1 };

/* The same; and when the model does not fit, others of the set `among` are tried for `better`. */
int fit_advise(enum fit_model model, unsigned among, const struct fit_points *points,
	const atomic_bool *is_cancelled, struct fit_result *ret_result, double *ret_residuals);

/* Half the width of an interval that holds the true value with this probability (0.68, 0.95). Of Poisson
 * take low and high. */
double fit_half_width(const struct fit_result *result, unsigned parameter, double probability);

/* A parameter by its id; NaN: the model has none of it. */
double fit_value_of(const struct fit_result *result, const char *id);

/* The fitted y at x; NaN for Poisson by waiting times. */
double fit_value(const struct fit_result *result, double x);
