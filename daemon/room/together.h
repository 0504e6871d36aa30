/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One deed on this board and on all others that obey it: all are asked at once, and what became of it is told
 * when the last has answered, or has not. On room's thread. */
#pragma once

#include "room/order.h"

struct together;

struct together_options {
	const struct peer_world *world;
	const struct peer *peers; /* the list, as it is now; for the call */
	struct room_order *order;
	void (*done)(void *self,
		struct together *together); /* may free it; never within together_begin */
	void *self;
};
int together_begin(const struct together_options *options, struct together **ret_together);
struct room_order *together_order(const struct together *together);
void together_free(struct together *together);

/* {"error":{"code","zh","en"}} of a refusal, as far as it is one. */
void together_read_refusal(
	const char *body, size_t n, struct room_words *ret_words, char *ret_code, size_t code_size);
