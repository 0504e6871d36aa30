/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A signal generator whose every sample can be foretold, for tests: a sine of 1 Hz, and a ramp that
 * counts the samples taken. Whoever receives it can tell whether each sample is there, and right.
 */
#include <math.h>

#include "model.h"

#define AMPLITUDE 30000.0
#define RAMP_LENGTH 30000

struct wave {
	uint32_t phase_us; /* within the second */
	int32_t ramp;
};

static void init(void *state, uint64_t seed)
{
	struct wave *wave = state;

	(void)seed; /* nothing here is left to chance */
	wave->phase_us = 0;
	wave->ramp = 0;
}

static void advance(void *state, uint32_t us)
{
	struct wave *wave = state;

	wave->phase_us = (wave->phase_us + us % 1000000) % 1000000;
}

static void measure(void *state, int32_t *raws)
{
	struct wave *wave = state;

	raws[0] = (int32_t)lround(AMPLITUDE * sin(2.0 * M_PI * wave->phase_us * 1e-6));
	raws[1] = wave->ramp;
	wave->ramp = (wave->ramp + 1) % RAMP_LENGTH;
}

/* clang-format off */
static const struct link_channel channels[] = {
	{.width = 2, .mantissa = 1, .exp10 = -4, .min = -30000, .max = 30000, .step = 1,
	 .name = LINK_TEXT("sine"), .quantity = LINK_TEXT("voltage"), .unit = LINK_TEXT("V")},
	{.width = 2, .mantissa = 1, .exp10 = 0, .min = 0, .max = RAMP_LENGTH - 1, .step = 1,
	 .name = LINK_TEXT("ramp"), .quantity = LINK_TEXT("count"), .unit = LINK_TEXT("1")},
};
/* clang-format on */

const struct model model_wave = {
	.name = "wave",
	.summary = "a sine of 1 Hz and a counter, every sample known beforehand (for tests)",
	.source = {.name = "signal",
		.channels = channels,
		.n_channels = 2,
		.pace = PACE_TIMED,
		.period_us = 1000,
		.period_min_us = 100,
		.period_max_us = 1000000},
	.state_size = sizeof(struct wave),
	.init = init,
	.advance = advance,
	.measure = measure,
};
