/* SPDX-License-Identifier: GPL-3.0-or-later */
/* splitmix64 for the bits (every seed is a good one), Box and Muller for the bell. */
#include <math.h>

#include "noise.h"

void noise_init(struct noise *noise, uint64_t seed)
{
	noise->state = seed;
}

uint64_t noise_bits(struct noise *noise)
{
	uint64_t z = noise->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

double noise_uniform(struct noise *noise, double low, double high)
{
	return low + (high - low) * ((double)(noise_bits(noise) >> 11) * 0x1p-53);
}

double noise_normal(struct noise *noise, double sigma)
{
	double radius = sqrt(-2.0 * log(noise_uniform(noise, 0x1p-53, 1.0)));

	return sigma * radius * cos(noise_uniform(noise, 0.0, 2.0 * M_PI));
}
