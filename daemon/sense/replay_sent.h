/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What should be sent and what was: two queues that must meet. For replay.c alone. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sense/recording.h"

enum { REPLAY_WAITING = 8 };

struct replay_queue {
	struct recording_event events[REPLAY_WAITING];
	size_t first, n;
};

struct replay_sent {
	struct replay_queue recorded, driver; /* at most one of them holds something */
};

/* A line of the recording that says what was sent; or what the driver sends now. True: it met its
 * other half, which is *ret_line of the recording. False: it waits, or there is a failure: then
 * ret_failure says which, and *ret_line where. */
bool replay_sent_recorded(struct replay_sent *sent, const struct recording_event *event,
	struct text *ret_failure, int *ret_line);
bool replay_sent_driver(struct replay_sent *sent, const struct recording_event *event,
	struct text *ret_failure, int *ret_line);

/* Something comes from the device at this line, or the recording ends: nothing may wait; what the
 * driver sent since `recent_ns` may. False: a failure. */
bool replay_sent_nothing_waits(struct replay_sent *sent, int line, int64_t recent_ns,
	struct text *ret_failure, int *ret_line);
