/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/typed_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "class/worth.h"
#include "data/formula.h"
#include "data/unit.h"
#include "export/export_cell.h"

/* ---------------------------------------------------------------- columns */

static void find_channel(const struct about *about, struct typed_column *column)
{
	for (size_t i = 0; i < about->n_streams; i++) {
		const struct about_stream *of = &about->streams[i];
		char room[NAME_TEXT + 16];
		int n = snprintf(room, sizeof room, "%u %s:", of->sticker, of->stream.name);

		if (strncmp(column->key, room, (size_t)n) != 0)
			continue;
		for (uint32_t c = 0; c < of->stream.n_channels; c++)
			if (strcmp(column->key + n, of->stream.channels[c].id) == 0) {
				column->channel = &of->stream.channels[c];
				column->of = of;
			}
	}
}

static bool is_known(const json_t *known, const char *key)
{
	return json_object_get(known, key) != NULL;
}

static void take_members(const struct about *about, struct typed_table *table,
	const json_t *members, bool is_typed, json_t *known)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)members, key, value)
	{
		struct typed_column *column = &table->columns[table->n];

		if (table->n == TYPED_COLUMNS || is_known(known, key))
			continue;
		*column = (struct typed_column){.is_typed = is_typed, .key = key};
		if (!is_typed)
			find_channel(about, column);
		json_object_set_new(known, key, json_true());
		table->n++;
	}
}

/* First what was typed, then what the kits said. */
static void find_columns(const struct about *about, struct typed_table *table)
{
	for (int pass = 0; pass < 2; pass++) {
		const char *name = pass == 0 ? "typed" : "values";
		json_t *known = json_object();

		for (size_t i = 0; i < json_array_size(table->readings); i++)
			take_members(about, table,
				json_object_get(json_array_get(table->readings, i), name),
				pass == 0, known);
		json_decref(known);
	}
	for (size_t i = 0; i < table->n; i++)
		table->has_stickers |= table->columns[i].of &&
			table->columns[i].of->sticker != about->streams[0].sticker;
}

/* ---------------------------------------------------------------- what is calculated */

static const json_t *reading_at(const struct typed_table *table, size_t i)
{
	return json_array_get(table->readings, i);
}

/* As a run that has what stands in this line. */
static void calculate(struct typed_table *table, size_t i)
{
	const struct lesson *lesson = table->by.lesson;
	const json_t *values = json_object_get(reading_at(table, i), "values");
	struct result_run run = {.group = (unsigned)typed_table_group(table, i),
		.typed = json_object_get(reading_at(table, i), "typed")};
	struct worth worth;

	for (size_t k = 0; k < lesson->n_needs; k++) {
		const json_t *value = json_object_get(values, table->by.channels[k].key);
		struct result_channel *channel = &run.channels[run.n_channels];

		if (!json_is_number(value))
			continue;
		*channel = (struct result_channel){.n = 1, .mean = json_number_value(value)};
		text_copy(channel->id, sizeof channel->id, lesson->needs[k].id);
		run.n_channels++;
	}
	worth_weigh(lesson, &run, &worth);
	for (size_t k = 0; k < lesson->n_formulas; k++)
		table->calculated[i][k] = worth_value(&worth, lesson->formulas[k].id);
}

static bool is_any(const struct typed_table *table, size_t formula)
{
	for (size_t i = 0; i < json_array_size(table->readings); i++)
		if (isfinite(table->calculated[i][formula]))
			return true;
	return false;
}

static int add_calculated(struct typed_table *table)
{
	const struct lesson *lesson = table->by.lesson;
	size_t n = json_array_size(table->readings);

	if (!lesson || lesson->n_formulas == 0)
		return 0;
	table->calculated = calloc(n, sizeof *table->calculated);
	if (!table->calculated)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		calculate(table, i);
	for (size_t k = 0; k < lesson->n_formulas && table->n < TYPED_COLUMNS; k++)
		if (is_any(table, k))
			table->columns[table->n++] =
				(struct typed_column){.key = lesson->formulas[k].id,
					.formula = &lesson->formulas[k],
					.place = k};
	return 0;
}

int typed_table_new(
	const struct about *about, const struct typed_lesson *by, struct typed_table **ret_table)
{
	struct typed_table *table;

	*ret_table = NULL;
	if (json_array_size(about->readings) == 0)
		return 0;
	table = calloc(1, sizeof *table);
	if (!table)
		return -ENOMEM;
	table->readings = about->readings;
	if (by)
		table->by = *by;
	find_columns(about, table);
	if (add_calculated(table) < 0) {
		typed_table_free(table);
		return -ENOMEM;
	}
	*ret_table = table;
	return 0;
}

void typed_table_free(struct typed_table *table)
{
	if (table)
		free(table->calculated);
	free(table);
}

/* ---------------------------------------------------------------- cells */

double typed_table_value(const struct typed_table *table, size_t reading, size_t column)
{
	const struct typed_column *of = &table->columns[column];

	if (of->formula)
		return table->calculated[reading][of->place];
	const json_t *value =
		json_object_get(json_object_get(json_array_get(table->readings, reading),
					of->is_typed ? "typed" : "values"),
			of->key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

int64_t typed_table_ns(const struct typed_table *table, size_t reading)
{
	double us = json_number_value(
		json_object_get(json_array_get(table->readings, reading), "at_us"));

	return llrint(us * 1000);
}

int typed_table_group(const struct typed_table *table, size_t reading)
{
	return (int)json_number_value(
		json_object_get(json_array_get(table->readings, reading), "group"));
}

static void add_channel(
	const struct typed_table *table, const struct typed_column *of, struct text *words)
{
	if (table->has_stickers)
		text_addf(words, "%u ", of->of->sticker);
	text_add(words, cell_channel_name(of->channel));
}

/* Of what it is calculated: ids of the lesson by the columns that they are. */
static void add_how(
	const struct typed_table *table, const struct lesson_formula *formula, struct text *words)
{
	const struct lesson *lesson = table->by.lesson;

	cell_add_told(&formula->name, formula->id, formula->unit, words);
	text_addf(words, " [= %s", formula->is);
	for (size_t i = 0; i < lesson->n_needs; i++)
		for (size_t c = 0; c < table->n; c++)
			if (table->columns[c].channel &&
				strcmp(table->columns[c].key, table->by.channels[i].key) == 0 &&
				formula_names(formula->is, lesson->needs[i].id)) {
				text_addf(words, "; %s: ", lesson->needs[i].id);
				add_channel(table, &table->columns[c], words);
			}
	for (size_t i = 0; &lesson->formulas[i] < formula; i++)
		if (formula_names(formula->is, lesson->formulas[i].id))
			text_addf(
				words, "; %s: %s", lesson->formulas[i].id, lesson->formulas[i].is);
	text_add_char(words, ']');
}

/* As the lesson calls what is typed; else the key. */
static void add_typed(const struct typed_table *table, const char *key, struct text *words)
{
	const struct lesson *lesson = table->by.lesson;

	for (size_t i = 0; lesson && i < lesson->n_typed; i++)
		if (strcmp(lesson->typed[i].id, key) == 0) {
			cell_add_told(&lesson->typed[i].name, key, lesson->typed[i].unit, words);
			return;
		}
	text_add(words, key);
}

void typed_table_add_head(const struct typed_table *table, size_t column, struct text *words)
{
	const struct typed_column *of = &table->columns[column];
	const struct channel *channel = of->channel;
	char room[64];
	struct text unit = text_over(room, sizeof room);

	if (of->formula)
		add_how(table, of->formula, words);
	else if (of->is_typed)
		add_typed(table, of->key, words);
	else if (!channel)
		text_add(words, of->key);
	if (!channel)
		return;
	add_channel(table, of, words);
	if (channel->name_en[0] && strcmp(channel->name_en, channel->name_zh) != 0)
		text_addf(words, " %s", channel->name_en);
	unit_add_for_people(&unit, channel->unit);
	if (unit.length > 0)
		text_addf(words, "/%s", unit.at);
}

/* ---------------------------------------------------------------- CSV */

static void add_values(const struct typed_table *table, size_t reading, struct text *text)
{
	text_addf(text, ",%d", typed_table_group(table, reading));
	for (size_t c = 0; c < table->n; c++) {
		double value = typed_table_value(table, reading, c);

		text_add_char(text, ',');
		if (isfinite(value))
			text_add_double(text, value);
	}
}

void typed_table_csv(const struct typed_table *table, const struct wall_map *wall,
	struct instant begin, struct text *text)
{
	text_add(text,
		"\xEF\xBB\xBF"
		"time_s,clock,group");
	for (size_t c = 0; c < table->n; c++) {
		char room[TYPED_HEAD];
		struct text words = text_over(room, sizeof room);

		typed_table_add_head(table, c, &words);
		text_add_char(text, ',');
		cell_add(text, words.at);
	}
	text_add(text, "\r\n");
	for (size_t i = 0; i < json_array_size(table->readings); i++) {
		int64_t ns = typed_table_ns(table, i);

		cell_add_seconds(text, ns);
		text_add_char(text, ',');
		cell_add_clock(text, wall, instant_add(begin, ns));
		add_values(table, i, text);
		text_add(text, "\r\n");
	}
}

void typed_table_csv_plain(const struct typed_table *table, struct text *text)
{
	text_add(text, "t_us,group");
	for (size_t c = 0; c < table->n; c++) {
		text_add_char(text, ',');
		cell_add(text, table->columns[c].key);
	}
	text_add_char(text, '\n');
	for (size_t i = 0; i < json_array_size(table->readings); i++) {
		text_add_int(text, typed_table_ns(table, i) / NS_PER_US);
		add_values(table, i, text);
		text_add_char(text, '\n');
	}
}
