/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From points and a form to parameters and what they are worth: GSL's solvers behind one function. What
 * they find is judged elsewhere (fit/verdict.h). Pure, but for memory; any thread. */
#pragma once

#include <stdatomic.h>

#include "fit/models_form.h"
#include "fit/sorted.h"

struct solution {
	double p[FIT_PARAMETERS];
	double variances[FIT_PARAMETERS]; /* diagonal of (J^T W J)^-1 */
	double squares;                   /* sum of weighted squares of residuals */
	double condition; /* of the Jacobian with its columns scaled to the same length */
};

/* 0; -EDOM: the search came to no end, -ERANGE: parameters cannot be told apart or have no finite
 * value; -ENOMEM, -ECANCELED. There are more points than parameters. */
int solve(const struct form *form, const struct sorted *points, const atomic_bool *is_cancelled,
	struct solution *ret_solution);

/* The nonlinear way from given starting values, for tests. */
int solve_from(const struct form *form, const struct sorted *points, const double *start,
	const atomic_bool *is_cancelled, struct solution *ret_solution);
