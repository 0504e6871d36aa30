/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See presence.h. A list without order: a class is some dozens. */
#include "class/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct heard *find(const struct presence *presence, const char *token)
{
	for (size_t i = 0; i < presence->n; i++)
		if (strcmp(presence->heard[i].token, token) == 0)
			return &presence->heard[i];
	return NULL;
}

/* Where there are too many, the place of the one that was heard of longest ago. */
static struct heard *add(struct presence *presence)
{
	if (presence->n == PRESENCE_MOST) {
		struct heard *oldest = presence->heard;

		for (size_t i = 1; i < presence->n; i++)
			if (presence->heard[i].at.ns < oldest->at.ns)
				oldest = &presence->heard[i];
		return oldest;
	}
	if (presence->n == presence->room) {
		size_t room = presence->room ? 2 * presence->room : 64;
		struct heard *grown = realloc(presence->heard, room * sizeof *grown);

		if (!grown)
			return NULL;
		presence->heard = grown;
		presence->room = room;
	}
	return &presence->heard[presence->n++];
}

static void note(struct presence *presence, const char *token, bool is_used, struct instant now)
{
	struct heard *heard = find(presence, token);

	if (!heard)
		heard = add(presence);
	if (!heard)
		return;
	*heard = (struct heard){.is_used = is_used, .at = now};
	text_copy(heard->token, sizeof heard->token, token);
}

void presence_come(struct presence *presence, const char *token, struct instant now)
{
	note(presence, token, false, now);
}

void presence_see(struct presence *presence, const struct classroom *room, const char *token,
	struct instant now)
{
	const struct session_member *member;

	if (find(presence, token) || classroom_joined(room, token, &member))
		note(presence, token, true, now);
}

const char *presence_silent(
	const struct presence *presence, const struct session *session, struct instant now)
{
	const char *unused = NULL, *silent = NULL;
	int64_t unused_ns = PRESENCE_UNUSED_S * (int64_t)NS_PER_S;
	int64_t silent_ns = PRESENCE_SILENT_S * (int64_t)NS_PER_S;

	for (size_t i = 0; i < session->n_members; i++) {
		const char *token = session->members[i].token;
		const struct heard *heard = find(presence, token);
		int64_t age_ns = instant_since(now, heard ? heard->at : presence->since);

		if (heard && !heard->is_used && age_ns >= unused_ns) {
			unused = token;
			unused_ns = age_ns + 1;
		} else if ((!heard || heard->is_used) && age_ns >= silent_ns) {
			silent = token;
			silent_ns = age_ns + 1;
		}
	}
	return unused ? unused : silent;
}

void presence_clear(struct presence *presence)
{
	free(presence->heard);
	*presence = (struct presence){.since = presence->since};
}
