/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hang-up is taken from epoll and from read itself (0 or EIO), never from silence: after an
 * unplugging libserialport's own waiting read returns 0 as if the device said nothing.
 *
 * A port is read until it has had its budget of a tick (64 KiB in 20 ms, more than any UART and
 * than full-speed USB can bring); then it is left alone until the next tick and the kernel holds
 * its writer back. A thread of real-time priority must not be at the mercy of what is plugged in.
 *
 * A wake-up costs some 25 us, as much as reading 50 rows of text. A port that is fast beyond what a
 * UART in a classroom does is therefore read once a tick instead of at each write of its other end;
 * arrival stamps are then good to a tick, and its health says so. */
#include "sense/transport_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "sense/conversation.h"

enum {
	TICK_MS = 20,
	READ_BUDGET = 64 * 1024,
	FAST_BYTES = 64 * 1024 / (1000 / TICK_MS), /* in a tick: 64 KiB/s */
	TTY_READ = 4095, /* the kernel's line discipline gives no more at a time */
	OUT_BYTES = 1024,
};

struct stream_transport {
	struct transport transport;
	struct transport_host host;
	struct port port;
	struct watch watch;
	bool is_paused;
	bool is_fast; /* brought more than FAST_BYTES in the last tick */
	size_t budget;
	bool is_full;           /* since the last tick a read brought all that there was room for */
	int64_t behind_ns;      /* since when what is there may lie there; 0: nothing is */
	uint8_t out[OUT_BYTES]; /* for the device, not yet taken */
	size_t n_out;
};

static struct stream_transport *stream_of(struct transport *transport)
{
	return CONTAINER(transport, struct stream_transport, transport);
}

static void stop(struct transport *transport)
{
	watch_remove(&stream_of(transport)->watch);
}

static bool has_left(const struct transport *transport)
{
	return port_has_hung_up(
		CONTAINER(transport, const struct stream_transport, transport)->port.fd);
}

static void hang_up(struct stream_transport *stream, int error)
{
	stop(&stream->transport);
	stream->host.gone(stream->host.self, error);
}

static uint32_t wanted_events(const struct stream_transport *stream)
{
	return (stream->is_paused ? 0 : (uint32_t)EPOLLIN) |
		(stream->n_out ? (uint32_t)EPOLLOUT : 0);
}

static void pause_reading(struct stream_transport *stream, bool is_paused)
{
	if (stream->is_paused == is_paused)
		return;
	stream->is_paused = is_paused;
	watch_change(&stream->watch, wanted_events(stream));
}

/* --- to the device --- */

static void write_out(struct stream_transport *stream)
{
	ssize_t n = write(stream->port.fd, stream->out, stream->n_out);

	if (n > 0) {
		stream->n_out -= (size_t)n;
		memmove(stream->out, stream->out + n, stream->n_out);
	}
	watch_change(&stream->watch, wanted_events(stream));
}

static int send_bytes(struct transport *transport, const void *bytes, size_t n)
{
	struct stream_transport *stream = stream_of(transport);

	if (n > OUT_BYTES - stream->n_out)
		return -ENOSPC;
	memcpy(stream->out + stream->n_out, bytes, n);
	stream->n_out += n;
	if (stream->n_out == n)
		write_out(stream);
	return 0;
}

/* --- from the device --- */

/* What a full read, or a pause, leaves behind is read later, and waits until then. After a full one
 * the line discipline may get more in a moment: so long as a tick that is thought to be part of it. */
static void note_left(struct stream_transport *stream, size_t n, struct instant at, int64_t waited)
{
	stream->is_full |= n >= TTY_READ;
	if (!stream->is_full)
		stream->behind_ns = 0;
	else if (!stream->behind_ns)
		stream->behind_ns = at.ns - waited;
	if (stream->is_paused && !stream->behind_ns)
		stream->behind_ns = at.ns;
}

static int64_t how_long(const struct stream_transport *stream, struct instant at)
{
	if (stream->behind_ns)
		return at.ns - stream->behind_ns;
	return stream->host.waited ? stream->host.waited(stream->host.self, at) : 0;
}

static void read_in(struct stream_transport *stream, uint32_t events)
{
	size_t room;
	uint8_t *to = conversation_room(stream->host.kit, &room);
	ssize_t n = read(stream->port.fd, to, room < CONVERSATION_READ ? room : CONVERSATION_READ);
	struct instant at = clock_now(stream->host.clock);
	int64_t waited = how_long(stream, at);

	if (n > 0) {
		conversation_waited(stream->host.kit, waited);
		conversation_received(stream->host.kit, (size_t)n, at);
		stream->host.spoke(stream->host.self);
		stream->budget -= (size_t)n < stream->budget ? (size_t)n : stream->budget;
		if (stream->budget == 0 || (stream->is_fast && (size_t)n < TTY_READ))
			pause_reading(stream, true);
		note_left(stream, (size_t)n, at, waited);
	} else if (n == 0) {
		hang_up(stream, EIO);
	} else if (errno == EAGAIN || errno == EINTR) {
		if (events & (EPOLLHUP | EPOLLERR))
			hang_up(stream, EIO);
	} else {
		hang_up(stream, errno);
	}
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct stream_transport *stream = CONTAINER(watch, struct stream_transport, watch);

	if (events & EPOLLOUT)
		write_out(stream);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_in(stream, events);
}

static void tick(struct transport *transport, int64_t *ret_late_ns)
{
	struct stream_transport *stream = stream_of(transport);

	stream->is_fast = READ_BUDGET - stream->budget > FAST_BYTES;
	stream->budget = READ_BUDGET;
	if (!stream->is_full && !stream->is_paused)
		stream->behind_ns = 0; /* nothing has come for a tick */
	stream->is_full = false;
	pause_reading(stream, false);
	*ret_late_ns = stream->is_fast ? TICK_MS * (int64_t)NS_PER_MS : 0;
}

/* --- life --- */

static int start(struct transport *transport, const struct transport_host *host)
{
	struct stream_transport *stream = stream_of(transport);

	stream->host = *host;
	stream->budget = READ_BUDGET;
	return watch_add(host->loop, &stream->watch, stream->port.fd, EPOLLIN);
}

static int set_serial(struct transport *transport, const struct model_serial *serial)
{
	return port_set_serial(&stream_of(transport)->port, serial);
}

static void close_stream(struct transport *transport)
{
	struct stream_transport *stream = stream_of(transport);

	port_close(&stream->port);
	free(stream);
}

static const struct transport_class stream_class = {
	.start = start,
	.stop = stop,
	.has_left = has_left,
	.tick = tick,
	.send = send_bytes,
	.set_serial = set_serial,
	.close = close_stream,
};

int transport_stream_new(const struct port *port, struct transport **ret_transport)
{
	struct stream_transport *stream = calloc(1, sizeof(*stream));

	if (!stream) {
		struct port unwanted = *port;

		port_close(&unwanted);
		return -ENOMEM;
	}
	stream->transport.class = &stream_class;
	stream->port = *port;
	stream->watch.ready = on_ready;
	*ret_transport = &stream->transport;
	return 0;
}
