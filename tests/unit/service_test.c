/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: parts that the test moves, a clock that it sets, and what systemd would hear. */
#include <stdio.h>
#include <string.h>

#include "service.h"
#include "support/cmocka_all.h"

static char told[256];

static void tell(const char *state)
{
	strncat(told, state, sizeof told - strlen(told) - 2);
	strcat(told, " ");
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
