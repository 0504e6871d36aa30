/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sheets of a workbook that stand behind its rows. Inside export/sheet*.c only. */
#pragma once

#include "data/lesson.h"
#include "export/extract.h"
#include "export/typed_table.h"
#include "export/workbook.h"

struct sheet_gaps {
	uint64_t n, lost_rows;
};

struct sheet_facts {
	const struct extract *extract;
	uint32_t rows; /* of the first sheet, with its head */
	uint64_t all_rows;
	struct sheet_gaps gaps[WEAVE_STREAMS], of_all; /* by stream; told of all of them */
	const struct about *about;                     /* of the run; NULL: it is of none */
	const struct typed_table *readings;            /* NULL: there are none */
	const struct lesson *lesson;                   /* NULL: not known */
};

/* Charts of the first sheet, one for each unit. 0 or -errno, also below. */
int sheet_add_charts(struct workbook *book, const struct sheet_facts *facts);
/* Title, hour, board; then a line for each column. */
int sheet_add_about(struct workbook *book, const struct sheet_facts *facts);

/* sheet_notes.c: the readings on a sheet of their own, if there are any; prediction and acceptance as lines of About. */
int sheet_add_readings(struct workbook *book, const struct sheet_facts *facts);
int sheet_add_accept(struct workbook *book, const struct sheet_facts *facts);
int sheet_add_prediction(struct workbook *book, const struct sheet_facts *facts);
