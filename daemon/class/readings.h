/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readings of a session: numbers that groups typed, with what their kits said at that instant. Here alone
 * it is decided which there are and whose run each is, for answers, results, files and reports.
 *
 * A reading is of the group's last run that had begun by its instant: what is written down when a run is over
 * is about that run. One from before all runs is of the first. What was undone is none. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/classroom.h"

struct reading {
	uint32_t id; /* of its act */
	unsigned group;
	struct instant at;
	uint32_t run;                 /* 0: the group has none */
	const json_t *typed, *values; /* {"L": 0.5}, {"stream:channel": number}; lent */
};

/* The run that a reading of this group and instant is of; 0: it has none. */
uint32_t readings_run(const struct session *session, int64_t group, struct instant at);

/* One after the other, in the order in which they were kept; *place is 0 at first. False: no more. */
bool readings_next(const struct classroom *room, const struct session *session, size_t *place,
	struct reading *ret_reading);
