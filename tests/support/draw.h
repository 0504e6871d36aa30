/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers for tests that sweep: the same ones on every machine and in every run, so that a
 * failure repeats. Not for secrets, not for statistics. */
#pragma once

#include <stdint.h>

struct draw {
	uint64_t state;
};

/* splitmix64. */
static inline uint64_t draw(struct draw *draw)
{
	uint64_t z = draw->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 .. limit-1. */
static inline uint64_t draw_below(struct draw *from, uint64_t limit)
{
	return draw(from) % limit;
}

/* low .. high, both included. */
static inline int64_t draw_between(struct draw *from, int64_t low, int64_t high)
{
	return low + (int64_t)draw_below(from, (uint64_t)(high - low) + 1);
}
