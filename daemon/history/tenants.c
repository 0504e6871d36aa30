/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/tenants.h"

#include <errno.h>

#include "history/act_entry.h"

static int take(void *self, const struct journal_entry *entry)
{
	struct tenants *tenants = self;
	struct act act;
	int r = 0;

	tenants->last = entry->id;
	if (act_entry_read(entry, &act) < 0)
		return 0;
	r = tenancy_add(tenants->tenancy, &act, entry->ship_from);
	json_decref(act.body);
	return r;
}

int tenants_refresh(struct tenants *tenants, struct reader *reader)
{
	int r = tenants->tenancy ? 0 : tenancy_new(&tenants->tenancy);

	return r < 0 ? r : reader_journal(reader, JOURNAL_SINCE, tenants->last, take, tenants);
}

void tenants_clear(struct tenants *tenants)
{
	tenancy_free(tenants->tenancy);
	*tenants = (struct tenants){.last = 0};
}

const struct tenant *tenants_at(const struct tenants *tenants, uint32_t device, struct instant at)
{
	return tenants->tenancy ? tenancy_at(tenants->tenancy, device, at) : NULL;
}
