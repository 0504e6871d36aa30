/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The point that a run makes in the plot of its class, as the pages plot it: what its ids are worth (worth.h). Pure. */
#pragma once

#include <stdbool.h>

#include "data/lesson.h"
#include "class/results.h"

struct class_point {
	double x, y;
};

/* False: the lesson plots no class, or something that the point needs is not there. */
bool class_point_of(
	const struct lesson *lesson, const struct result_run *run, struct class_point *ret_point);
