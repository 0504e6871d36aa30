/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the clock of another board shows when ours shows something, and how sure that is.
 *
 * We ask it for its board time: it read its clock somewhere between our asking and our hearing. So half-way is
 * right to half the round trip, whatever the network does (Cristian, Probabilistic clock synchronization,
 * Distributed Computing 3, 1989), and that is a bound, no estimate. Of the last answers the one counts whose
 * bound is the narrowest now: it widens with its age by as much as two clocks may run apart.
 *
 * An answer that cannot be true together with those before it is of another life of that board (board time stands
 * still while a board is off): those are forgotten. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* A crystal is right within 100 ppm; beyond CLOCK_SLEW_PPB a kernel counts as being slewed (base/clock.h), and what
 * it does below that, both kernels together do at most. */
enum { MAPPING_PINGS = 32, MAPPING_DRIFT_PPB = CLOCK_SLEW_PPB };

struct mapping_ping {
	struct instant sent, came; /* ours */
	struct instant theirs;     /* cut to microseconds, as it is told */
};

struct mapping {
	struct mapping_ping pings[MAPPING_PINGS];
	unsigned n, next;
};

/* sent <= came; in the order of time. False: those before were forgotten. */
bool mapping_add(struct mapping *mapping, const struct mapping_ping *ping);

/* Their time at our `at`, give or take *ret_stated_ns. False: no answer came yet. */
bool mapping_at(const struct mapping *mapping, struct instant at, struct instant *ret_theirs,
	int64_t *ret_stated_ns);
