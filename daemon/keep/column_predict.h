/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a column's next integer is taken to be, of those before it: the half of keep/column.c that
 * makes small numbers of large ones. Arithmetic wraps, so any errors give some column back. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* As they are written; column_predict.c says what each is for. */
enum prediction { DELTA = 0, DELTA2 = 1, FOLLOW_SLOW = 2, FOLLOW_FAST = 3 };

struct column_model {
	enum prediction prediction;
	int64_t step; /* DELTA2: y[1]; FOLLOW: in 1/256 a row */
	uint64_t snap;
};

/* The one that costs the fewest bits, of a column that begins with y[0] = 0 and reaches over so
 * much (UINT64_MAX: it may wrap). */
struct column_model column_choose(const int64_t *y, size_t n, uint64_t reach);

/* Zigzag errors of y[1] .. y[n-1], the model starting at y[0]; and back, from y[0] = 0. */
void column_predict(
	const struct column_model *model, const int64_t *y, size_t n, uint64_t *ret_errors);
void column_unpredict(
	const struct column_model *model, const uint64_t *errors, size_t n, int64_t *ret_y);
