/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device-clock map: device microseconds -> board time.
 *
 * Pure: no clock, no allocation; one struct per device, sense thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/batch.h"
#include "sense/timebase_fit.h"

struct timebase_pair {
	struct instant sent, received;
	int64_t device_received, device_sent; /* unwrapped ticks */
};

enum {
	TIMEBASE_PIECES = 8,
	TIMEBASE_QUICK_PINGS = 8, /* before the first piece */
};

struct timebase { /* private */
	struct fit_path path;
	struct fit_bucket bucket[FIT_BUCKETS]; /* oldest first */
	unsigned n_buckets;
	int64_t bucket_ns, bucket_ends_ns; /* length and end of the open one */
	struct fit_bucket open;
	int64_t trip_ns, open_trip_ns; /* smallest round trip of the last bucket, of the open one */

	bool has_tick;
	int64_t last_tick;        /* newest seen: reference of unwrapping ... */
	struct instant last_seen; /* ... and when */
	int64_t last_told_tick;   /* newest of a pair, to notice a clock that goes backwards */
	struct instant last_told;
	unsigned pairs;  /* of this segment */
	unsigned spoken; /* of them, one-way ones */

	struct clock_piece piece[TIMEBASE_PIECES]; /* newest last */
	unsigned n_pieces;
	uint32_t segment;
	int32_t rate_ppb;       /* best knowledge, from earlier segments too; 0: none */
	struct fit_known known; /* of that, what was known when the buckets began */
	bool is_clock;          /* not too far out to be one */
};

/* known_rate_ppb: remembered from an earlier plugging in; 0: none. path: what is presumed of it;
 * copied. */
void timebase_init(struct timebase *base, int32_t known_rate_ppb, const struct fit_path *path);

/* 32-bit device microseconds -> 64-bit ticks: the nearest to where the counter must be by now, going
 * by the newest tick seen and the time since. Right after a silence of five days even if the clock
 * is 5000 ppm out, and of months once its rate is known. */
int64_t timebase_unwrap(const struct timebase *base, uint32_t tick, struct instant now);

/* A row with this tick was believed: pieces to come rule from later ticks only. (timebase_pair and
 * timebase_heard see their ticks by themselves.) */
void timebase_advance(struct timebase *base, int64_t tick, struct instant now);

/* Feeds a ping. Returns true when the piece changed (timebase_piece has news for ticks from now on,
 * or is NULL because the pair opened a new segment). */
bool timebase_pair(struct timebase *base, const struct timebase_pair *pair);

/* Feeds a word that nobody asked for: it left at this tick, by the device's clock, and arrived then.
 * Returns as timebase_pair does. */
bool timebase_heard(struct timebase *base, int64_t tick, struct instant arrival);

/* A new segment: the device restarted. Stamps wait for the next pairs. */
void timebase_restart(struct timebase *base);

/* False while its rate is beyond CLOCK_RATE_MOST_PPB for certain. Then there is no piece. */
bool timebase_is_clock(const struct timebase *base);

/* The piece in force; NULL before the first pairs of the segment (8, or half a second of them). */
const struct clock_piece *timebase_piece(const struct timebase *base);

/* The piece that rules at a tick: an older one for a tick older than the newest piece, so that data
 * still on its way when the piece changed are stamped as they would have been before. NULL
 * likewise. */
const struct clock_piece *timebase_piece_at(const struct timebase *base, int64_t tick);

/* The gap to leave before the next ping: 8 quick ones at first (5-25 ms), some 0.2 s apart while
 * the rate is being learnt, then about one a second; random, so that they never beat with a USB
 * frame. `random` is the caller's random number. */
int64_t timebase_next_ping_ns(const struct timebase *base, uint32_t random);

int64_t timebase_round_trip_ns(
	const struct timebase *base); /* smallest of the last bucket; 0: none yet */

/* What is known of the rate, to be remembered for the next plugging in; 0: nothing yet. */
int32_t timebase_rate_ppb(const struct timebase *base);
