/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gain in closed form, and its inverse by repetition: a rate of some thousand ppm makes each round
 * some hundred times better than the one before. */
#include "support/truth_clock.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

enum { ROUNDS = 16 };

static double gained_ns(const struct truth_clock *clock, int64_t since_ns)
{
	double s = (double)since_ns / NS_PER_S;
	double us = clock->skew_ppm * s; /* ppm times seconds are microseconds */

	if (clock->wander_s > 0) {
		double turn = 2 * M_PI / clock->wander_s;

		us += clock->wander_ppm / turn *
			(cos(clock->wander_phase) - cos(turn * s + clock->wander_phase));
	}
	for (int i = 0; i < TRUTH_STEPS; i++) {
		double since = s - clock->step[i].at_s, tau = clock->step[i].tau_s;

		if (since <= 0)
			continue;
		us += clock->step[i].ppm * (since - (tau > 0 ? tau * -expm1(-since / tau) : 0));
	}
	return us * NS_PER_US;
}

int64_t truth_clock_counted(const struct truth_clock *clock, int64_t true_ns)
{
	int64_t since_ns = true_ns - clock->power_ns;

	return since_ns + llround(gained_ns(clock, since_ns));
}

int64_t truth_clock_tick(const struct truth_clock *clock, int64_t true_ns)
{
	return (int64_t)clock->start_us + truth_clock_counted(clock, true_ns) / NS_PER_US;
}

int64_t truth_clock_when(const struct truth_clock *clock, int64_t tick)
{
	int64_t counted_ns = (tick - (int64_t)clock->start_us) * NS_PER_US;
	int64_t since_ns = counted_ns;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t better_ns = counted_ns - llround(gained_ns(clock, since_ns));

		if (better_ns == since_ns)
			break;
		since_ns = better_ns;
	}
	return clock->power_ns + since_ns;
}
