/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the keep thread share: keep.c has the thread, keep_orders.c what others order of
 * it. Inside those two only. */
#pragma once

#include <pthread.h>

#include "base/log.h"
#include "keep/keep.h"

enum { KEEP_CLIENTS = 2, KEEP_LISTENERS = 4 };

struct listener {
	struct ring *notices;
	const struct wake *wake;
};

struct keep {
	struct keep_options options;
	struct ring *orders[KEEP_CLIENTS];
	struct listener listeners[KEEP_LISTENERS];
	size_t n_listeners;
	struct loop *loop;
	struct wake wake;
	struct timer look;
	pthread_t thread;
	bool is_running;
	bool has_rows;           /* since the last commit */
	bool has_committed_rows; /* since the start */
	bool is_commit_ordered;
	struct instant committed;
	bool is_first_turn_done;
	struct log_state refusal, overflow;
};

void keep_take_orders(struct keep *keep);   /* its thread: does what is ordered */
void keep_drop_orders(struct ring *orders); /* frees the ring, with what nobody took */
