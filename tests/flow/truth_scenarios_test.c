/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* What a clock, a path and a class do to a map, one scenario a line, in the spirit of chrony's
 * test/simulation: the truth is known (support/truth.h), each line says how wrong stamps may be, how
 * many of them must be within what is stated, how many samples may be missing and in how many segments
 * the rows are. In every one of them stamps rise, no sample is there twice and none is invented.
 * KITLOG_TRUTH_PRINT=1 prints what was met. */
#include <stdio.h>
#include <stdlib.h>

#include "support/truth_figures.h"
#include "support/cmocka_all.h"

static const double usual_outliers = 0.015;

enum {
	SEEDS = 8,
	LONG_S = 1000,
	LONG_SEEDS = 3,
	SETTLED_S = 10,
	MINUTE = 60,
	HOUR = 3600,
	USUAL_US = 20000,
	UNDER_WAY_MS = 500
};

static const uint32_t near_wrap = 0xffffffffu - 20000000u; /* wraps after 20 s */

/* The bounds are on what comes later than ten seconds after each new beginning. */
struct scenario {
	const char *name;
	double seconds;
	int64_t p95_us, max_us;
	double coverage; /* least share */
	unsigned segments;
	unsigned missing; /* samples at most, of the worst seed */
	struct truth_plan plan;
};

/* clang-format off */
#define AT(ppm) .clock = {.skew_ppm = (ppm), .wander_ppm = 0.5, .wander_s = 600}
#define WARMED(ppm, at, s, tau) .clock = {.skew_ppm = (ppm), .step = {{at, s, tau}}}
#define EVENTS(...) .event = {__VA_ARGS__}

static const struct scenario scenarios[] = {
	/* clocks */
	{"UART, true to the ppm", 120, 50, 100, 0.95, 1, 0, {.port = TRUTH_UART, AT(0)}},
	{"UART, 200 ppm fast", 120, 50, 100, 0.95, 1, 0, {.port = TRUTH_UART, AT(200)}},
	{"UART, 200 ppm slow", 120, 50, 100, 0.95, 1, 0, {.port = TRUTH_UART, AT(-200)}},
	{"UART, a resonator 3000 ppm fast", 120, 50, 100, 0.95, 1, 0, {.port = TRUTH_UART, AT(3000)}},
	{"UART, a resonator 4900 ppm slow", 120, 50, 100, 0.95, 1, 0, {.port = TRUTH_UART, AT(-4900)}},
	{"UART, wanders by 5 ppm", 900, 100, 150, 0.95, 1, 0,
		{.port = TRUTH_UART, .clock = {.skew_ppm = 40, .wander_ppm = 5, .wander_s = 600}}},
	{"UART, a hand warms a crystal: 5 ppm", 180, 120, 200, 0.95, 1, 0,
		{.port = TRUTH_UART, WARMED(40, 60, 5, 10)}},
	{"UART, a hand warms a resonator: 100 ppm", 180, 700, 1300, 0.95, 1, 0,
		{.port = TRUTH_UART, WARMED(1500, 60, 100, 10)}},
	{"UART, this clock is slewed by 500 ppm", 240, 15000, 18000, 0.95, 1, 0,
		{.port = TRUTH_UART, .clock = {.skew_ppm = 20,
			.step = {{60, 500, 0}, {120, -500, 0}}}}},
	{"UART, wraps", 60, 50, 100, 0.95, 1, 0,
		{.port = TRUTH_UART, .clock = {.skew_ppm = 50, .start_us = near_wrap}}},

	/* paths and beats */
	{"CDC, in step with the frames for ever", 300, 200, 400, 0.95, 1, 0,
		{.port = TRUTH_CDC, .clock = {.skew_ppm = 0}, .is_in_step = true}},
	{"CDC, a beat of 100 s", 300, 200, 400, 0.95, 1, 0,
		{.port = TRUTH_CDC, .clock = {.skew_ppm = 10}, .is_in_step = true}},
	{"CDC, a beat of 25 s", 120, 200, 400, 0.95, 1, 0,
		{.port = TRUTH_CDC, .clock = {.skew_ppm = -40}, .is_in_step = true}},
	{"CDC, 1 kHz", 60, 200, 400, 0.95, 1, 0, {.port = TRUTH_CDC, AT(70), .period_us = 1000}},
	{"FTDI 1 ms, in step", 120, 200, 400, 0.95, 1, 0,
		{.port = TRUTH_FTDI_1, .clock = {.skew_ppm = 0}, .is_in_step = true}},
	{"FTDI 1 ms, 1 kHz", 60, 200, 400, 0.95, 1, 0, {.port = TRUTH_FTDI_1, AT(-90), .period_us = 1000}},
	{"FTDI 16 ms, samples each 16 ms", 120, 300, 1000, 0.95, 1, 0,
		{.port = TRUTH_FTDI_16, AT(5), .period_us = 16000, .is_in_step = true}},
	{"pty", 120, 50, 100, 0.95, 1, 0, {.port = TRUTH_PTY, AT(120)}},
	{"UART, 1 kHz", 60, 50, 100, 0.95, 1, 0, {.port = TRUTH_UART, AT(70), .period_us = 1000}},
	{"UART, the line is nearly full", 60, 50, 100, 0.95, 1, 0,
		.plan = {.port = TRUTH_UART, AT(70), .period_us = 420}},
	{"UART, a sample each 10 s", 600, 50, 100, 0.95, 1, 0,
		{.port = TRUTH_UART, AT(70), .period_us = 10000000}},

	/* what goes wrong on the way */
	{"UART, 5 % come ms late", 120, 50, 100, 0.95, 1, 0,
		{.port = TRUTH_UART, AT(30), .outliers = 0.05}},
	{"CDC, 20 % come ms late", 120, 200, 400, 0.95, 1, 0, {.port = TRUTH_CDC, AT(30), .outliers = 0.2}},
	{"UART, a byte in 1000 is lost", 120, 50, 100, 0.95, 1, 137,
		{.port = TRUTH_UART, AT(30), .dropped = 0.001}},
	{"UART, a byte in 1000 is damaged", 120, 50, 100, 0.95, 1, 146,
		{.port = TRUTH_UART, AT(30), .flipped = 0.001}},
	{"UART, a byte in 100 is lost or damaged", 120, 50, 100, 0.95, 1, 1219,
		{.port = TRUTH_UART, AT(30), .flipped = 0.005, .dropped = 0.005}},
	{"UART, cut for 5 s", 120, 50, 100, 0.95, 1, 250,
		{.port = TRUTH_UART, AT(30), EVENTS({TRUTH_CUT, 30, 5})}},
	{"CDC, cut for 10 minutes", 900, 200, 10000, 0.95, 1, 29995,
		{.port = TRUTH_CDC, AT(-150), EVENTS({TRUTH_CUT, 30, 600})}},
	{"UART, cut for 40 minutes, over a wrap", HOUR, 50, 20000, 0.95, 1, 120020,
		{.port = TRUTH_UART, .clock = {.skew_ppm = 90, .start_us = near_wrap},
			EVENTS({TRUTH_CUT, 10, 40 * MINUTE})}},
	{"UART, cut for 5 hours", 6 * HOUR, 50, 20000, 0.95, 1, 899900,
		.plan = {.port = TRUTH_UART, AT(-120), EVENTS({TRUTH_CUT, 60, 5 * HOUR})}},

	/* this board is busy */
	{"UART, stalls of 50 ms", 120, 50, 100, 0.95, 1, 0,
		{.port = TRUTH_UART, AT(30), EVENTS({TRUTH_STALL, 1, 0.05}, {TRUTH_STALL, 11, 0.05},
			{TRUTH_STALL, 20, 0.05}, {TRUTH_STALL, 21, 0.05}, {TRUTH_STALL, 30, 0.05})}},
	{"CDC, a stall of 0.5 s", 120, 200, 400, 0.95, 1, 0,
		{.port = TRUTH_CDC, AT(30), EVENTS({TRUTH_STALL, 40, 0.5})}},
	{"UART, a stall of 5 s", 120, 50, 100, 0.95, 1, 0,
		{.port = TRUTH_UART, AT(30), EVENTS({TRUTH_STALL, 40, 5})}},
	{"CDC, stalls while it is learnt", 120, 200, 400, 0.95, 1, 0,
		{.port = TRUTH_CDC, AT(30), EVENTS({TRUTH_STALL, 0.3, 0.5}, {TRUTH_STALL, 1.5, 2})}},

	/* the other board is */
	{"UART, its loop takes 5 ms", 120, 50, 100, 0.95, 1, 0,
		{.port = TRUTH_UART, AT(30), .loop_ns = 5 * NS_PER_MS}},
	{"CDC, its loop takes 5 ms", 120, 300, 500, 0.95, 1, 0,
		{.port = TRUTH_CDC, AT(30), .loop_ns = 5 * NS_PER_MS}},
	{"UART, its loop takes 30 ms", 120, 50, 100, 0.95, 1, 0,
		.plan = {.port = TRUTH_UART, AT(30), .loop_ns = 30 * NS_PER_MS}},

	/* what pupils do */
	{"UART, its button is pressed", 120, 50, 100, 0.95, 2, 0,
		{.port = TRUTH_UART, AT(30), EVENTS({TRUTH_RESET, 40, 0})}},
	{"CDC, its button is pressed thrice", 180, 200, 400, 0.95, 4, 0,
		{.port = TRUTH_CDC, AT(30), EVENTS({TRUTH_RESET, 40, 0}, {TRUTH_RESET, 80, 0}, {TRUTH_RESET, 120, 0})}},
	{"UART, pressed again and again", 120, 50, 100, 0.95, 5, 15,
		{.port = TRUTH_UART, AT(30), EVENTS({TRUTH_RESET, 40, 0}, {TRUTH_RESET, 40.3, 0},
			{TRUTH_RESET, 41, 0}, {TRUTH_RESET, 43, 0})}},
	{"CDC, unplugged for 3 s", 120, 200, 400, 0.95, 2, 0,
		{.port = TRUTH_CDC, AT(130), EVENTS({TRUTH_UNPLUG, 40, 3})}},
	{"UART, unplugged at its wrap", 120, 50, 100, 0.95, 2, 0,
		{.port = TRUTH_UART, .clock = {.skew_ppm = -30, .start_us = near_wrap},
			EVENTS({TRUTH_UNPLUG, 19.99, 0.1})}},
	{"all of it", 300, 300, 700, 0.95, 3, 1428,
		{.port = TRUTH_CDC, .clock = {.skew_ppm = 170, .start_us = near_wrap, .wander_ppm = 3,
			.wander_s = 300},
			.outliers = 0.05, .flipped = 0.0005, .dropped = 0.0005,
			.loop_ns = 2 * NS_PER_MS,
			EVENTS({TRUTH_STALL, 15, 1}, {TRUTH_CUT, 30, 20}, {TRUTH_RESET, 80, 0},
				{TRUTH_STALL, 100, 2}, {TRUTH_UNPLUG, 150, 10}, {TRUTH_STALL, 200, 5})}},
};
/* clang-format on */

/* What was met, of all seeds. */
struct met {
	struct truth_figures figures;
	size_t missing, untold;
	uint64_t segments; /* most */
};

/* Samples up to the newest that came. Behind it are those that the board still holds in a frame, or
 * that are on the wire, when the run ends: nobody lost them. That is less than half a second. */
static size_t arrived(const struct truth *truth)
{
	size_t n = truth->n_samples;

	while (n > 0 && truth->samples[n - 1].read_ns == 0 &&
		truth->clock.frozen_ns - truth->samples[n - 1].true_ns <
			UNDER_WAY_MS * (int64_t)NS_PER_MS)
		n--;
	return n;
}

static void count(struct met *met, const struct truth *truth)
{
	size_t missing = 0, n = arrived(truth);

	for (size_t i = 0; i < truth->n_samples; i++) {
		assert_true(truth->samples[i].rows <= 1);
		missing += i < n && truth->samples[i].rows == 0;
	}
	if (missing > met->missing)
		met->missing = missing;
	if (missing > truth->gap_rows && missing - truth->gap_rows > met->untold)
		met->untold = missing - truth->gap_rows;
	if (truth->n_segments > met->segments)
		met->segments = truth->n_segments;
	assert_int_equal(truth->n_falling, 0);
	assert_int_equal(truth->n_strange, 0);
}

static void play(const struct scenario *scenario, struct met *ret_met)
{
	uint64_t seeds = scenario->seconds > LONG_S ? LONG_SEEDS : SEEDS;

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct truth truth = {0};
		struct truth_plan plan = scenario->plan;

		if (plan.period_us == 0)
			plan.period_us = USUAL_US;
		if (plan.outliers == 0)
			plan.outliers = usual_outliers;
		truth_open(&truth, &plan, seed);
		truth_run(&truth, scenario->seconds);
		truth_stop(&truth);
		count(ret_met, &truth);
		truth_figures_add(&ret_met->figures, &truth, SETTLED_S, scenario->seconds);
		truth_close(&truth);
	}
}

/* A board that starts anew does not say what it held: a sample each time. All else is told. */
static size_t starts_anew(const struct truth_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < TRUTH_EVENTS; i++)
		n += plan->event[i].kind == TRUTH_RESET || plan->event[i].kind == TRUTH_UNPLUG;
	return n;
}

static bool is_within(const struct scenario *scenario, struct met *met)
{
	struct truth_figures *figures = &met->figures;
	int64_t p95_ns = truth_quantile(&figures->stamp, 0.95);
	int64_t max_ns = truth_quantile(&figures->stamp, 1);
	bool is_good = p95_ns <= scenario->p95_us * NS_PER_US &&
		max_ns <= scenario->max_us * NS_PER_US &&
		truth_coverage(figures) >= scenario->coverage &&
		met->segments == scenario->segments && met->missing <= scenario->missing &&
		met->untold <= starts_anew(&scenario->plan);

	if (!is_good || truth_prints())
		printf("| %-42s | %8.1f | %8.1f | %5.1f %% | %8.1f | %2u | %3zu | %3zu |%s\n",
			scenario->name, (double)p95_ns / 1000, (double)max_ns / 1000,
			100 * truth_coverage(figures),
			(double)truth_quantile(&figures->uncertainty, 0.5) / 1000,
			(unsigned)met->segments, met->missing, met->untold,
			is_good ? "" : " TOO BAD");
	return is_good;
}

static void every_scenario_stays_within_its_bounds(void **unused)
{
	unsigned bad = 0;

	(void)unused;
	if (truth_prints())
		printf("| scenario | p95 us | max us | covered | stated us | segments | missing | "
		       "untold |\n|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
		struct met met = {0};

		play(&scenarios[i], &met);
		bad += !is_within(&scenarios[i], &met);
		truth_figures_free(&met.figures);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scenario_stays_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
