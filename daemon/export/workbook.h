/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spreadsheet in the form of Excel (XLSX, ECMA-376: a zip of XML), written row by row while it is sent,
 * in the memory of one piece. Numbers are the shortest decimals that read back to the same double;
 * strings are strings, whatever they begin with, so nothing in them is ever computed.
 *
 * Sheets come one after the other; what was written of one is gone. One thread at a time. Functions that
 * return int: 0 or -errno. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	WORKBOOK_ROWS = 1048576, /* that Excel takes in one sheet */
	WORKBOOK_SHEETS = 64,
	WORKBOOK_NAME = 32, /* of a sheet: at most 31 characters, none of []:*?/\ */
	WORKBOOK_TITLE = 256,
	WORKBOOK_CHARTS = 4,
	WORKBOOK_LINES = 12,
};

struct workbook;

int workbook_new(struct workbook **ret_book);
void workbook_free(struct workbook *book); /* NULL: nothing */

/* The next sheet; the one before is closed. The first row of a table stays in view (is_table). */
int workbook_begin_sheet(struct workbook *book, const char *name, bool is_table);
unsigned workbook_sheets(const struct workbook *book); /* begun so far */

/* Cells of the row that is being written, from left to right; then workbook_end_row. */
void workbook_number(struct workbook *book, double value); /* not finite: an empty cell */
void workbook_text(struct workbook *book, const char *string);
void workbook_date(
	struct workbook *book, int64_t local_ns);      /* since 1970 on the clock of the place */
void workbook_skip(struct workbook *book, unsigned n); /* empty cells */
int workbook_end_row(struct workbook *book);
uint32_t workbook_rows(const struct workbook *book); /* of this sheet */
/* Is the sheet as large as programs bear? Then the next one is due. */
bool workbook_is_sheet_full(const struct workbook *book);

/* A chart: lines over a common x of a table in another sheet (0: the first), rows `first` to `last` from 1
 * on, columns from 0 on. */
struct workbook_line {
	unsigned column;
	char name[WORKBOOK_TITLE];
};
struct workbook_chart {
	unsigned sheet, x_column;
	uint32_t first, last;
	bool bridges_blanks; /* else a line breaks at an empty cell */
	char title[WORKBOOK_TITLE], x_title[WORKBOOK_TITLE], y_title[WORKBOOK_TITLE];
	struct workbook_line lines[WORKBOOK_LINES];
	size_t n_lines;
};
/* A sheet of charts, one below the other; at most one such sheet in a book. */
int workbook_add_charts(
	struct workbook *book, const char *name, const struct workbook_chart *charts, size_t n);

int workbook_end(struct workbook *book);

/* What came out since it was taken last; good until the next call. */
const void *workbook_take(struct workbook *book, size_t *ret_n);
size_t workbook_waiting(const struct workbook *book);
