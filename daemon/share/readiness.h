/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Can this lesson be taught with what is plugged in, for how many groups, and what has to be done first?
 *
 * A need asks for a quantity; any channel of it will do, kits that the lesson names go first, in its
 * order, then by the number on their label. A device is one group's, or of as many as share it; what
 * measures several quantities may serve several needs of a group. Devices are dealt group by group.
 * Something that is wrong with a device keeps it out as long as others do. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/device.h"
#include "data/lesson.h"
#include "sense/catalogue.h"
#include "share/trouble.h"

/* A device that is plugged in. */
struct readiness_device {
	const struct device *device;
	struct trouble_words problem; /* both empty: none */
};

/* `device` measures need number `need` for `n_groups` groups from number `group` on (1 is the first). */
struct readiness_seat {
	uint32_t device, stream;
	unsigned need, group, n_groups;
};

enum readiness_state { READINESS_READY, READINESS_TROUBLE, READINESS_MISSING };
enum { READINESS_SEATS = LESSON_NEEDS * LESSON_GROUPS, READINESS_TEXT = 400 };

struct readiness {
	enum readiness_state state;
	unsigned groups;                              /* that it suffices for; 0 unless READY */
	struct readiness_seat seats[READINESS_SEATS]; /* group by group */
	size_t n_seats;
	unsigned missing; /* bits of needs for which nothing is plugged in */
	char zh[READINESS_TEXT], en[READINESS_TEXT];
};

/* `catalogue` (NULL: knows no kits) has the names of what to plug in. Of more than 2 * DEVICE_MAX devices
 * the rest is left out. */
void readiness_of(const struct lesson *lesson, const struct catalogue *catalogue,
	const struct readiness_device *devices, size_t n_devices, struct readiness *ret_readiness);

const char *readiness_state_name(enum readiness_state state); /* "ready" */
