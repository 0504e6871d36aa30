/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of it. A value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "fit/models.h"

/* How it came out. Up to FIT_FEW_TO_TELL the model stands; from FIT_TOO_FEW on there are no numbers at
 * all. */
enum fit_why {
	FIT_OK,
	FIT_SLIGHT,       /* the residuals bend, but by less than 1 % of what the points span */
	FIT_FLAT,         /* as good as a constant: the slope cannot be told from 0 */
	FIT_FEW_TO_TELL,  /* too few points for a bend to be seen */
	FIT_WORSE,        /* of a line through 0: a level line is nearer to the points */
	FIT_RUNS,         /* the residuals bend */
	FIT_NOISE,        /* noise alone has as much of it */
	FIT_UNDETERMINED, /* a parameter without which the rest means nothing may as well be 0 */
	FIT_SCATTER,      /* points lie farther off than their uncertainties allow */
	FIT_DISPERSED,    /* counts scatter more than random ones */
	FIT_TOO_EVEN,     /* or less */
	FIT_WAITS,        /* waiting times that are not exponential */
	FIT_COARSE,       /* points are means over a good part of a period */
	FIT_TOO_FEW,
	FIT_NO_SPREAD,    /* all x are the same */
	FIT_ILL,          /* parameters cannot be told apart by these points */
	FIT_STUCK,        /* the search found no end */
	FIT_NOT_POSITIVE, /* the model wants x > 0 (power: x >= 0) */
	FIT_NOT_FINITE,
	FIT_NOT_COUNTS, /* Poisson wants whole numbers from 0 on */
	FIT_NO_COUNTS,  /* and at least one count */
	FIT_WHYS,
};

static inline bool fit_is_good(enum fit_why why)
{
	return why <= FIT_FEW_TO_TELL;
}

static inline bool fit_has_numbers(enum fit_why why)
{
	return why < FIT_TOO_FEW;
}

/* "ok", "runs", ...: for programs; the contract of the API. */
const char *fit_why_name(enum fit_why why);

struct fit_result {
	enum fit_model model;
	enum fit_why why;
	size_t n;
	size_t n_refused; /* points that the model cannot take, when it is refused for them */
	unsigned n_parameters, degrees;
	double values[FIT_PARAMETERS], errors[FIT_PARAMETERS];
	double low[FIT_PARAMETERS], high[FIT_PARAMETERS]; /* 95 % */
	double sigma, r2;                                 /* NaN: it has none */
	double bend;      /* of the residuals beyond noise, root mean square, in y; 0: none seen */
	double condition; /* of the scaled Jacobian at the end */
	bool is_waits;    /* Poisson by waiting times: every y was 1, x the instants of events */
	bool is_running;  /* Poisson: the counts were a running total */
	unsigned weakest; /* the parameter that is not determined */
	enum fit_model better; /* that was tried and does fit; FIT_MODELS: none */
};
