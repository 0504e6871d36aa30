/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What head, rows and remarks of an export's CSV are put together from. Inside share/export*.c only. */
#pragma once

#include "share/export.h"

enum { CELL_TEXT = 640, STATED_TEXT = 64 + WEAVE_STREAMS * 128 };

/* A whole cell by RFC 4180, and a leading apostrophe where a spreadsheet would begin to compute. Names
 * come from devices: nothing in them starts a new line. */
void cell_add(struct text *text, const char *cell);
/* A part of one that is open. */
void cell_add_within(struct text *text, const char *words);

/* "3 " when there is more than one stream to tell apart. */
void cell_add_whose(
	const struct exporter *exporter, const struct export_stream *of, struct text *text);
const char *cell_channel_name(const struct channel *channel);

/* Nanoseconds as seconds, exactly: -1500000000 is -1.5. */
void cell_add_seconds(struct text *text, int64_t ns);

/* Is enough known of the stream for a value to have a flag; of any: then there is a column for them. */
bool cell_can_be_flagged(const struct export_stream *of);
bool cell_has_flags(const struct exporter *exporter);
