/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the lesson calculates, drawn: at each point of the first channel that it is made of; what another kit measured then lies
 * on the straight line between its two points around it, and over a gap there is none. */
#include "export/paper_calculated.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/formula.h"

struct calculating {
	const struct paper_data *data;
	const struct lesson *lesson;
	const char *names[FORMULA_NAMES];
	double values[FORMULA_NAMES];
	size_t n;                                        /* names */
	const struct paper_channel *needs[LESSON_NEEDS]; /* NULL: nothing measured it */
	struct formula *formulas[LESSON_FORMULAS];       /* NULL: something of it is not there */
	size_t n_formulas;                               /* up to the one that is drawn */
};

static const struct paper_channel *channel_of(const struct paper_data *data, size_t need)
{
	const struct need_channel *by = &data->needs[need];

	for (size_t i = 0; by->stream && i < data->about.n_streams; i++) {
		const struct stream *stream = &data->about.streams[i].stream;

		if (stream->id == by->stream && by->channel < stream->n_channels)
			return &data->streams[i].channels[by->channel];
	}
	return NULL;
}

/* The last word on it. */
static double typed_value(const struct paper_data *data, const char *id)
{
	const json_t *reading, *value = NULL;
	size_t i;

	json_array_foreach(data->about.readings, i, reading)
	{
		const json_t *said = json_object_get(json_object_get(reading, "typed"), id);

		value = said ? said : value;
	}
	return value ? json_number_value(value) : NAN;
}

static void add_name(struct calculating *in, const char *name, double value)
{
	if (in->n == FORMULA_NAMES)
		return;
	in->names[in->n] = name;
	in->values[in->n++] = value;
}

/* Needs first, so that a need and its value have the same place; then `time`, what was typed, formulas. */
static void open_all(struct calculating *in, const char *id)
{
	const struct lesson *lesson = in->lesson;

	for (size_t i = 0; i < lesson->n_needs; i++) {
		in->needs[i] = channel_of(in->data, i);
		add_name(in, lesson->needs[i].id, NAN);
	}
	add_name(in, "time", NAN);
	for (size_t i = 0; i < lesson->n_typed; i++)
		add_name(in, lesson->typed[i].id, typed_value(in->data, lesson->typed[i].id));
	for (size_t i = 0; i < lesson->n_formulas; i++) {
		const struct lesson_formula *formula = &lesson->formulas[i];
		char room[256];
		struct text why = text_over(room, sizeof room);

		if (formula_open(formula->is, in->names, in->n, &why, &in->formulas[i]) < 0)
			in->formulas[i] = NULL;
		add_name(in, formula->id, NAN);
		in->n_formulas = i + 1;
		if (strcmp(formula->id, id) == 0)
			return;
	}
}

static double between(const struct paper_channel *channel, double x, size_t *at)
{
	while (*at < channel->n_points && channel->points[*at].x < x)
		(*at)++;
	if (*at == channel->n_points)
		return NAN;
	const struct chart_point *after = &channel->points[*at];

	if (after->x == x)
		return after->mean;
	if (*at == 0 || after->is_after_gap)
		return NAN;
	const struct chart_point *before = after - 1;

	return before->mean +
		(after->mean - before->mean) * (x - before->x) / (after->x - before->x);
}

static double value_at(struct calculating *in, double x, size_t at[LESSON_NEEDS])
{
	size_t first = in->n - in->n_formulas;

	for (size_t i = 0; i < in->lesson->n_needs; i++)
		in->values[i] = in->needs[i] ? between(in->needs[i], x, &at[i]) : NAN;
	in->values[in->lesson->n_needs] = x;
	for (size_t i = 0; i < in->n_formulas; i++)
		in->values[first + i] =
			in->formulas[i] ? formula_value(in->formulas[i], in->values) : NAN;
	return in->values[in->n - 1];
}

/* Is it of this need, itself or by a formula that it speaks of? */
static bool speaks_of(const struct lesson *lesson, size_t formula, const char *need)
{
	const char *is = lesson->formulas[formula].is;

	for (size_t i = 0; i < formula; i++)
		if (formula_names(is, lesson->formulas[i].id) && speaks_of(lesson, i, need))
			return true;
	return formula_names(is, need);
}

static const struct paper_channel *base_of(const struct calculating *in)
{
	for (size_t i = 0; i < in->lesson->n_needs; i++)
		if (in->needs[i] && in->needs[i]->n_points > 0 &&
			speaks_of(in->lesson, in->n_formulas - 1, in->lesson->needs[i].id))
			return in->needs[i];
	return NULL;
}

bool paper_is_calculated(const struct lesson *lesson, const char *id)
{
	for (size_t i = 0; lesson && id && i < lesson->n_formulas; i++)
		if (strcmp(lesson->formulas[i].id, id) == 0)
			return true;
	return false;
}

size_t paper_calculate(
	const struct paper_data *data, const char *id, struct chart_point **ret_points)
{
	struct calculating in = {.data = data, .lesson = data->options->lesson};
	size_t at[LESSON_NEEDS] = {0}, n = 0;
	bool is_after_gap = false;

	open_all(&in, id);
	const struct paper_channel *base = base_of(&in);
	struct chart_point *points = base ? calloc(base->n_points, sizeof *points) : NULL;

	for (size_t i = 0; points && i < base->n_points; i++) {
		double y = value_at(&in, base->points[i].x, at);

		is_after_gap |= base->points[i].is_after_gap || !isfinite(y);
		if (!isfinite(y))
			continue;
		points[n] = (struct chart_point){.x = base->points[i].x,
			.mean = y,
			.low = y,
			.high = y,
			.is_after_gap = is_after_gap && n > 0};
		n++;
		is_after_gap = false;
	}
	for (size_t i = 0; i < in.n_formulas; i++)
		formula_close(in.formulas[i]);
	*ret_points = points;
	return n;
}
