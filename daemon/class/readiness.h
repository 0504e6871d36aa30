/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Can this lesson be taught with what is plugged in, for how many groups, and what has to be done first?
 *
 * The rule is that by which kits are dealt (data/deal.h): so many groups as are promised here have all
 * they need once the lesson is opened. Kits of another session that is open are not counted. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/deal.h"
#include "sense/catalogue.h"
#include "live/trouble.h"

/* A device that is plugged in. */
struct readiness_device {
	const struct device *device;
	struct trouble_words problem; /* both empty: none */
	bool is_taken;                /* another session has it */
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

/* `catalogue` (NULL: knows no kits) has the names of what to plug in. Of more than DEAL_DEVICES devices
 * the rest is left out. */
void readiness_of(const struct lesson *lesson, const struct catalogue *catalogue,
	const struct readiness_device *devices, size_t n_devices, struct readiness *ret_readiness);

const char *readiness_state_name(enum readiness_state state); /* "ready" */
