/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/mapping.h"

#include <stddef.h>

enum { PPB = 1000000000 };

/* Theirs is told in whole microseconds, cut: up to so much later in truth. */
static const int64_t CUT_NS = NS_PER_US;

static int64_t drift_ns(int64_t over_ns)
{
	over_ns = over_ns < 0 ? -over_ns : over_ns;
	return over_ns / 1000 * MAPPING_DRIFT_PPB / (PPB / 1000);
}

/* Theirs minus ours lies within *ret_offset ± the result at `at`. */
static int64_t bound(const struct mapping_ping *ping, struct instant at, int64_t *ret_offset_ns)
{
	int64_t round_ns = instant_since(ping->came, ping->sent);
	struct instant middle = instant_add(ping->sent, round_ns / 2);

	*ret_offset_ns = instant_since(ping->theirs, middle) + CUT_NS / 2;
	return (round_ns + 1) / 2 + CUT_NS / 2 + drift_ns(instant_since(at, middle));
}

/* NULL: there is none. */
static const struct mapping_ping *best_at(const struct mapping *mapping, struct instant at)
{
	const struct mapping_ping *best = NULL;
	int64_t offset_ns, least_ns = INT64_MAX;

	for (unsigned i = 0; i < mapping->n; i++) {
		int64_t stated_ns = bound(&mapping->pings[i], at, &offset_ns);

		if (stated_ns < least_ns) {
			best = &mapping->pings[i];
			least_ns = stated_ns;
		}
	}
	return best;
}

static bool contradict(const struct mapping_ping *a, const struct mapping_ping *b)
{
	int64_t offset_a, offset_b;
	int64_t both_ns = bound(a, b->came, &offset_a) + bound(b, b->came, &offset_b);
	int64_t apart_ns = offset_a > offset_b ? offset_a - offset_b : offset_b - offset_a;

	return apart_ns > both_ns;
}

bool mapping_add(struct mapping *mapping, const struct mapping_ping *ping)
{
	const struct mapping_ping *best = best_at(mapping, ping->came);
	bool goes_on = !best || !contradict(best, ping);

	if (!goes_on)
		mapping->n = mapping->next = 0;
	mapping->pings[mapping->next] = *ping;
	mapping->next = (mapping->next + 1) % MAPPING_PINGS;
	if (mapping->n < MAPPING_PINGS)
		mapping->n++;
	return goes_on;
}

bool mapping_at(const struct mapping *mapping, struct instant at, struct instant *ret_theirs,
	int64_t *ret_stated_ns)
{
	const struct mapping_ping *best = best_at(mapping, at);
	int64_t offset_ns;

	if (!best)
		return false;
	*ret_stated_ns = bound(best, at, &offset_ns);
	*ret_theirs = instant_add(at, offset_ns);
	return true;
}
