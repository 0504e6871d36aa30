/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/worth.h"

#include <math.h>
#include <string.h>

struct samples {
	uint64_t n;
	int64_t ns;
};

static struct samples samples_of(const struct result_channel *channel)
{
	struct samples samples = {channel ? channel->n : 0, 0};

	if (samples.n > 1) {
		samples.ns = channel->last_ns - channel->first_ns;
		samples.ns += samples.ns / (int64_t)(samples.n - 1);
	}
	return samples;
}

/* The last word on a name holds. */
static void add(struct worth *worth, const char *name, double value, struct samples samples)
{
	size_t i = worth_find(worth, name);

	if (i == FORMULA_NAMES)
		return;
	worth->names[i] = name;
	worth->values[i] = value;
	worth->n[i] = samples.n;
	worth->ns[i] = samples.ns;
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

/* Those of what it speaks of that has most. */
static struct samples samples_behind(const struct worth *worth, const char *is)
{
	struct samples most = {0, 0};

	for (size_t i = 0; i < worth->count; i++)
		if (worth->n[i] > most.n && formula_names(is, worth->names[i]))
			most = (struct samples){worth->n[i], worth->ns[i]};
	return most;
}

void worth_weigh(const struct lesson *lesson, const struct result_run *run, struct worth *ret_worth)
{
	const struct samples none = {0, 0};

	ret_worth->count = 0;
	add(ret_worth, "group", run->group, none);
	add(ret_worth, "time", NAN, none);
	for (size_t i = 0; i < lesson->n_typed; i++) {
		const json_t *value = json_object_get(run->typed, lesson->typed[i].id);

		add(ret_worth, lesson->typed[i].id, value ? json_number_value(value) : NAN, none);
	}
	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct result_channel *channel = channel_of(run, lesson->needs[i].id);
		struct samples samples = samples_of(channel);

		add(ret_worth, lesson->needs[i].id, samples.n ? channel->mean : NAN, samples);
	}
	for (size_t i = 0; i < run->n_channels; i++)
		if (run->channels[i].n > 0)
			add(ret_worth, run->channels[i].id, run->channels[i].mean,
				samples_of(&run->channels[i]));
	for (size_t i = 0; i < lesson->n_formulas; i++)
		add(ret_worth, lesson->formulas[i].id, compute(ret_worth, lesson->formulas[i].is),
			samples_behind(ret_worth, lesson->formulas[i].is));
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
