/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders: written into a client's ring on its thread, obeyed on keep's. */
#include "keep/keep_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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

/* ---------------------------------------------------------------- obeyed by keep */

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

void keep_take_orders(struct keep *keep)
{
	for (unsigned i = 0; i < KEEP_CLIENTS; i++) {
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

void keep_drop_orders(struct ring *orders)
{
	const struct order *order;
	size_t n;

	while (orders && (order = ring_peek(orders, &n))) {
		order_clear(order);
		ring_drop(orders);
	}
	ring_free(orders);
}

/* ---------------------------------------------------------------- given by main and ship */

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
