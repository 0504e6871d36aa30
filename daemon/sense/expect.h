/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came out of a conversation, as the text that a .expect file holds beside its recording:
 *
 *     0.033100000 device xy-md02 temp=Cel humidity=%
 *     0.033100000 temp 30.5
 *     0.033100000 humidity 54.6 out-of-range
 *     1.031000000 error exception-4
 *     2.040000000 gap unplugged
 *     2.040000000 end bytes 18 rows 1 bad 1 lost 0
 *
 * A value is the shortest decimal that reads back; `-`: the channel was not given. Behind it stand
 * flags, `warm-up` (younger than the kit's warm-up) and `out-of-range` (of what the channel can
 * measure; data/flag.h), with a comma between. `gap REASON`, then `lost N` where that is known, then
 * the stream where the device has several. A channel whose name is used in two streams is
 * STREAM.CHANNEL. `end` counts; between `bad` (that came) and `lost` stands `unanswered N` where a
 * question was. Times are stamps, seconds since the recording began; of one instant, in the order of
 * telling.
 *
 * Reads one ring of sense's outlet (data/feed.h). One owner, any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ring.h"
#include "data/feed.h"

struct expect;

/* Time 0 of the text is `start`. 0 or -ENOMEM. The ring is borrowed. */
int expect_new(
	struct ring *ring, struct instant start, int64_t warm_up_ns, struct expect **ret_expect);
void expect_free(struct expect *expect);

/* The device was plugged in: its warm-up begins. (So it does where it restarts.) */
void expect_plugged(struct expect *expect, struct instant at);

/* Takes what is in the ring. */
void expect_collect(struct expect *expect);

void expect_error(struct expect *expect, struct instant at, const char *word);
void expect_end(struct expect *expect, struct instant at, const struct feed_health *totals);

uint64_t expect_values(const struct expect *expect);  /* finite ones so far */
uint64_t expect_flagged(const struct expect *expect); /* of these, out of range */

/* The whole text, in order of time. malloc'ed, for the caller to free; NULL: memory was short. */
char *expect_text(struct expect *expect, size_t *ret_n);
