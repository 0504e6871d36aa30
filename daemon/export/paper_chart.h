/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart on paper: SVG that a report holds, drawn on the board. Lines differ in colour and in dash, and
 * their names stand beside it, so that a black printer will do; where a column of pixels has many rows
 * its band shows the least and the greatest, so that no spike disappears; a gap is a gap. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { CHART_LINES = 16, CHART_NAME = 128 };

struct chart_point {
	double x, mean, low, high;
	bool is_after_gap; /* no line leads to it */
};
struct chart_line {
	char name[CHART_NAME];
	const struct chart_point *points; /* borrowed */
	size_t n;
};
struct chart {
	char y_title[CHART_NAME], x_title[CHART_NAME];
	double x_low, x_high; /* low < high */
	struct chart_line lines[CHART_LINES];
	size_t n_lines;
	double (*curve)(const void *self, double x); /* a fit; NULL: none */
	const void *self;
	double curve_low, curve_high; /* drawn so far */
	const struct chart_point
		*stroke; /* drawn by hand before: a prediction; owned by the caller */
	size_t n_stroke;
	const double *marks; /* numbered instants */
	size_t n_marks;
};

/* The whole element; nothing when there is no point. */
void chart_draw(const struct chart *chart, struct text *text);

/* Steps for an axis: 1, 2 or 5 times a power of ten, about `wanted` of them. */
double chart_step(double low, double high, unsigned wanted);
