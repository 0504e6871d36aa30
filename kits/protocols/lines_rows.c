/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line is a row. What is not mentioned in it is absent from it; what the board was taught anew
 * since (lines of another make, a label that comes twice, a header) makes another description. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "kits/protocols/lines_state.h"

enum { OTHER_MAKE_LINES = 5 };

enum lines_kind lines_read(
	const struct kit *kit, const char *line, size_t n, struct lines_reading *ret_reading)
{
	enum lines_kind kind = lines_parse(line, n, ret_reading);
	const struct lines_plan *plan = lines_plan_of(kit);

	if (kind != LINES_EMPTY && plan && !lines_plan_wants(plan, kind, ret_reading))
		return LINES_UNKNOWN;
	return kind;
}

void lines_put(struct kit *kit, struct lines *lines, const double *values, struct instant arrival)
{
	if (!lines_has_names(kit)) {
		lines_row(kit, lines, values, arrival);
		return;
	}
	for (unsigned i = 0; i < lines->form.n; i++)
		if (lines->targets[i] >= 0)
			kit_put(kit, (unsigned)lines->targets[i], values[i]);
	kit_emit(kit, arrival);
}

static void clear_row(double *values)
{
	for (unsigned i = 0; i < STREAM_CHANNELS; i++)
		values[i] = NAN;
}

/* A label that is not among the columns: the second time it is one. Of a line with several the
 * first is remembered, so that they are believed one after the other. */
static bool is_new_label(struct lines *lines, const char *label, bool *is_remembered)
{
	if (*is_remembered || lines->n_columns == STREAM_CHANNELS)
		return false;
	if (strcmp(lines->new_label, label) == 0) {
		lines->new_label[0] = '\0';
		return true;
	}
	*is_remembered = true;
	text_copy(lines->new_label, sizeof(lines->new_label), label);
	return false;
}

static void take_labelled(struct kit *kit, struct lines *lines, const struct lines_reading *reading,
	struct instant arrival)
{
	struct column read[STREAM_CHANNELS];
	double values[STREAM_CHANNELS];
	bool is_remembered = false;
	unsigned taken = 0;

	clear_row(values);
	lines_columns_of(reading, read);
	for (unsigned i = 0; i < reading->n; i++) {
		unsigned at = lines_find_column(lines, read, i);

		if (at == lines->n_columns && is_new_label(lines, read[i].label, &is_remembered)) {
			lines->columns[lines->n_columns++] = read[i];
			lines_describe(kit, lines);
		}
		if (at < lines->n_columns) {
			values[at] = reading->items[i].value;
			taken++;
		}
	}
	if (taken)
		lines_row(kit, lines, values, arrival);
	if (taken < reading->n)
		kit_reject(kit);
}

static void take_positional(struct kit *kit, struct lines *lines,
	const struct lines_reading *reading, struct instant arrival)
{
	double values[STREAM_CHANNELS];

	clear_row(values);
	for (unsigned i = 0; i < reading->n; i++)
		values[i] = reading->items[i].value;
	lines_row(kit, lines, values, arrival);
}

/* The board was taught something else: lines of another kind, or with another count. */
static bool is_other_make(
	struct lines *lines, enum lines_kind kind, const struct lines_reading *reading)
{
	bool is_same = lines->is_labelled
		? kind == LINES_LABELLED
		: kind == LINES_POSITIONAL && reading->n == lines->n_columns;

	if (is_same) {
		lines->other_make = 0;
		return false;
	}
	if (lines->other_kind != kind ||
		(kind == LINES_POSITIONAL && lines->other_count != reading->n))
		lines->other_make = 0;
	lines->other_kind = kind;
	lines->other_count = reading->n;
	return ++lines->other_make >= OTHER_MAKE_LINES;
}

static bool is_header_new(const struct lines *lines, const struct lines_reading *reading)
{
	return lines_has_header(lines, reading) &&
		memcmp(lines->header, lines->columns, reading->n * sizeof(struct column)) != 0;
}

/* Once we know the board, a header must look like one. "Sensor error, trying again" in front of two
 * numbers is none, nor is "low battery": names have no spaces, and something else stands between
 * them. */
static bool is_clear_header(const struct lines_reading *reading)
{
	if (reading->separator == ' ' || reading->separator == '\0')
		return false;
	for (unsigned i = 0; i < reading->n; i++) {
		const struct column column =
			lines_column(reading->items[i].label, (struct lines_word){0});

		if (strchr(column.label, ' '))
			return false;
	}
	return true;
}

/* The quick way stores values where they stand, so only for lines that fill the row in order. */
static void learn_form(
	struct lines *lines, const char *line, size_t n, const struct lines_reading *reading)
{
	lines->form.n = 0;
	if (reading->n != lines->n_columns)
		return;
	for (unsigned i = 0; lines->is_labelled && i < reading->n; i++) {
		struct column column =
			lines_column(reading->items[i].label, (struct lines_word){0});

		if (strcmp(lines->columns[i].label, column.label) != 0)
			return;
	}
	lines_form_learn(&lines->form, line, n, reading);
}

/* The kit.yaml lists the channels: whatever else the line says is passed over. */
static void take_named(struct kit *kit, struct lines *lines, const char *line, size_t n,
	const struct lines_reading *reading, struct instant arrival)
{
	double values[STREAM_CHANNELS];

	if (lines_has_header(lines, reading))
		lines_use_header(lines);
	lines->n_header = 0;
	lines->form.n = 0;
	if (lines_target(kit, lines, reading, lines->targets) == 0) {
		kit_reject(kit);
		return;
	}
	for (unsigned i = 0; i < reading->n; i++)
		values[i] = reading->items[i].value;
	lines->form.n = reading->n;
	lines_put(kit, lines, values, arrival);
	lines_form_learn(&lines->form, line, n, reading);
}

void lines_take(
	struct kit *kit, struct lines *lines, const char *line, size_t n, struct instant arrival)
{
	struct lines_reading reading;
	enum lines_kind kind = lines_read(kit, line, n, &reading);

	if (kind == LINES_EMPTY)
		return;
	if (kind == LINES_HEADER && is_clear_header(&reading)) {
		lines_keep_header(lines, &reading);
		return;
	}
	if (kind == LINES_UNKNOWN || kind == LINES_HEADER) {
		lines->n_header = 0;
		kit_reject(kit);
		return;
	}
	if (lines_has_names(kit)) {
		take_named(kit, lines, line, n, &reading, arrival);
		return;
	}
	if (is_other_make(lines, kind, &reading)) {
		lines->bracket = reading.bracket;
		lines_start_columns(lines, kind);
		if (lines_has_header(lines, &reading))
			lines_use_header(lines);
		lines_add_columns(lines, &reading);
		lines_describe(kit, lines);
	} else if (kind == LINES_POSITIONAL && is_header_new(lines, &reading)) {
		lines_use_header(lines);
		lines_add_columns(lines, &reading);
		lines_describe(kit, lines);
	}
	lines->n_header = 0;
	if (kind == LINES_LABELLED && lines->is_labelled)
		take_labelled(kit, lines, &reading, arrival);
	else if (kind == LINES_POSITIONAL && !lines->is_labelled && reading.n <= lines->n_columns)
		take_positional(kit, lines, &reading, arrival);
	else {
		kit_reject(kit);
		return; /* not to be learnt: the quick way would take the next one for a row */
	}
	learn_form(lines, line, n, &reading);
}
