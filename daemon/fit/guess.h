/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting values without a hand.
 *
 * A model that is not linear is so in one or two of its parameters only, its shape; for a given shape
 * the others follow by linear least squares (variable projection: Golub and Pereyra 1973). So shapes
 * over all that the points could tell are tried, and the best are where to begin. No logarithm of the
 * data is taken: it would refuse values below 0 and trust small ones too much. Pure, but for memory. */
#pragma once

#include "fit/models_form.h"
#include "fit/sorted.h"

enum { GUESS_STARTS = 3 };

struct guess {
	double squares; /* sum of squares at it */
	double p[FIT_PARAMETERS];
};

/* The best different shapes, the best first; how many, 0 when none gives finite numbers; or -ENOMEM. */
int guess_starts(const struct form *form, const struct sorted *points,
	struct guess ret_starts[GUESS_STARTS]);
