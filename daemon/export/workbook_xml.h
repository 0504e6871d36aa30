/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The XML of a workbook that does not grow with its rows. Inside export/workbook*.c only. */
#pragma once

#include "base/text.h"
#include "export/workbook.h"

/* Text as XML: & < > " escaped; what XML 1.0 has no way to say is left out; what Excel would take for an
 * escape of its own ("_x0041_" means A) is escaped in that way. */
void xml_add(struct text *text, const char *string);

/* "A", "Z", "AA" for 0, 25, 26. */
void xml_add_column(struct text *text, unsigned column);

struct workbook_list {
	char names[WORKBOOK_SHEETS][WORKBOOK_NAME];
	unsigned n;
	size_t n_charts;
};

/* Each part, by its path in the archive. */
void workbook_write_types(const struct workbook_list *list, struct text *text);
void workbook_write_rels(struct text *text);
void workbook_write_book(const struct workbook_list *list, struct text *text);
void workbook_write_book_rels(const struct workbook_list *list, struct text *text);
void workbook_write_styles(struct text *text);
void workbook_write_drawing(size_t n_charts, struct text *text);
void workbook_write_drawing_rels(size_t n_charts, struct text *text);
void workbook_write_chart(
	const struct workbook_list *list, const struct workbook_chart *chart, struct text *text);
