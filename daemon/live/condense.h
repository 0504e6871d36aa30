/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of one stream between two frames of the live events, in bounded room whatever the rate.
 *
 * Up to CONDENSE_ROWS rows are kept as they are. A faster stream becomes columns (min, max, mean of
 * neighbouring rows; at most CONDENSE_COLUMNS), so that a spike never disappears and a browser
 * never drowns: when the columns are full, neighbours are merged and each column takes twice as
 * many rows from there on. No assumption is made about when rows come. Adding a row is a few
 * comparisons; numbers become text only for what is left. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "data/device.h"

enum { CONDENSE_ROWS = 40, CONDENSE_COLUMNS = 20 };

struct condense {
	uint32_t n_channels;
	uint32_t width; /* rows a full column has; 1: rows as they are */
	uint32_t n;     /* columns begun */
	struct condense_column {
		int64_t first_ns, last_ns;
		uint32_t n; /* rows in it */
	} columns[CONDENSE_ROWS];
	struct condense_cell {
		double min, max, sum; /* of those that are numbers */
		uint32_t n;
	} cells[CONDENSE_ROWS * STREAM_CHANNELS]; /* column by column, n_channels in each */
};

/* Empty again, for a stream of n_channels. */
void condense_reset(struct condense *condense, uint32_t n_channels);

void condense_add(
	struct condense *condense, const int64_t *stamps_ns, const double *values, size_t n_rows);

/* {"s":7,"t":[us...],"y":[[channel 0...],...]} or {"s","t","n","min","max","mean"}; t of a column
 * is the middle between its first and last row. At most CONDENSE_TEXT bytes. */
enum { CONDENSE_TEXT = 32768 };
void condense_json(const struct condense *condense, uint32_t stream, struct text *text);
