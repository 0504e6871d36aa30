/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation: what goes on at one open port, from the first byte to the unplugging.
 *
 * A listener is a family, with or without the kit.yaml of a model. All that fit listen until one
 * claims; then it alone. Kits that speak only when spoken to are asked (conversation_ask.c). The
 * conversation keeps the bytes that were not used, numbers and announces what is described, maps
 * device clocks, stamps rows, batches, tells gaps, notices silence and garbage, and looks for the
 * right speed. It is `struct kit` (sense/kit.h) seen from the other side.
 *
 * It has no descriptor and no thread: bytes, reports, edges and instants come in, records go to the
 * outlet, what is for the device to callbacks. One thread; no allocation after
 * conversation_new. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/feed.h"
#include "sense/kit.h"
#include "sense/outlet.h"
#include "sense/registry.h"

/* What came from the device, before anybody was fed. Borrowed for the call. */
struct conversation_heard {
	enum { HEARD_BYTES = 0, HEARD_REPORT, HEARD_ANSWER, HEARD_EDGE } what;
	const uint8_t *bytes;
	size_t n;
	int error;                   /* HEARD_ANSWER */
	const struct kit_edge *edge; /* HEARD_EDGE */
	struct instant at;
};

struct conversation_host {
	const struct clock *clock;
	struct registry *registry;
	struct outlet *outlet;
	const struct kit_family *const *families; /* and drivers */
	size_t n_families;
	uint64_t seed; /* of the random phase of pings */

	/* To the device: 0 or -ENOSPC. NULL: it takes nothing. */
	int (*send)(void *self, struct kit *kit, const void *bytes, size_t n);
	/* The same for USB's control pipe and for pulses on GPIO lines. NULL: -EOPNOTSUPP. */
	int (*control)(void *self, struct kit *kit, const struct kit_control *request,
		const void *bytes, size_t n);
	int (*pulse)(void *self, struct kit *kit, unsigned line, unsigned us);
	/* Nothing made sense at this speed: please set that one. NULL: speeds are not searched. */
	void (*respeed)(void *self, struct kit *kit, const struct model_serial *serial);
	/* Is this identity at another port now? NULL: no. */
	bool (*is_taken)(void *self, const struct kit *kit, const char *identity);
	/* A family said with this word what went wrong. NULL: the newest is enough. */
	void (*error)(void *self, struct kit *kit, const char *word);
	/* For who writes down what the device says. NULL: nobody does. */
	void (*heard)(void *self, struct kit *kit, const struct conversation_heard *heard);
	void *self;
};

enum { CONVERSATION_LISTENERS = KIT_MODELS + 8 }; /* models, and families without one */

/* The host is borrowed. */
int conversation_new(const struct conversation_host *host, struct kit **ret_kit);
void conversation_free(struct kit *kit);

void conversation_open(struct kit *kit, const struct kit_port *port, struct instant now);

/* Where to read the next bytes to, and then that they are there: `at` is the instant at which the
 * read returned. There is always room for at least CONVERSATION_READ bytes. */
enum { CONVERSATION_READ = 4096 };
uint8_t *conversation_room(struct kit *kit, size_t *ret_n);
void conversation_received(struct kit *kit, size_t n, struct instant at);

/* What is given next may have lain so long before anybody looked, beyond what kit_port.uncertainty_ns
 * says: stamps on its arrival are as much more uncertain. Good for that once. */
void conversation_waited(struct kit *kit, int64_t ns);

/* Both, by copying. */
void conversation_feed(struct kit *kit, const void *bytes, size_t n, struct instant at);

/* What is no stream of bytes: one IN transfer; a control request that is over; an edge. */
void conversation_report(struct kit *kit, const uint8_t *bytes, size_t n, struct instant at);
void conversation_answer(
	struct kit *kit, int error, const uint8_t *bytes, size_t n, struct instant at);
void conversation_edge(struct kit *kit, const struct kit_edge *edge, struct instant now);

/* About each 20 ms, and at conversation_wake. */
void conversation_tick(struct kit *kit, struct instant now);
struct instant conversation_wake(const struct kit *kit); /* INT64_MAX: no wish */

/* Unplugged: sends what is pending, tells the gap so far, and the end of the device. */
void conversation_close(struct kit *kit, struct instant now);

/* sense stops: sends what is pending, tells what is missing until now, but no end. */
void conversation_stop(struct kit *kit, struct instant now);

/* 0, -EOPNOTSUPP, or what the family answers. */
int conversation_order(struct kit *kit, enum kit_order order, unsigned argument);

const struct device *conversation_device(const struct kit *kit); /* NULL: none described yet */
void conversation_health(const struct kit *kit, struct instant now, struct feed_health *ret_health);
