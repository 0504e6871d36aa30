/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reading thread and the transport hold one struct together; who leaves last frees it, so that
 * nobody waits for a sensor that is still converting. Stamps are taken in the middle of a reading:
 * the sensor measured somewhere in it.
 *
 * The beat is absolute, so that it does not drift; a beat that was missed is not made up for. */
#include "sense/transport_kernel.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/container.h"
#include "sense/conversation.h"

enum { MESSAGE_BYTES = 2048, STACK_BYTES = 128 * 1024 };

struct message {
	int64_t monotonic_ns;
	int32_t error;
	char text[MESSAGE_BYTES];
};

struct kernel_transport {
	struct transport transport;
	struct transport_host host;
	struct watch watch;
	int to_sense, from_reader; /* the two ends */
	struct kernel_sensor sensor;
	int64_t period_ns;
	atomic_int holders; /* the reader and main */
};

static struct kernel_transport *kernel_of(struct transport *transport)
{
	return CONTAINER(transport, struct kernel_transport, transport);
}

static void let_go(struct kernel_transport *kernel)
{
	if (atomic_fetch_sub(&kernel->holders, 1) > 1)
		return;
	kernel_sensor_close(&kernel->sensor);
	close(kernel->to_sense);
	close(kernel->from_reader);
	free(kernel);
}

/* --- the reader's thread --- */

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

/* False: the other end was shut down, nobody listens any more. */
static bool wait_until(const struct kernel_transport *kernel, int64_t at_ns)
{
	struct pollfd end = {.fd = kernel->to_sense, .events = POLLIN};
	int64_t left_ns = at_ns - monotonic_ns();
	struct timespec left = {(time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S)};

	return left_ns <= 0 || ppoll(&end, 1, &left, NULL) == 0;
}

static bool read_once(struct kernel_transport *kernel)
{
	struct message message;
	struct text text = text_over(message.text, sizeof message.text);
	int64_t before_ns = monotonic_ns();
	size_t n;

	message.error = kernel_sensor_read(&kernel->sensor, &text);
	message.monotonic_ns = before_ns + (monotonic_ns() - before_ns) / 2;
	n = offsetof(struct message, text) + text.length;
	return send(kernel->to_sense, &message, n, MSG_NOSIGNAL) >= 0 && message.error != -ENODEV;
}

static void *read_on(void *self)
{
	struct kernel_transport *kernel = self;
	int64_t beat_ns = monotonic_ns();

	while (read_once(kernel)) {
		int64_t now_ns = monotonic_ns();

		beat_ns += ((now_ns - beat_ns) / kernel->period_ns + 1) * kernel->period_ns;
		if (!wait_until(kernel, beat_ns))
			break;
	}
	shutdown(kernel->to_sense, SHUT_RDWR);
	let_go(kernel);
	return NULL;
}

static int start_reader(struct kernel_transport *kernel)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, read_on, kernel);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}

/* --- sense --- */

static void stop(struct transport *transport)
{
	struct kernel_transport *kernel = kernel_of(transport);

	watch_remove(&kernel->watch);
	shutdown(kernel->from_reader, SHUT_RDWR);
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct kernel_transport *kernel = CONTAINER(watch, struct kernel_transport, watch);
	struct message message;
	ssize_t n = recv(kernel->from_reader, &message, sizeof message, MSG_DONTWAIT);
	struct instant at;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < (ssize_t)offsetof(struct message, text)) {
		stop(&kernel->transport);
		kernel->host.gone(kernel->host.self, ENODEV);
		return;
	}
	at = clock_from_monotonic(kernel->host.clock, message.monotonic_ns);
	if ((size_t)n > offsetof(struct message, text))
		conversation_report(kernel->host.kit, (const uint8_t *)message.text,
			(size_t)n - offsetof(struct message, text), at);
	if (message.error) /* of one of its files: what could be read is a row all the same */
		conversation_answer(kernel->host.kit, message.error, NULL, 0, at);
	kernel->host.spoke(kernel->host.self);
}

static int start(struct transport *transport, const struct transport_host *host)
{
	struct kernel_transport *kernel = kernel_of(transport);

	kernel->host = *host;
	return watch_add(host->loop, &kernel->watch, kernel->from_reader, EPOLLIN);
}

/* --- main --- */

static void close_kernel(struct transport *transport)
{
	struct kernel_transport *kernel = kernel_of(transport);

	shutdown(kernel->from_reader, SHUT_RDWR);
	let_go(kernel);
}

static const struct transport_class kernel_class = {
	.start = start, .stop = stop, .close = close_kernel};

int transport_kernel_new(
	const struct kernel_sensor *sensor, int64_t period_ns, struct transport **ret_transport)
{
	struct kernel_transport *kernel = calloc(1, sizeof *kernel);
	struct kernel_sensor unwanted = *sensor;
	int ends[2], failed;

	if (!kernel || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		failed = kernel ? -errno : -ENOMEM;
		kernel_sensor_close(&unwanted);
		free(kernel);
		return failed;
	}
	kernel->transport.class = &kernel_class;
	kernel->watch.ready = on_ready;
	kernel->sensor = *sensor;
	kernel->period_ns = period_ns;
	kernel->to_sense = ends[0];
	kernel->from_reader = ends[1];
	atomic_init(&kernel->holders, 2);
	failed = start_reader(kernel);
	if (failed) {
		let_go(kernel);
		let_go(kernel);
		return failed;
	}
	*ret_transport = &kernel->transport;
	return 0;
}
