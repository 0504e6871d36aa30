/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board's clock of which everything is known: how far its counter is at any true instant, and at
 * which true instant it reached a count. "True" is this board's own time (base/clock.h).
 *
 * The rate is skew + wander * sin(2 pi t / wander_s + phase) + steps; a step is a hand that warms the
 * resonator (it comes with its time constant) or, with none, a daemon that begins to slew this
 * board's clock. What the clock has gained is that in closed form: no sum that could drift. A gain of
 * a week at 200 ppm is 1.2e11 ns, which a double holds to 0.02 us; the nanoseconds that are counted
 * stay integers. Pure. */
#pragma once

#include <stdint.h>

enum { TRUTH_STEPS = 2 };

struct truth_clock {
	int64_t power_ns;                          /* true instant of its power-on */
	uint32_t start_us;                         /* what its counter showed then */
	double skew_ppm;                           /* > 0: it is fast */
	double wander_ppm, wander_s, wander_phase; /* wander_s 0: none */
	struct {
		double at_s, ppm, tau_s; /* since power-on; ppm 0: none */
	} step[TRUTH_STEPS];
};

/* Nanoseconds that it has counted since power-on. */
int64_t truth_clock_counted(const struct truth_clock *clock, int64_t true_ns);

/* Its microseconds, not wrapped: start_us and what it has counted. The wire carries the low 32 bits. */
int64_t truth_clock_tick(const struct truth_clock *clock, int64_t true_ns);

/* When it reached this tick. */
int64_t truth_clock_when(const struct truth_clock *clock, int64_t tick);
