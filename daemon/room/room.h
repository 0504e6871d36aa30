/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other boards in the room: which there are, how they are, and what is done on all of them at one instant.
 *
 * A thread of its own finds and asks them, for finding waits for avahi-daemon, and asking for the network. It runs
 * while somebody looks; a board that nobody asks about others has no such thread and sends nothing. The two meet
 * in rings of pointers: orders go out and come back, and whatever is new about a board comes as a copy. To look is
 * to ask for the list, within the last minute: the teacher's pages do so, the wall's, and `kitlog boards`; anybody
 * in the room may, for the wall signs in nowhere.
 *
 * Whom a board obeys does not change by this: another board is asked as a teacher's browser would ask it, with
 * what it gave to this one when a teacher typed its PIN (room/keys.h). What is seen without that is what everybody
 * in the room sees on the screen.
 *
 * One instant. `start` is meant for the moment at which it was asked for here. Each board is told which moment of
 * its own clock that was (room/mapping.h), and the answer says how exactly that is known. A run is a range over
 * what is recorded anyway, so one that begins some milliseconds before it was asked for lacks nothing.
 *
 * Main thread, all of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "room/keys.h"
#include "room/order.h"
#include "room/peer.h"
#include "room/summary.h"

enum { ROOM_BOARDS = PEERS_MOST };

struct room;

struct room_options {
	const struct clock *clock;
	struct loop *loop;
	const char *directory; /* of the id and the keys */
	const char *machine;   /* data/machine.h; ""; for the call */
	char *const *boards;   /* addresses by the configuration */
	size_t n_boards;
	void (*changed)(
		void *self); /* something about a board, or an order came back: time for http_run */
	void *self;
};
int room_new(const struct room_options *options, struct room **ret_room);
/* Orders under way come back without is_done, and no more are taken. A thread that hangs is left behind after some
 * seconds, with what it has: the program ends. Takes NULL. */
void room_close(struct room *room);
void room_free(struct room *room); /* takes NULL */

/* This board's name among others, 16 hex digits: drawn, and kept in DIR/board-id beside the machine's word. A card
 * that finds itself in another machine, be it a copy or a replacement, draws a new one and has no keys: both may be
 * somebody else's, and one that is copied would be taken for the other. And of its running since it started. */
const char *room_id(const struct room *room);
const char *room_life(const struct room *room);

/* Somebody looks: the thread runs for another minute. Call it for each who asks, and room_beat each second. Neither
 * waits for the thread, also where it hangs: it is told to end, and looked for anew once it has. 0 or -errno. */
int room_look(struct room *room);
void room_beat(struct room *room, struct instant now);

/* --- what is seen --- */
struct board_seen {
	char id[PEER_ID], base[KEY_ADDRESS], name[SUMMARY_NAME];
	char lesson[SUMMARY_LESSON], version[SUMMARY_VERSION];
	enum peer_state state;
	enum peer_trouble trouble;
	bool has_key; /* it was joined here, also where the key is good no longer, or it has moved */
	bool has_answered;
	struct instant answered; /* the last time */
	int64_t stated_ns;       /* of its clock, when it answered last; -1: not known */
	uint32_t session;
	char together[SUMMARY_ID]; /* "": it is that board's alone */
	int64_t hour_within_us;    /* how exactly it knows the hour; -1: not at all */
	const char *groups;        /* JSON, "[...]" */
};

bool room_is_finding(const struct room *room);
bool room_hears_others(const struct room *room); /* false: avahi-daemon does not run */
size_t room_count(const struct room *room);
/* By name; borrowed until the loop's next turn. */
const struct board_seen *room_at(const struct room *room, size_t i);
const struct board_seen *room_find(const struct room *room, const char *id); /* NULL */
unsigned room_serial(const struct room *room); /* counts what was new */

/* --- what is asked for --- */
/* Takes it until `done`. 0, -EBUSY, or -errno of the thread's start: then it is still the caller's. */
int room_order(struct room *room, struct room_order *order);
/* The same, by nobody who looks: the thread ends no later by it. -ESHUTDOWN: it does not run. */
int room_order_unasked(struct room *room, struct room_order *order);
