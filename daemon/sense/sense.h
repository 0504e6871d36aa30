/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sense thread: reads open ports, lets the families make sense of the bytes, stamps, batches,
 * and writes the feed (data/feed.h) into two rings, keep's and main's. SCHED_FIFO when allowed;
 * once it runs it allocates nothing, locks nothing, logs nothing and touches no file but the ports
 * themselves (libusb allocates a few bytes for each transfer). Opening can block and allocate, so
 * main does it (sense/ports.h) and hands an open transport over.
 *
 * A batch leaves when it is full, when its oldest row is 20 ms old, or when the stream pauses. A
 * full ring loses the batch: counted, and told as a GAP_RING as soon as there is room. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/ring.h"
#include "sense/kit.h"
#include "sense/registry.h"
#include "sense/transport.h"

struct sense;

struct sense_options {
	const struct clock *clock;
	struct registry *registry; /* sense's alone from sense_start to sense_stop */
	struct ring *feed_keep;
	struct ring *feed_main;
	/* Called on the sense thread after new records: cheap, non-blocking, allocation-free.
	 * `is_urgent`: a device appeared, its first batch came, or a ring is half full. */
	void (*notify)(void *self, bool is_urgent);
	void *self;
};
int sense_new(const struct sense_options *options, struct sense **ret_sense);
int sense_start(struct sense *sense);
void sense_stop(struct sense *sense); /* joins; every pending batch is in the feed */

/* How many turns the thread has made; asks for another (loop_probe). Any thread, while it runs. */
unsigned sense_probe(struct sense *sense);
void sense_free(struct sense *sense);

/* --- main thread; carried by a small ring --- */

/* Hands over an open transport. `slot` (0 .. DEVICE_MAX-1) names it from now on; main chooses a free
 * one. The transport stays main's to close, after the notice SENSE_CLOSED or sense_stop. */
int sense_add(struct sense *sense, unsigned slot, struct transport *transport,
	const struct kit_port *port);
int sense_order(struct sense *sense, uint32_t device, enum kit_order order, unsigned argument);

/* What sense asks of main. SENSE_CLOSED: the device is gone or failed (`error`); forget it and close.
 * SENSE_RESPEED: nothing made sense at this speed; set `serial`, which may block. */
enum sense_notice_kind { SENSE_CLOSED = 1, SENSE_RESPEED = 2 };
struct sense_notice {
	enum sense_notice_kind kind;
	unsigned slot;
	int error;
	struct model_serial serial;
};

/* The next notice, or false. `wake` given to sense_listen is signalled when there is one. */
void sense_listen(struct sense *sense, const struct wake *wake); /* before sense_start */
bool sense_next_notice(struct sense *sense, struct sense_notice *ret_notice);

/* One turn of the thread's body without the thread, for tests: waits at most timeout_ms. */
int sense_turn(struct sense *sense, int timeout_ms);
