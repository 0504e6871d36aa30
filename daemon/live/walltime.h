/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wall time as main may tell it: the store's map, read by the work thread, and again when claims came
 * since; what they did to it is logged, if somebody should hear of it. Main thread. */
#pragma once

#include <stdbool.h>

#include "keep/store.h"
#include "http/work.h"

struct walltime {
	struct work *work;
	struct wall_map *map;   /* NULL: none yet */
	struct wall_map *fresh; /* read by the job */
	struct job job;
	struct instant checked;
	bool is_asking;
};

void walltime_init(struct walltime *walltime, struct work *work);
void walltime_clear(struct walltime *walltime); /* after work_close */

/* Asks the work thread, while `now` has no wall time, and from time to time. Cheap; call it each
 * second. */
void walltime_refresh(struct walltime *walltime, struct instant now);

/* ret_anchor may be NULL. */
bool walltime_at(const struct walltime *walltime, struct instant at, struct wall *ret_wall,
	struct anchor *ret_anchor);
