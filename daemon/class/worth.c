/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/worth.h"

#include <math.h>
#include <string.h>

/* The last word on a name holds. */
static void add(struct worth *worth, const char *name, double value, uint64_t n)
{
	size_t i = worth_find(worth, name);

	if (i == FORMULA_NAMES)
		return;
	worth->names[i] = name;
	worth->values[i] = value;
	worth->n[i] = n;
	worth->count += i == worth->count;
}

static const struct result_channel *channel_of(const struct result_run *run, const char *id)
{
	for (size_t i = 0; i < run->n_channels; i++)
		if (strcmp(run->channels[i].id, id) == 0)
			return &run->channels[i];
	return NULL;
}

static double compute(const struct worth *worth, const char *is)
{
	char buffer[256];
	struct text why = text_over(buffer, sizeof buffer);
	struct formula *formula;

	if (formula_open(is, worth->names, worth->count, &why, &formula) < 0)
		return NAN;
	double value = formula_value(formula, worth->values);

	formula_close(formula);
	return value;
}

void worth_weigh(const struct lesson *lesson, const struct result_run *run, struct worth *ret_worth)
{
	uint64_t longest = 0;

	ret_worth->count = 0;
	add(ret_worth, "group", run->group, 0);
	add(ret_worth, "time", NAN, 0);
	for (size_t i = 0; i < lesson->n_typed; i++) {
		const json_t *value = json_object_get(run->typed, lesson->typed[i].id);

		add(ret_worth, lesson->typed[i].id, value ? json_number_value(value) : NAN, 0);
	}
	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct result_channel *channel = channel_of(run, lesson->needs[i].id);
		uint64_t n = channel ? channel->n : 0;

		add(ret_worth, lesson->needs[i].id, n ? channel->mean : NAN, n);
		longest = n > longest ? n : longest;
	}
	for (size_t i = 0; i < run->n_channels; i++)
		if (run->channels[i].n > 0)
			add(ret_worth, run->channels[i].id, run->channels[i].mean,
				run->channels[i].n);
	for (size_t i = 0; i < lesson->n_formulas; i++)
		add(ret_worth, lesson->formulas[i].id, compute(ret_worth, lesson->formulas[i].is),
			longest);
}

size_t worth_find(const struct worth *worth, const char *id)
{
	size_t i = 0;

	while (i < worth->count && strcmp(worth->names[i], id) != 0)
		i++;
	return i;
}

double worth_value(const struct worth *worth, const char *id)
{
	size_t i = worth_find(worth, id);

	return i < worth->count ? worth->values[i] : NAN;
}
