/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keep thread: takes the feed of sense and the orders of main and ship, gives them to the
 * store, commits each second (and at once for the very first row after a start), and says what is
 * durable. The card may stall for seconds; nobody waits for it but this thread.
 *
 * keep_new ... keep_free: main thread, around the thread's life. Orders: see each function. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/ring.h"
#include "keep/store.h"

struct keep;

struct keep_options {
	const struct clock *clock;
	struct store *store; /* keep's alone from keep_start to keep_stop */
	struct ring *feed;   /* sense produces, keep consumes */
	int64_t commit_ns;   /* usually 1 s */
};
int keep_new(const struct keep_options *options, struct keep **ret_keep);
int keep_start(struct keep *keep);
void keep_stop(struct keep *keep); /* drains the feed, commits, joins */
void keep_free(struct keep *keep);

/* Wakes the thread to look at its feed: sense calls it when a device appears, on the first batch
 * after that, and when the ring is half full; otherwise the thread looks by itself every 100 ms. */
void keep_wake(struct keep *keep);

/* How many turns the thread has made; asks for another (loop_probe). Any thread, while it runs. */
unsigned keep_probe(struct keep *keep);

/* One call of the thread's body without the thread, for tests on a fake clock. */
void keep_turn(struct keep *keep, struct instant now);

/* Orders. Each is copied into a ring; 0 or -ENOSPC when that is full (say so, try again). Main and
 * ship have a ring each. */
enum keep_client {
	KEEP_MAIN = 0,
	KEEP_SHIP = 1,
};
int keep_order_run(struct keep *keep, const struct run *run);                         /* main */
int keep_order_mark(struct keep *keep, const struct mark *mark);                      /* main */
int keep_order_anchor(struct keep *keep, const struct anchor *anchor);                /* main */
int keep_order_calibration(struct keep *keep, const struct calibration *calibration); /* main */
/* An act, with the runs and the mark (NULL: none) that it makes: all of it is on the card, or none. */
int keep_order_act(struct keep *keep, const struct journal_entry *entry, const struct run *runs,
	size_t n_runs, const struct mark *mark); /* main */
/* Will the next keep_order_act with so many runs at most, a mark and any body be taken? */
bool keep_has_room_for_act(const struct keep *keep, size_t n_runs); /* main */
/* What sense cannot see: the board slept. */
int keep_order_gap(struct keep *keep, const struct gap *gap); /* main */
/* The refinement, from malloc, is keep's if the answer is 0. */
int keep_order_refinement(struct keep *keep, struct refinement *refinement); /* main */
/* Commits soon instead of when it is due: what is in the feed by now will be durable. At most once
 * a second, whoever asks how often: readers must not wear out the card. */
int keep_order_commit(struct keep *keep);                              /* main */
int keep_order_cursor(struct keep *keep, const struct cursor *cursor); /* ship */
int keep_order_holes(struct keep *keep, const char *sink, uint32_t stream, const struct hole *holes,
	size_t n);                                                             /* ship */
int keep_order_quarantined(struct keep *keep, const struct quarantined *line); /* ship */
int keep_order_release(struct keep *keep, const struct hole *range);           /* ship */

/* After each commit keep writes a struct store_status into each listener's ring and signals its
 * wake. Before keep_start; main and ship each listen once. A full ring skips that notice (the next
 * one says the same and more). */
int keep_listen(struct keep *keep, struct ring *notices, const struct wake *wake);
