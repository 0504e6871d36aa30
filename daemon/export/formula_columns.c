/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another kit measured is read ahead of the file by a weave of its own, so that no row waits for the one after it. */
#include "export/formula_columns.h"

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

struct formula_columns {
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
	struct export_formula told[LESSON_FORMULAS];
	size_t n_columns;
};

/* ---------------------------------------------------------------- which columns */

static size_t add_name(struct formula_columns *formulas, const char *name, uint64_t streams)
{
	formulas->names[formulas->n_names] = name;
	formulas->streams[formulas->n_names] = streams;
	return formulas->n_names++;
}

/* What no stream of the file serves is not known to its formulas. */
static void add_need(struct formula_columns *formulas, const struct lesson_need *need,
	const struct need_channel *by)
{
	const struct exporter *exporter = formulas->exporter;

	for (size_t s = 0; by->stream && s < exporter->n_streams; s++)
		if (exporter->streams[s].stream.id == by->stream) {
			formulas->sources[formulas->n_sources++] =
				(struct source){.need = need, .stream = s, .channel = by->channel};
			add_name(formulas, need->id, UINT64_C(1) << s);
		}
}

static uint64_t streams_of(const struct formula_columns *formulas, const char *is)
{
	uint64_t streams = 0;

	for (size_t i = 0; i < formulas->n_names; i++)
		if (formula_names(is, formulas->names[i]))
			streams |= formulas->streams[i];
	return streams;
}

/* One of what is not in the file, as of what was typed, is none of its columns. -ENOMEM. */
static int add_column(struct formula_columns *formulas, const struct lesson_formula *told)
{
	char room[256];
	struct text why = text_over(room, sizeof room);
	struct column *column = &formulas->columns[formulas->n_columns];
	int r = formula_open(told->is, formulas->names, formulas->n_names, &why, &column->formula);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	column->told = told;
	column->streams = streams_of(formulas, told->is);
	add_name(formulas, told->id, column->streams);
	formulas->n_columns++;
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
	const struct formula_range *range)
{
	struct tally tally = {.rows = 0};
	int r = 0;

	source->usual_ns = (double)stream->period_ns;
	if (stream->period_ns <= 0)
		r = reader_columns(reader, stream->id, range->run_from, range->run_to, 1000,
			count_rows, &tally);
	if (tally.rows > 1)
		source->usual_ns =
			(double)instant_since(tally.last, tally.first) / (double)(tally.rows - 1);
	return r;
}

static struct instant earlier(struct instant a, struct instant b)
{
	return a.ns < b.ns ? a : b;
}

static struct instant later(struct instant a, struct instant b)
{
	return a.ns > b.ns ? a : b;
}

/* Of a part of the run as far beyond it as a line may reach. */
static int follow(struct formula_columns *formulas, struct source *source, struct reader *reader,
	const struct formula_range *range)
{
	const struct export_stream *of = &formulas->exporter->streams[source->stream];
	const struct weave_stream stream = {
		of->stream.id, of->stream.n_channels, of->stream.period_ns, of->restamp};
	int r = find_usual(source, &of->stream, reader, range);
	int64_t near_ns = (int64_t)(NEAR * source->usual_ns);
	struct instant before = later(range->run_from, instant_add(range->from, -near_ns));
	struct instant behind = earlier(range->run_to, instant_add(range->to, near_ns));

	if (r == 0)
		r = weave_new(&stream, 1, earlier(before, range->from), later(behind, range->to),
			range->kept, &source->weave);
	source->is_followed = r == 0;
	return r;
}

/* The sources of formulas over several streams. */
static int follow_others(
	struct formula_columns *formulas, struct reader *reader, const struct formula_range *range)
{
	int r = 0;

	for (size_t i = 0; i < formulas->n_sources && r == 0; i++) {
		struct source *source = &formulas->sources[i];
		uint64_t beside = 0;

		for (size_t k = 0; k < formulas->n_columns; k++)
			if (formulas->columns[k].streams & UINT64_C(1) << source->stream)
				beside |= formulas->columns[k].streams;
		if (is_of_several(beside))
			r = follow(formulas, source, reader, range);
	}
	return r;
}

static double calibrated(const struct formula_columns *formulas, const struct source *source,
	struct instant at, const double *raw)
{
	double room[STREAM_CHANNELS];

	return export_calibrated(
		&formulas->exporter->streams[source->stream], at, raw, room)[source->channel];
}

/* The next value behind `after`, which becomes `before`. */
static int advance(
	const struct formula_columns *formulas, struct source *source, struct reader *reader)
{
	struct moment moment;
	int r;

	source->has_before |= source->has_after;
	source->before = source->after;
	source->has_after = false;
	while (!source->has_after && weave_next(source->weave, reader, &moment, &r)) {
		const double *raw = moment.values[0];
		double value = raw ? calibrated(formulas, source, moment.at, raw) : NAN;

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

static int read_source(struct formula_columns *formulas, struct source *source,
	struct reader *reader, const struct moment *moment, double *ret_value)
{
	const double *raw = moment->values[source->stream];
	int r = 0;

	while (r == 0 && source->is_followed && !source->is_over &&
		(!source->has_after || source->after.ns <= moment->at.ns))
		r = advance(formulas, source, reader);
	*ret_value = raw ? calibrated(formulas, source, moment->at, raw) : NAN;
	if (isnan(*ret_value) && source->is_followed)
		*ret_value = between(source, moment->at.ns);
	return r;
}

int formula_columns_step(
	struct formula_columns *formulas, struct reader *reader, const struct moment *moment)
{
	size_t name = 0;
	uint64_t here = 0;
	int r = 0;

	formulas->values[name++] = (double)(moment->at.ns - formulas->begin_ns) / NS_PER_S;
	for (size_t s = 0; s < formulas->exporter->n_streams; s++)
		here |= moment->values[s] ? UINT64_C(1) << s : 0;
	for (size_t i = 0; i < formulas->n_sources && r == 0; i++)
		r = read_source(
			formulas, &formulas->sources[i], reader, moment, &formulas->values[name++]);
	for (size_t i = 0; i < formulas->n_columns && r == 0; i++) {
		const struct column *column = &formulas->columns[i];
		bool is_here = !column->streams || column->streams & here;
		double value = formula_value(column->formula, formulas->values);

		formulas->values[name++] = isfinite(value) ? value : NAN;
		formulas->told[i].value = is_here && isfinite(value) ? value : NAN;
	}
	return r;
}

/* ---------------------------------------------------------------- in words */

const struct lesson_formula *formula_columns_told(
	const struct formula_columns *formulas, size_t column)
{
	return formulas->columns[column].told;
}

void formula_columns_add_how(
	const struct formula_columns *formulas, size_t column, struct text *words)
{
	const char *is = formulas->columns[column].told->is;

	text_addf(words, "= %s", is);
	for (size_t i = 0; i < formulas->n_sources; i++) {
		const struct source *source = &formulas->sources[i];
		const struct export_stream *of = &formulas->exporter->streams[source->stream];

		if (!formula_names(is, source->need->id))
			continue;
		text_addf(words, "; %s: ", source->need->id);
		cell_add_whose(formulas->exporter, of, words);
		text_add(words, cell_channel_name(&of->stream.channels[source->channel]));
	}
	for (size_t i = 0; i < column; i++)
		if (formula_names(is, formulas->columns[i].told->id))
			text_addf(words, "; %s: %s", formulas->columns[i].told->id,
				formulas->columns[i].told->is);
}

static void tell_head(struct formula_columns *formulas, size_t column)
{
	const struct lesson_formula *told = formulas->columns[column].told;
	struct export_formula *to = &formulas->told[column];
	struct text head = text_over(to->head, sizeof to->head);

	cell_add_told(&told->name, told->id, told->unit, &head);
	text_add(&head, " [");
	formula_columns_add_how(formulas, column, &head);
	text_add_char(&head, ']');
	to->value = NAN;
}

/* ---------------------------------------------------------------- the whole */

static int choose(struct formula_columns *formulas, struct reader *reader,
	const struct lesson *lesson, const struct formula_range *range)
{
	int r = 0;

	add_name(formulas, "time", 0);
	for (size_t i = 0; i < lesson->n_needs; i++)
		add_need(formulas, &lesson->needs[i], &range->channels[i]);
	for (size_t i = 0; i < lesson->n_formulas && r == 0; i++)
		r = add_column(formulas, &lesson->formulas[i]);
	for (size_t i = 0; i < formulas->n_columns; i++)
		tell_head(formulas, i);
	return r == 0 ? follow_others(formulas, reader, range) : r;
}

int formula_columns_new(struct reader *reader, const struct lesson *lesson,
	const struct exporter *exporter, const struct formula_range *range,
	struct formula_columns **ret_formulas)
{
	struct formula_columns *formulas = calloc(1, sizeof *formulas);
	int r;

	if (!formulas)
		return -ENOMEM;
	formulas->exporter = exporter;
	formulas->begin_ns = range->run_from.ns;
	r = choose(formulas, reader, lesson, range);
	if (r < 0 || formulas->n_columns == 0) {
		formula_columns_free(formulas);
		formulas = NULL;
	}
	if (r == 0)
		*ret_formulas = formulas;
	return r;
}

void formula_columns_free(struct formula_columns *formulas)
{
	if (!formulas)
		return;
	for (size_t i = 0; i < formulas->n_columns; i++)
		formula_close(formulas->columns[i].formula);
	for (size_t i = 0; i < formulas->n_sources; i++)
		weave_free(formulas->sources[i].weave);
	free(formulas);
}

const struct export_formula *formula_columns_list(
	const struct formula_columns *formulas, size_t *ret_n)
{
	*ret_n = formulas ? formulas->n_columns : 0;
	return formulas ? formulas->told : NULL;
}
