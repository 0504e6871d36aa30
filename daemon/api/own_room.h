/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How this board is, for the others in the room and for the screen that shows them all: the newest class, its
 * groups, and what each reads. Made at most twice a second, however many ask; the last half minute of each reading
 * is remembered while somebody asks, as points half a second apart, and the course of the group's run since then (a
 * spark, no record: a spike between two of them is not in it). Main thread. */
#pragma once

#include <stdbool.h>

#include "api/parts.h"
#include "base/loop.h"
#include "base/text.h"
#include "data/classroom.h"

struct own_room;

int own_room_new(const struct parts *parts, struct loop *loop, struct own_room **ret_own);
void own_room_free(struct own_room *own); /* takes NULL */

/* {"now_us":...,"id":...,...}, GET /room. False: it does not fit. */
bool own_room_write(struct own_room *own, bool is_teacher, struct text *text);

/* What was done in a session is told at once: another board may ask in order to go by it. */
void own_room_changed(struct own_room *own);

/* The class that is meant where a board has several: the newest that was begun on several boards at once, else the
 * newest, a project only where there is no other; NULL. */
const struct session *own_room_session(const struct parts *parts);
