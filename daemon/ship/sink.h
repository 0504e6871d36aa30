/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One sink: composes a request, posts it, and does what the answer says. At most one request is
 * under way; sinks know nothing of each other. Everything in the ship thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "keep/keep.h"
#include "ship/post.h"
#include "ship/series.h"
#include "ship/ship.h"
#include "history/tenants.h"

/* What all sinks share; ship's. */
struct sink_world {
	const struct clock *clock;
	struct loop *loop;
	struct transfers *transfers;
	struct keep *keep;
	const struct ship_pace *pace;
	struct reader *reader; /* NULL: no store yet */
	const struct wall_map *map;
	struct tenants *tenants;
};

struct sink;

int sink_new(const struct sink_world *world, const struct config_sink *config, uint64_t seed,
	struct sink **ret_sink);
void sink_free(struct sink *sink);

/* Reads what is answered for from the store; once, when there is a reader. */
int sink_load(struct sink *sink);

/* A stream to ship from now on, or one whose names have changed. The series lives longer. */
int sink_add_series(struct sink *sink, const struct series *series);

/* Looks for something to send, unless it is busy or has to wait. has_news: the store has new
 * rows. */
void sink_go(struct sink *sink, bool has_news);

void sink_stop(struct sink *sink);             /* begins no further request */
bool sink_is_settled(const struct sink *sink); /* nothing under way, keep knows all */

/* Asks the store how much is still to be sent. Of a long backlog that takes some milliseconds, so
 * it is done when it is time, each few seconds; while nothing was behind it costs little and is
 * done each time. */
void sink_count_behind(struct sink *sink, bool is_time);

void sink_report(const struct sink *sink, struct sink_status *ret_status);
