/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/act_entry.h"

#include <errno.h>

int act_entry_read(const struct journal_entry *entry, struct act *ret_act)
{
	struct act act = {.id = entry->id,
		.session = entry->session,
		.at = entry->at,
		.kind = act_kind_named(entry->kind)};

	if (!act.kind || !act_who_read(entry->who, &act.who))
		return -EBADMSG;
	act.body = json_loadb(entry->body, entry->n, 0, NULL);
	if (!act.body)
		return -EBADMSG;
	*ret_act = act;
	return 0;
}

int act_entry_take(void *classroom, const struct journal_entry *entry)
{
	enum act_verdict verdict;
	struct act act;

	if (act_entry_read(entry, &act) < 0)
		return 0;
	verdict = classroom_take(classroom, &act);
	json_decref(act.body);
	return verdict == ACT_NO_MEMORY ? -ENOMEM : 0;
}
