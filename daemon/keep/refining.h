/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes the better maps of a run (keep/refine.h) from what is on the card: the raw pairs of each
 * device that has a clock, and the ticks and stamps of its rows. In steps, each of which reads two
 * minutes of one device, so that a run of weeks keeps nobody waiting and takes no more memory than a
 * lesson. Any thread that has a reader; an object belongs to one at a time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/curve.h"
#include "keep/refine.h"
#include "keep/store.h"

struct refining;

int refining_new(struct instant from, struct instant to, struct refining **ret_refining);
void refining_free(struct refining *refining);

/* 1: there is more to do; 0: it is done; -errno as the reader says, -ENOMEM. */
int refining_step(struct refining *refining, struct reader *reader);

/* When it is done: the devices that have a better map, one after the other. NULL: no more. The curve
 * is the object's. */
const struct curve *refining_curve(
	const struct refining *refining, size_t index, uint32_t *ret_device);

/* What is presumed of the path to a device: the floors that sense presumes while it is plugged in, and
 * their doubts by the same rule (sense/port.h), here of each direction by itself; by what is kept of the
 * device. Of a pty, and of what is no serial port, nothing. */
struct refine_path refining_path(const struct device *device);
