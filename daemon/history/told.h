/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gaps as they are told of a range. One that lasts is noted when it begins and, of a silence, now and
 * then: here it reaches as far as the card knows of no row behind it. One thread (work). */
#pragma once

#include "base/clock.h"
#include "keep/store.h"

struct told_range {
	uint32_t stream;
	int64_t period_ns; /* 0: irregular */
	struct instant from, to;
	struct instant kept; /* all that was recorded before is on the card */
	struct instant born; /* what of the board was over by then is not told */
};

/* Of a stream: its first row, since the board's gaps of before it was known are none of its own; 0
 * where there is none. */
int told_born(struct reader *reader, uint32_t stream, struct instant *ret_born);

/* As reader_gaps: whole gaps that reach into the range, those of stream 0 too. */
int told_gaps(struct reader *reader, const struct told_range *range,
	int (*visit)(void *self, const struct gap *gap), void *self);

/* What of a gap is in the range. Of one that was cut, the lost rows are those that the period has
 * room for; 0, unknown, if they were that before or there is no period. */
struct gap told_within(const struct gap *gap, const struct told_range *range);
