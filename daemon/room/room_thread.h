/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread behind room.h: it owns the finder, the peers, the keys, and what is under way. These calls are main's,
 * and none waits for the thread, which waits for the network and the card and may hang, but room_thread_is_over
 * where it is told how long. */
#pragma once

#include "room/room.h"

struct room_thread;

struct room_thread_options {
	const struct clock *clock;
	struct loop *loop; /* main's */
	struct keys *keys; /* borrowed while it runs; opened by the first that does */
	const char *directory, *life;
	char *const *boards;
	size_t n_boards;
	void (*news)(void *self); /* on main: there is something to take */
	void (*over)(void *self); /* on main: it has ended, as it was told; may free it */
	void *self;
};
int room_thread_start(const struct room_thread_options *options, struct room_thread **ret_thread);
void room_thread_stop(struct room_thread *thread); /* tells it to end */
bool room_thread_is_over(const struct room_thread *thread, int most_ms);
/* Once it is over. */
void room_thread_free(struct room_thread *thread);
/* It hangs, and the program ends: what it has stays its own. */
void room_thread_leave(struct room_thread *thread);

/* What is new about a board; the taker's to free, with its groups. */
struct room_news {
	uint32_t number; /* of the board, as long as the thread runs */
	bool is_there;   /* false: forget it */
	struct board_seen board;
	char *groups;
};
struct room_news *room_thread_news(struct room_thread *thread);      /* NULL: no more */
struct room_order *room_thread_finished(struct room_thread *thread); /* NULL: no more */
/* After the stop: one that was not done. The thread works on copies, so that one that hangs has none. NULL: no more. */
struct room_order *room_thread_left(struct room_thread *thread);
bool room_thread_hears_others(const struct room_thread *thread);

int room_thread_order(struct room_thread *thread, struct room_order *order); /* 0, -EBUSY */
bool room_thread_is_busy(const struct room_thread *thread);
