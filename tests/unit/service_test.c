/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: parts that the test moves, a clock that it sets, and what systemd would hear. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "service.h"
#include "support/cmocka_all.h"

static char told[256];

static int tell(const char *state)
{
	strncat(told, state, sizeof told - strlen(told) - 2);
	strcat(told, " ");
	return 0;
}

static void assert_told(const char *expected)
{
	assert_string_equal(told, expected);
	told[0] = 0;
}

static unsigned probe(void *turns)
{
	return *(unsigned *)turns;
}

struct world {
	struct clock clock;
	struct loop *loop;
	struct service service;
	unsigned sense, keep;
};

static int open_world(void **state)
{
	static struct world world;
	const struct watched parts[] = {
		{"sense", probe, &world.sense, 1},
		{"keep", probe, &world.keep, 12},
	};

	world = (struct world){.clock = {.is_fake = true, .frozen_ns = 1},
		.service = {.tell = tell, .period_ns = 30 * (int64_t)NS_PER_S}};
	told[0] = 0;
	*state = &world;
	assert_int_equal(loop_open(&world.clock, &world.loop), 0);
	service_start(&world.service, world.loop, parts, 2);
	assert_told("READY=1 ");
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;

	service_stop(&world->service);
	loop_close(world->loop);
	return 0;
}

static void after(struct world *world, int seconds)
{
	world->clock.frozen_ns += seconds * (int64_t)NS_PER_S;
	loop_turn(world->loop, 0);
}

static void systemd_hears_that_we_live_three_times_a_period(void **state)
{
	struct world *world = *state;

	after(world, 9);
	assert_told("");
	for (int i = 0; i < 3; i++) {
		world->sense++;
		world->keep++;
		after(world, i == 0 ? 1 : 10);
		assert_told("WATCHDOG=1 ");
	}
}

static void a_thread_that_hangs_ends_that_word_and_one_that_moves_again_renews_it(void **state)
{
	struct world *world = *state;

	world->keep++;
	after(world, 10); /* sense may still be at it */
	assert_told("WATCHDOG=1 ");
	world->keep++;
	after(world, 10);
	assert_told("");
	world->sense++;
	world->keep++;
	after(world, 10);
	assert_told("WATCHDOG=1 ");
}

static void a_card_that_stalls_for_two_minutes_costs_no_restart(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 12; i++) {
		world->sense++;
		after(world, 10);
		assert_told("WATCHDOG=1 ");
	}
	world->sense++;
	after(world, 10);
	assert_told("");
}

static void the_end_is_told_once(void **state)
{
	struct world *world = *state;

	service_stop(&world->service);
	service_stop(&world->service);
	assert_told("STOPPING=1 ");
	after(world, 60);
	assert_told("");
}

/* --- a service manager's socket --- */

static void assert_heard(int manager, const char *expected)
{
	char heard[64] = "";

	recv(manager, heard, sizeof heard - 1, MSG_DONTWAIT);
	assert_string_equal(heard, expected);
}

static void a_service_manager_that_does_not_listen_holds_nobody_up(void **state)
{
	static const char *const PERIODS[] = {"30000000", NULL};
	struct clock clock = {.is_fake = true, .frozen_ns = 1};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t n = sizeof(sa_family_t); /* the kernel finds an abstract name */

	(void)state;
	for (size_t i = 0; i < sizeof PERIODS / sizeof *PERIODS; i++) {
		int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		struct service service = {0};
		struct loop *loop;
		char path[64];

		assert_int_equal(bind(manager, (struct sockaddr *)&name, n), 0);
		n = sizeof name;
		assert_int_equal(getsockname(manager, (struct sockaddr *)&name, &n), 0);
		snprintf(path, sizeof path, "@%.*s",
			(int)(n - offsetof(struct sockaddr_un, sun_path)) - 1, name.sun_path + 1);
		setenv("NOTIFY_SOCKET", path, 1);
		if (PERIODS[i])
			setenv("WATCHDOG_USEC", PERIODS[i], 1);
		else
			unsetenv("WATCHDOG_USEC");
		while (sendto(other, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&name, n) == 1)
			;
		assert_int_equal(errno, EAGAIN);

		alarm(20); /* who waits for room waits for ever */
		assert_int_equal(loop_open(&clock, &loop), 0);
		service_start(&service, loop, NULL, 0);
		assert_int_equal(service.period_ns, PERIODS[i] ? 30 * (int64_t)NS_PER_S : 0);
		service_look(&service);
		for (char byte; recv(manager, &byte, 1, MSG_DONTWAIT) == 1 && byte == 'x';)
			;
		clock.frozen_ns += 10 * (int64_t)NS_PER_S;
		loop_turn(loop, 0);
		assert_heard(manager, "READY=1");
		assert_heard(manager, "WATCHDOG=1");
		assert_heard(manager, "");
		service_stop(&service);
		assert_heard(manager, "STOPPING=1");
		alarm(0);

		loop_close(loop);
		close(other);
		close(manager);
		name = (struct sockaddr_un){.sun_family = AF_UNIX};
		n = sizeof(sa_family_t);
	}
	unsetenv("NOTIFY_SOCKET");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			systemd_hears_that_we_live_three_times_a_period, open_world, close_world),
		cmocka_unit_test_setup_teardown(
			a_thread_that_hangs_ends_that_word_and_one_that_moves_again_renews_it,
			open_world, close_world),
		cmocka_unit_test_setup_teardown(a_card_that_stalls_for_two_minutes_costs_no_restart,
			open_world, close_world),
		cmocka_unit_test_setup_teardown(the_end_is_told_once, open_world, close_world),
		cmocka_unit_test(a_service_manager_that_does_not_listen_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
