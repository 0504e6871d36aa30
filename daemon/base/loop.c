/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One turn of the loop: arm the timerfd for the earliest timer, wait, take the time once, run what
 * is ready, run what is due.
 *
 * A callback may remove or close anything, its own watch or timer included, and free it. So nothing
 * here touches a watch or a timer after its callback was entered, events of a removed watch that
 * still wait in this turn are struck out, and timers that are due stand in a list of their own from
 * which cancelling takes them. */
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/container.h"

enum { EVENTS_PER_TURN = 64 };

struct loop {
	const struct clock *clock;
	struct instant now;
	int epoll_fd, timer_fd;
	struct watch alarm; /* the timerfd */
	struct wake stop;   /* ends epoll_wait for loop_stop and loop_probe */
	atomic_bool is_stopped;
	atomic_uint turns;
	struct timer *timers; /* by time; equal times in the order of arming */
	struct timer *due;    /* of this turn, not yet run */
	int64_t armed_ns;     /* what the timerfd is set to (monotonic); 0: nothing */
	struct epoll_event events[EVENTS_PER_TURN];
	int n_events; /* of this turn, the struck-out ones included */
};

/* --- descriptors --- */

int watch_add(struct loop *loop, struct watch *watch, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	assert(!watch->loop);
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	watch->fd = fd;
	watch->loop = loop;
	return 0;
}

int watch_change(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (!watch->loop)
		return -EBADF;
	if (epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
		return -errno;
	return 0;
}

void watch_remove(struct watch *watch)
{
	struct loop *loop = watch->loop;

	if (!loop)
		return;
	/* Fails only when the descriptor is closed already, which has removed it. */
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < loop->n_events; i++)
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
	watch->loop = NULL;
}

/* --- timers --- */

static void link_timer(struct loop *loop, struct timer *timer)
{
	struct timer *before = NULL, *after = loop->timers;

	while (after && after->at.ns <= timer->at.ns) {
		before = after;
		after = after->next;
	}
	timer->previous = before;
	timer->next = after;
	timer->loop = loop;
	if (after)
		after->previous = timer;
	if (before)
		before->next = timer;
	else
		loop->timers = timer;
}

void timer_at(struct loop *loop, struct timer *timer, struct instant at)
{
	timer_cancel(timer);
	timer->at = at;
	timer->period_ns = 0;
	link_timer(loop, timer);
}

void timer_every(struct loop *loop, struct timer *timer, int64_t period_ns)
{
	assert(period_ns > 0);
	timer_cancel(timer);
	timer->at = instant_add(clock_now(loop->clock), period_ns);
	timer->period_ns = period_ns;
	link_timer(loop, timer);
}

void timer_cancel(struct timer *timer)
{
	struct loop *loop = timer->loop;

	if (!loop)
		return;
	if (timer->next)
		timer->next->previous = timer->previous;
	if (timer->previous)
		timer->previous->next = timer->next;
	else if (loop->due == timer)
		loop->due = timer->next;
	else
		loop->timers = timer->next;
	timer->next = timer->previous = NULL;
	timer->loop = NULL;
}

/* Sets the timerfd to the first timer, if it is not set to it already. A fake clock has no alarm:
 * its owner moves it and turns the loop. */
static void arm(struct loop *loop)
{
	struct itimerspec alarm = {0};
	int64_t ns = 0;

	if (loop->clock->is_fake)
		return;
	if (loop->timers) {
		ns = clock_to_monotonic(loop->clock, loop->timers->at);
		ns = ns > 0 ? ns : 1; /* long past; 0 would disarm */
	}
	if (ns == loop->armed_ns)
		return;
	alarm.it_value.tv_sec = (time_t)(ns / NS_PER_S);
	alarm.it_value.tv_nsec = (long)(ns % NS_PER_S);
	timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &alarm, NULL);
	loop->armed_ns = ns;
}

static void alarm_rang(struct watch *watch, uint32_t events)
{
	struct loop *loop = CONTAINER(watch, struct loop, alarm);
	uint64_t expirations;
	ssize_t n = read(loop->timer_fd, &expirations, sizeof expirations);

	(void)n;
	(void)events;
	loop->armed_ns = 0;
}

/* Moves the timers that are due now into their own list, in order, so that one that is armed by a
 * callback for "now" waits for the next turn instead of keeping this one going for ever. */
static void collect_due(struct loop *loop)
{
	struct timer *last = NULL;

	assert(!loop->due);
	for (struct timer *at = loop->timers; at && at->at.ns <= loop->now.ns; at = at->next)
		last = at;
	if (!last)
		return;
	loop->due = loop->timers;
	loop->timers = last->next;
	last->next = NULL;
	if (loop->timers)
		loop->timers->previous = NULL;
}

static int64_t how_late(const struct loop *loop, const struct timer *timer)
{
	int64_t ns;

	/* "Long past" may be INT64_MIN. */
	if (__builtin_sub_overflow(clock_now(loop->clock).ns, timer->at.ns, &ns))
		return INT64_MAX;
	return ns;
}

static int run_due(struct loop *loop)
{
	int n = 0;

	collect_due(loop);
	for (struct timer *timer; (timer = loop->due); n++) {
		timer_cancel(timer);
		timer->late_ns = how_late(loop, timer);
		if (timer->period_ns > 0) {
			int64_t late = instant_since(loop->now, timer->at);
			int64_t beats = late / timer->period_ns + 1;

			timer->at = instant_add(timer->at, beats * timer->period_ns);
			link_timer(loop, timer);
		}
		timer->due(timer, loop->now);
	}
	return n;
}

/* --- wake-ups --- */

static void wake_ready(struct watch *watch, uint32_t events)
{
	struct wake *wake = CONTAINER(watch, struct wake, watch);
	uint64_t signals;
	ssize_t n = read(watch->fd, &signals, sizeof signals);

	(void)n;
	(void)events;
	wake->woken(wake);
}

int wake_open(struct loop *loop, struct wake *wake)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	wake->watch = (struct watch){.ready = wake_ready};
	int r = watch_add(loop, &wake->watch, fd, EPOLLIN);
	if (r < 0)
		close(fd);
	return r;
}

void wake_close(struct wake *wake)
{
	if (!wake->watch.loop)
		return;
	watch_remove(&wake->watch);
	close(wake->watch.fd);
}

void wake_signal(const struct wake *wake)
{
	const uint64_t one = 1;
	int error = errno; /* may run in a signal handler */
	ssize_t n = write(wake->watch.fd, &one, sizeof one);

	(void)n; /* fails only when 2^64-2 signals wait: then it is awake */
	errno = error;
}

/* --- signals --- */

static void signal_ready(struct watch *watch, uint32_t events)
{
	struct signals *signals = CONTAINER(watch, struct signals, watch);
	struct signalfd_siginfo info;

	(void)events;
	/* One at a time: the callback may close us, and epoll tells of the others. */
	if (read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info)
		signals->got(signals, (int)info.ssi_signo);
}

int signals_open(struct loop *loop, struct signals *signals, const sigset_t *set)
{
	int fd = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	signals->watch = (struct watch){.ready = signal_ready};
	int r = watch_add(loop, &signals->watch, fd, EPOLLIN);
	if (r < 0)
		close(fd);
	return r;
}

void signals_close(struct signals *signals)
{
	if (!signals->watch.loop)
		return;
	watch_remove(&signals->watch);
	close(signals->watch.fd);
}

/* --- the loop --- */

static void stop_woken(struct wake *wake)
{
	(void)wake; /* its only purpose was to end the wait */
}

int loop_open(const struct clock *clock, struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof *loop);
	int r;

	if (!loop)
		return -ENOMEM;
	loop->clock = clock;
	loop->now = clock_now(clock);
	loop->alarm.ready = alarm_rang;
	loop->stop.woken = stop_woken;
	loop->timer_fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		r = -errno;
		goto fail;
	}
	loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->timer_fd < 0) {
		r = -errno;
		goto fail;
	}
	r = watch_add(loop, &loop->alarm, loop->timer_fd, EPOLLIN);
	if (r < 0)
		goto fail;
	r = wake_open(loop, &loop->stop);
	if (r < 0)
		goto fail;
	*ret_loop = loop;
	return 0;
fail:
	loop_close(loop);
	return r;
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	while (loop->timers)
		timer_cancel(loop->timers); /* so that their owners may cancel them later */
	wake_close(&loop->stop);
	if (loop->timer_fd >= 0)
		close(loop->timer_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop);
}

static bool is_internal(const struct loop *loop, const struct watch *watch)
{
	return watch == &loop->alarm || watch == &loop->stop.watch;
}

static int run_ready(struct loop *loop)
{
	int n = 0;

	for (int i = 0; i < loop->n_events; i++) {
		struct watch *watch = loop->events[i].data.ptr;

		if (!watch)
			continue;
		n += !is_internal(loop, watch);
		watch->ready(watch, loop->events[i].events);
	}
	loop->n_events = 0;
	return n;
}

int loop_turn(struct loop *loop, int timeout_ms)
{
	assert(loop->n_events == 0); /* no turn inside a callback */
	arm(loop);
	if (loop->timers && loop->timers->at.ns <= clock_now(loop->clock).ns)
		timeout_ms = 0;
	int n, error;

	/* What has been stopped is interrupted when it goes on: nobody has looked at the descriptors
	 * yet, and a timer that ran before them could not tell that they have waited. */
	do {
		n = epoll_wait(loop->epoll_fd, loop->events, EVENTS_PER_TURN, timeout_ms);
		error = errno;
	} while (n < 0 && error == EINTR);
	loop->now = clock_now(loop->clock);
	if (n < 0)
		return -error;
	loop->n_events = n;
	n = run_ready(loop);
	n += run_due(loop);
	atomic_fetch_add_explicit(&loop->turns, 1, memory_order_relaxed);
	return n;
}

int loop_run(struct loop *loop)
{
	int r = 0;

	/* A stop that came before the run counts; the next run starts afresh. */
	while (r >= 0 && !atomic_load_explicit(&loop->is_stopped, memory_order_acquire))
		r = loop_turn(loop, -1);
	atomic_store_explicit(&loop->is_stopped, false, memory_order_relaxed);
	return r < 0 ? r : 0;
}

void loop_stop(struct loop *loop)
{
	atomic_store_explicit(&loop->is_stopped, true, memory_order_release);
	wake_signal(&loop->stop);
}

unsigned loop_probe(struct loop *loop)
{
	wake_signal(&loop->stop);
	return atomic_load_explicit(&loop->turns, memory_order_relaxed);
}

struct instant loop_now(const struct loop *loop)
{
	return loop->now;
}
