/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/trigger.h"

#include <math.h>

struct trigger trigger_new(const struct lesson_trigger *wanted, enum lesson_mode mode)
{
	return (struct trigger){
		.edge = wanted->edge, .level = wanted->level, .is_set = mode == LESSON_EDGES};
}

bool trigger_take(struct trigger *trigger, double value)
{
	bool is_beyond =
		trigger->edge == LESSON_RISING ? value >= trigger->level : value <= trigger->level;

	if (isnan(value))
		return false;
	if (is_beyond)
		return trigger->is_set;
	trigger->is_set = true;
	return false;
}
