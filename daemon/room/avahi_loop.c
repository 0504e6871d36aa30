/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/avahi_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/container.h"

/* D-Bus watches one descriptor twice, to read and to write; epoll takes each once, so a watch has a copy. */
struct AvahiWatch {
	struct watch watch;
	struct loop *loop;
	int fd, copy;
	AvahiWatchEvent happened;
	AvahiWatchCallback callback;
	void *self;
};

struct AvahiTimeout {
	struct timer timer;
	struct loop *loop;
	AvahiTimeoutCallback callback;
	void *self;
};

static uint32_t to_epoll(AvahiWatchEvent events)
{
	return (events & AVAHI_WATCH_IN ? (uint32_t)EPOLLIN : 0) |
		(events & AVAHI_WATCH_OUT ? (uint32_t)EPOLLOUT : 0);
}

static AvahiWatchEvent from_epoll(uint32_t events)
{
	int all = 0;

	all |= events & EPOLLIN ? AVAHI_WATCH_IN : 0;
	all |= events & EPOLLOUT ? AVAHI_WATCH_OUT : 0;
	all |= events & EPOLLERR ? AVAHI_WATCH_ERR : 0;
	all |= events & EPOLLHUP ? AVAHI_WATCH_HUP : 0;
	return (AvahiWatchEvent)all;
}

static void on_ready(struct watch *watch, uint32_t events)
{
	AvahiWatch *of = CONTAINER(watch, AvahiWatch, watch);

	of->happened = from_epoll(events);
	of->callback(of, of->fd, of->happened, of->self); /* may free it */
}

/* What is switched off must not be told of an end for ever, either. */
static int listen_for(AvahiWatch *of, AvahiWatchEvent events)
{
	if (!to_epoll(events)) {
		watch_remove(&of->watch);
		return 0;
	}
	return of->watch.loop ? watch_change(&of->watch, to_epoll(events))
			      : watch_add(of->loop, &of->watch, of->copy, to_epoll(events));
}

static AvahiWatch *watch_new(const AvahiPoll *poll, int fd, AvahiWatchEvent events,
	AvahiWatchCallback callback, void *self)
{
	AvahiWatch *of = calloc(1, sizeof *of);

	if (!of)
		return NULL;
	of->loop = poll->userdata;
	of->callback = callback;
	of->self = self;
	of->watch.ready = on_ready;
	of->fd = fd;
	of->copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (of->copy >= 0 && listen_for(of, events) == 0)
		return of;
	if (of->copy >= 0)
		close(of->copy);
	free(of);
	return NULL;
}

static void watch_update(AvahiWatch *of, AvahiWatchEvent events)
{
	listen_for(of, events);
}

static AvahiWatchEvent watch_get_events(AvahiWatch *of)
{
	return of->happened;
}

static void watch_free(AvahiWatch *of)
{
	watch_remove(&of->watch);
	close(of->copy);
	free(of);
}

static void on_due(struct timer *timer, struct instant now)
{
	AvahiTimeout *of = CONTAINER(timer, AvahiTimeout, timer);

	(void)now;
	of->callback(of, of->self); /* may free it */
}

/* Avahi says when by the wall clock (avahi_elapse_time); from there on ours counts. */
static void timeout_update(AvahiTimeout *of, const struct timeval *at)
{
	struct timeval wall;
	int64_t us;

	if (!at) {
		timer_cancel(&of->timer);
		return;
	}
	gettimeofday(&wall, NULL);
	us = (at->tv_sec - wall.tv_sec) * (int64_t)1000000 + (at->tv_usec - wall.tv_usec);
	timer_at(
		of->loop, &of->timer, instant_add(loop_now(of->loop), us > 0 ? us * NS_PER_US : 0));
}

static AvahiTimeout *timeout_new(
	const AvahiPoll *poll, const struct timeval *at, AvahiTimeoutCallback callback, void *self)
{
	AvahiTimeout *of = calloc(1, sizeof *of);

	if (!of)
		return NULL;
	of->loop = poll->userdata;
	of->callback = callback;
	of->self = self;
	of->timer.due = on_due;
	timeout_update(of, at);
	return of;
}

static void timeout_free(AvahiTimeout *of)
{
	timer_cancel(&of->timer);
	free(of);
}

int avahi_loop_new(struct loop *loop, AvahiPoll **ret_poll)
{
	AvahiPoll *poll = calloc(1, sizeof *poll);

	if (!poll)
		return -ENOMEM;
	*poll = (AvahiPoll){.userdata = loop,
		.watch_new = watch_new,
		.watch_update = watch_update,
		.watch_get_events = watch_get_events,
		.watch_free = watch_free,
		.timeout_new = timeout_new,
		.timeout_update = timeout_update,
		.timeout_free = timeout_free};
	*ret_poll = poll;
	return 0;
}

void avahi_loop_free(AvahiPoll *poll)
{
	free(poll);
}
