/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One socket of a browser, and how long it may take over what it is doing.
 *
 * libmicrohttpd's own time-out is one of inactivity: a byte a second keeps a connection for ever,
 * and a suspended connection has none at all. So each socket is in a phase with a deadline of its
 * own, and a sweep each second shuts down those that are late. shutdown(2) only: libmicrohttpd then
 * sees the end and closes the descriptor, which is its own.
 *
 * Main thread. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

enum connection_phase {
	CONNECTION_HEAD,   /* between accept (or the last answer) and the end of a request's head */
	CONNECTION_BODY,   /* receiving the request's body */
	CONNECTION_WAIT,   /* the next step is ours: no deadline */
	CONNECTION_ANSWER, /* sending an answer that is complete */
	CONNECTION_STREAM, /* sending a stream; entered anew whenever the socket takes bytes */
};

struct source; /* http/request.h */

struct connection {
	struct connection *next, *previous;
	int fd;
	struct source *source; /* the stream it is reading; NULL: none */
	enum connection_phase phase;
	struct instant since; /* in this phase */
	bool is_shut;
	bool is_greeted; /* of TLS: its first bytes are TLS (http/tls.c) */
};

/* All sockets of a server; zero-initialise. */
struct connections {
	struct connection *first;
	unsigned n, n_shut; /* linked; of these, shut down */
};

/* Sets the socket's options and links it. NULL when memory is out. */
struct connection *connection_new(struct connections *all, int fd, struct instant now);
void connection_free(struct connections *all, struct connection *connection);

void connection_enter(
	struct connection *connection, enum connection_phase phase, struct instant now);

/* Until at most `most` are open, whoever has used up most of its patience gives way: with a head, a body, or taking
 * its answer. Streams, and those that wait for us, never do. So sockets that say nothing keep nobody out, however
 * many; a browser whose idle connection is shut opens another. Returns how many. */
unsigned connections_make_room(struct connections *all, unsigned most, struct instant now);

/* Shuts down whoever is past the deadline of its phase; returns how many. */
unsigned connections_sweep(struct connections *all, struct instant now);
