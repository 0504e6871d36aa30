/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job, used again and again; a map is replaced whole. */
#include "live/walltime.h"

#include "base/container.h"

#define LOG_TAG "clock"
#include "base/log.h"

/* Claims come hourly, or when somebody sets a clock. */
static const int64_t check_ns = 5 * (int64_t)NS_PER_S;

static void read_map(struct job *job, struct reader *reader)
{
	struct walltime *walltime = CONTAINER(job, struct walltime, job);

	bool is_current = false;

	walltime->fresh = NULL;
	if (reader && walltime->map &&
		(reader_wall_map_is_current(reader, walltime->map, &is_current) < 0 || is_current))
		return;
	if (!reader || reader_wall_map(reader, &walltime->fresh) < 0)
		walltime->fresh = NULL;
}

/* What the claims that came since have done, if somebody should hear of it. */
static void tell_news(const struct wall_map *before, const struct wall_map *now)
{
	struct wall_news old = wall_map_news(before), news = wall_map_news(now);
	char text[WALL_TEXT];

	if (news.n_refused > old.n_refused)
		log_warn("%s said it was %s, which is not believed: %s",
			anchor_source_name(news.refused.source),
			wall_text(news.refused.wall, 0, text), wall_verdict_text(news.why));
	if (news.n_steps_back > old.n_steps_back)
		log_warn("wall time went back by %lld s: by %s it was %s, so what was told before "
			 "was false; what was sent keeps its hours",
			(long long)(news.back_ns / NS_PER_S),
			anchor_source_name(news.stepped.source),
			wall_text(news.stepped.wall, 0, text));
}

static void take_map(struct job *job)
{
	struct walltime *walltime = CONTAINER(job, struct walltime, job);

	walltime->is_asking = false;
	if (!job->has_run || !walltime->fresh)
		return;
	if (walltime->map)
		tell_news(walltime->map, walltime->fresh);
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

	bool is_known = walltime_at(walltime, now, &wall, NULL);

	if (walltime->is_asking || (is_known && instant_since(now, walltime->checked) < check_ns))
		return;
	walltime->checked = now;
	walltime->is_asking = work_submit(walltime->work, &walltime->job) == 0;
}
