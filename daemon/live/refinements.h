/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The better maps of runs that were closed: made by the work thread as soon as the card has what came
 * REFINE_MARGIN_S after the end, which counts too, and given to keep. What is missed (the daemon
 * stops before, too many runs at once) is made by the export that wants it. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "keep/keep.h"
#include "http/work.h"

enum { REFINEMENTS_WAITING = 16 };

struct refinements_job;

struct refinements {
	struct work *work;
	struct keep *keep;
	const struct store_status *store; /* as of keep's last notice */

	/* private */
	struct run wanted[REFINEMENTS_WAITING];
	size_t n;
	struct refinements_job *job; /* under way */
};

/* A run was closed, made, or is another now. */
void refinements_want(struct refinements *refinements, const struct run *run);

/* Now and then: begins what is due. */
void refinements_look(struct refinements *refinements);

/* Has the card all that counts for a run that ended then? */
bool refinements_are_due(const struct store_status *store, struct instant to);
