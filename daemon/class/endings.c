/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/endings.h"

/* All of a session whose time is up in one act, since they began by one. NULL: there are none. */
static json_t *over(const struct session *session, struct instant now)
{
	json_t *groups = NULL;

	for (unsigned i = 1; i <= session->n_groups; i++) {
		if (!session->groups[i].run || session->groups[i].ends.ns > now.ns)
			continue;
		groups = groups ? groups : json_array();
		json_array_append_new(groups, json_integer(i));
	}
	return groups;
}

void endings_look(struct sessions *sessions)
{
	struct instant now = clock_now(sessions->clock);

	if (!sessions->is_known)
		return;
	for (size_t i = 0; i < classroom_count(sessions->room); i++) {
		const struct session *session = classroom_at(sessions->room, i);
		const struct act *act;
		json_t *groups = session_is_open(session) ? over(session, now) : NULL;

		/* What keep does not take now it is given in a second. */
		if (groups)
			sessions_do_body(sessions, session->id, ACT_BY_BOARD, ACT_STOP,
				json_pack("{so}", "groups", groups), &act);
	}
}
