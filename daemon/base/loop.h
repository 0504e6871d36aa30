/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event loop over epoll: descriptors, timers, signals, wake-ups. One loop per thread (main,
 * sense, keep, ship); everything here belongs to the thread that runs the loop, except loop_stop,
 * loop_probe and wake_* which any thread may call.
 *
 * Watches live in caller-owned structs and are linked into the loop, so watching, arming and
 * dispatching allocate nothing: the sense thread may use all of it. Removing a watch inside any
 * callback is safe, also that of another watch that is due in the same turn. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <signal.h>
#include <sys/epoll.h>

#include "base/clock.h"

struct loop;

int loop_open(const struct clock *clock, struct loop **ret_loop); /* borrows the clock */
void loop_close(struct loop *loop);

/* Runs until loop_stop. Returns 0, or -errno when epoll itself fails. */
int loop_run(struct loop *loop);

/* One turn: waits at most timeout_ms (-1: for ever), dispatches what is due. For tests and for a
 * library that wants to be asked about time (libmicrohttpd). Returns how many callbacks ran, or
 * -errno when epoll itself fails. */
int loop_turn(struct loop *loop, int timeout_ms);

/* Makes loop_run return after the current turn. From any thread and from a signal handler. */
void loop_stop(struct loop *loop);

/* How many turns it has made, wrapping around; and has it make one more soon, though nothing is due. Probed
 * again a while later, one that counts the same is stuck in a callback. From any thread. */
unsigned loop_probe(struct loop *loop);

struct instant loop_now(const struct loop *loop); /* taken once per turn, right after epoll_wait */

/* --- descriptors --- */
struct watch {
	/* events: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR */
	void (*ready)(struct watch *watch, uint32_t events);
	int fd;
	struct loop *loop; /* NULL when not watched; set by watch_add */
};
int watch_add(struct loop *loop, struct watch *watch, int fd, uint32_t events);
int watch_change(struct watch *watch, uint32_t events);
void watch_remove(struct watch *watch); /* does not close the fd; no-op when not watched */

/* --- timers: one timerfd per loop under the surface, an ordered list above it --- */
struct timer {
	void (*due)(struct timer *timer, struct instant now);
	struct instant at;
	int64_t period_ns; /* 0: once; else re-armed without drift, missed beats skipped */
	int64_t late_ns;   /* while `due` runs: how long after `at` it was entered */
	struct loop *loop; /* NULL when not armed */
	struct timer *next, *previous;
};
void timer_at(struct loop *loop, struct timer *timer, struct instant at); /* once */
/* The first beat comes after one period. */
void timer_every(struct loop *loop, struct timer *timer, int64_t period_ns);
void timer_cancel(struct timer *timer);

/* --- an eventfd: somebody else's thread says "look at your ring" --- */
struct wake {
	void (*woken)(struct wake *wake);
	struct watch watch; /* private */
};
int wake_open(struct loop *loop, struct wake *wake);
void wake_close(struct wake *wake);
void wake_signal(const struct wake *wake); /* any thread; coalesces; async-signal-safe */

/* --- signals by signalfd; the caller has blocked them in all threads --- */
struct signals {
	void (*got)(struct signals *signals, int signal);
	struct watch watch; /* private */
};
int signals_open(struct loop *loop, struct signals *signals, const sigset_t *set);
void signals_close(struct signals *signals);
