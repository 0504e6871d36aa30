/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/typed_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
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

int typed_table_new(const struct about *about, struct typed_table **ret_table)
{
	struct typed_table *table;

	*ret_table = NULL;
	if (json_array_size(about->readings) == 0)
		return 0;
	table = calloc(1, sizeof *table);
	if (!table)
		return -ENOMEM;
	table->readings = about->readings;
	find_columns(about, table);
	*ret_table = table;
	return 0;
}

void typed_table_free(struct typed_table *table)
{
	free(table);
}

/* ---------------------------------------------------------------- cells */

double typed_table_value(const struct typed_table *table, size_t reading, size_t column)
{
	const struct typed_column *of = &table->columns[column];
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

void typed_table_add_head(const struct typed_table *table, size_t column, struct text *words)
{
	const struct typed_column *of = &table->columns[column];
	const struct channel *channel = of->channel;
	char room[64];
	struct text unit = text_over(room, sizeof room);

	if (!channel) {
		text_add(words, of->key);
		return;
	}
	if (table->has_stickers)
		text_addf(words, "%u ", of->of->sticker);
	text_add(words, cell_channel_name(channel));
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
