/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the sense thread share: sense.c has the thread, sense_slot.c a port and what is
 * said there. Inside those two only; on the sense thread. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "sense/conversation.h"
#include "sense/outlet.h"
#include "sense/punctual.h"
#include "sense/sense.h"

enum { SENSE_TICK_NS = 20 * NS_PER_MS };

struct slot {
	struct sense *sense;
	struct kit *kit;
	struct transport *transport; /* NULL: free */
	struct timer wake;
	struct instant armed; /* when `wake` was: what is asked for too late does not run late */
	unsigned number;
	int64_t late_ns;            /* of the last tick: sense/transport.h */
	int64_t uncertainty_ns;     /* of an arrival at this port, as long as the thread runs */
	struct sense_notice untold; /* kind 0: none */
};

struct sense {
	struct sense_options options;
	struct loop *loop;
	struct outlet *outlet;
	struct conversation_host host;
	struct slot slots[DEVICE_MAX];
	struct timer tick;
	struct punctual punctual;
	unsigned ticks, n_open;
	struct instant looked; /* at the ports, before this turn */

	struct ring *commands, *notices;
	struct wake commanded;
	const struct wake *listener;

	pthread_t thread;
	bool is_running;
	atomic_bool is_stopping;
};

/* What conversations ask of the transports at their slots. */
struct conversation_host slot_host(struct sense *sense);

int slot_open(struct sense *sense, unsigned number); /* an empty one; 0 or -ENOMEM */

/* A transport comes. It only begins to watch here: what it has comes in a later turn. */
void slot_add(struct slot *slot, struct transport *transport, const struct kit_port *port);
void slot_order(struct slot *slot, uint32_t device, enum kit_order order, unsigned argument);
/* Each 20 ms; `with_health`: and tells how it is. */
void slot_tick(struct slot *slot, struct instant now, bool with_health);
void slot_stop(struct slot *slot, struct instant now); /* the thread has ended */
