/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why this user may not open what a kit hangs at, and what lets him: whose the device node really
 * is, and the command that changes that. Main thread: reads the node's owner and the lists of users
 * and groups. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "sense/finder.h"

/* Facts about a node and who runs this program. */
struct permission {
	char node[128]; /* in /sys 80 bytes are usual */
	char owner[32], group[32], user[32];
	unsigned mode;
	bool is_for_group; /* the group may read and write, and people can be put into it */
	bool is_member;    /* the user is, by the lists: since this program was started */

	/* Where it is for no group: the one to give it to; whether this board lacks it, whether
	 * kitlog's udev rules give it, to what cannot be plugged in again, and whether the user is
	 * in it. */
	char to[32];
	bool is_to_missing, has_rule, is_fixed, is_in_to;
};

/* The facts about a node that may not be opened to read and write; `group` is the one to which
 * kitlog's udev rules give such nodes, NULL: there is no rule. False: it may, or is not there. */
bool permission_of(const char *node, const char *group, struct permission *ret_permission);

/* As sentences. Pure. */
void permission_say(const struct permission *permission, char *ret_en, char *ret_zh, size_t size);

/* What a sentence was made of. Zeroed: there is none yet. */
struct permission_seen {
	int error;
	dev_t device;
	ino_t node;
	uid_t owner;
	gid_t group;
	mode_t mode;
	struct timespec groups; /* when the list of groups was changed */
};

/* Opening a place of a finder gave this -errno. False, and nothing is written: it is another matter.
 * `seen`, which may be NULL, belongs to the caller's buffers: while nothing of it changes they are
 * left as they are, and nobody is looked up, which may take long where users come from a network. */
bool permission_explains(const struct finder *finder, const struct finder_context *context,
	const char *path, int error, struct permission_seen *seen, char *ret_en, char *ret_zh,
	size_t size);
