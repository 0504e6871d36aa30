/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise for tests of fits: the same on every machine and in every run. */
#pragma once

#include <math.h>

#include "support/draw.h"

/* Between 0 and 1, neither included. */
static inline double draw_unit(struct draw *draws)
{
	return ((double)(draw(draws) >> 11) + 0.5) / 9007199254740992.0;
}

/* Normal, of mean 0 and standard deviation 1 (Box and Muller). */
static inline double draw_normal(struct draw *draws)
{
	double radius = sqrt(-2 * log(draw_unit(draws)));

	return radius * cos(6.283185307179586 * draw_unit(draws));
}

/* A waiting time of mean 1. */
static inline double draw_wait(struct draw *draws)
{
	return -log(draw_unit(draws));
}

/* A count of this mean: events of waiting times of mean 1 until then. */
static inline int draw_count(struct draw *draws, double mean)
{
	int n = 0;

	for (double at = draw_wait(draws); at < mean; at += draw_wait(draws))
		n++;
	return n;
}
