/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keep thread: between the rings of the others and the store. It looks ten times a second, so a
 * ring need only hold what arrives in 100 ms and in the longest stall of the card. */
#include "keep/keep.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/feed.h"

#define LOG_TAG "keep"
#include "base/log.h"

enum {
	CLIENTS = 2,
	LISTENERS = 4,
	ORDER_BYTES = 65536, /* each client's ring */
	LOOK_NS = 100 * NS_PER_MS,
	ORDERED_NS = NS_PER_S, /* commits that were ordered are no closer than this */
	RECORDS_A_TURN = 4096, /* then the commit has its turn */
};

struct listener {
	struct ring *notices;
	const struct wake *wake;
};

struct keep {
	struct keep_options options;
	struct ring *orders[CLIENTS];
	struct listener listeners[LISTENERS];
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

/* An order in its ring: this head, then the struct of its kind. */
enum order_kind {
	ORDER_RUN = 1,
	ORDER_MARK,
	ORDER_ANCHOR,
	ORDER_CURSOR,
	ORDER_HOLES,
	ORDER_QUARANTINED,
	ORDER_RELEASE,
	ORDER_COMMIT,
	ORDER_CALIBRATION,
	ORDER_GAP,
	ORDER_REFINEMENT, /* a pointer: it may be larger than the ring */
	ORDER_ACT,
};

struct order {
	uint64_t kind; /* 8 bytes, so that what follows is aligned */
};

struct holes_order {
	char sink[32];
	uint32_t stream;
	uint32_t n;
	struct hole holes[];
};

/* Then the runs, the marks, the entry. */
struct act_order {
	uint32_t n_runs, n_marks;
};

/* ---------------------------------------------------------------- the thread's body */

/* What has no room is given once more, all of it: each replaces itself. */
static int add_act(struct store *store, const struct act_order *order)
{
	const struct run *runs = (const void *)(order + 1);
	const struct mark *marks = (const void *)(runs + order->n_runs);
	int result = 0;

	for (uint32_t i = 0; i < order->n_runs && result == 0; i++)
		result = store_add_run(store, &runs[i]);
	for (uint32_t i = 0; i < order->n_marks && result == 0; i++)
		result = store_add_mark(store, &marks[i]);
	return result < 0 ? result : store_add_act(store, (const void *)(marks + order->n_marks));
}

static int obey(struct keep *keep, enum order_kind kind, const void *body)
{
	struct store *store = keep->options.store;

	switch (kind) {
	case ORDER_RUN:
		return store_add_run(store, body);
	case ORDER_MARK:
		return store_add_mark(store, body);
	case ORDER_ANCHOR:
		return store_add_anchor(store, body);
	case ORDER_CURSOR:
		return store_set_cursor(store, body);
	case ORDER_HOLES: {
		const struct holes_order *holes = body;
		return store_set_holes(store, holes->sink, holes->stream, holes->holes, holes->n);
	}
	case ORDER_QUARANTINED:
		return store_add_quarantined(store, body);
	case ORDER_RELEASE:
		return store_release_quarantined(store, body);
	case ORDER_CALIBRATION:
		return store_add_calibration(store, body);
	case ORDER_GAP:
		return store_add_gap(store, body);
	case ORDER_REFINEMENT:
		return store_add_refinement(store, *(struct refinement *const *)body);
	case ORDER_ACT:
		return add_act(store, body);
	case ORDER_COMMIT:
		keep->is_commit_ordered = true;
		return 0;
	}
	return -EINVAL;
}

/* What an order has beside its bytes in the ring. */
static void order_clear(const struct order *order)
{
	if (order->kind == ORDER_REFINEMENT)
		free(*(struct refinement *const *)(const void *)(order + 1));
}

/* Rows are counted by the store; that a device or a gap is refused can still be said here. */
static void tell_overflow(struct keep *keep, int result)
{
	if (result < 0)
		log_state_set(&keep->overflow, LOG_ERR, LOG_TAG,
			"more is waiting for the card than memory may hold: new readings are being lost");
}

static void take_orders(struct keep *keep)
{
	for (unsigned i = 0; i < CLIENTS; i++) {
		const struct order *order;
		size_t n;
		while ((order = ring_peek(keep->orders[i], &n))) {
			int result = obey(keep, (enum order_kind)order->kind, order + 1);
			/* It stays in its ring until the card has taken something, but for what
			 * can be made again: that holds up nobody. */
			if (result == -ENOMEM && order->kind != ORDER_REFINEMENT)
				break;
			order_clear(order);
			ring_drop(keep->orders[i]);
		}
	}
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
	take_orders(keep);
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
	take_orders(keep);
	commit(keep, clock_now(keep->options.clock));
	return NULL;
}

/* ---------------------------------------------------------------- life */

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
	for (unsigned i = 0; i < CLIENTS && result == 0; i++)
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

/* What nobody took. */
static void drop_orders(struct ring *orders)
{
	const struct order *order;
	size_t n;

	while (orders && (order = ring_peek(orders, &n))) {
		order_clear(order);
		ring_drop(orders);
	}
	ring_free(orders);
}

void keep_free(struct keep *keep)
{
	if (!keep)
		return;
	keep_stop(keep);
	for (unsigned i = 0; i < CLIENTS; i++)
		drop_orders(keep->orders[i]);
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
	if (keep->n_listeners == LISTENERS)
		return -ENOSPC;
	keep->listeners[keep->n_listeners++] = (struct listener){notices, wake};
	return 0;
}

/* ---------------------------------------------------------------- orders */

static int give(struct keep *keep, enum keep_client client, enum order_kind kind, const void *body,
	size_t size)
{
	struct order *order = ring_reserve(keep->orders[client], sizeof *order + size);

	if (!order)
		return -ENOSPC;
	order->kind = kind;
	if (size)
		memcpy(order + 1, body, size);
	ring_commit(keep->orders[client], sizeof *order + size);
	return 0;
}

int keep_order_run(struct keep *keep, const struct run *run)
{
	return give(keep, KEEP_MAIN, ORDER_RUN, run, sizeof *run);
}

int keep_order_mark(struct keep *keep, const struct mark *mark)
{
	return give(keep, KEEP_MAIN, ORDER_MARK, mark, sizeof *mark);
}

int keep_order_anchor(struct keep *keep, const struct anchor *anchor)
{
	return give(keep, KEEP_MAIN, ORDER_ANCHOR, anchor, sizeof *anchor);
}

int keep_order_calibration(struct keep *keep, const struct calibration *calibration)
{
	return give(keep, KEEP_MAIN, ORDER_CALIBRATION, calibration, sizeof *calibration);
}

int keep_order_act(struct keep *keep, const struct journal_entry *entry, const struct run *runs,
	size_t n_runs, const struct mark *mark)
{
	size_t n_marks = mark ? 1 : 0;
	size_t size = sizeof(struct act_order) + n_runs * sizeof *runs + n_marks * sizeof *mark +
		journal_size(entry->n);
	struct order *order = ring_reserve(keep->orders[KEEP_MAIN], sizeof *order + size);

	if (!order)
		return -ENOSPC;
	struct act_order *body = (struct act_order *)(void *)(order + 1);
	char *at = (char *)(body + 1);
	order->kind = ORDER_ACT;
	*body = (struct act_order){(uint32_t)n_runs, (uint32_t)n_marks};
	if (n_runs)
		memcpy(at, runs, n_runs * sizeof *runs);
	at += n_runs * sizeof *runs;
	if (mark)
		memcpy(at, mark, sizeof *mark);
	memcpy(at + n_marks * sizeof *mark, entry, sizeof *entry + entry->n + 1);
	ring_commit(keep->orders[KEEP_MAIN], sizeof *order + size);
	return 0;
}

bool keep_has_room_for_act(const struct keep *keep, size_t n_runs)
{
	const struct ring *orders = keep->orders[KEEP_MAIN];
	size_t size = sizeof(struct order) + sizeof(struct act_order) +
		n_runs * sizeof(struct run) + sizeof(struct mark) + journal_size(JOURNAL_BODY);

	/* Twice, since it lies in one piece. */
	return ring_size(orders) - ring_used(orders) >= 2 * (size + sizeof(uint64_t));
}

int keep_order_gap(struct keep *keep, const struct gap *gap)
{
	return give(keep, KEEP_MAIN, ORDER_GAP, gap, sizeof *gap);
}

int keep_order_refinement(struct keep *keep, struct refinement *refinement)
{
	return give(keep, KEEP_MAIN, ORDER_REFINEMENT, &refinement, sizeof(struct refinement *));
}

int keep_order_commit(struct keep *keep)
{
	int result = give(keep, KEEP_MAIN, ORDER_COMMIT, NULL, 0);

	keep_wake(keep);
	return result;
}

int keep_order_cursor(struct keep *keep, const struct cursor *cursor)
{
	return give(keep, KEEP_SHIP, ORDER_CURSOR, cursor, sizeof *cursor);
}

int keep_order_holes(
	struct keep *keep, const char *sink, uint32_t stream, const struct hole *holes, size_t n)
{
	size_t size = sizeof(struct holes_order) + n * sizeof holes[0];
	struct order *order = ring_reserve(keep->orders[KEEP_SHIP], sizeof *order + size);

	if (!order)
		return -ENOSPC;
	struct holes_order *body = (struct holes_order *)(void *)(order + 1);
	order->kind = ORDER_HOLES;
	memset(body, 0, sizeof *body);
	text_copy(body->sink, sizeof body->sink, sink);
	body->stream = stream;
	body->n = (uint32_t)n;
	if (n)
		memcpy(body->holes, holes, n * sizeof holes[0]);
	ring_commit(keep->orders[KEEP_SHIP], sizeof *order + size);
	return 0;
}

int keep_order_quarantined(struct keep *keep, const struct quarantined *line)
{
	return give(keep, KEEP_SHIP, ORDER_QUARANTINED, line, sizeof *line);
}

int keep_order_release(struct keep *keep, const struct hole *range)
{
	return give(keep, KEEP_SHIP, ORDER_RELEASE, range, sizeof *range);
}
