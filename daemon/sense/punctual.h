/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How punctual the sense thread is: how late it wakes for what it had set itself, and how long a
 * turn of its loop keeps the next one waiting. A stamp of arrival is as good as these numbers.
 *
 * Late is the instant in which a timer's callback begins less the one it was set to, as cyclictest
 * measures it: the kernel's part, and what ran before it in the same turn. A turn is from the
 * return of epoll_wait to the end of its last callback.
 *
 * Since the start, and of the last minute: six slices of ten seconds behind the one that is being
 * filled, so the last 60 to 70 s. No allocation, no lock; of the sense thread. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/histogram.h"
#include "data/feed.h"

enum { PUNCTUAL_SLICES = 7 };

struct punctual_line {
	struct histogram all, slices[PUNCTUAL_SLICES];
};

/* Zeroed it has seen nothing. About 70 KiB: part of something that is allocated. */
struct punctual {
	struct punctual_line late, turn;
	int64_t slice;           /* number of the one that is being filled: board time / 10 s */
	struct histogram minute; /* scratch */
};

void punctual_late(struct punctual *punctual, struct instant now, int64_t late_ns);
void punctual_turn(struct punctual *punctual, struct instant now, int64_t turn_ns);

/* The numbers for the feed. A few microseconds: once a second. */
void punctual_tell(
	struct punctual *punctual, struct instant now, struct feed_punctual *ret_punctual);
