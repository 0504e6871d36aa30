/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/container.h"

/* One datagram to $NOTIFY_SOCKET, as sd_notify(3) describes it. Not by libsystemd, which waits for
 * room where nobody reads the socket, and main with it. */
static int tell_systemd(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = path ? strlen(path) : 0;

	if (!n)
		return 0; /* nobody listens */
	if (n >= sizeof to.sun_path || (*path != '/' && *path != '@'))
		return -EINVAL;
	memcpy(to.sun_path, path, n);
	if (*path == '@') /* an abstract name, which begins with a NUL and ends with its length */
		to.sun_path[0] = '\0';
	else
		n++;

	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;
	if (fd < 0)
		return -errno;
	if (sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* How often systemd wants to hear that we live, by sd_watchdog_enabled(3). 0: not at all. */
static int64_t asked_period_ns(void)
{
	const char *period = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
	long long period_us = period ? strtoll(period, NULL, 10) : 0;

	if (whose && strtoll(whose, NULL, 10) != getpid())
		return 0;
	return period_us > 0 && period_us < INT64_MAX / 1000 ? period_us * 1000 : 0;
}

/* Heard late is heard: systemd waits for this word, and would end who never said it. */
static void say_ready(struct service *service)
{
	if (!service->is_ready)
		service->is_ready = service->tell("READY=1") != -EAGAIN;
}

/* Has it moved, or may it still be at its work? */
static bool is_moving(struct service *service, size_t i)
{
	const struct watched *part = &service->watched[i].part;
	unsigned turns = part->probe(part->part);

	if (turns != service->watched[i].turns) {
		service->watched[i].turns = turns;
		service->watched[i].still = 0;
		log_state_clear(&service->watched[i].state, "kitlogd", "the %s thread moves again",
			part->name);
		return true;
	}
	if (++service->watched[i].still <= part->patience)
		return true;
	log_state_set(&service->watched[i].state, LOG_ERR, "kitlogd",
		"the %s thread has not moved for more than %.3g s; the service manager is to start "
		"kitlogd again",
		part->name,
		(double)part->patience * (double)service->period_ns / SERVICE_BEATS / 1e9);
	return false;
}

void service_look(struct service *service)
{
	bool is_alive = true;

	say_ready(service);
	for (size_t i = 0; i < service->n; i++)
		is_alive &= is_moving(service, i);
	if (is_alive)
		service->tell("WATCHDOG=1");
}

static void look_due(struct timer *timer, struct instant now)
{
	(void)now;
	service_look(CONTAINER(timer, struct service, timer));
}

void service_start(
	struct service *service, struct loop *loop, const struct watched *parts, size_t n)
{
	assert(n <= SERVICE_WATCHED);
	if (!service->tell) {
		service->tell = tell_systemd;
		service->period_ns = asked_period_ns();
	}
	service->loop = loop;
	service->timer.due = look_due;
	service->n = n;
	for (size_t i = 0; i < n; i++) {
		service->watched[i].part = parts[i];
		service->watched[i].turns = parts[i].probe(parts[i].part);
		service->watched[i].still = 0;
	}
	service->is_ready = false;
	say_ready(service);
	if (service->period_ns > 0)
		timer_every(loop, &service->timer, service->period_ns / SERVICE_BEATS);
	else if (!service->is_ready)
		timer_every(loop, &service->timer, NS_PER_S);
}

void service_stop(struct service *service)
{
	if (!service->loop)
		return;
	timer_cancel(&service->timer);
	service->tell("STOPPING=1");
	service->loop = NULL;
}
