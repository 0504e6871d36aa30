/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When each browser that joined a class was last heard of. A class has so many places (SESSION_MEMBERS); in one
 * that is full, whoever comes takes the place of one that nobody uses: that joined and never asked for anything
 * again, as a script does, or, after much longer, of a tablet that lies in the cupboard. Whoever is there keeps
 * the place.
 *
 * Nothing of it is kept: after a restart of the board everybody has just been heard of. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/classroom.h"

enum { PRESENCE_UNUSED_S = 120, PRESENCE_SILENT_S = 1800, PRESENCE_MOST = 4096 };

struct heard {
	char token[SESSION_TOKEN];
	bool is_used; /* it has asked for something since it joined */
	struct instant at;
};

struct presence {
	struct instant
		since; /* whoever is not in the list was heard of then. The caller's, set before */
	struct heard *heard;
	size_t n, room;
};

/* It joins just now. Where memory is short it is as one of before. */
void presence_come(struct presence *presence, const char *token, struct instant now);

/* It asks for something; one that is not in the list, but in a class, was there before the board started. */
void presence_see(struct presence *presence, const struct classroom *room, const char *token,
	struct instant now);

/* Who gives way in a session that is full: a token of it; NULL: all are there. */
const char *presence_silent(
	const struct presence *presence, const struct session *session, struct instant now);

void presence_clear(struct presence *presence);
