/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Server-sent events, one stream for everybody: an event is encoded once into a frame that all
 * readers share, and a reader is a cursor over the newest frames.
 *
 * A reader that comes back with Last-Event-ID gets what it missed from the last EVENTS_KEPT_S
 * seconds. When that is not possible, and when a reader is more than EVENTS_LAG_S behind, it gets
 * "reset" and goes on with the newest: it asks for the history instead. A slow reader costs the
 * others nothing; one that stops reading altogether is closed by the deadlines of its connection.
 * Main thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/request.h"

struct events;

enum { EVENTS_KEPT_S = 15, EVENTS_LAG_S = 3, EVENT_BYTES = 1 << 20 };

struct events_options {
	const struct clock *clock;
	uint64_t epoch; /* another one at each start: ids of an earlier life are recognised */
	/* Writes the data of "hello", which begins each stream and follows each "reset". */
	void (*hello)(void *self, struct text *text);
	/* Writes the data of "devices", which follows "hello". */
	void (*devices)(void *self, struct text *text);
	void *self;
};
int events_new(const struct events_options *options, struct events **ret_events);
void events_free(struct events *events); /* after http_close */

/* Begins an event; write its data (one line of JSON) into the text and call events_send. The text
 * has EVENT_BYTES; an event that does not fit is not sent. */
struct text *events_begin(struct events *events, const char *name);
/* 0, -EMSGSIZE, -ENOMEM. Call http_run afterwards. */
int events_send(struct events *events);

/* A comment for everybody: proxies stay awake and dead readers are noticed. */
void events_ping(struct events *events);

/* The route GET /api/v1/events. */
void events_answer(struct events *events, struct request *request);

unsigned events_viewers(const struct events *events);
