/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readings of a run as a table: a line for each, a column for each number that was typed or that a channel
 * said, in the order in which they first came, and for each formula of the lesson that has a value of these
 * (class/worth.h), as of a run in which nothing else was measured. Names come from students: as text they are never
 * computed (export/export_cell.h). Pure; allocates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "class/need_channels.h"
#include "data/lesson.h"
#include "keep/wall_map.h"
#include "export/about.h"

enum {
	TYPED_COLUMNS = 400, /* what is typed under ever other names stands in run.json alone */
	TYPED_HEAD = 1024,
};

struct typed_column {
	bool is_typed;
	const char *key;                      /* "L", "3 main:t", as in run.json */
	const struct channel *channel;        /* of a value, where it is one of the run's; NULL */
	const struct about_stream *of;        /* with it */
	const struct lesson_formula *formula; /* it is calculated; NULL: it is not */
	size_t place;                         /* with it: among the lesson's */
};

/* What is known of the run's lesson. */
struct typed_lesson {
	const struct lesson *lesson; /* NULL: nothing. Lives longer than the table */
	struct need_channel channels[LESSON_NEEDS];
};

struct typed_table {
	const json_t *readings; /* lent, as are the keys */
	bool has_stickers;      /* of several kits: their numbers stand before the channels */
	struct typed_lesson by;
	double (*calculated)[LESSON_FORMULAS]; /* of each reading */
	size_t n;
	struct typed_column columns[TYPED_COLUMNS];
};

/* NULL in *ret_table: there are none. `about` lives longer; `by` NULL: no lesson. -ENOMEM. */
int typed_table_new(
	const struct about *about, const struct typed_lesson *by, struct typed_table **ret_table);
void typed_table_free(struct typed_table *table);

/* NaN: nothing. */
double typed_table_value(const struct typed_table *table, size_t reading, size_t column);
int64_t typed_table_ns(const struct typed_table *table, size_t reading); /* from the begin */
int typed_table_group(const struct typed_table *table, size_t reading);

/* "3 温度 temperature/°C", "摆长 Length/m", "功率 Power/mW [= V * I; V: 3 电压]", or the key. */
void typed_table_add_head(const struct typed_table *table, size_t column, struct text *words);

/* The whole as CSV. For people: byte order mark, CRLF, time_s,clock,group and heads as above, the clock by what is
 * known of the hour (NULL: nothing) where the run began at `begin`; plain, as in a package: t_us,group and the
 * keys. */
void typed_table_csv(const struct typed_table *table, const struct wall_map *wall,
	struct instant begin, struct text *text);
void typed_table_csv_plain(const struct typed_table *table, struct text *text);
