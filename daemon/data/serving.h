/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which channel of a group's devices serves which need of its lesson: the one rule, by which kits are dealt
 * (data/deal.h), results are read, a trigger is searched for, and the pages show (web/js/class-lanes.js);
 * tests/data/serving.txt holds board and pages to one table.
 *
 * As many needs are served as can be. Each takes what it likes best of what is free, in the order of needs:
 * first of the kits that it names, in its order, and of each the channel that it names; then of the device
 * that was dealt first its first channel. Where all that fits is taken, one that sits there moves to something
 * else that fits it, if there is any. What is optional takes what the others leave; nobody moves for it.
 * Before all that:
 *
 *   1. Of a lesson with something that groups share, what other groups have, too, serves that, and what they have
 *      not the rest; the other way round only where there is no other.
 *   2. Each device serves one need before one serves two, as a kit may measure a temperature and a humidity.
 *
 * Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/device.h"
#include "data/lesson.h"

struct serving {
	const struct device *device;
	const struct stream *stream; /* NULL: no channel serves it */
	uint32_t channel;            /* index */
};

/* Devices in the order in which they were dealt; `shared`: those that other groups have, too, bits 1 << place.
 * By need, lent as the devices are. */
void serving_find(const struct lesson *lesson, const struct device *const *devices,
	size_t n_devices, uint32_t shared, struct serving ret_serving[LESSON_NEEDS]);
