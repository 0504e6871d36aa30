/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The better map of one device in one run as the store keeps it: a curve (keep/curve.h) in bytes, and
 * the range that it was made of. It can be made again as long as the raw pairs are kept, so one that
 * is damaged, or was made of another range than the run has now, is as good as none. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/curve.h"

/* The newest ones keep theirs, a device of a run 100 kB at most, as far as keep/expire.h gives them room. */
enum { REFINEMENT_RUNS = 1000 };

struct refinement {
	uint32_t run, device;
	struct instant from, to; /* of the run */
	size_t n;
	uint8_t bytes[];
};

/* One allocation, to be freed by free(). */
int refinement_new(uint32_t run, uint32_t device, struct instant from, struct instant to,
	const struct curve *curve, struct refinement **ret_refinement);
size_t refinement_size(const struct refinement *refinement);
