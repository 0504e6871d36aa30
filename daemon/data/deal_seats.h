/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every group has a seat for every need, on which a channel sits or none: for deal.c alone. */
#pragma once

#include "data/deal.h"
#include "data/serving.h"

enum { DEAL_OFFERS = 2 * DEAL_DEVICES };

/* A channel that fits a need. */
struct deal_offer {
	unsigned device; /* index */
	uint32_t stream;
	unsigned channel; /* of all its streams */
	unsigned rank;    /* 0 is best */
};

struct deal_table {
	const struct lesson *lesson;
	const struct deal_device *devices[DEAL_DEVICES]; /* by sticker */
	size_t n_devices;
	const struct deal *hands; /* what groups have */
	unsigned n_groups;
	unsigned holders[DEAL_DEVICES]; /* who had it: bits 1 << number */
	struct deal_offer offers[LESSON_NEEDS][DEAL_OFFERS];
	size_t n_offers[LESSON_NEEDS];
	unsigned order[LESSON_NEEDS]; /* of needs: those with the fewest offers first */
	const struct deal_offer *seats[CLASSROOM_GROUPS + 1][LESSON_NEEDS];

	bool may_double; /* a group's own device may serve what groups share, too: for itself */
	bool may_be_troubled; /* devices with a problem are dealt, too */
	unsigned steps;
};

/* Devices by their stickers, and who has them. `table` has its lesson and hands, all else is zeros. */
void deal_lay(struct deal_table *table, const struct deal_asked *asked);

bool deal_has(const struct deal_group *group, uint32_t device);

/* What serves a group's needs, of what it has now. */
void deal_serve(
	const struct deal_table *table, unsigned group, struct serving ret_serving[LESSON_NEEDS]);

/* Fills the seats. *ret_missing: by group bits of needs that cannot be left out, for which nothing is
 * there. */
void deal_seats(struct deal_table *table, unsigned ret_missing[CLASSROOM_GROUPS + 1]);

/* Has a group all that cannot be left out? */
bool deal_is_complete(const struct deal_table *table, unsigned group);
/* How many have. */
unsigned deal_completes(const struct deal_table *table);
