/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What head, rows and remarks of an export are put together from. Inside
 * export/export*.c, export/sheet*.c, export/formula_columns.c, export/typed_table.c and export/activity.c only. */
#pragma once

#include "data/model.h"
#include "export/export.h"

enum {
	CELL_TEXT = 640,
	STATED_TEXT = 64 + WEAVE_STREAMS * 128,
	FLAG_TEXT = 48 + 24 + 2 * NAME_TEXT, /* one flag */
	FLAG_CELL = WEAVE_STREAMS * (STREAM_CHANNELS + 1) * FLAG_TEXT,
};

/* A whole cell by RFC 4180, and a leading apostrophe where a spreadsheet would begin to compute. Names
 * come from devices: nothing in them starts a new line. */
void cell_add(struct text *text, const char *cell);
/* A part of one that is open. */
void cell_add_within(struct text *text, const char *words);

/* "3 " when there is more than one stream to tell apart. */
void cell_add_whose(
	const struct exporter *exporter, const struct export_stream *of, struct text *text);
const char *cell_channel_name(const struct channel *channel);

/* What a lesson calls something, for people: "比房间暖多少 Warmer than the room by/K"; without a name its id. */
void cell_add_told(
	const struct model_text *name, const char *id, const char *unit, struct text *words);

/* Nanoseconds as seconds, exactly: -1500000000 is -1.5. */
void cell_add_seconds(struct text *text, int64_t ns);

/* "2026-11-23T07:17:02.000001+08:00": the board's own time zone; empty when the hour is not known. */
void cell_add_clock(struct text *text, const struct wall_map *map, struct instant at);

/* Is enough known of the stream for a value to have a flag; of any: then there is a column for them. */
bool cell_can_be_flagged(const struct export_stream *of);
bool cell_has_flags(const struct exporter *exporter);

/* --- the words of a cell, for whatever kind of file --- */

/* "3 温度 temperature/°C [校准 calibrated #12 冰水 2026-11-27]" */
void words_add_channel(const struct exporter *exporter, const struct export_stream *of,
	size_t channel, struct text *words);
/* "stamp_u_s [时刻 stamps ±1 ms (95 %), 收到时 on arrival]"; only where something is known of them. */
void words_add_stated_head(const struct exporter *exporter, struct text *words);
bool export_has_stated(const struct exporter *exporter);
/* "3 slave4 silent 9 rows" */
void words_add_gap(const struct exporter *exporter, const struct gap *gap, struct text *words);
/* "warm-up; out-of-range 温度"; nothing where nothing is to be said. */
void words_add_flags(
	const struct exporter *exporter, const struct moment *moment, struct text *words);
/* "3 0.001", where it is another than in the row before: it is noted that it was said. */
void words_add_stated(struct exporter *exporter, const struct moment *moment, struct text *words);

/* What a person is to see: `room` (STREAM_CHANNELS) serves if it differs from what the device said. */
const double *export_calibrated(
	const struct export_stream *of, struct instant at, const double *raw, double *room);
void export_follow_gap(struct exporter *exporter, const struct gap *gap);
