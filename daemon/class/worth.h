/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ids of a lesson are worth in one run: of a need the mean of its readings, of what is typed the last
 * word, of a formula what it makes of these. The point of a class plot and what a lesson accepts go by it, as
 * the pages do (web/js/class-points.js). Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/formula.h"
#include "data/lesson.h"
#include "class/results.h"

struct worth {
	const char *names[FORMULA_NAMES]; /* the lesson's; "group", too */
	double values[FORMULA_NAMES];     /* NaN: there is none */
	/* Samples of a need; of a formula those of what it speaks of that has most; of others 0. How long they last: from
	 * the first to the last, and one spacing, as each stands for the time until the next. */
	uint64_t n[FORMULA_NAMES];
	int64_t ns[FORMULA_NAMES];
	size_t count;
};

void worth_weigh(
	const struct lesson *lesson, const struct result_run *run, struct worth *ret_worth);

/* The place of an id; `count`: it has none. */
size_t worth_find(const struct worth *worth, const char *id);
/* NaN: it has none. */
double worth_value(const struct worth *worth, const char *id);
