/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model is to the solver: one const table entry. Inside fit/, and for tests that bring one
 * of their own. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fit/models.h"

/* y = sum of coefficients times basis functions whose shape few parameters set: the search for starting
 * values goes over shapes only. A sine of frequency f is a sin + b cos + C. */
enum { FORM_SHAPES = 2, FORM_BASIS = 3, FORM_CANDIDATES = 1024 };

struct form_shape {
	double at[FORM_SHAPES];
};

/* How well a parameter must be known for the rest to mean anything. */
enum form_need {
	NEED_NOT,   /* 0 is a value like any other */
	NEED_SIGN,  /* the 95 % interval must not hold 0 */
	NEED_SCALE, /* nor come half-way to it. A time constant that is less well known is found too
	             * small together with its error: of cups seen for a tenth of theirs, none of 400
	             * intervals that were told held the truth, of those seen for a quarter 94 in 100; so it
	             * is with the frequency of less than half a period */
};

struct form_parameter {
	const char *id;
	signed char y, x; /* powers of the units */
	enum form_need need;
};

struct sorted; /* fit/sorted.h */

struct form {
	const char *id, *zh, *en;
	const char *formula, *expression;
	unsigned n; /* parameters */
	struct form_parameter parameters[FIT_PARAMETERS];
	bool is_linear;    /* in all of them */
	bool has_constant; /* y may be shifted */
	bool may_be_flat;  /* no change is a result; else it is none */
	bool oscillates;
	bool is_searched_for; /* at about n / 2 places, each of which had its chance in noise */
	bool needs_positive;  /* x > 0 */

	double (*value)(const double *p, double x);
	void (*slopes)(const double *p, double x, double *ret_slopes); /* d value / d p */
	void (*tidy)(
		double *p); /* of parameters that mean the same curve, the usual ones; or NULL */

	/* for starting values, where it is not linear */
	unsigned n_shapes, n_basis;
	void (*basis)(const double *shape, double x, double *ret_basis);
	void (*join)(const double *shape, const double *coefficients, double *ret_p);
	/* Shapes to try, at most FORM_CANDIDATES. */
	size_t (*candidates)(const struct sorted *points, struct form_shape *ret_shapes);

	/* Models to try, when this one does not fit; closed by FIT_MODELS, or all 0. */
	enum fit_model others[4];
	unsigned n_others;
};

/* Each with what belongs to it in one place, models_NAME.c. */
extern const struct form form_proportional, form_linear, form_quadratic, form_logarithm; /* lines */
extern const struct form form_power, form_exponential, form_decay; /* powers */
extern const struct form form_sine, form_damped;                   /* waves */
extern const struct form form_gaussian;                            /* bell */

const struct form *form_of(enum fit_model model);
