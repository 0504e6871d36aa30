/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fit as JSON. Pure, but for memory. */
#pragma once

#include "fit/fit.h"
#include "fit/words.h"
#include "history/fit_points.h"

enum { FIT_RESIDUALS = 400 };

struct fit_answer {
	const struct fit_result *result;
	const struct fit_naming *naming;
	const struct fit_points *points; /* in any order; residuals in the same */
	const double *residuals;
	const struct fit_range *range;       /* NULL: the points were given */
	const struct fit_gathered *gathered; /* NULL: likewise */
};

/* Bytes that it takes at most. */
enum { FIT_ANSWER_BYTES = 64 << 10 };
/* -ENOMEM, or 0. The result has numbers. */
int fit_answer_add(const struct fit_answer *answer, struct text *text);
