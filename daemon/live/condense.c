/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merging in place, pair by pair. */
#include "live/condense.h"

#include <math.h>

#include "live/json.h"

static struct condense_cell *cells_of(struct condense *condense, uint32_t column)
{
	return &condense->cells[(size_t)column * condense->n_channels];
}

void condense_reset(struct condense *condense, uint32_t n_channels)
{
	condense->n_channels = n_channels;
	condense->width = 1;
	condense->n = 0;
}

static struct condense_cell together(struct condense_cell a, struct condense_cell b)
{
	return (struct condense_cell){
		.min = fmin(a.min, b.min),
		.max = fmax(a.max, b.max),
		.sum = a.sum + b.sum,
		.n = a.n + b.n,
	};
}

static void halve(struct condense *condense)
{
	for (uint32_t i = 0; i < condense->n / 2; i++) {
		const struct condense_column *a = &condense->columns[2 * i], *b = a + 1;
		struct condense_cell *to = cells_of(condense, i);
		const struct condense_cell *left = cells_of(condense, 2 * i);
		const struct condense_cell *right = cells_of(condense, 2 * i + 1);

		condense->columns[i] =
			(struct condense_column){a->first_ns, b->last_ns, a->n + b->n};
		for (uint32_t c = 0; c < condense->n_channels; c++)
			to[c] = together(left[c], right[c]);
	}
	condense->n /= 2;
	condense->width *= 2;
}

static struct condense_cell *begin_column(struct condense *condense, int64_t stamp_ns)
{
	while (condense->n == (condense->width == 1 ? CONDENSE_ROWS : CONDENSE_COLUMNS))
		halve(condense);

	struct condense_cell *cells = cells_of(condense, condense->n);
	condense->columns[condense->n++] = (struct condense_column){.first_ns = stamp_ns};
	for (uint32_t c = 0; c < condense->n_channels; c++)
		cells[c] = (struct condense_cell){.min = INFINITY, .max = -INFINITY};
	return cells;
}

void condense_add(
	struct condense *condense, const int64_t *stamps_ns, const double *values, size_t n_rows)
{
	const uint32_t n_channels = condense->n_channels;

	for (size_t row = 0; row < n_rows; row++) {
		struct condense_column *column =
			&condense->columns[condense->n ? condense->n - 1 : 0];
		struct condense_cell *cells = cells_of(condense, condense->n ? condense->n - 1 : 0);

		if (condense->n == 0 || column->n == condense->width) {
			cells = begin_column(condense, stamps_ns[row]);
			column = &condense->columns[condense->n - 1];
		}
		column->last_ns = stamps_ns[row];
		column->n++;
		for (uint32_t c = 0; c < n_channels; c++, values++) {
			double value = *values;

			if (!isfinite(value))
				continue;
			cells[c].min = value < cells[c].min ? value : cells[c].min;
			cells[c].max = value > cells[c].max ? value : cells[c].max;
			cells[c].sum += value;
			cells[c].n++;
		}
	}
}

enum what { MIN, MAX, MEAN };

static double of_cell(const struct condense_cell *cell, enum what what)
{
	if (cell->n == 0)
		return NAN;
	switch (what) {
	case MIN:
		return cell->min;
	case MAX:
		return cell->max;
	case MEAN:
		return cell->sum / cell->n;
	}
	return NAN;
}

static void add_table(
	const struct condense *condense, const char *name, enum what what, struct text *text)
{
	text_add(text, ",\"");
	text_add(text, name);
	text_add(text, "\":[");
	for (uint32_t c = 0; c < condense->n_channels; c++) {
		double values[CONDENSE_ROWS];

		for (uint32_t i = 0; i < condense->n; i++)
			values[i] = of_cell(
				&condense->cells[(size_t)i * condense->n_channels + c], what);
		if (c > 0)
			text_add_char(text, ',');
		json_numbers(text, values, 1, condense->n);
	}
	text_add_char(text, ']');
}

void condense_json(const struct condense *condense, uint32_t stream, struct text *text)
{
	text_addf(text, "{\"s\":%u,\"t\":[", stream);
	for (uint32_t i = 0; i < condense->n; i++) {
		const struct condense_column *column = &condense->columns[i];
		int64_t middle_ns = column->first_ns + (column->last_ns - column->first_ns) / 2;

		if (i > 0)
			text_add_char(text, ',');
		text_add_int(text, instant_us((struct instant){middle_ns}));
	}
	text_add_char(text, ']');
	if (condense->width == 1) {
		add_table(condense, "y", MIN, text);
	} else {
		text_add(text, ",\"n\":[");
		for (uint32_t i = 0; i < condense->n; i++)
			text_addf(text, i > 0 ? ",%u" : "%u", condense->columns[i].n);
		text_add_char(text, ']');
		add_table(condense, "min", MIN, text);
		add_table(condense, "max", MAX, text);
		add_table(condense, "mean", MEAN, text);
	}
	text_add_char(text, '}');
}
