/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/class_point.h"

#include <math.h>
#include <string.h>

#include "data/formula.h"

struct known {
	const char *names[FORMULA_NAMES];
	double values[FORMULA_NAMES];
	size_t n;
};

/* The last word on a name holds. */
static void know(struct known *known, const char *name, double value)
{
	size_t i = 0;

	while (i < known->n && strcmp(known->names[i], name) != 0)
		i++;
	if (i == FORMULA_NAMES)
		return;
	known->names[i] = name;
	known->values[i] = value;
	known->n += i == known->n;
}

static double value_of(const struct known *known, const char *name)
{
	for (size_t i = 0; i < known->n; i++)
		if (strcmp(known->names[i], name) == 0)
			return known->values[i];
	return NAN;
}

/* NaN: it needs what is not there. */
static double computed(const struct known *known, const char *is)
{
	char room[256];
	struct text why = text_over(room, sizeof room);
	struct formula *formula;
	double value;

	if (formula_open(is, known->names, known->n, &why, &formula) < 0)
		return NAN;
	value = formula_value(formula, known->values);
	formula_close(formula);
	return value;
}

bool class_point_of(
	const struct lesson *lesson, const struct result_run *run, struct class_point *ret_point)
{
	struct known known = {.n = 0};

	if (!lesson || !lesson->class_plot.x || !lesson->class_plot.y)
		return false;
	for (size_t i = 0; i < lesson->n_typed; i++) {
		const json_t *value = json_object_get(run->typed, lesson->typed[i].id);

		if (json_is_number(value))
			know(&known, lesson->typed[i].id, json_number_value(value));
	}
	know(&known, "group", run->group);
	for (size_t i = 0; i < run->n_channels; i++)
		if (run->channels[i].n > 0)
			know(&known, run->channels[i].id, run->channels[i].mean);
	for (size_t i = 0; i < lesson->n_formulas; i++)
		know(&known, lesson->formulas[i].id, computed(&known, lesson->formulas[i].is));
	ret_point->x = value_of(&known, lesson->class_plot.x);
	ret_point->y = value_of(&known, lesson->class_plot.y);
	return isfinite(ret_point->x) && isfinite(ret_point->y);
}
