/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which calibration holds for which stamp of a stream, and what a row is by them. Values without
 * I/O; an object belongs to one thread.
 *
 * For a stamp, the record made last of those that hold there and are not withdrawn. So a zero from
 * now on replaces what held until now, and a record with an earlier `from` reaches back over what
 * was recorded before it was made.
 *
 * What goes to sinks is sent again after a lost answer or a crash, and must then be the same to the
 * byte. Therefore a record, or the withdrawal of one, counts for sinks only from its `ship_from`
 * on: a stamp behind every row that the store had taken when it took the record (store.h). A row
 * with such a stamp is on the card together with the record or later, so whoever sees the row, now
 * or after a crash, sees the record too, and no record to come can change what the row is. The
 * price: a server has a value as it was known when it was recorded. To correct it there, export the
 * range as line protocol (which applies what is known now) and write that over it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/calibration.h"

enum correction_rule {
	CORRECTION_NONE = 0, /* raw values, as they are kept */
	CORRECTION_READ = 1, /* what is known now: charts, lists, exports */
	CORRECTION_SHIP = 2, /* what was known when a row was recorded */
};

struct correction;

/* Of a stream: its channels' ids and resolutions count. */
int correction_new(
	const struct stream *stream, enum correction_rule rule, struct correction **ret_correction);
void correction_free(struct correction *correction);

/* Takes in a record of this stream; in the order of their ids. One of a channel that the stream has
 * not is ignored. */
int correction_add(struct correction *correction, const struct calibration *calibration);

/* Has it anything to say? */
bool correction_is_any(const struct correction *correction);

/* Where the next calibration of any channel begins or ends, after `at`. INT64_MAX: nowhere. */
struct instant correction_next(const struct correction *correction, struct instant at);

/* The map of a channel at a stamp; NULL: its values are as they are. *ret_id is the record's.
 * Borrowed until the next add. */
const struct calibration_map *correction_at(
	const struct correction *correction, uint32_t channel, struct instant at, uint32_t *ret_id);

/* Makes raw rows, row by row with n_channels of the stream in each, what they are to be read as. */
void correction_apply(
	const struct correction *correction, size_t n, const int64_t *stamps_ns, double *values);

uint32_t correction_channels(const struct correction *correction);
double correction_resolution(const struct correction *correction, uint32_t channel);
