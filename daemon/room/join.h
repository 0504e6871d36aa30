/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in at another board with the PIN that a teacher typed here, which goes only to whoever says at that moment
 * that he is that board. Where it speaks https, its certificate is looked at with that, and what is typed goes only
 * to whoever has it: from then on no other is believed to be that board (trust on first use, as ssh does). On room's
 * thread. */
#pragma once

#include "room/order.h"

struct join;

struct join_options {
	const struct peer_world *world;
	const struct peer *peer; /* for the call */
	struct room_order *order;
	void (*done)(void *self, struct join *join); /* frees it; never within join_begin */
	void *self;
};
int join_begin(const struct join_options *options, struct join **ret_join);
struct room_order *join_order(const struct join *join);
void join_free(struct join *join); /* takes NULL */
