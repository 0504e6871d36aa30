/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* How far stamps are from the truth, and whether the map knows it: everything is counted, the
 * constant part of the path too. The same samples are shown as they arrive, and smoothed by recursive
 * least squares (30 s half-time, as Lab Streaming Layer does). KITLOG_TIMEBASE_PRINT=1 prints the
 * table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/clock_world.h"
#include "support/cmocka_all.h"

static const double rates_ppm[] = {-200, -40, 0, 40, 200};

enum { SEEDS = 4 };

struct figures {
	double p50_us, p95_us, max_us, coverage, width_us;
};

static const struct world plain = {
	.seconds = 600,
	.settle_s = 10,
	.wander_us = 47.7, /* 0.5 ppm in ten minutes */
	.wander_s = 600,
	.outliers = 0.015,
	.start_ticks = 5e6,
};

static void print_row(const char *what, struct world_errors *errors)
{
	double bias = errors_bias(errors);

	printf("    %-28s bias %7.0f  p50 %7.1f  p95 %8.1f  max %9.1f us\n", what, bias,
		errors_part(errors, 0.5), errors_part(errors, 0.95), errors_part(errors, 1));
}

/* Many runs of a world, each with its own rate, floors and chance. */
static struct figures many(struct world world, const char *what)
{
	struct world_errors map = {0}, arrival = {0}, recursive = {0};
	struct figures figures;
	double covered = 0, width_us = 0, n = 0, most_us = 0;

	for (size_t r = 0; r < sizeof(rates_ppm) / sizeof(rates_ppm[0]); r++)
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct world_outcome one;

			world.rate_ppm = rates_ppm[r];
			world.seed = seed * 77 + r;
			one = world_run(&world, &map, &arrival, &recursive);
			assert_true(one.rises);
			assert_int_equal(one.segments, 1);
			covered += (double)one.covered;
			width_us += one.width_us;
			most_us = fmax(most_us, one.width_us / (double)one.n);
			n += (double)one.n;
		}
	figures = (struct figures){.coverage = covered / n, .width_us = width_us / n};
	if (getenv("KITLOG_TIMEBASE_PRINT")) {
		printf("  %s: %.2f %% within the stated +-%.1f us (of a run at most %.1f)\n", what,
			100 * figures.coverage, figures.width_us, most_us);
		print_row("raw arrival", &arrival);
		print_row("recursive least squares 30 s", &recursive);
		print_row("kitlog's map", &map);
	}
	figures.p50_us = errors_part(&map, 0.5);
	figures.p95_us = errors_part(&map, 0.95);
	figures.max_us = errors_part(&map, 1);
	assert_true(figures.p95_us < errors_part(&arrival, 0.95));
	assert_true(figures.p95_us < errors_part(&recursive, 0.95));
	errors_free(&map);
	errors_free(&arrival);
	errors_free(&recursive);
	return figures;
}

static struct figures plainly(enum world_path path)
{
	struct world world = plain;

	world.path = path;
	return many(world, world_name(path));
}

static void assert_stated(const struct figures *figures)
{
	assert_true(figures->coverage >= 0.95);
	assert_true(figures->width_us <= 4 * figures->p95_us);
}

static void uart_stamps_are_within_50_us(void **unused)
{
	struct figures figures = plainly(WORLD_UART);

	(void)unused;
	assert_true(figures.p95_us <= 50);
	assert_stated(&figures);
}

static void cdc_stamps_are_within_200_us(void **unused)
{
	struct figures figures = plainly(WORLD_CDC);

	(void)unused;
	assert_true(figures.p95_us <= 200);
	assert_stated(&figures);
}

static void ftdi_stamps_are_within_a_millisecond(void **unused)
{
	struct figures figures = plainly(WORLD_FTDI_1);

	(void)unused;
	assert_true(figures.p95_us <= 1000);
	assert_stated(&figures);
}

static void an_ftdi_that_holds_back_16_ms_is_within_a_millisecond_too(void **unused)
{
	struct figures figures = plainly(WORLD_FTDI_16);

	(void)unused;
	assert_true(figures.p95_us <= 1000);
	assert_stated(&figures);
}

static void who_cannot_be_asked_is_within_what_is_presumed(void **unused)
{
	struct figures uart = plainly(WORLD_UART_ALONE), cdc = plainly(WORLD_CDC_ALONE);

	(void)unused;
	assert_true(uart.p95_us <= 100);
	assert_true(cdc.p95_us <= 200);
	assert_stated(&uart);
	assert_stated(&cdc);
}

/* A ceramic resonator: 30 ppm in ten minutes this way and that; and one that a hand warms. */
static void a_resonator_is_followed_and_doubted(void **unused)
{
	struct world world = plain;
	struct figures wandering, warmed;

	(void)unused;
	world.path = WORLD_UART;
	world.wander_us = 3000;
	wandering = many(world, "UART, 30 ppm in 600 s");
	world.wander_us = 47.7;
	world.warm_ppm = 20;
	world.warm_s = 60;
	warmed = many(world, "UART, warmed by 20 ppm");
	assert_true(wandering.p95_us <= 300 && warmed.p95_us <= 100);
	assert_stated(&wandering);
	assert_stated(&warmed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uart_stamps_are_within_50_us),
		cmocka_unit_test(cdc_stamps_are_within_200_us),
		cmocka_unit_test(ftdi_stamps_are_within_a_millisecond),
		cmocka_unit_test(an_ftdi_that_holds_back_16_ms_is_within_a_millisecond_too),
		cmocka_unit_test(who_cannot_be_asked_is_within_what_is_presumed),
		cmocka_unit_test(a_resonator_is_followed_and_doubted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
