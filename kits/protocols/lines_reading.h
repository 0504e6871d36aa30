/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers that stand in one line of text, and what a number may be called there: shared by the
 * readers of lines. Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/device.h"

enum { LINES_LABEL_MAX = 40 };

enum lines_kind { LINES_EMPTY, LINES_POSITIONAL, LINES_LABELLED, LINES_HEADER, LINES_UNKNOWN };

struct lines_word {
	const char *at;
	size_t n;
}; /* into the line; n 0: none */

struct lines_item {
	double value;
	struct lines_word label, unit; /* unit as written */
	size_t from, to;               /* where the number stands */
};

struct lines_reading {
	unsigned n;
	char separator; /* of a header or of positions: ; , tab space, the first of these that occurs; else 0 */
	char bracket;  /* what the line stands in: ( [ { or 0 */
	bool has_form; /* the numbers may be found again by lines_form */
	struct lines_item items[STREAM_CHANNELS];
};

/* From `from` on and before `to`, without spaces at its ends. */
struct lines_word lines_trimmed(const char *from, const char *to);

/* May this be the name of a number? */
bool lines_is_label(struct lines_word word);

/* Splits "temp_C", "temp (C)", "temp [C]" into name and unit; ret_unit (UCUM) is empty without
 * one. */
void lines_split_unit(
	struct lines_word label, char ret_name[LINES_LABEL_MAX], char ret_unit[UNIT_TEXT]);
