/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The corridor between two clocks: from bounds that delays set, the line that a device's clock runs
 * along. For the live map (sense/timebase.h, which has the essay) and for a better one made of the
 * same pairs afterwards.
 *
 * Pure: no clock, no allocation, no state but the caller's; any thread. Everything is integer.
 *
 * "Offset" is board time less 1000 ns for each tick of the device. A message to the device bounds
 * it from below (it arrived after it was sent), a message from the device from above. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { FIT_BUCKETS = 32 };

/* What is presumed of a path: the least delay of each direction, and how far each of the two may be
 * out (95 %). Doubt 0: nothing is known, and the whole corridor is doubted. */
struct fit_path {
	int64_t floor_to_ns, floor_from_ns, doubt_ns;
};

struct fit_bound {
	bool is_set;
	int64_t tick;      /* of the device, unwrapped: when the message came in, or left */
	int64_t offset_ns; /* the offset there is at least (low), at most (high) so much */
};

/* The tightest bounds of some stretch of time, each direction for itself. */
struct fit_bucket {
	struct fit_bound low, high;
};

/* A message to the device: sent at board_ns, there at tick. One from the device: left at tick, here
 * at board_ns. Keeps the tighter one; rate_ppb, as well as it is known, makes two instants of one
 * bucket comparable. */
void fit_to_device(struct fit_bucket *bucket, int64_t board_ns, int64_t tick, int32_t rate_ppb);
void fit_from_device(struct fit_bucket *bucket, int64_t board_ns, int64_t tick, int32_t rate_ppb);

/* Both buckets in one: into the first. */
void fit_join(struct fit_bucket *bucket, const struct fit_bucket *other, int32_t rate_ppb);

/* The rate as it is known from elsewhere, and how far it may be out (one standard deviation). */
struct fit_known {
	int64_t rate_ppb, doubt_ppb;
};

struct fit_line {
	int64_t tick, offset_ns; /* a point of the line: at_tick of the call */
	int64_t rate_ppb;        /* growth of the offset: positive when the device is slow */
	int64_t doubt_ppb;       /* the rate is not further out, whatever the path did */
	int64_t rate_noise_ppb;  /* 95 % of it */
	int64_t half_ns;         /* half the corridor there, floors not taken off: a hard bound */
	int64_t off_ns;   /* the newest bucket says that the line is so far off, 0: it does not */
	int64_t noise_ns; /* 95 %: what chance leaves in the point, the path's floors apart */
	bool is_one_way;  /* only messages from the device: no corridor, half_ns is 0 */
	bool is_bent;     /* the newest buckets lie beside it: older ones describe another clock */
};

/* The line through n buckets (1 .. FIT_BUCKETS), oldest first, at least one of them with a message
 * from the device, that is best at at_tick: the newest tick for a live map, the middle of the
 * buckets for a better one. A rate that is less sure than the known one is drawn towards that. */
void fit_buckets(const struct fit_bucket *buckets, unsigned n, const struct fit_path *path,
	struct fit_known known, int64_t at_tick, struct fit_line *ret_line);

/* 95 %: how far the line may be from the truth at its point. */
int64_t fit_uncertainty_ns(const struct fit_line *line, const struct fit_path *path);

/* How much an offset grows over so many ticks at that rate. */
int64_t fit_grown_ns(int64_t rate_ppb, int64_t ticks);
