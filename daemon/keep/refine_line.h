/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best line through the exchanges of some seconds, see refine.h. Inside keep/ only. */
#pragma once

#include "keep/refine.h"

/* A bound of one direction: board time was not before (forward) or not after (back) `at_ns`. */
struct refine_bound {
	int64_t tick, at_ns;
};

struct refine_bounds {
	const struct refine_bound *forward, *back; /* each by tick */
	size_t n_forward, n_back;
};

/* The line over the bounds given, at a tick among or near them. *ret_bend_ns is how far the clock
 * bends away from it, as far as that is more than chance (part of the uncertainty). False: too few
 * to say. */
bool refine_line(const struct refine_bounds *bounds, const struct refine_path *path, int64_t tick,
	struct refine_node *ret_node, int64_t *ret_bend_ns);
