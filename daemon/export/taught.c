/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another kit measured is read ahead of the file by a weave of its own, so that no row waits for the one after it. */
#include "export/taught.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/formula.h"
#include "data/unit.h"
#include "export/export_cell.h"

/* Values that a line is drawn between are no more than so many periods apart: as on the pages. */
enum { NEAR = 3, NAMES = 1 + LESSON_NEEDS + LESSON_FORMULAS };

struct point {
	int64_t ns;
	double value;
};

/* A need: a channel in the file. */
struct source {
	const struct lesson_need *need;
	size_t stream, channel; /* places */
	/* its values around an instant, where formulas want them at rows of another stream */
	bool is_followed, has_before, has_after, is_over;
	struct weave *weave;
	double usual_ns;
	struct point before, after;
};

struct column {
	const struct lesson_formula *told;
	struct formula *formula;
	uint64_t streams; /* that it speaks of, by their places */
};

struct taught {
	const struct exporter *exporter;
	int64_t begin_ns;
	const char *names
		[NAMES]; /* time, needs, formulas: of each its value, and of which streams it is */
	double values[NAMES];
	uint64_t streams[NAMES];
	size_t n_names;
	struct source sources[LESSON_NEEDS];
	size_t n_sources;
	struct column columns[LESSON_FORMULAS];
	struct export_taught told[LESSON_FORMULAS];
	size_t n_columns;
};

/* ---------------------------------------------------------------- which columns */

static size_t add_name(struct taught *taught, const char *name, uint64_t streams)
{
	taught->names[taught->n_names] = name;
	taught->streams[taught->n_names] = streams;
	return taught->n_names++;
}

/* What no stream of the file serves is not known to its formulas. */
static void add_need(
	struct taught *taught, const struct lesson_need *need, const struct need_place *place)
{
	const struct exporter *exporter = taught->exporter;

	for (size_t s = 0; place->stream && s < exporter->n_streams; s++)
		if (exporter->streams[s].stream.id == place->stream) {
			taught->sources[taught->n_sources++] = (struct source){
				.need = need, .stream = s, .channel = place->channel};
			add_name(taught, need->id, UINT64_C(1) << s);
		}
}

static uint64_t streams_of(const struct taught *taught, const char *is)
{
	uint64_t streams = 0;

	for (size_t i = 0; i < taught->n_names; i++)
		if (formula_names(is, taught->names[i]))
			streams |= taught->streams[i];
	return streams;
}

/* One of what is not in the file, as of what was typed, is none of its columns. -ENOMEM. */
static int add_column(struct taught *taught, const struct lesson_formula *told)
{
	char room[256];
	struct text why = text_over(room, sizeof room);
	struct column *column = &taught->columns[taught->n_columns];
	int r = formula_open(told->is, taught->names, taught->n_names, &why, &column->formula);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	column->told = told;
	column->streams = streams_of(taught, told->is);
	add_name(taught, told->id, column->streams);
	taught->n_columns++;
	return 0;
}

static bool is_of_several(uint64_t streams)
{
	return streams & (streams - 1);
}

/* ---------------------------------------------------------------- what another kit measured */

struct tally {
	uint64_t rows;
	struct instant first, last;
};

static int count_rows(void *self, const struct columns *column)
{
	struct tally *tally = self;
	uint64_t most = 0;

	for (uint32_t c = 0; c < column->n_channels; c++)
		most = column->bins[c].n > most ? column->bins[c].n : most;
	if (tally->rows == 0)
		tally->first = column->from;
	tally->last = column->to;
	tally->rows += most;
	return 0;
}

/* Of rows that come at no fixed pace the mean. */
static int find_usual(struct source *source, const struct stream *stream, struct reader *reader,
	const struct taught_range *range)
{
	struct tally tally = {.rows = 0};
	int r = 0;

	source->usual_ns = (double)stream->period_ns;
	if (stream->period_ns <= 0)
		r = reader_columns(
			reader, stream->id, range->from, range->to, 1000, count_rows, &tally);
	if (tally.rows > 1)
		source->usual_ns =
			(double)instant_since(tally.last, tally.first) / (double)(tally.rows - 1);
	return r;
}

static int follow(struct taught *taught, struct source *source, struct reader *reader,
	const struct taught_range *range)
{
	const struct export_stream *of = &taught->exporter->streams[source->stream];
	const struct weave_stream stream = {
		of->stream.id, of->stream.n_channels, of->stream.period_ns, of->restamp};
	int r = find_usual(source, &of->stream, reader, range);

	if (r == 0)
		r = weave_new(&stream, 1, range->from, range->to, range->kept, &source->weave);
	source->is_followed = r == 0;
	return r;
}

/* The sources of formulas over several streams. */
static int follow_others(
	struct taught *taught, struct reader *reader, const struct taught_range *range)
{
	int r = 0;

	for (size_t i = 0; i < taught->n_sources && r == 0; i++) {
		struct source *source = &taught->sources[i];
		uint64_t beside = 0;

		for (size_t k = 0; k < taught->n_columns; k++)
			if (taught->columns[k].streams & UINT64_C(1) << source->stream)
				beside |= taught->columns[k].streams;
		if (is_of_several(beside))
			r = follow(taught, source, reader, range);
	}
	return r;
}

static double calibrated(const struct taught *taught, const struct source *source,
	struct instant at, const double *raw)
{
	double room[STREAM_CHANNELS];

	return export_calibrated(
		&taught->exporter->streams[source->stream], at, raw, room)[source->channel];
}

/* The next value behind `after`, which becomes `before`. */
static int advance(const struct taught *taught, struct source *source, struct reader *reader)
{
	struct moment moment;
	int r;

	source->has_before |= source->has_after;
	source->before = source->after;
	source->has_after = false;
	while (!source->has_after && weave_next(source->weave, reader, &moment, &r)) {
		const double *raw = moment.values[0];
		double value = raw ? calibrated(taught, source, moment.at, raw) : NAN;

		source->has_after = !isnan(value);
		if (source->has_after)
			source->after = (struct point){moment.at.ns, value};
	}
	source->is_over = !source->has_after;
	return source->is_over ? r : 0;
}

static double between(const struct source *source, int64_t ns)
{
	const struct point *before = &source->before, *after = &source->after;
	double since_ns = (double)(ns - before->ns), apart_ns = (double)(after->ns - before->ns);

	if (!source->has_before)
		return NAN;
	if (since_ns == 0)
		return before->value;
	if (!source->has_after || apart_ns > NEAR * source->usual_ns)
		return NAN;
	return before->value + since_ns / apart_ns * (after->value - before->value);
}

/* ---------------------------------------------------------------- at a moment */

static int read_source(struct taught *taught, struct source *source, struct reader *reader,
	const struct moment *moment, double *ret_value)
{
	const double *raw = moment->values[source->stream];
	int r = 0;

	while (r == 0 && source->is_followed && !source->is_over &&
		(!source->has_after || source->after.ns <= moment->at.ns))
		r = advance(taught, source, reader);
	*ret_value = raw ? calibrated(taught, source, moment->at, raw) : NAN;
	if (isnan(*ret_value) && source->is_followed)
		*ret_value = between(source, moment->at.ns);
	return r;
}

int taught_step(struct taught *taught, struct reader *reader, const struct moment *moment)
{
	size_t name = 0;
	uint64_t here = 0;
	int r = 0;

	taught->values[name++] = (double)(moment->at.ns - taught->begin_ns) / NS_PER_S;
	for (size_t s = 0; s < taught->exporter->n_streams; s++)
		here |= moment->values[s] ? UINT64_C(1) << s : 0;
	for (size_t i = 0; i < taught->n_sources && r == 0; i++)
		r = read_source(
			taught, &taught->sources[i], reader, moment, &taught->values[name++]);
	for (size_t i = 0; i < taught->n_columns && r == 0; i++) {
		const struct column *column = &taught->columns[i];
		bool is_here = !column->streams || column->streams & here;
		double value = formula_value(column->formula, taught->values);

		taught->values[name++] = isfinite(value) ? value : NAN;
		taught->told[i].value = is_here && isfinite(value) ? value : NAN;
	}
	return r;
}

/* ---------------------------------------------------------------- in words */

const struct lesson_formula *taught_formula(const struct taught *taught, size_t column)
{
	return taught->columns[column].told;
}

void taught_add_how(const struct taught *taught, size_t column, struct text *words)
{
	const char *is = taught->columns[column].told->is;

	text_addf(words, "= %s", is);
	for (size_t i = 0; i < taught->n_sources; i++) {
		const struct source *source = &taught->sources[i];
		const struct export_stream *of = &taught->exporter->streams[source->stream];

		if (!formula_names(is, source->need->id))
			continue;
		text_addf(words, "; %s: ", source->need->id);
		cell_add_whose(taught->exporter, of, words);
		text_add(words, cell_channel_name(&of->stream.channels[source->channel]));
	}
	for (size_t i = 0; i < column; i++)
		if (formula_names(is, taught->columns[i].told->id))
			text_addf(words, "; %s: %s", taught->columns[i].told->id,
				taught->columns[i].told->is);
}

static void tell_head(struct taught *taught, size_t column)
{
	const struct lesson_formula *told = taught->columns[column].told;
	struct export_taught *to = &taught->told[column];
	struct text head = text_over(to->head, sizeof to->head);

	cell_add_told(&told->name, told->id, told->unit, &head);
	text_add(&head, " [");
	taught_add_how(taught, column, &head);
	text_add_char(&head, ']');
	to->value = NAN;
}

/* ---------------------------------------------------------------- the whole */

static int choose(struct taught *taught, struct reader *reader, const struct lesson *lesson,
	const struct taught_range *range)
{
	int r = 0;

	add_name(taught, "time", 0);
	for (size_t i = 0; i < lesson->n_needs; i++)
		add_need(taught, &lesson->needs[i], &range->places[i]);
	for (size_t i = 0; i < lesson->n_formulas && r == 0; i++)
		r = add_column(taught, &lesson->formulas[i]);
	for (size_t i = 0; i < taught->n_columns; i++)
		tell_head(taught, i);
	return r == 0 ? follow_others(taught, reader, range) : r;
}

int taught_new(struct reader *reader, const struct lesson *lesson, const struct exporter *exporter,
	const struct taught_range *range, struct taught **ret_taught)
{
	struct taught *taught = calloc(1, sizeof *taught);
	int r;

	if (!taught)
		return -ENOMEM;
	taught->exporter = exporter;
	taught->begin_ns = range->begin.ns;
	r = choose(taught, reader, lesson, range);
	if (r < 0 || taught->n_columns == 0) {
		taught_free(taught);
		taught = NULL;
	}
	if (r == 0)
		*ret_taught = taught;
	return r;
}

void taught_free(struct taught *taught)
{
	if (!taught)
		return;
	for (size_t i = 0; i < taught->n_columns; i++)
		formula_close(taught->columns[i].formula);
	for (size_t i = 0; i < taught->n_sources; i++)
		weave_free(taught->sources[i].weave);
	free(taught);
}

const struct export_taught *taught_columns(const struct taught *taught, size_t *ret_n)
{
	*ret_n = taught ? taught->n_columns : 0;
	return taught ? taught->told : NULL;
}
