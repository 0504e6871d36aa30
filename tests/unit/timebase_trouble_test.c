/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The device-clock map when things go wrong, the truth known: late and lost messages, resonators,
 * wraps, restarts, leaps, silences of hours. Run with KITLOG_TIMEBASE_PRINT=1 to see the figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/clock_world.h"
#include "support/cmocka_all.h"

struct figures {
	double p95_us, max_us, spacing_ppm, first_piece_s, coverage;
	unsigned segments;
	bool rises;
};

static const struct world plain = {
	.seconds = 600,
	.settle_s = 10,
	.wander_us = 47.7,
	.wander_s = 600,
	.outliers = 0.02,
	.start_ticks = 5e6,
};

static struct world world_of(enum world_path path)
{
	struct world world = plain;

	world.path = path;
	return world;
}

/* The worst of `seeds` runs. */
static struct figures worst(struct world world, unsigned seeds, const char *what)
{
	struct figures all = {.rises = true, .coverage = 1};

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct world_errors errors = {0};
		struct world_outcome one;

		world.seed = world.seed * 31 + seed;
		one = world_run(&world, &errors, NULL, NULL);
		all.p95_us = fmax(all.p95_us, errors_part(&errors, 0.95));
		all.max_us = fmax(all.max_us, errors_part(&errors, 1));
		all.spacing_ppm = fmax(all.spacing_ppm, one.spacing_ppm);
		all.first_piece_s = fmax(all.first_piece_s, one.first_piece_s);
		all.coverage = fmin(all.coverage, (double)one.covered / (double)one.n);
		all.segments = one.segments > all.segments ? one.segments : all.segments;
		all.rises &= one.rises;
		errors_free(&errors);
	}
	if (getenv("KITLOG_TIMEBASE_PRINT"))
		printf("  %-34s p95 %6.1f  max %7.1f us  within it %5.1f %%  spacing %6.2f ppm  "
		       "first %.2f s  segments %u\n",
			what, all.p95_us, all.max_us, 100 * all.coverage, all.spacing_ppm,
			all.first_piece_s, all.segments);
	return all;
}

static void the_first_stamps_come_soon_and_are_within_a_millisecond(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures uart, cdc;

	(void)unused;
	world.settle_s = 1;
	world.seconds = 20;
	world.rate_ppm = 200;
	uart = worst(world, 20, "UART, seconds 1 to 20");
	world.path = WORLD_CDC;
	cdc = worst(world, 20, "CDC, seconds 1 to 20");
	assert_true(uart.first_piece_s < 0.3 && cdc.first_piece_s < 0.3);
	assert_true(uart.rises && cdc.rises);
	assert_true(uart.max_us <= 350 && cdc.max_us <= 1000);
}

static void a_remembered_rate_makes_a_good_start(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures with, without;

	(void)unused;
	world.rate_ppm = 200;
	world.settle_s = 0.5;
	world.seconds = 12;
	without = worst(world, 10, "rate not known");
	world.known_ppb = -200000; /* the device is fast, so its microseconds are short */
	with = worst(world, 10, "rate known");
	assert_true(with.max_us < without.max_us);
}

static void late_and_lost_messages_do_not_bend_the_line(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures o;

	(void)unused;
	world.outliers = 0.2;
	world.drops = 0.3;
	o = worst(world, 10, "UART, 20 % late, 30 % lost");
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.p95_us <= 70 && o.max_us <= 130 && o.spacing_ppm <= 20);
}

static void spacing_of_stamps_is_true(void **unused)
{
	struct figures uart = worst(world_of(WORLD_UART), 10, "UART"),
		       cdc = worst(world_of(WORLD_CDC), 10, "CDC");

	(void)unused;
	assert_true(uart.spacing_ppm <= 10);
	assert_true(cdc.spacing_ppm <= 60);
}

static double worst_between(struct world world, double from_s, double to_s)
{
	char what[80];

	snprintf(
		what, sizeof(what), "%.0f ppm, seconds %.0f to %.0f", world.rate_ppm, from_s, to_s);
	world.settle_s = from_s;
	world.seconds = to_s;
	return worst(world, 20, what).max_us;
}

static void a_resonator_is_learnt_in_seconds(void **unused)
{
	struct world world = world_of(WORLD_UART);

	(void)unused;
	world.wander_s = 0;
	world.rate_ppm = 2000;
	assert_true(worst_between(world, 1, 2) <= 1500);
	assert_true(worst_between(world, 4, 5) <= 450);
	assert_true(worst_between(world, 8, 10) <= 150);
	/* So is one at the edge of what is a clock. */
	world.rate_ppm = -4900;
	assert_true(worst_between(world, 1, 2) <= 4000);
	assert_true(worst_between(world, 8, 10) <= 150);
}

static void a_counter_that_wraps_is_the_same_clock(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures o;

	(void)unused;
	world.start_ticks = 4294967296.0 - 100e6; /* wraps after 100 s */
	o = worst(world, 5, "UART, wraps after 100 s");
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.p95_us <= 50 && o.max_us <= 90);
}

/* Three days: the counter wraps sixty times, unheard, and at 4900 ppm loses or gains 21 minutes. */
static void a_silence_of_days_does_not_lose_the_count(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures o;

	(void)unused;
	world.wander_s = 0;
	world.silent_from_s = 300;
	world.silent_s = 3 * 86400;
	world.seconds = 3 * 86400 + 900;
	world.rate_ppm = 40;
	o = worst(world, 3, "UART, silent for 3 days");
	assert_true(o.rises);
	world.rate_ppm = -4900;
	o = worst(world, 3, "the same, 4900 ppm off");
	assert_true(o.rises);
	world.silent_from_s = 5;
	o = worst(world, 3, "the same, heard for 5 s before");
	assert_true(o.rises);
}

static void a_restart_is_a_new_segment_that_keeps_the_rate(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures o;

	(void)unused;
	world.restart_at_s = 300;
	world.rate_ppm = 200;
	world.wander_s = 0;
	o = worst(world, 5, "UART, restarts at 300 s");
	assert_int_equal(o.segments, 2);
	assert_true(o.max_us <= 350);
}

/* Forward it must be seen at once, and stamps still rise; backward they cannot rise of
 * themselves. */
static void a_leap_of_the_clock_opens_a_segment(void **unused)
{
	struct world world = world_of(WORLD_CDC);
	struct figures o;

	(void)unused;
	world.wander_s = 0;
	world.jump_at_s = 300;
	world.jump_ms = -25;
	o = worst(world, 3, "CDC, leaps by -25 ms");
	assert_int_equal(o.segments, 2);
	assert_true(o.p95_us <= 200);
	world.jump_ms = 5000;
	o = worst(world, 3, "CDC, leaps by 5 s");
	assert_int_equal(o.segments, 2);
	assert_true(o.p95_us <= 200);
}

static void a_leap_of_who_is_never_asked_opens_one_too(void **unused)
{
	struct world world = world_of(WORLD_CDC_ALONE);
	struct figures o;

	(void)unused;
	world.wander_s = 0;
	world.jump_at_s = 300;
	world.jump_ms = 5000;
	o = worst(world, 3, "alone, leaps by 5 s");
	assert_int_equal(o.segments, 2);
	assert_true(o.p95_us <= 200);
	world.jump_ms = -5000;
	o = worst(world, 3, "alone, leaps by -5 s");
	assert_int_equal(o.segments, 2);
	assert_true(o.p95_us <= 200);
}

static void less_than_20_ms_is_steered_and_never_steps(void **unused)
{
	struct world world = world_of(WORLD_UART);
	struct figures o;

	(void)unused;
	world.wander_s = 0;
	world.jump_at_s = 300;
	world.jump_ms = 10;
	o = worst(world, 3, "UART, leaps by 10 ms");
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.spacing_ppm <= 10000.0 / 10 + 150); /* the leap itself, and the steering */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_stamps_come_soon_and_are_within_a_millisecond),
		cmocka_unit_test(a_remembered_rate_makes_a_good_start),
		cmocka_unit_test(late_and_lost_messages_do_not_bend_the_line),
		cmocka_unit_test(spacing_of_stamps_is_true),
		cmocka_unit_test(a_resonator_is_learnt_in_seconds),
		cmocka_unit_test(a_counter_that_wraps_is_the_same_clock),
		cmocka_unit_test(a_silence_of_days_does_not_lose_the_count),
		cmocka_unit_test(a_restart_is_a_new_segment_that_keeps_the_rate),
		cmocka_unit_test(a_leap_of_the_clock_opens_a_segment),
		cmocka_unit_test(a_leap_of_who_is_never_asked_opens_one_too),
		cmocka_unit_test(less_than_20_ms_is_steered_and_never_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
