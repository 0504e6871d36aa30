/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which kits each group of a class gets: the one rule, by which a session is dealt, and by which a
 * lesson's card says for how many groups there are kits (class/readiness.h).
 *
 * A need of a lesson asks for a quantity. Any channel of it will do; kits that the lesson names go first,
 * in its order, then by the number on their label. A device is one group's, or of the groups that share
 * it (groups_share: 1 to 3 have one, 4 to 6 the next), and what measures several quantities may serve
 * several needs. Which of its channels serves which of them is data/serving.h, of what a group has before,
 * and in the end. In this order:
 *
 *   1. A group keeps what it has, also while that is unplugged, and what of its needs that serves; but what
 *      groups have for what they share does not spare them one of their own.
 *   2. Group by group, all that is lacking, of devices that are well; a step is taken back where a device
 *      would be taken from a need that nothing else can serve.
 *   3. The same, of devices with which something is wrong.
 *   4. Who cannot have all gets what there is, but nothing shared alone where it needs one of its own.
 *
 * What groups share is a device beside their own. Only where more groups have all they need by it does each
 * read it with another channel of its own device, as six boards with two probes each measure the room, too.
 *
 * Of a group that has all it needs, what is optional goes before the next step. Without a lesson one
 * group has everything, and of several each that has nothing gets one.
 *
 * Pure; values only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/classroom.h"
#include "data/device.h"
#include "data/lesson.h"

enum { DEAL_DEVICES = 2 * DEVICE_MAX };

struct deal_device {
	const struct device *device;
	bool is_troubled; /* something is wrong with it */
	bool is_gone;     /* unplugged: nobody gets it who has not got it */
	bool is_taken;    /* another session's, likewise */
};

/* Borrowed, all of it. */
struct deal_asked {
	const struct lesson *lesson; /* NULL: none */
	const struct deal_device *devices;
	size_t n_devices;                   /* of more than DEAL_DEVICES the rest is left out */
	const struct session_group *groups; /* by number, what each has; NULL: nothing */
	unsigned n_groups;
};

enum deal_state { DEAL_LACKS, DEAL_TROUBLED, DEAL_WELL };

/* A channel that serves a need of a group. */
struct deal_seat {
	const struct deal_device *of; /* NULL: none does */
	uint32_t stream;
};

struct deal_group {
	enum deal_state state; /* has all that the lesson cannot do without, and is it well */
	struct deal_seat seats[LESSON_NEEDS]; /* by need: what serves it afterwards */
	unsigned missing;                     /* bits of such needs for which nothing is there */
	uint32_t devices[GROUP_DEVICES];      /* afterwards: what it had, and what it gets */
	unsigned n_devices, n_had;
};

struct deal {
	struct deal_group groups[CLASSROOM_GROUPS + 1]; /* by number */
	unsigned n_groups;
};

void deal(const struct deal_asked *asked, struct deal *ret_deal);

/* How many groups get something. */
unsigned deal_gets(const struct deal *deal);
