/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing out at another board whose key is forgotten here, so that it opens nothing any more, whoever has a copy of
 * it. Once, and as well as may be: where the board does not answer, what it gave ends by itself (http/teacher.h). On
 * room's thread. */
#pragma once

#include "room/peer.h"

struct farewell;

struct farewell_options {
	const struct peer_world *world;
	const struct key *key; /* for the call */
	void (*done)(
		void *self, struct farewell *farewell); /* frees it; never within farewell_begin */
	void *self;
};
int farewell_begin(const struct farewell_options *options, struct farewell **ret_farewell);
void farewell_free(struct farewell *farewell); /* takes NULL */
