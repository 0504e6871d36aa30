/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keep thread: the feed into the store, the commit, the notices. It looks ten times a second, so a
 * ring need only hold what arrives in 100 ms and in the longest stall of the card. */
#include "keep/keep_state.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"

#define LOG_TAG "keep"
#include "base/log.h"

enum {
	ORDER_BYTES = 65536, /* each client's ring */
	LOOK_NS = 100 * NS_PER_MS,
	ORDERED_NS = NS_PER_S, /* commits that were ordered are no closer than this */
	RECORDS_A_TURN = 4096, /* then the commit has its turn */
};

/* ---------------------------------------------------------------- the thread's body */

/* Rows are counted by the store; that a device or a gap is refused can still be said here. */
static void tell_overflow(struct keep *keep, int result)
{
	if (result < 0)
		log_state_set(&keep->overflow, LOG_ERR, LOG_TAG,
			"more is waiting for the card than memory may hold: new readings are being lost");
}

static bool take_feed(struct keep *keep)
{
	struct store *store = keep->options.store;
	struct feed_record record;
	int result;

	for (unsigned i = 0; i < RECORDS_A_TURN; i++) {
		if (!feed_peek(keep->options.feed, &record))
			return true;
		result = 0;
		switch (record.kind) {
		case FEED_BATCH:
			result = store_add_batch(store, &record);
			keep->has_rows = true;
			break;
		case FEED_DEVICE:
			result = store_add_device(store, record.device);
			store_note_found(store, record.device->id, record.at);
			break;
		case FEED_GAP:
			result = store_add_gap(store, &record.gap);
			break;
		case FEED_UNCERTAINTY:
			result = store_add_uncertainty(store, &record.uncertainty);
			break;
		case FEED_GONE:
		case FEED_HEALTH:
		case FEED_PUNCTUAL:
		case FEED_HOUR: /* main's: wallwatch makes an anchor of it */
			break;
		}
		tell_overflow(keep, result == -ENOMEM ? result : 0);
		ring_drop(keep->options.feed);
	}
	return false;
}

static const char *what_to_do(int error)
{
	switch (error) {
	case -ENOSPC:
	case -EDQUOT:
		return "the card is full; remove other files from it or lower store.limit";
	case -EROFS:
		return "the card is read-only; it may be worn out: replace it, the readings so far are on it";
	case -EIO:
		return "the card reports errors; copy what is on it and replace it";
	default:
		return "look at the folder of the store";
	}
}

static void notify(struct keep *keep)
{
	struct store_status status;

	store_status(keep->options.store, &status);
	for (size_t i = 0; i < keep->n_listeners; i++) {
		ring_put(keep->listeners[i].notices, &status, sizeof status);
		wake_signal(keep->listeners[i].wake);
	}
}

static void commit(struct keep *keep, struct instant now)
{
	int result = store_commit(keep->options.store, now);

	if (result < 0) {
		log_state_set(&keep->refusal, LOG_ERR, LOG_TAG,
			"readings cannot be written (%s): %s; they are held in memory meanwhile",
			strerror(-result), what_to_do(result));
	} else {
		log_state_clear(&keep->refusal, LOG_TAG, "readings are being written again");
		log_state_clear(&keep->overflow, LOG_TAG, "memory has room again");
		keep->has_committed_rows |= keep->has_rows;
		keep->has_rows = false;
	}
	keep->committed = now;
	keep->is_commit_ordered = false;
	notify(keep);
}

/* Orders first: what was in the feed before a commit was ordered is taken before it is done. */
void keep_turn(struct keep *keep, struct instant now)
{
	keep_take_orders(keep);
	bool is_empty = take_feed(keep);

	if (!keep->is_first_turn_done) {
		keep->is_first_turn_done = true;
		keep->committed = now;
	}
	int64_t since = instant_since(now, keep->committed);
	bool is_due = since >= keep->options.commit_ns ||
		(keep->is_commit_ordered && is_empty && since >= ORDERED_NS);
	if (is_due || (keep->has_rows && !keep->has_committed_rows))
		commit(keep, now);
	if (!is_empty)
		keep_wake(keep);
}

static void look(struct timer *timer, struct instant now)
{
	keep_turn((struct keep *)((char *)timer - offsetof(struct keep, look)), now);
}

static void woken(struct wake *wake)
{
	struct keep *keep = (struct keep *)((char *)wake - offsetof(struct keep, wake));

	keep_turn(keep, loop_now(keep->loop));
}

static void *run(void *self)
{
	struct keep *keep = self;
	int result;

	timer_every(keep->loop, &keep->look, LOOK_NS);
	result = loop_run(keep->loop);
	if (result < 0)
		log_err("the keep thread has stopped: %s", strerror(-result));
	timer_cancel(&keep->look);
	while (!take_feed(keep))
		;
	keep_take_orders(keep);
	commit(keep, clock_now(keep->options.clock));
	return NULL;
}

/* ---------------------------------------------------------------- life */

unsigned keep_probe(struct keep *keep)
{
	return loop_probe(keep->loop);
}

int keep_new(const struct keep_options *options, struct keep **ret_keep)
{
	struct keep *keep = calloc(1, sizeof *keep);
	int result;

	if (!keep)
		return -ENOMEM;
	keep->options = *options;
	keep->look.due = look;
	keep->wake.woken = woken;
	result = loop_open(options->clock, &keep->loop);
	if (result == 0)
		result = wake_open(keep->loop, &keep->wake);
	for (unsigned i = 0; i < KEEP_CLIENTS && result == 0; i++)
		result = ring_new(ORDER_BYTES, &keep->orders[i]);
	if (result < 0) {
		keep_free(keep);
		return result;
	}
	*ret_keep = keep;
	return 0;
}

int keep_start(struct keep *keep)
{
	sigset_t all, before;

	sigfillset(&all); /* signals are main's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int result = -pthread_create(&keep->thread, NULL, run, keep);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (result < 0)
		return result;
	pthread_setname_np(keep->thread, "keep");
	keep->is_running = true;
	return 0;
}

void keep_stop(struct keep *keep)
{
	if (!keep || !keep->is_running)
		return;
	loop_stop(keep->loop);
	pthread_join(keep->thread, NULL);
	keep->is_running = false;
}

void keep_free(struct keep *keep)
{
	if (!keep)
		return;
	keep_stop(keep);
	for (unsigned i = 0; i < KEEP_CLIENTS; i++)
		keep_drop_orders(keep->orders[i]);
	if (keep->loop)
		wake_close(&keep->wake);
	loop_close(keep->loop);
	free(keep);
}

void keep_wake(struct keep *keep)
{
	wake_signal(&keep->wake);
}

int keep_listen(struct keep *keep, struct ring *notices, const struct wake *wake)
{
	if (keep->n_listeners == KEEP_LISTENERS)
		return -ENOSPC;
	keep->listeners[keep->n_listeners++] = (struct listener){notices, wake};
	return 0;
}
