/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers are written so that they read back as the same double; times are integers until the last
 * digit is out. */
#include "export/export.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "data/flag.h"
#include "export/export_cell.h"

enum { FIXED_BYTES = 1024 };

/* --- CSV --- */

/* Arrivals of streams whose stamps are even; `moment` NULL: empty cells. The line ends with them. */
static void add_arrivals(
	const struct exporter *exporter, const struct moment *moment, struct text *text)
{
	for (size_t i = 0; i < exporter->n_streams; i++) {
		if (!exporter->streams[i].is_even)
			continue;
		text_add_char(text, ',');
		if (moment && moment->values[i])
			cell_add_seconds(text, moment->stored_ns[i] - exporter->origin.ns);
	}
	text_add(text, "\r\n");
}

/* Behind the last cell of a line that is not about rows. */
static void end_line(const struct exporter *exporter, struct text *text)
{
	text_add(text, exporter->has_stated ? "," : "");
	add_arrivals(exporter, NULL, text);
}

/* Behind gap_until_s, of such a line. */
static void end_csv_line(const struct exporter *exporter, struct text *text)
{
	text_add(text, cell_has_flags(exporter) ? "," : "");
	text_add(text, exporter->has_marks ? "," : "");
	end_line(exporter, text);
}

static void add_csv_times(const struct exporter *exporter, struct instant at, struct text *text)
{
	cell_add_seconds(text, instant_since(at, exporter->origin));
	text_add_char(text, ',');
	cell_add_clock(text, exporter->wall, at);
}

static size_t count_cells(const struct exporter *exporter)
{
	size_t n = 0;

	for (size_t i = 0; i < exporter->n_streams; i++)
		n += exporter->streams[i].stream.n_channels;
	return n + exporter->n_formulas;
}

void words_add_gap(const struct exporter *exporter, const struct gap *gap, struct text *words)
{
	for (size_t i = 0; i < exporter->n_streams; i++)
		if (exporter->streams[i].stream.id == gap->stream)
			cell_add_whose(exporter, &exporter->streams[i], words);
	text_add(words, gap_reason_name(gap->reason));
	if (gap->lost_rows > 0)
		text_addf(words, " %" PRIu64 " rows", gap->lost_rows);
}

/* A stream's name may be a board's own, with a comma in it. */
static void add_gap_cell(const struct exporter *exporter, const struct gap *gap, struct text *text)
{
	char buffer[CELL_TEXT];
	struct text cell = text_over(buffer, sizeof buffer);

	words_add_gap(exporter, gap, &cell);
	if (strpbrk(cell.at, "\",\r\n"))
		cell_add(text, cell.at);
	else
		text_add(text, cell.at);
}

static void add_csv_gap(const struct exporter *exporter, const struct gap *gap, struct text *text)
{
	add_csv_times(exporter, gap->from, text);
	for (size_t i = 0; i < count_cells(exporter) + 1; i++)
		text_add_char(text, ',');
	add_gap_cell(exporter, gap, text);
	text_add_char(text, ',');
	cell_add_seconds(text, instant_since(gap->to, exporter->origin));
	end_csv_line(exporter, text);
}

const double *export_calibrated(
	const struct export_stream *of, struct instant at, const double *raw, double *room)
{
	if (!of->correction)
		return raw;
	memcpy(room, raw, of->stream.n_channels * sizeof *room);
	correction_apply(of->correction, 1, &at.ns, room);
	return room;
}

static void add_flag(const struct exporter *exporter, const struct export_stream *of, unsigned flag,
	const char *what, struct text *words)
{
	text_add(words, words->length > 0 ? "; " : "");
	cell_add_whose(exporter, of, words);
	flag_add_words(words, flag);
	text_add(words, *what ? " " : "");
	text_add(words, what);
}

void words_add_flags(
	const struct exporter *exporter, const struct moment *moment, struct text *words)
{
	for (size_t i = 0; i < exporter->n_streams; i++) {
		const struct export_stream *of = &exporter->streams[i];
		const double *raw = moment->values[i];
		unsigned flag = raw ? warming_flags(&of->warming, moment->at) : 0;

		if (flag)
			add_flag(exporter, of, flag, "", words);
		for (size_t c = 0; raw && c < of->stream.n_channels; c++) {
			const struct channel *channel = &of->stream.channels[c];

			flag = flag_of_value(
				raw[c], channel->low, channel->high, channel->resolution);
			if (flag)
				add_flag(exporter, of, flag, cell_channel_name(channel), words);
		}
	}
}

static void add_flags(
	const struct exporter *exporter, const struct moment *moment, struct text *text)
{
	char buffer[FLAG_CELL];
	struct text cell = text_over(buffer, sizeof buffer);

	words_add_flags(exporter, moment, &cell);
	if (cell.length > 0)
		cell_add(text, cell.at);
}

/* Of a row's stamp as it is written, by the stored one. Here and there nothing better may be known than
 * what was stored. */
static int64_t uncertainty_of(struct export_stream *of, struct instant stored)
{
	int64_t ns = of->has_better_map ? curve_uncertainty_ns(of->restamp.curve, stored.ns) : 0;

	if (ns || of->is_even)
		return ns;
	return stated_ns(&of->stated, stored);
}

void words_add_stated(struct exporter *exporter, const struct moment *moment, struct text *words)
{
	for (size_t i = 0; i < exporter->n_streams; i++) {
		struct export_stream *of = &exporter->streams[i];
		int64_t ns;

		if (!moment->values[i])
			continue;
		ns = uncertainty_of(of, (struct instant){moment->stored_ns[i]});
		if (ns == 0 || ns == of->written_ns)
			continue;
		of->written_ns = ns;
		text_add(words, words->length > 0 ? "; " : "");
		cell_add_whose(exporter, of, words);
		cell_add_seconds(words, ns);
	}
}

static void add_stated(struct exporter *exporter, const struct moment *moment, struct text *text)
{
	char buffer[STATED_TEXT];
	struct text cell = text_over(buffer, sizeof buffer);

	words_add_stated(exporter, moment, &cell);
	text_add_char(text, ',');
	if (exporter->n_streams > 1 && cell.length > 0)
		cell_add(text, cell.at);
	else
		text_add_bytes(text, cell.at, cell.length);
}

static void add_csv_row(struct exporter *exporter, const struct moment *moment, struct text *text)
{
	add_csv_times(exporter, moment->at, text);
	for (size_t i = 0; i < exporter->n_streams; i++) {
		const struct export_stream *of = &exporter->streams[i];
		double room[STREAM_CHANNELS];
		const double *values = moment->values[i];

		if (values)
			values = export_calibrated(of, moment->at, values, room);
		for (size_t c = 0; c < of->stream.n_channels; c++) {
			text_add_char(text, ',');
			if (values && !isnan(values[c]))
				text_add_double(text, values[c]);
		}
	}
	for (size_t i = 0; i < exporter->n_formulas; i++) {
		text_add_char(text, ',');
		if (!isnan(exporter->formulas[i].value))
			text_add_double(text, exporter->formulas[i].value);
	}
	text_add(text, ",,");
	if (cell_has_flags(exporter)) {
		text_add_char(text, ',');
		add_flags(exporter, moment, text);
	}
	text_add(text, exporter->has_marks ? "," : "");
	if (exporter->has_stated)
		add_stated(exporter, moment, text);
	add_arrivals(exporter, moment, text);
}

/* --- line protocol --- */

/* By whose it was, as when it was shipped. */
static const struct series *call(const struct exporter *exporter, struct export_stream *of,
	struct instant stored, unsigned lap)
{
	const struct tenant *tenant =
		exporter->tenants ? tenants_at(exporter->tenants, of->series.device, stored) : NULL;

	return series_call(&of->called, &of->series, tenant, lap,
		exporter->wall ? wall_map_board(exporter->wall, stored) : 0);
}

static void add_lines(struct exporter *exporter, const struct moment *moment, struct text *text)
{
	struct wall wall;
	bool has_time = exporter->wall && wall_map_at(exporter->wall, moment->at, &wall, NULL);
	unsigned lap = has_time ? wall_map_lap(exporter->wall, moment->at) : 0;

	for (size_t i = 0; i < exporter->n_streams; i++) {
		struct export_stream *of = &exporter->streams[i];
		double room[STREAM_CHANNELS];
		const struct series *series;
		struct instant stored;
		bool is_first;

		if (!moment->values[i])
			continue;
		stored.ns = moment->stored_ns[i];
		is_first = stated_is_first(&of->stated, stored);
		series = of->has_series ? call(exporter, of, stored, lap) : NULL;
		if (!has_time || !series)
			exporter->rows_without_time += !has_time;
		else if (series_add_row(series, text,
				 export_calibrated(of, moment->at, moment->values[i], room),
				 is_first ? uncertainty_of(of, stored) : 0, wall) == 0)
			exporter->rows++;
	}
}

/* --- both --- */

/* What comes last: the card has refused to take what was recorded from here on. */
static void add_missing(const struct exporter *exporter, struct text *text)
{
	if (exporter->format == EXPORT_CSV) {
		add_csv_times(exporter, exporter->kept_to, text);
		for (size_t i = 0; i < count_cells(exporter) + 1; i++)
			text_add_char(text, ',');
		text_add(text, "not yet on the card,");
		end_csv_line(exporter, text);
	} else {
		text_add(
			text, "# what was recorded last is not yet on the card: export it again\n");
	}
}

size_t export_line_bytes(const struct exporter *exporter)
{
	size_t n = FIXED_BYTES + exporter->n_formulas * (NUMBER_TEXT + 1);

	for (size_t i = 0; i < exporter->n_streams; i++) {
		const struct export_stream *of = &exporter->streams[i];
		size_t n_channels = of->stream.n_channels;

		if (exporter->format == EXPORT_LP)
			n += SERIES_HEAD + SERIES_KEYS +
				(STREAM_CHANNELS + 1) * (size_t)(NUMBER_TEXT + 2);
		else
			n += (n_channels + 1) * (size_t)(NUMBER_TEXT + 1) + FLAG_TEXT +
				(cell_can_be_flagged(of) ? (n_channels + 1) * FLAG_TEXT : 0);
	}
	return n;
}

void export_follow_gap(struct exporter *exporter, const struct gap *gap)
{
	for (size_t i = 0; i < exporter->n_streams; i++)
		if (gap->stream == 0 || gap->stream == exporter->streams[i].stream.id)
			warming_take_gap(&exporter->streams[i].warming, gap);
}

void export_add_moment(struct exporter *exporter, const struct moment *moment, struct text *text)
{
	if (exporter->format == EXPORT_LP) {
		if (!moment->gap)
			add_lines(exporter, moment, text);
		return;
	}
	if (moment->gap) {
		export_follow_gap(exporter, moment->gap);
		add_csv_gap(exporter, moment->gap, text);
		return;
	}
	add_csv_row(exporter, moment, text);
	exporter->rows++;
}

void export_add_mark(struct exporter *exporter, const struct mark *mark, struct text *text)
{
	char buffer[CELL_TEXT];
	struct text cell = text_over(buffer, sizeof buffer);
	size_t before = count_cells(exporter) + 3 + (cell_has_flags(exporter) ? 1 : 0);

	add_csv_times(exporter, mark->at, text);
	for (size_t i = 0; i < before; i++)
		text_add_char(text, ',');
	text_addf(&cell, "%s: %s", mark->author, mark->text);
	cell_add(text, cell.at);
	end_line(exporter, text);
}

bool export_lacks_hour(const struct exporter *exporter)
{
	return exporter->rows == 0 && exporter->rows_without_time > 0;
}

void export_add_end(struct exporter *exporter, struct text *text)
{
	if (exporter->lacks_end)
		add_missing(exporter, text);
	if (exporter->format == EXPORT_LP && exporter->rows_without_time > 0)
		text_addf(text,
			"# %" PRIu64
			" rows are left out: nobody has told this board the time yet\n",
			exporter->rows_without_time);
}

const char *export_type(enum export_format format)
{
	return format == EXPORT_CSV ? "text/csv; charset=utf-8" : "text/plain; charset=utf-8";
}
