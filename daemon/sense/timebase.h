/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device-clock map, first form: device microseconds -> board time.
 *
 * (timebase.c opens with the essay: where the delays come from, why the smallest delay of a bucket
 * is taken and not the mean, why Theil-Sen, what the figures are, and the sources.)
 *
 * In: two-way pings (sent, device_received, device_sent, received). The best ping of a bucket is
 * the one with the smallest round trip; its offset is ((s - dr) + (r - ds)) / 2. Over the last
 * buckets a robust line gives rate and offset; more than CLOCK_RATE_MOST_PPB is not a clock and has
 * no map. Out: struct clock_piece, one after the other, each ruling from a later tick than the one
 * before, joined without a step: a new estimate is approached by a bounded change of rate (100 ppm
 * beside the estimated one; more in the first five seconds), so stamps rise strictly and spacing
 * stays true. A ping that contradicts the map by more than 20 ms, a tick that goes backwards, or
 * kit_restarted opens a new segment; the rate is kept.
 *
 * Pure: no clock, no allocation; one struct per device, sense thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/batch.h"

struct timebase_pair {
	struct instant sent, received;
	int64_t device_received, device_sent; /* unwrapped ticks */
};

enum {
	TIMEBASE_BUCKETS = 32,
	TIMEBASE_PIECES = 8,
	TIMEBASE_QUICK_PINGS = 8, /* before the first piece */
};

struct timebase_bucket {
	int64_t tick;          /* the device's middle of the exchange */
	int64_t offset_ns;     /* board time less 1000 ns * tick there */
	int64_t round_trip_ns; /* on the wire and in the board; the device's own pause is not in it */
};

struct timebase {                                        /* private */
	struct timebase_bucket bucket[TIMEBASE_BUCKETS]; /* oldest first */
	unsigned n_buckets;
	int64_t bucket_ns, bucket_ends_ns; /* length and end of the open one */
	struct timebase_bucket best;       /* of the open bucket */
	bool has_best;

	int64_t last_tick; /* newest seen: reference of unwrapping */
	bool has_tick;
	int64_t last_pong_tick; /* to notice a clock that goes backwards */
	unsigned pairs;         /* of this segment */

	struct clock_piece piece[TIMEBASE_PIECES]; /* newest last */
	unsigned n_pieces;
	uint32_t segment;
	int32_t rate_ppb;  /* best knowledge, from earlier segments too; 0: none */
	int32_t known_ppb; /* of that, what was known when the segment began */
	bool is_clock;     /* not too far out to be one */
};

/* known_rate_ppb: remembered from an earlier plugging in; 0: none. */
void timebase_init(struct timebase *base, int32_t known_rate_ppb);

/* 32-bit device microseconds -> 64-bit ticks, by the nearest to the newest tick seen: right as long
 * as the device is heard every 35 minutes. */
int64_t timebase_unwrap(const struct timebase *base, uint32_t tick);

/* A row with this tick was believed: pieces to come rule from later ticks only. (timebase_pair sees
 * the ticks of its pairs by itself.) */
void timebase_advance(struct timebase *base, int64_t tick);

/* Feeds a ping. Returns true when the piece changed (timebase_piece has news for ticks from now on,
 * or is NULL because the pair opened a new segment). */
bool timebase_pair(struct timebase *base, const struct timebase_pair *pair);

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
