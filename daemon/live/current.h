/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream as it is seen live: the rows that wait for the next event, as they are by the
 * calibrations, and the raw values of the last second. Main thread. */
#pragma once

#include "data/feed.h"
#include "keep/correction.h"
#include "live/condense.h"
#include "live/recent.h"

struct current {
	struct condense rows;          /* corrected */
	struct recent recent;          /* raw */
	struct correction *correction; /* NULL: values are as they are */
};

/* NULL: no memory. */
struct current *current_new(const struct stream *stream);
void current_free(struct current *current);

/* From the next row on; the correction is the current's then. NULL: none. */
void current_correct_by(struct current *current, struct correction *correction);

/* A batch of this stream. */
void current_add(struct current *current, const struct feed_record *record);

/* A raw value of a channel by what holds at its stamp. */
double current_corrected(
	const struct current *current, uint32_t channel, struct instant at, double raw);

/* The newest value of a channel by what holds at an instant; NaN: none. */
double current_last(const struct current *current, uint32_t channel, struct instant at);
/* The same, if its stamp is not behind `at` and recent enough; NaN. */
double current_value(const struct current *current, uint32_t channel, struct instant at);
