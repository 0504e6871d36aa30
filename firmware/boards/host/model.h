/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model is a small piece of the physical world with a sensor in it, instead of real hardware:
 * it is advanced in time and measured, and knows nothing of streams, frames or clocks.
 * Its sensor is as honest as a real one: it lags, it is noisy, and its resolution is finite.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/board.h"

struct model {
	const char *name;     /* for --model; the kit is "virtual-NAME" */
	const char *summary;  /* for --help */
	struct source source; /* description only: its functions and self are set by kit.c */
	size_t state_size;
	void (*init)(void *state, uint64_t seed);
	void (*advance)(void *state, uint32_t us);
	void (*measure)(void *state, int32_t *raws); /* one raw value per channel */
};

extern const struct model model_cup, model_pendulum, model_co2, model_wave;
