/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bucket's number is the value's highest bits: the position of its leading one, then the
 * HISTOGRAM_STEP_BITS bits behind that. */
#include "base/histogram.h"

static unsigned bucket_of(uint64_t value)
{
	unsigned shift;

	if (value < HISTOGRAM_STEPS)
		return (unsigned)value;
	if (value > (uint64_t)HISTOGRAM_MOST)
		value = (uint64_t)HISTOGRAM_MOST;
	shift = 63 - HISTOGRAM_STEP_BITS - (unsigned)__builtin_clzll(value);
	return shift * HISTOGRAM_STEPS + (unsigned)(value >> shift);
}

/* The largest value of a bucket. */
static int64_t upper_edge(unsigned bucket)
{
	unsigned shift;

	if (bucket < 2 * HISTOGRAM_STEPS)
		return bucket;
	shift = bucket / HISTOGRAM_STEPS - 1;
	return ((int64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS + 1) << shift) - 1;
}

static void raise_count(uint32_t *count, uint32_t by)
{
	*count = *count > UINT32_MAX - by ? UINT32_MAX : *count + by;
}

void histogram_add(struct histogram *histogram, int64_t value)
{
	if (value < 0)
		value = 0;
	raise_count(&histogram->counts[bucket_of((uint64_t)value)], 1);
	histogram->n++;
	if (histogram->most < value)
		histogram->most = value;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		raise_count(&histogram->counts[i], other->counts[i]);
	histogram->n += other->n;
	if (histogram->most < other->most)
		histogram->most = other->most;
}

int64_t histogram_quantile(const struct histogram *histogram, uint32_t per_million)
{
	const uint64_t million = 1000000;
	/* n / 10^6 first: n * per_million may not fit. */
	uint64_t rank = histogram->n / million * per_million +
		(histogram->n % million * per_million + million - 1) / million;
	uint64_t seen = 0;

	if (histogram->n == 0)
		return 0;
	if (rank == 0)
		rank = 1;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		seen += histogram->counts[i];
		if (seen >= rank)
			return upper_edge(i) < histogram->most ? upper_edge(i) : histogram->most;
	}
	return histogram->most; /* the last bucket has no upper edge */
}

struct spread histogram_spread(const struct histogram *histogram)
{
	return (struct spread){
		.n = histogram->n,
		.p50 = histogram_quantile(histogram, 500000),
		.p99 = histogram_quantile(histogram, 990000),
		.p999 = histogram_quantile(histogram, 999000),
		.most = histogram->most,
	};
}
