/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose the devices were, as the journal on the card says; read on as it grows. One thread. */
#pragma once

#include <stdint.h>

#include "data/tenancy.h"
#include "keep/store.h"

/* Zero at first. */
struct tenants {
	struct tenancy *tenancy; /* NULL: not read yet */
	uint32_t last;           /* act that was read */
};

/* Reads what came since. Within reader_hold it is as of the rows of that snapshot: whatever they show was
 * ruled by what is read here. 0 or -errno. */
int tenants_refresh(struct tenants *tenants, struct reader *reader);
void tenants_clear(struct tenants *tenants);

/* NULL: nobody's, or not read yet. */
const struct tenant *tenants_at(const struct tenants *tenants, uint32_t device, struct instant at);
