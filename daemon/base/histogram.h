/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How durations are distributed, in a fixed room: counts in log-linear buckets, from which any
 * quantile is read. Values below HISTOGRAM_STEPS are counted exactly; each doubling above has
 * HISTOGRAM_STEPS buckets of equal width, so a quantile is told at most 1/HISTOGRAM_STEPS (3.2 %)
 * too high and never too low. Counts and the largest value are exact. (The layout is that of Gil
 * Tene's HdrHistogram.)
 *
 * Nanoseconds up to HISTOGRAM_MOST (68 s); what is longer is counted as the longest. Plain memory:
 * zeroed is empty, assignment copies. No allocation; of the thread that owns it. */
#pragma once

#include <stdint.h>

enum {
	HISTOGRAM_STEP_BITS = 5,
	HISTOGRAM_STEPS = 1 << HISTOGRAM_STEP_BITS,
	HISTOGRAM_BITS = 36,
	HISTOGRAM_BUCKETS = (HISTOGRAM_BITS - HISTOGRAM_STEP_BITS + 1) * HISTOGRAM_STEPS,
};
#define HISTOGRAM_MOST (((int64_t)1 << HISTOGRAM_BITS) - 1)

struct histogram {
	uint64_t n;
	int64_t most; /* exact, also beyond HISTOGRAM_MOST */
	uint32_t counts[HISTOGRAM_BUCKETS];
};

/* A negative value counts as 0. A bucket that is full (2^32-1) stays so. */
void histogram_add(struct histogram *histogram, int64_t value);
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* What is read from it: the value that `per_million` of all values do not exceed (nearest rank:
 * the ceil(n * per_million / 10^6)-th smallest), at the upper edge of its bucket but not above the
 * largest. 0 when it is empty. */
int64_t histogram_quantile(const struct histogram *histogram, uint32_t per_million);

/* The usual four at once. */
struct spread {
	uint64_t n;
	int64_t p50, p99, p999, most;
};
struct spread histogram_spread(const struct histogram *histogram);
