/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop: on real descriptors, with a clock that the test moves where time matters. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/loop.h"
#include "support/cmocka_all.h"

static struct clock clock_of_test;
static struct loop *loop;
static char story[256]; /* one letter per callback, in the order they ran */

static void tell(char letter)
{
	size_t n = strlen(story);

	assert_true(n + 1 < sizeof story);
	story[n] = letter;
	story[n + 1] = '\0';
}

static int open_fake(void **state)
{
	(void)state;
	story[0] = '\0';
	clock_of_test = (struct clock){.is_fake = true, .frozen_ns = 1000};
	return loop_open(&clock_of_test, &loop);
}

static int open_real(void **state)
{
	(void)state;
	story[0] = '\0';
	clock_of_test = (struct clock){.base_ns = 5 * (int64_t)NS_PER_S};
	return loop_open(&clock_of_test, &loop);
}

static int close_it(void **state)
{
	(void)state;
	loop_close(loop);
	loop = NULL;
	return 0;
}

/* --- descriptors --- */

/* A pipe of which the reading end is watched; says its letter, then does something to others. */
struct tap {
	struct watch watch;
	int ends[2];
	char letter;
	uint32_t seen;
	struct watch *victim; /* removed in the callback */
	bool is_freed;        /* frees itself in the callback */
};

static void drop_tap(struct tap *tap)
{
	watch_remove(&tap->watch);
	close(tap->ends[0]);
	close(tap->ends[1]);
}

static void tap_ready(struct watch *watch, uint32_t events)
{
	struct tap *tap = CONTAINER(watch, struct tap, watch);
	char byte;

	tell(tap->letter);
	tap->seen = events;
	if (events & EPOLLIN)
		assert_int_equal(read(watch->fd, &byte, 1), 1);
	if (tap->victim)
		watch_remove(tap->victim);
	if (tap->is_freed) {
		drop_tap(tap);
		free(tap);
	}
}

static void open_tap(struct tap *tap, char letter)
{
	*tap = (struct tap){.watch.ready = tap_ready, .letter = letter};
	assert_int_equal(pipe(tap->ends), 0);
	assert_int_equal(watch_add(loop, &tap->watch, tap->ends[0], EPOLLIN), 0);
	assert_ptr_equal(tap->watch.loop, loop);
}

static void pour(struct tap *tap)
{
	assert_int_equal(write(tap->ends[1], "x", 1), 1);
}

static void a_ready_descriptor_calls_its_watch(void **state)
{
	struct tap a, b;

	(void)state;
	open_tap(&a, 'a');
	open_tap(&b, 'b');
	assert_int_equal(loop_turn(loop, 0), 0);
	pour(&b);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_string_equal(story, "b");
	pour(&a);
	pour(&b);
	assert_int_equal(loop_turn(loop, 0), 2);
	assert_int_equal(loop_turn(loop, 0), 0);
	close(a.ends[1]);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_true(a.seen & EPOLLHUP);
	a.ends[1] = -1;
	drop_tap(&a);
	drop_tap(&b);
}

static void events_can_be_changed_and_a_removed_watch_is_silent(void **state)
{
	struct tap a;

	(void)state;
	open_tap(&a, 'a');
	pour(&a);
	assert_int_equal(watch_change(&a.watch, 0), 0);
	assert_int_equal(loop_turn(loop, 0), 0);
	assert_int_equal(watch_change(&a.watch, EPOLLIN), 0);
	assert_int_equal(loop_turn(loop, 0), 1);
	pour(&a);
	watch_remove(&a.watch);
	assert_null(a.watch.loop);
	assert_int_equal(loop_turn(loop, 0), 0);
	watch_remove(&a.watch); /* no-op */
	assert_int_equal(watch_change(&a.watch, EPOLLIN), -EBADF);
	assert_int_equal(watch_add(loop, &a.watch, a.ends[0], EPOLLIN), 0);
	assert_int_equal(loop_turn(loop, 0), 1);
	drop_tap(&a);
}

static void what_cannot_be_watched_is_refused(void **state)
{
	struct watch watch = {.ready = tap_ready};
	FILE *file = tmpfile();

	(void)state;
	assert_int_equal(watch_add(loop, &watch, -1, EPOLLIN), -EBADF);
	assert_int_equal(watch_add(loop, &watch, fileno(file), EPOLLIN), -EPERM);
	assert_null(watch.loop);
	fclose(file);
}

static void a_callback_may_remove_another_that_is_due_in_the_same_turn(void **state)
{
	struct tap a, b;

	(void)state;
	open_tap(&a, 'a');
	open_tap(&b, 'b');
	a.victim = &b.watch;
	b.victim = &a.watch;
	pour(&a);
	pour(&b);
	assert_int_equal(loop_turn(loop, 0), 1); /* whoever was first silenced the other */
	assert_int_equal(strlen(story), 1);
	assert_int_equal(loop_turn(loop, 0), 0);
	drop_tap(&a);
	drop_tap(&b);
}

static void a_callback_may_free_its_own_watch(void **state)
{
	struct tap *a = malloc(sizeof *a);

	(void)state;
	open_tap(a, 'a');
	a->is_freed = true;
	pour(a);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_int_equal(loop_turn(loop, 0), 0);
}

/* --- timers --- */

struct alarm {
	struct timer timer;
	char letter;
	struct instant rang;
	struct timer *victim; /* cancelled in the callback */
	struct timer *next;   /* armed for now in the callback */
	bool is_freed;
};

static void ring_alarm(struct timer *timer, struct instant now)
{
	struct alarm *alarm = CONTAINER(timer, struct alarm, timer);

	tell(alarm->letter);
	alarm->rang = now;
	assert_int_equal(now.ns, loop_now(loop).ns);
	if (alarm->victim)
		timer_cancel(alarm->victim);
	if (alarm->next)
		timer_at(loop, alarm->next, now);
	if (alarm->is_freed) {
		timer_cancel(timer);
		free(alarm);
	}
}

#define ALARM(name) struct alarm name = {.timer.due = ring_alarm, .letter = #name[0]}

static int turn_at(int64_t ns)
{
	story[0] = '\0';
	clock_of_test.frozen_ns = ns;
	return loop_turn(loop, 0);
}

static void timers_ring_in_the_order_of_their_time_and_then_of_arming(void **state)
{
	ALARM(a);
	ALARM(b);
	ALARM(c);
	ALARM(d);

	(void)state;
	timer_at(loop, &c.timer, (struct instant){3000});
	timer_at(loop, &a.timer, (struct instant){2000});
	timer_at(loop, &d.timer, (struct instant){3000});
	timer_at(loop, &b.timer, (struct instant){2500});
	assert_int_equal(turn_at(1999), 0);
	assert_int_equal(turn_at(2000), 1);
	assert_string_equal(story, "a");
	assert_null(a.timer.loop);
	assert_int_equal(turn_at(9000), 3);
	assert_string_equal(story, "bcd");
	assert_int_equal(c.rang.ns, 9000);
	assert_int_equal(turn_at(10000), 0);
}

static void arming_again_moves_a_timer(void **state)
{
	ALARM(a);

	(void)state;
	timer_at(loop, &a.timer, (struct instant){2000});
	timer_at(loop, &a.timer, (struct instant){3000});
	assert_int_equal(turn_at(2500), 0);
	assert_int_equal(turn_at(3000), 1);
	timer_at(loop, &a.timer, (struct instant){INT64_MIN}); /* long past: at once */
	assert_int_equal(turn_at(3000), 1);
	assert_int_equal(a.timer.late_ns, INT64_MAX);
}

static void a_period_does_not_drift_and_skips_missed_beats(void **state)
{
	ALARM(a);

	(void)state;
	timer_every(loop, &a.timer, 100); /* from 1000 on */
	assert_int_equal(turn_at(1099), 0);
	assert_int_equal(turn_at(1130), 1); /* 30 late: no drift */
	assert_int_equal(a.timer.late_ns, 30);
	assert_int_equal(a.timer.at.ns, 1200);
	assert_int_equal(turn_at(1200), 1);
	assert_int_equal(a.timer.late_ns, 0);
	assert_int_equal(turn_at(1555), 1); /* 1300, 1400 and 1500 at once */
	assert_int_equal(a.timer.late_ns, 255);
	assert_int_equal(a.timer.at.ns, 1600);
	assert_int_equal(turn_at(1599), 0);
	assert_int_equal(turn_at(1600), 1);
	timer_cancel(&a.timer);
	assert_null(a.timer.loop);
	assert_int_equal(turn_at(9999), 0);
	timer_cancel(&a.timer);
	timer_every(loop, &a.timer, 100);
	timer_at(loop, &a.timer, (struct instant){20000}); /* now it rings once */
	assert_int_equal(turn_at(20000), 1);
	assert_int_equal(turn_at(30000), 0);
}

static void a_callback_may_cancel_another_that_is_due_in_the_same_turn(void **state)
{
	ALARM(a);
	ALARM(b);
	ALARM(c);

	(void)state;
	a.victim = &b.timer;
	c.victim = &c.timer;
	timer_at(loop, &a.timer, (struct instant){2000});
	timer_at(loop, &b.timer, (struct instant){2001});
	timer_every(loop, &c.timer, 2000);
	assert_int_equal(turn_at(4000), 2);
	assert_string_equal(story, "ac");
	assert_int_equal(turn_at(99999), 0); /* c has ended its own period */
}

static void a_callback_may_free_its_own_timer(void **state)
{
	struct alarm *alarm = calloc(1, sizeof *alarm);

	(void)state;
	alarm->timer.due = ring_alarm;
	alarm->letter = 'f';
	alarm->is_freed = true;
	timer_every(loop, &alarm->timer, 10);
	assert_int_equal(turn_at(2000), 1);
	assert_int_equal(turn_at(3000), 0);
}

static void a_timer_armed_for_now_by_a_callback_waits_for_the_next_turn(void **state)
{
	ALARM(a);

	(void)state;
	a.next = &a.timer; /* would keep one turn going for ever */
	timer_at(loop, &a.timer, (struct instant){2000});
	assert_int_equal(turn_at(2000), 1);
	assert_int_equal(turn_at(2000), 1);
	timer_cancel(&a.timer);
}

static void a_real_timer_ends_the_wait_and_is_never_early(void **state)
{
	ALARM(a);
	struct instant before = clock_now(&clock_of_test);

	(void)state;
	timer_at(loop, &a.timer, instant_add(before, 2 * NS_PER_MS));
	while (!a.rang.ns)
		assert_true(loop_turn(loop, 10000) >= 0);
	assert_true(instant_since(a.rang, before) >= 2 * NS_PER_MS);
	assert_true(instant_since(a.rang, before) < 5 * (int64_t)NS_PER_S);
	a.rang.ns = 0;
	timer_every(loop, &a.timer, NS_PER_MS);
	for (int beats = 0; beats < 5; beats++, a.rang.ns = 0)
		while (!a.rang.ns)
			assert_true(loop_turn(loop, 10000) >= 0);
	timer_cancel(&a.timer);
}

static void timers_may_outlive_their_loop(void **state)
{
	ALARM(a);
	struct loop *other;

	(void)state;
	assert_int_equal(loop_open(&clock_of_test, &other), 0);
	timer_every(other, &a.timer, 100);
	loop_close(other);
	assert_null(a.timer.loop);
	timer_cancel(&a.timer);
	loop_close(NULL);
}

/* --- wake-ups, signals, stop --- */

struct caller {
	struct wake wake;
	int woken;
	bool is_stopping;
};

static void got_up(struct wake *wake)
{
	struct caller *caller = CONTAINER(wake, struct caller, wake);

	caller->woken++;
	if (caller->is_stopping)
		loop_stop(loop);
}

static void *call(void *wake)
{
	wake_signal(wake);
	return NULL;
}

static void wakes_coalesce_and_come_from_other_threads(void **state)
{
	struct caller caller = {.wake.woken = got_up};
	pthread_t thread;

	(void)state;
	assert_int_equal(wake_open(loop, &caller.wake), 0);
	errno = ENOENT;
	wake_signal(&caller.wake);
	wake_signal(&caller.wake);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_int_equal(loop_turn(loop, 0), 0);
	assert_int_equal(caller.woken, 1);
	caller.is_stopping = true;
	pthread_create(&thread, NULL, call, &caller.wake);
	assert_int_equal(loop_run(loop), 0);
	pthread_join(thread, NULL);
	assert_int_equal(caller.woken, 2);
	wake_close(&caller.wake);
	wake_close(&caller.wake); /* no-op */
}

static void a_stop_before_the_run_counts_once(void **state)
{
	struct caller caller = {.wake.woken = got_up, .is_stopping = true};

	(void)state;
	assert_int_equal(wake_open(loop, &caller.wake), 0);
	wake_signal(&caller.wake);
	loop_stop(loop);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(caller.woken, 0); /* not even a turn */
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(caller.woken, 1);
	wake_close(&caller.wake);
}

static void note_signal(struct signals *signals, int number)
{
	tell(number == SIGUSR1 ? '1' : number == SIGUSR2 ? '2' : '?');
	if (number == SIGUSR2)
		signals_close(signals);
}

static void signals_arrive_as_events_and_may_close_themselves(void **state)
{
	struct signals signals = {.got = note_signal};
	sigset_t set, old;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, &set, &old), 0);
	assert_int_equal(signals_open(loop, &signals, &set), 0);
	raise(SIGUSR1);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_string_equal(story, "1");
	raise(SIGUSR1);
	raise(SIGUSR2);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_int_equal(loop_turn(loop, 0), 1);
	assert_string_equal(story, "112");
	assert_null(signals.watch.loop);
	signals_close(&signals);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &old, NULL), 0);
}

#define FAKE(test) cmocka_unit_test_setup_teardown(test, open_fake, close_it)
#define REAL(test) cmocka_unit_test_setup_teardown(test, open_real, close_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REAL(a_ready_descriptor_calls_its_watch),
		REAL(events_can_be_changed_and_a_removed_watch_is_silent),
		REAL(what_cannot_be_watched_is_refused),
		REAL(a_callback_may_remove_another_that_is_due_in_the_same_turn),
		REAL(a_callback_may_free_its_own_watch),
		FAKE(timers_ring_in_the_order_of_their_time_and_then_of_arming),
		FAKE(arming_again_moves_a_timer),
		FAKE(a_period_does_not_drift_and_skips_missed_beats),
		FAKE(a_callback_may_cancel_another_that_is_due_in_the_same_turn),
		FAKE(a_callback_may_free_its_own_timer),
		FAKE(a_timer_armed_for_now_by_a_callback_waits_for_the_next_turn),
		REAL(a_real_timer_ends_the_wait_and_is_never_early),
		FAKE(timers_may_outlive_their_loop),
		REAL(wakes_coalesce_and_come_from_other_threads),
		REAL(a_stop_before_the_run_counts_once),
		REAL(signals_arrive_as_events_and_may_close_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
