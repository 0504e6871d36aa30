/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines and socket options.
 *
 * TCP_NOTSENT_LOWAT keeps the kernel from swallowing 365 KB for a reader that has stopped reading
 * (18 s of stale events, measured): the socket is writable only while less than 16 KB wait, so a
 * slow reader is seen within a second or two. TCP_USER_TIMEOUT ends peers that vanished without a
 * word. */
#include "http/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

static const int NOTSENT_BYTES = 16384;
static const int UNACKNOWLEDGED_MS = 20000;

/* 0: none. Heads: as long as a browser keeps an idle connection warm is no use to us. Bodies are at
 * most 64 KiB. Answers: a page's largest file over a bad Wi-Fi. Streams: no byte taken for so
 * long. */
static const int64_t DEADLINE_S[] = {
	[CONNECTION_HEAD] = 10,
	[CONNECTION_BODY] = 20,
	[CONNECTION_WAIT] = 0,
	[CONNECTION_ANSWER] = 60,
	[CONNECTION_STREAM] = 10,
};

struct connection *connection_new(struct connections *all, int fd, struct instant now)
{
	struct connection *connection = calloc(1, sizeof *connection);

	if (!connection)
		return NULL;
	connection->fd = fd;
	connection->since = now;
	connection->next = all->first;
	if (all->first)
		all->first->previous = connection;
	all->first = connection;
	all->n++;
	/* Refused only on a socket that is not TCP; then there is nothing to win either. */
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &NOTSENT_BYTES, sizeof NOTSENT_BYTES);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &UNACKNOWLEDGED_MS, sizeof UNACKNOWLEDGED_MS);
	return connection;
}

void connection_free(struct connections *all, struct connection *connection)
{
	if (!connection)
		return;
	if (connection->next)
		connection->next->previous = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		all->first = connection->next;
	all->n--;
	all->n_shut -= connection->is_shut;
	free(connection);
}

void connection_enter(
	struct connection *connection, enum connection_phase phase, struct instant now)
{
	connection->phase = phase;
	connection->since = now;
}

/* libmicrohttpd closes the descriptor once it has seen the end. */
static void shut(struct connections *all, struct connection *connection)
{
	connection->is_shut = true;
	all->n_shut++;
	shutdown(connection->fd, SHUT_RDWR);
}

/* Of those that may give way, the one that has used up most of its patience. The newest is first in the list: of
 * two that have used up as much, the one behind came earlier. */
static struct connection *find_latest(struct connections *all, struct instant now)
{
	struct connection *latest = NULL;
	int64_t most = 0;

	for (struct connection *c = all->first; c; c = c->next) {
		int64_t used; /* ns a second of its patience */

		if (c->is_shut || c->phase == CONNECTION_WAIT || c->phase == CONNECTION_STREAM)
			continue;
		used = instant_since(now, c->since) / DEADLINE_S[c->phase];
		if (!latest || used >= most) {
			latest = c;
			most = used;
		}
	}
	return latest;
}

unsigned connections_make_room(struct connections *all, unsigned most, struct instant now)
{
	struct connection *latest;
	unsigned n = 0;

	for (; all->n - all->n_shut > most && (latest = find_latest(all, now)); n++)
		shut(all, latest);
	return n;
}

unsigned connections_sweep(struct connections *all, struct instant now)
{
	unsigned n = 0;

	for (struct connection *c = all->first; c; c = c->next) {
		int64_t limit_ns = DEADLINE_S[c->phase] * NS_PER_S;

		if (limit_ns == 0 || c->is_shut || instant_since(now, c->since) <= limit_ns)
			continue;
		shut(all, c);
		n++;
	}
	return n;
}
