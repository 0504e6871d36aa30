/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is fitted. Borrowed for the call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct fit_points {
	size_t n;
	const double *x, *y;   /* in any order */
	const double *weights; /* NULL: all the same. Relative, or 1/u^2 */
	bool are_absolute; /* 1/u^2: the errors come from these, and the scatter is judged by them */
	double resolution; /* smallest step of y; 0: unknown */
	double x_width;    /* points are means over so much of x; 0: they are not */
};
