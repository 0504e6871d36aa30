/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the family `lines`, shared by its parts: lines.c (bytes become lines),
 * lines_find.c (whether they are ours), lines_rows.c (lines become rows), lines_columns.c (what the
 * numbers of a line are called). Nobody else includes this. */
#pragma once

#include "base/clock.h"
#include "kits/protocols/lines_parse.h"
#include "kits/protocols/lines_plan.h"
#include "sense/kit.h"

enum {
	KEPT_LINES = 5,
	KEPT_BYTES = 240,
	SEEN_LABELS = 64,
};

struct kept {
	struct instant arrival;
	enum lines_kind kind;
	unsigned n_numbers;
	unsigned n;
	char text[KEPT_BYTES];
};

struct column {
	char label[LINES_LABEL_MAX]; /* as printed; empty: by position only */
	char unit[UNIT_TEXT];
};

/* The column that is the board's own clock: lines_time.c. */
struct lines_time {
	unsigned unit_us; /* it counts in these; 0: there is none */
	unsigned column;
	bool is_proven;
	unsigned rows; /* of the proof, since then */
	struct instant since;
	uint32_t since_tick;
	uint32_t tick; /* of the newest row */
	bool has_best; /* of the quarter second */
	uint32_t best_tick;
	struct instant best_arrival, told;
};

struct lines {
	struct instant opened;
	bool has_bytes;
	bool has_begun; /* what comes is the beginning of a line */
	bool is_long;   /* throwing away up to the end of a line that is too long */
	bool is_ours;
	struct instant first; /* when the first whole line came */

	unsigned n_kept; /* while finding: the last lines, oldest first */
	struct kept kept[KEPT_LINES];
	bool has_label_again;       /* a label of an earlier line */
	unsigned n_seen;            /* ever */
	uint64_t seen[SEEN_LABELS]; /* hashes, a ring */

	bool is_labelled; /* columns are found by label, not by position */
	char bracket;     /* of the newest row: what kind of lines they are, for people */
	bool has_names;   /* positions were named by a header */
	unsigned n_columns;
	struct column columns[STREAM_CHANNELS];
	struct lines_form form;
	signed char
		targets[STREAM_CHANNELS]; /* of the form's numbers: channel of the kit.yaml, -1 */

	unsigned other_make; /* lines in a row of another kind or count */
	unsigned other_count;
	enum lines_kind other_kind;
	char new_label[LINES_LABEL_MAX]; /* met once */
	struct lines_time time;

	unsigned n_header; /* the line before this one was a header of so many names */
	char header_separator;
	struct column header[STREAM_CHANNELS];
};

/* --- lines_columns.c --- */

/* What the kit.yaml wants of lines; NULL: anything. */
const struct lines_plan *lines_plan_of(const struct kit *kit);
bool lines_has_names(const struct kit *kit); /* it lists the channels */

struct column lines_column(struct lines_word label, struct lines_word unit);
void lines_columns_of(const struct lines_reading *reading, struct column *ret_columns);

/* Our column for the reading's item `index`, n_columns when there is none. */
unsigned lines_find_column(const struct lines *lines, const struct column *read, unsigned index);
void lines_add_columns(struct lines *lines, const struct lines_reading *reading);
void lines_start_columns(struct lines *lines, enum lines_kind kind);

void lines_keep_header(struct lines *lines, const struct lines_reading *reading);
bool lines_has_header(const struct lines *lines, const struct lines_reading *reading);
void lines_use_header(struct lines *lines);

void lines_describe(struct kit *kit, struct lines *lines);

/* Which channels of the kit.yaml the reading's numbers are: -1 for none. Returns how many are. */
unsigned lines_target(const struct kit *kit, const struct lines *lines,
	const struct lines_reading *reading, signed char ret_targets[STREAM_CHANNELS]);

/* --- lines_time.c --- */

/* Looks among the columns for the board's own clock; where stamps come from. */
enum stamp_source lines_time_find(struct lines *lines);

/* A row of the one stream of columns that were found. */
void lines_row(struct kit *kit, struct lines *lines, const double *values, struct instant arrival);

/* --- lines_find.c --- */

void lines_keep(
	struct kit *kit, struct lines *lines, const char *line, size_t n, struct instant arrival);
void lines_look_again(struct kit *kit, struct lines *lines, struct instant now);

/* --- lines_rows.c --- */

/* As lines_parse, but what the kit.yaml does not want is unknown. */
enum lines_kind lines_read(
	const struct kit *kit, const char *line, size_t n, struct lines_reading *ret_reading);

void lines_take(
	struct kit *kit, struct lines *lines, const char *line, size_t n, struct instant arrival);

/* The row of a line that has the form learnt. */
void lines_put(struct kit *kit, struct lines *lines, const double *values, struct instant arrival);
