/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose a device was, and when: the acts of the class as a history of each device, for what is shipped.
 *
 * What was shipped must not be called otherwise when it is sent once more. So nothing here looks back: an
 * act changes whose a device is from its `from` on (keep/journal.h: behind every row that was in the store
 * when it came), and an undoing does so from its own, although for the class what it undoes never was. A
 * longer journal never changes what a shorter one says of an instant before its end.
 *
 * Pure; allocates; one thread at a time. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "data/classroom.h"

struct tenancy;

int tenancy_new(struct tenancy **ret_tenancy); /* -ENOMEM */
void tenancy_free(struct tenancy *tenancy);

/* The next act of the journal, in its order; one that does not fit says nothing. 0, -ENOMEM. */
int tenancy_add(struct tenancy *tenancy, const struct act *act, struct instant from);

/* Who has a device. Borrowed; good as long as the tenancy, and the same pointer for the same tenant. */
struct tenant {
	unsigned group; /* 0: groups share it */
	char lesson[SESSION_LESSON];
	char label[SESSION_TITLE]; /* of the class */
};
/* NULL: nobody. */
const struct tenant *tenancy_at(const struct tenancy *tenancy, uint32_t device, struct instant at);
