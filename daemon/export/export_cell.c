/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/export_cell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "data/unit.h"

void cell_add_within(struct text *text, const char *words)
{
	for (; *words; words++) {
		if (*words == '"')
			text_add_char(text, '"');
		text_add_char(text, (unsigned char)*words < 0x20 ? ' ' : *words);
	}
}

/* Spreadsheets take the wide signs of Chinese keyboards for the narrow ones. */
static bool is_formula(const char *cell)
{
	static const char *const signs[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strncmp(cell, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

void cell_add(struct text *text, const char *cell)
{
	text_add(text, is_formula(cell) ? "\"'" : "\"");
	cell_add_within(text, cell);
	text_add_char(text, '"');
}

void cell_add_whose(
	const struct exporter *exporter, const struct export_stream *of, struct text *text)
{
	if (exporter->n_streams <= 1)
		return;
	text_addf(text, "%u ", of->sticker);
	if (strcmp(of->stream.name, "main") != 0)
		text_addf(text, "%s ", of->stream.name);
}

const char *cell_channel_name(const struct channel *channel)
{
	return channel->name_zh[0] ? channel->name_zh : channel->id;
}

void cell_add_told(
	const struct model_text *name, const char *id, const char *unit, struct text *words)
{
	bool has_zh = name->zh && name->zh[0], has_en = name->en && name->en[0];
	char room[64];
	struct text people = text_over(room, sizeof room);

	text_add(words, has_zh ? name->zh : has_en ? "" : id);
	if (has_en && !(has_zh && strcmp(name->zh, name->en) == 0)) {
		text_add(words, has_zh ? " " : "");
		text_add(words, name->en);
	}
	unit_add_for_people(&people, unit ? unit : "");
	if (people.length > 0)
		text_addf(words, "/%s", people.at);
}

void cell_add_seconds(struct text *text, int64_t ns)
{
	char digits[16];
	int64_t fraction = ns % NS_PER_S;
	size_t n;

	if (ns < 0)
		text_add_char(text, '-');
	text_add_int(text, ns < 0 ? -(ns / NS_PER_S) : ns / NS_PER_S);
	if (fraction == 0)
		return;
	n = (size_t)snprintf(
		digits, sizeof digits, ".%09" PRId64, fraction < 0 ? -fraction : fraction);
	while (digits[n - 1] == '0')
		n--;
	text_add_bytes(text, digits, n);
}

void cell_add_clock(struct text *text, const struct wall_map *map, struct instant at)
{
	struct wall wall;
	struct tm tm;
	char date[32], zone[8];

	if (!map || !wall_map_at(map, at, &wall, NULL))
		return;
	time_t seconds = (time_t)(wall.ns / NS_PER_S);
	if (!localtime_r(&seconds, &tm))
		return;
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof zone, "%z", &tm); /* +0800 */
	text_addf(text, "%s.%06d%.3s:%.2s", date, (int)(wall.ns % NS_PER_S / NS_PER_US), zone,
		zone + 3);
}

bool cell_can_be_flagged(const struct export_stream *of)
{
	for (size_t c = 0; c < of->stream.n_channels; c++)
		if (of->stream.channels[c].low < of->stream.channels[c].high)
			return true;
	return of->warming.warm_up_ns > 0;
}

bool cell_has_flags(const struct exporter *exporter)
{
	for (size_t i = 0; i < exporter->n_streams; i++)
		if (cell_can_be_flagged(&exporter->streams[i]))
			return true;
	return false;
}
