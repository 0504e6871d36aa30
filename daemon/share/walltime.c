/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job, used again and again; a map is replaced whole. */
#include "share/walltime.h"

#include "base/container.h"

static void read_map(struct job *job, struct reader *reader)
{
	struct walltime *walltime = CONTAINER(job, struct walltime, job);

	walltime->fresh = NULL;
	if (!reader || reader_wall_map(reader, &walltime->fresh) < 0)
		walltime->fresh = NULL;
}

static void take_map(struct job *job)
{
	struct walltime *walltime = CONTAINER(job, struct walltime, job);

	walltime->is_asking = false;
	if (!job->has_run || !walltime->fresh)
		return;
	wall_map_free(walltime->map);
	walltime->map = walltime->fresh;
	walltime->fresh = NULL;
}

void walltime_init(struct walltime *walltime, struct work *work)
{
	*walltime = (struct walltime){.work = work, .job = {.run = read_map, .done = take_map}};
}

void walltime_clear(struct walltime *walltime)
{
	wall_map_free(walltime->map);
	walltime->map = NULL;
}

bool walltime_at(const struct walltime *walltime, struct instant at, struct wall *ret_wall,
	struct anchor *ret_anchor)
{
	return walltime->map && wall_map_at(walltime->map, at, ret_wall, ret_anchor);
}

void walltime_refresh(struct walltime *walltime, struct instant now)
{
	struct wall wall;

	if (walltime->is_asking || walltime_at(walltime, now, &wall, NULL))
		return;
	walltime->is_asking = work_submit(walltime->work, &walltime->job) == 0;
}
