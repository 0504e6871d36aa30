/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which boards are in the room, and who of them is who: those that announce themselves, those of the configuration,
 * and those that were joined.
 *
 * One board at two addresses is one: by that at which it was joined, else by that which answered first; the other is
 * its twin and is not shown. Two boards that say one id are two: whoever was joined has it, else who answered first,
 * and the other goes by its address. Room's thread. */
#pragma once

#include "room/peer.h"

/* Zero but for `world` and `gone`. */
struct roster {
	const struct peer_world *world;            /* whose `named` calls roster_name */
	void (*gone)(void *self, uint32_t number); /* it is not among them any more; world->self */
	struct peer *peers;
	size_t n;
	uint32_t last_number;
};

void roster_clear(struct roster *roster);

/* As the configuration has it: "10.0.0.7", "kitlog-2.local:8080", "https://10.0.0.7". */
void roster_add_configured(struct roster *roster, const char *word);
/* Those for which there is a key. */
void roster_add_known(struct roster *roster);
/* It announces itself, or does so no longer. False: there is no place for it. */
bool roster_found(struct roster *roster, const char *name, const char *base, bool is_of_this_host);
void roster_lost(struct roster *roster, const char *base);

/* It has just told who it is: the one place where ids and twins are given. */
void roster_name(struct roster *roster, struct peer *peer);

/* It is announced, and nobody there has said yet that he is a board: lets others pass where there is no place. */
bool roster_gives_way(const struct peer *peer);

/* Forgets whoever is silent, or no board, and neither announced nor configured, if nobody joined it or it answers
 * elsewhere. */
void roster_tidy(struct roster *roster);

/* The one that answers, where an address that is silent had the same; NULL. */
struct peer *roster_find_id(const struct roster *roster, const char *id);
