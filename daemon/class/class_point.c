/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/class_point.h"

#include <math.h>

#include "class/worth.h"

bool class_point_of(
	const struct lesson *lesson, const struct result_run *run, struct class_point *ret_point)
{
	struct worth worth;

	if (!lesson || !lesson->class_plot.x || !lesson->class_plot.y)
		return false;
	worth_weigh(lesson, run, &worth);
	ret_point->x = worth_value(&worth, lesson->class_plot.x);
	ret_point->y = worth_value(&worth, lesson->class_plot.y);
	return isfinite(ret_point->x) && isfinite(ret_point->y);
}
