/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seeded random numbers for the models: the same seed gives the same world again. */
#pragma once

#include <stdint.h>

struct noise {
	uint64_t state;
};

void noise_init(struct noise *noise, uint64_t seed);
uint64_t noise_bits(struct noise *noise);
double noise_uniform(struct noise *noise, double low, double high); /* low <= x < high */
double noise_normal(struct noise *noise, double sigma);             /* mean 0 */
