/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chance on the bench of known truth: numbers from 0 to below 1, and waiting times. */
#pragma once

#include <math.h>

#include "support/draw.h"

static inline double truth_uniform(struct draw *from)
{
	return (double)(draw(from) >> 11) * 0x1p-53;
}

static inline double truth_exponential(struct draw *from, double mean)
{
	return -mean * log1p(-truth_uniform(from));
}
