/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One other board, as this one sees it: asked once a second how it is, which also tells what its clock shows. It
 * is missing when it has not answered for MISSING_NS. On room's thread. */
#pragma once

#include <stdbool.h>

#include "base/loop.h"
#include "room/keys.h"
#include "room/mapping.h"
#include "room/summary.h"
#include "room/visit.h"

enum { PEER_ID = 48, PEERS_MOST = 64 };

enum peer_state {
	PEER_FOUND,   /* it has not answered yet, or is being shown its key */
	PEER_LOCKED,  /* it answers; nobody typed its PIN here, or that was too long ago */
	PEER_HERE,    /* and does what this board asks */
	PEER_MISSING, /* it answers no more, or never did */
	PEER_OTHER,   /* what answers speaks another version */
};

/* Why it is not here, beside its state. */
enum peer_trouble {
	PEER_WELL,
	PEER_ENDED,    /* the sign-in is over */
	PEER_MOVED,    /* its key was made at another address */
	PEER_REPLACED, /* another board was joined at its address: or its card is in another machine */
	PEER_CHANGED, /* another certificate is shown than when it was joined */
	PEER_NO_KITLOG,
};

struct peer;

struct peer_world {
	const struct clock *clock;
	struct loop *loop;
	struct transfers *transfers;
	struct keys *keys;
	const char *life; /* ours: who has it is us */
	/* Something about it is new. */
	void (*told)(void *self, struct peer *peer);
	/* It said who it is, which is in its summary: gives it its id, and says whether it is a twin. */
	void (*named)(void *self, struct peer *peer);
	void *self;
};

struct peer {
	struct peer *next;
	const struct peer_world *world;
	uint32_t number;  /* room's */
	char id[PEER_ID]; /* its own; its address until it told, or where another has that id */
	char base[KEY_ADDRESS]; /* "http://10.0.0.7:8080" */
	char name[SUMMARY_NAME];
	bool is_of_this_host;             /* who does not answer is not shown: it is likely us */
	bool is_configured, is_announced; /* neither, and no key: it can be forgotten */
	bool was_sent_on;
	bool has_scheme; /* false: https is tried where http is not understood */
	bool is_self, is_twin;
	bool has_answered, is_missing;
	/* Its last answer said who it is. Nothing secret goes to whoever has not said so: an address may be another's
	 * by now. */
	bool has_told;
	enum peer_trouble trouble;
	struct summary summary; /* the last */
	struct instant since, answered, checked;
	bool is_key_good, is_key_known; /* known: it went along, and was answered */
	struct mapping mapping;

	/* private */
	struct visit *visit;
	struct timer due, late;
	bool is_checking;  /* this question carries the key */
	bool is_overtaken; /* and its answer may be of before */
};

/* `base` with its scheme. Begins to ask. 0 or -ENOMEM. */
int peer_new(
	const struct peer_world *world, const char *base, const char *name, struct peer **ret_peer);
void peer_free(struct peer *peer);

enum peer_state peer_state(const struct peer *peer);
const char *peer_state_name(enum peer_state state); /* "here" */

const char *peer_address(const struct peer *peer); /* "10.0.0.7:8080" */

/* The key that fits it as it answers now; NULL. */
const struct key *peer_key(const struct peer *peer);

/* Asks at once, and whether its key is still good. What was asked before is not heard any more. */
void peer_ask_now(struct peer *peer);
