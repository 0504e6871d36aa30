/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which channel of a group's devices serves which need of its lesson: the one rule, by which results are
 * read, a trigger is searched for, and the pages show (web/js/class-lanes.js); tests/data/serving.txt holds
 * both to one table.
 *
 * First each device serves one need, in the order of needs: of those that are left and have a channel that
 * fits, one of the kit that the need likes best, then the one that was dealt first. Then what is not served
 * yet gets a channel that is left of the device that was dealt first, as one kit may measure a temperature
 * and a humidity. Of the channels of a device the one that the need names, else the first that fits.
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

/* Devices in the order in which they were dealt; by need, lent as the devices are. */
void serving_find(const struct lesson *lesson, const struct device *const *devices,
	size_t n_devices, struct serving ret_serving[LESSON_NEEDS]);
