/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boards at which a teacher typed the PIN on this board's page: this one is signed in there as a browser is,
 * and the cookie that it was given is kept in DIR/boards, which its owner alone may read. The PIN itself is not
 * kept; a sign-in ends by itself as everybody's does (http/teacher.h).
 *
 * A key is good for the board of that id at that address, and where that speaks https with that certificate:
 * whoever says elsewhere that he is this board is not shown it. One thread; waits for the card. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "room/summary.h"
#include "room/visit.h"

enum { KEYS_MOST = 64, KEY_ADDRESS = 280 };

struct key {
	char id[SUMMARY_ID], name[SUMMARY_NAME];
	char address[KEY_ADDRESS];           /* "http://10.0.0.7:8080" */
	char token[VISIT_TOKEN];             /* "": it is over; the PIN has to be typed again */
	char certificate[VISIT_CERTIFICATE]; /* "": none, it speaks http */
};

struct keys {
	struct key *all; /* of KEYS_MOST */
	size_t n;
	char path[512];
};

/* A file that is damaged, or not there, opens nothing; a key without a right address is left out. 0 or -ENOMEM. */
int keys_open(struct keys *keys, const char *directory);
void keys_close(struct keys *keys);

const struct key *keys_find(const struct keys *keys, const char *id); /* NULL */
/* Was some board joined there? */
bool keys_know_address(const struct keys *keys, const char *address);

/* In place of the one of that id, and of whoever else was joined at its address, or added; and without it. 0;
 * -EINVAL: it is nobody's; -ENOSPC: too many; or what the card says, which is logged: then it holds until this program
 * ends. */
int keys_put(struct keys *keys, const struct key *key);
int keys_remove(struct keys *keys, const char *id);
