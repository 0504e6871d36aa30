/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first line of a CSV: names and units of the columns, and what a scientist must know of all rows:
 * how they were calibrated, which stamps they have and how uncertain those are. */
#include <string.h>

#include "data/unit.h"
#include "export/export_cell.h"

/* How the stamps of a stream came about, if not as they are stored. */
static void add_stamps_head(const struct export_stream *of, struct text *cell)
{
	if (of->has_better_map)
		text_addf(cell,
			" [时间按结束后的最好时钟图 stamps by the better map, ±%lld us; live stamps "
			"differed by at most %lld us]",
			(long long)((of->uncertainty_ns + 999) / NS_PER_US),
			(long long)((of->moved_ns + 999) / NS_PER_US));
	if (of->is_even)
		text_add(cell, " [时间按行号均匀 even stamps by index]");
}

void words_add_channel(const struct exporter *exporter, const struct export_stream *of,
	size_t channel, struct text *words)
{
	const struct channel *c = &of->stream.channels[channel];
	char buffer[CELL_TEXT];
	struct text unit = text_over(buffer, sizeof buffer);
	bool has_english = c->name_en[0] && strcmp(c->name_en, c->name_zh) != 0;

	cell_add_whose(exporter, of, words);
	text_add(words, cell_channel_name(c));
	if (has_english)
		text_addf(words, " %s", c->name_en);
	unit_add_for_people(&unit, c->unit);
	if (unit.length > 0)
		text_addf(words, "/%s", unit.at);
	if (of->by[channel])
		text_addf(words, " [校准 calibrated %s]", of->by[channel]);
	if (channel == 0)
		add_stamps_head(of, words);
}

static void add_channel_head(const struct exporter *exporter, const struct export_stream *of,
	size_t channel, struct text *text)
{
	char buffer[CELL_TEXT];
	struct text cell = text_over(buffer, sizeof buffer);

	words_add_channel(exporter, of, channel, &cell);
	cell_add(text, cell.at);
}

bool export_has_stated(const struct exporter *exporter)
{
	for (size_t i = 0; i < exporter->n_streams; i++)
		if (exporter->streams[i].worst_ns > 0)
			return true;
	return false;
}

void words_add_stated_head(const struct exporter *exporter, struct text *words)
{
	const char *between = "";

	text_add(words, "stamp_u_s [时刻 stamps ");
	for (size_t i = 0; i < exporter->n_streams; i++) {
		const struct export_stream *of = &exporter->streams[i];
		int64_t worst_ns = of->worst_ns;

		if (worst_ns == 0)
			continue;
		text_add(words, between);
		cell_add_whose(exporter, of, words);
		stated_add_span(words, worst_ns);
		text_addf(words, " (95 %%), %s", stated_source(of->stream.stamps));
		between = "; ";
	}
	if (exporter->wall_ns > 0) {
		text_add(words, "; 钟点 clock ");
		stated_add_span(words, exporter->wall_ns);
	}
	text_add_char(words, ']');
}

static void add_stated_head(const struct exporter *exporter, struct text *text)
{
	char buffer[STATED_TEXT];
	struct text cell = text_over(buffer, sizeof buffer);

	words_add_stated_head(exporter, &cell);
	text_add_char(text, ',');
	cell_add(text, cell.at);
}

static void add_arrival_heads(const struct exporter *exporter, struct text *text)
{
	char buffer[CELL_TEXT];

	for (size_t i = 0; i < exporter->n_streams; i++) {
		struct text cell = text_over(buffer, sizeof buffer);

		if (!exporter->streams[i].is_even)
			continue;
		cell_add_whose(exporter, &exporter->streams[i], &cell);
		text_add(&cell, "到达 arrival_s");
		text_add_char(text, ',');
		cell_add(text, cell.at);
	}
	text_add(text, "\r\n");
}

void export_add_head(struct exporter *exporter, struct text *text)
{
	if (exporter->format != EXPORT_CSV)
		return;
	exporter->has_stated = export_has_stated(exporter);
	text_add(text,
		"\xEF\xBB\xBF"
		"time_s,clock");
	for (size_t i = 0; i < exporter->n_streams; i++)
		for (size_t c = 0; c < exporter->streams[i].stream.n_channels; c++) {
			text_add_char(text, ',');
			add_channel_head(exporter, &exporter->streams[i], c, text);
		}
	for (size_t i = 0; i < exporter->n_formulas; i++) {
		text_add_char(text, ',');
		cell_add(text, exporter->formulas[i].head);
	}
	text_add(text, ",gap,gap_until_s");
	text_add(text, cell_has_flags(exporter) ? ",flags" : "");
	text_add(text, exporter->has_marks ? ",mark" : "");
	if (exporter->has_stated)
		add_stated_head(exporter, text);
	add_arrival_heads(exporter, text);
}
