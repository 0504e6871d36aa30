/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question whose answer is on the card: asked on main for a request, looked up on the work thread, in
 * one step or in many with others' jobs between them, answered on main. Every way that this can fail is
 * the same for all: a queue that is full, a store that cannot be read, a daemon that stops become 503.
 *
 * Who asks puts a struct inquiry at the head of a struct of its own, which the work thread has to itself
 * from inquiry_ask on until it is answered. Main thread, but for look. */
#pragma once

#include "api/parts.h"

struct inquiry;

struct inquiry_kind {
	/* On the work thread. 0 or more: it is known, but where it goes `in_steps` 1 says: once more;
	 * -errno. `reader` is NULL only where it `needs_no_store` and there is none. */
	int (*look)(struct inquiry *inquiry, struct reader *reader);
	/* It is known: answers the request. */
	void (*answer)(struct inquiry *inquiry);
	/* look failed: true when it has said to the person why; false, or NULL: 503. */
	bool (*refuse)(struct inquiry *inquiry, int error);
	/* Gives back what it holds besides its own memory; may be NULL. */
	void (*clear)(struct inquiry *inquiry);
	bool in_steps, needs_no_store;
};

struct inquiry {
	struct parts *parts;
	struct request *request;
	struct job
		job; /* job.import may be set before it is asked, is_cancelled is look's to read */

	/* private */
	const struct inquiry_kind *kind;
	int result;
};

/* `size` bytes, zero behind the struct inquiry that they begin with; NULL, when memory is short, and the
 * request has its answer. Then inquiry_ask, or inquiry_free where what is asked cannot be understood. */
void *inquiry_new(
	struct parts *parts, struct request *request, const struct inquiry_kind *kind, size_t size);
void inquiry_free(struct inquiry *inquiry);

/* From here on it belongs to itself. */
void inquiry_ask(struct inquiry *inquiry);
