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

/* For how many groups the kits there suffice, of a lesson's answer: 1 at least, for kits can be dealt later, and
 * SUMMARY_GROUPS at most. And what is said of that there; "": nothing. */
int together_read_readiness(const char *body, size_t n, struct room_words *ret_words);

/* The session that was begun, or is open, into result's session, n_ready and words; what is not told stays. A lesson
 * that is open and can be given to nobody is no lesson yet: what lacks is said as that board says it. */
void together_read_session(
	const char *body, size_t n, const struct room_words *readiness, struct room_result *result);

/* What is plugged in there and has, by its kit, no zero that is set with the others, of the answer to devices. */
void together_read_spared(const char *body, size_t n_bytes, struct room_words *ret_words);
