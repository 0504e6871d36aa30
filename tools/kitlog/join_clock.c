/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/kitlog/join_clock.h"

#include <errno.h>

enum { ROUNDING_NS = 1000, PPM = 1000000 };

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What two clocks may drift apart in that time. */
static int64_t drift_in(int64_t ns)
{
	return larger(ns, -ns) / PPM * JOIN_DRIFT_PPM + JOIN_DRIFT_PPM;
}

/* Bounds add up: a sum of them is wider than 95 % needs, and never too narrow. */
static struct join_offset by_pings(const struct join_clock *first, const struct join_clock *other)
{
	int64_t apart = other->asked_ns - first->asked_ns;
	int64_t age = larger(first->told_ns - first->from_ns, other->told_ns - other->from_ns);

	return (struct join_offset){
		.ns = other->told_ns - first->told_ns - apart,
		.uncertainty_ns = (first->round_trip_ns + other->round_trip_ns + 1) / 2 +
			2 * ROUNDING_NS + drift_in(age) + drift_in(apart),
		.way = JOIN_BY_PINGS,
	};
}

static struct join_offset by_hour(const struct join_clock *first, const struct join_clock *other)
{
	int64_t longest = larger(first->to_ns - first->from_ns, other->to_ns - other->from_ns);
	bool is_kept = first->is_disciplined && other->is_disciplined;

	return (struct join_offset){
		.ns = (other->from_ns - first->from_ns) - (other->hour_ns - first->hour_ns),
		.uncertainty_ns = first->hour_uncertainty_ns + other->hour_uncertainty_ns +
			2 * ROUNDING_NS + (is_kept ? 0 : drift_in(longest)),
		.way = JOIN_BY_HOUR,
	};
}

static bool is_denied(const struct join_offset *pings, const struct join_offset *hour)
{
	int64_t apart = pings->ns - hour->ns;

	return larger(apart, -apart) > pings->uncertainty_ns + hour->uncertainty_ns;
}

int join_clock_compare(const struct join_clock *first, const struct join_clock *other,
	struct join_offset *ret_offset)
{
	struct join_offset hour = {0};

	if (first->has_hour && other->has_hour)
		hour = by_hour(first, other);
	if (first->is_this_boot && other->is_this_boot) {
		*ret_offset = by_pings(first, other);
		if (hour.way && is_denied(ret_offset, &hour))
			ret_offset->denied_ns = ret_offset->ns - hour.ns;
		else if (hour.way && hour.uncertainty_ns < ret_offset->uncertainty_ns)
			*ret_offset = hour;
		return 0;
	}
	if (!hour.way)
		return -ENODATA;
	*ret_offset = hour;
	return 0;
}

int64_t join_clock_zero(const struct join_clock *first, const struct join_clock *other,
	const struct join_offset *offset)
{
	return other->from_ns - offset->ns - first->from_ns;
}
