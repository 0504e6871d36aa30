/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an export has of the store: which streams, by which calibrations, with which gaps and marks,
 * written into a buffer again and again until all is out. One thread at a time (work, while the
 * buffer is filled); whoever has it meanwhile reads the text. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "keep/store.h"
#include "sense/catalogue.h"
#include "export/export.h"
#include "export/formula_columns.h"
#include "history/mark_pages.h"
#include "history/restamp.h"
#include "history/tenants.h"
#include "history/weave.h"

struct extract_options {
	enum export_format format;
	const char *board; /* borrowed for its life */
	struct instant from, to;
	uint32_t streams[WEAVE_STREAMS];
	size_t n_streams;      /* 0: all that have a part in the range */
	bool is_strict;        /* even stamps of each of them, or none at all */
	bool may_lack_streams; /* then there are marks, gaps and hours all the same; else -ENOENT */
	bool is_raw;           /* values as the devices said them */
	bool counts_from_first; /* time_s counts from the first row, not from `from` */
	enum stamps stamps;
	uint32_t import;  /* of whose store it is (export/import.h); 0: the board's own */
	uint32_t run;     /* a closed one, whose better map may be kept; 0: of no run */
	char file[64];    /* name without suffix */
	struct run asked; /* id 0: none; else without `streams` those of its group */
	struct instant run_from, run_to; /* of it, up to now; from..to may be a part */
};

struct extract {
	struct extract_options options; /* the caller's, set before, as are the next four */
	const struct catalogue
		*catalogue; /* whose warm-ups flag rows; NULL: nobody knows the kits */
	const struct lesson
		*lesson;          /* of options.asked: a CSV has what it calculates; NULL: none */
	const char *directory;    /* of the store: with a lesson, where it is an import's */
	struct exporter exporter; /* of it, lacks_end and kept_to */

	/* to read between two fillings */
	struct export_stream *streams; /* exporter.n_streams */
	struct text text;
	bool is_over;              /* nothing comes behind the text */
	bool is_preparing;         /* there is no text yet: fill again */
	uint32_t uneven;           /* -EDOM: the stream whose rows come at no regular time */
	struct restamps *restamps; /* NULL: stamps as stored */

	/* private */
	struct weave *weave;
	struct formula_columns *formulas;
	struct wall_map *wall;
	struct tenants tenants; /* of line protocol */
	struct mark_pages marks;
	struct moment moment; /* that comes next, if has_moment */
	bool has_moment, is_woven;
	char *buffer;
};

/* Whoever writes another kind of file asks for what there is, one after the other. First, again and again
 * until !is_preparing, extract_prepare: then exporter and streams say what it is. Both as extract_fill. */
struct extract_item {
	const struct moment *moment; /* borrowed until the next one, as is the mark; */
	const struct mark *mark;     /* NULL both: it is over */
};
int extract_prepare(struct extract *extract, struct reader *reader);
int extract_next(struct extract *extract, struct reader *reader, struct extract_item *ret_item);

/* The next bufferful is in the text; the first time with the head, once what it needs is ready
 * (is_preparing). 0; -EDOM, -E2BIG: no even stamps (history/restamp.h); -ENOENT: there is nothing in
 * the range, or not all of the streams; -E2BIG, -EMSGSIZE: too many streams; or as the store says. */
int extract_fill(struct extract *extract, struct reader *reader, const atomic_bool *is_cancelled);
void extract_clear(struct extract *extract);
