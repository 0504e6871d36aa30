/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups that wait for their trigger (data/trigger.h). Everything is recorded always, so a trigger begins
 * no recording: it is searched for in what comes, by the calibrations as they are now, and when it is
 * found the board makes a run that begins so long before it as the lesson says. A group waits by an act
 * (ACT_ARM), so it waits on when the board comes back after a power cut. Main thread. */
#pragma once

#include "data/feed.h"
#include "data/trigger.h"
#include "live/current.h"
#include "live/live.h"
#include "class/sessions.h"
#include "class/shelf.h"

enum { TRIGGERS = 64 }; /* that are searched for at once */

/* The search of one group, since it was armed. */
struct trigger_search {
	uint32_t session;
	unsigned group;
	struct instant armed;
	struct trigger trigger;
	struct instant found; /* 0: not yet */
};

/* Zero but for the first ones. */
struct triggers {
	struct sessions *sessions;
	const struct shelf *shelf;
	struct live *const *live;
	struct trigger_search searches[TRIGGERS];
};

/* Rows of this stream came. */
void triggers_take(struct triggers *triggers, const struct stream *stream,
	const struct current *current, const struct feed_record *rows);

/* What was found while keep took no orders is started now. Call it each second. */
void triggers_look(struct triggers *triggers);
