/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search for a trigger: value by value, whether this is the one that a lesson waits for.
 *
 * A value at the level or beyond it triggers once one was on the other side: what lies beyond already
 * when somebody arms has not crossed anything. Of edges there is nothing on the other side, as such a kit
 * is silent until something happens: its first value beyond the level will do. There is no hysteresis:
 * the first crossing is what is wanted, and none is looked for after it. Pure. */
#pragma once

#include <stdbool.h>

#include "data/lesson.h"

struct trigger {
	enum lesson_edge edge;
	double level;
	bool is_set; /* it may come now */
};

struct trigger trigger_new(const struct lesson_trigger *wanted, enum lesson_mode mode);

/* The next value, in the order of their stamps; NaN says nothing. True: this is it. */
bool trigger_take(struct trigger *trigger, double value);
