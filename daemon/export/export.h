/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments as text: CSV for a spreadsheet, or line protocol as it is shipped. They come raw, as the
 * devices said them: so they are flagged (data/flag.h), and then calibrated. Pure but for the C
 * library's time zone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "data/device.h"
#include "keep/record.h"
#include "keep/store.h"
#include "history/restamp.h"
#include "ship/series.h"
#include "history/stated.h"
#include "history/tenants.h"
#include "history/warming.h"
#include "history/weave.h"

/* A column that is calculated of others (export/formula_columns.h). */
struct export_formula {
	char head[2048];
	double value; /* at the moment that is written next; NaN: none */
};

enum export_format { EXPORT_CSV = 1, EXPORT_LP = 2 };

/* One stream of an export, with what its columns are called. */
struct export_stream {
	struct stream stream;
	uint32_t sticker;
	char identity[IDENTITY_TEXT], kit[32], model[NAME_TEXT]; /* of its device */
	struct series series;                                    /* for EXPORT_LP */
	struct series_called called;
	bool has_series;               /* false: its names cannot be written as line protocol */
	struct correction *correction; /* NULL: raw values */
	char *by[STREAM_CHANNELS];     /* which calibrations (provenance.h); NULL: none */
	struct warming warming;        /* follows the gaps as they are written */
	struct restamp restamp;        /* lent */
	bool has_better_map; /* with it: 95 %, and how far stamps differ from the stored */
	int64_t uncertainty_ns, moved_ns;
	bool is_polled;
	bool is_even; /* stamps are by index; the stored ones stand in a column of their own */
	struct stated stated; /* of its rows in the range */
	int64_t worst_ns;     /* the largest of the stamps in the file, 95 %; 0: nobody knows it */
	int64_t written_ns;   /* what of that was written last */
};

struct exporter {
	enum export_format format;
	struct instant origin;         /* time_s counts from here */
	bool lacks_end;                /* the card has not got it yet, */
	struct instant kept_to;        /* only what was before this */
	const struct wall_map *wall;   /* NULL: nobody has told the hour */
	int64_t wall_ns;               /* how uncertain that is at worst; 0: unknown */
	const struct tenants *tenants; /* for EXPORT_LP; NULL: devices are nobody's */
	struct export_stream *streams;
	size_t n_streams;
	const struct export_formula *formulas; /* CSV: columns behind the channels; lent */
	size_t n_formulas;
	bool has_marks;                   /* CSV: there are some, so there is a column for them */
	bool has_stated;                  /* likewise; export_add_head finds out */
	uint64_t rows, rows_without_time; /* written; left out of line protocol */
};

/* Longest line that export_add_moment, _mark or _end may write; the caller keeps that much
 * room. */
size_t export_line_bytes(const struct exporter *exporter);

/* CSV: a byte order mark (Excel on Chinese Windows takes the file for GBK without), then
 *     time_s,clock,"温度 temperature/°C [校准 calibrated #12 冰水 2026-11-27]",...,gap,gap_until_s,flags,mark
 * with, behind the last channel, what the run's lesson calculates of them ("比房间暖多少 Warmer/K [= jar - room; jar: 1 温度;
 * room: 2 温度]", export/formula_columns.h), where `flags` is there only if some value could have one: a range or a warm-up is known. Else an
 * empty column would claim that somebody had looked. `mark` is there only if there are marks. The
 * first column of a stream with other stamps than the stored ones says so: "[时间按结束后的最好时钟图
 * stamps by the better map, ±25 us; live stamps differed by at most 60 us]"; of even ones the stored
 * stamps are a column at the end, "3 到达 arrival_s". Behind `mark`, where it is known how uncertain the
 * stamps are, stands
 *     "stamp_u_s [时刻 stamps ±1 ms (95 %), 收到时 on arrival; 钟点 clock ±20 ms]"
 * with the largest of each stream, and of the clock: a column that nobody need look at, and none has
 * moved for it. In it is the uncertainty in seconds, in the first row and in each that has another one, of
 * several streams with whose it is: "3 0.001". Line protocol: nothing. */
void export_add_head(struct exporter *exporter, struct text *text);

/* CSV: rows of one instant share a line; a gap is a line with its reason. A flag is a word and, as
 * in the head, what it is about: "warm-up; out-of-range 温度", of several streams "2 warm-up". A cell
 * that a spreadsheet would take for a formula begins with an apostrophe. Line protocol: a line per stream, as it is shipped, with the
 * tags of the class that had the device; rows whose
 * wall time nobody has told are counted and left out. */
void export_add_moment(struct exporter *exporter, const struct moment *moment, struct text *text);

/* CSV: a line of its own with who made it and its text, in order with the moments. */
void export_add_mark(struct exporter *exporter, const struct mark *mark, struct text *text);

/* There are rows, and line protocol can give none of them: nobody has told the hour of any. */
bool export_lacks_hour(const struct exporter *exporter);

/* Line protocol: a comment that says how many rows were left out, if any. */
void export_add_end(struct exporter *exporter, struct text *text);

const char *export_type(enum export_format format); /* "text/csv; charset=utf-8" */
