/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run's lesson calculates, as columns of its file: its formulas (data/formula.h) of calibrated values, as the pages show
 * them beside the readings.
 *
 * A formula has a value in each row of a kit that it speaks of. What another kit measured then lies on the straight line
 * between its two values around that instant, where these are no more than three of its periods apart: over a gap there is
 * none. They may lie outside the file, as long as they are of the run: a part of it has the values of the whole. So a
 * value is the one that a page shows of that row (web/js/joined.js), as long as the stamps are those that it goes by. What
 * was typed is of a run and not of its rows: formulas of it are columns of the readings (export/typed_table.h). Work
 * thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "class/need_channels.h"
#include "data/lesson.h"
#include "export/export.h"
#include "history/weave.h"

struct formula_columns;

struct formula_range {
	struct need_channel channels[LESSON_NEEDS]; /* of the lesson's needs */
	struct instant run_from,
		run_to; /* `time` counts from its begin; what lies outside counts not */
	struct instant from, to, kept; /* of the file, as weave_new has them */
};

/* NULL in *ret_formulas: there is no column. The lesson and what is exported live longer; its streams are ready to be
 * read. 0 or -errno. */
int formula_columns_new(struct reader *reader, const struct lesson *lesson,
	const struct exporter *exporter, const struct formula_range *range,
	struct formula_columns **ret_formulas);
void formula_columns_free(struct formula_columns *formulas); /* NULL: nothing */

/* Values at a moment with rows; moments come in order. 0 or -errno. */
int formula_columns_step(
	struct formula_columns *formulas, struct reader *reader, const struct moment *moment);

/* With the values of the moment that was stepped to last; lent. NULL has none. */
const struct export_formula *formula_columns_list(
	const struct formula_columns *formulas, size_t *ret_n);
const struct lesson_formula *formula_columns_told(
	const struct formula_columns *formulas, size_t column);
/* "= mobile - fixed; mobile: 3 气压; fixed: 4 气压": of what, by the heads of the columns. */
void formula_columns_add_how(
	const struct formula_columns *formulas, size_t column, struct text *words);
