/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A cup of hot water that cools by Newton's law towards a room whose own temperature wanders, and
 * two probes. The one in the water was at room temperature when it was put in, so the first seconds
 * show the probe and not the water. When the water is nearly cold somebody pours a new cup.
 */
#include <math.h>

#include "model.h"
#include "noise.h"

#define CUP_SECONDS 900.0   /* time constant of an open 250 ml mug */
#define PROBE_SECONDS 5.0   /* of a steel-sheathed thermistor in still water */
#define ROOM_MEAN 23.0      /* Cel */
#define ROOM_SIGMA 0.4      /* how far it wanders … */
#define ROOM_SECONDS 1200.0 /* … and how slowly */
#define PROBE_SIGMA 0.015   /* noise of one reading, Cel */
#define COLD 3.0            /* above the room: time for a new cup */
#define STEP_SECONDS 1.0    /* longest step of the integration */

struct cup {
	struct noise noise;
	double water, room, probe;
};

static void pour(struct cup *cup)
{
	cup->water = noise_uniform(&cup->noise, 84.0, 94.0);
}

static void init(void *state, uint64_t seed)
{
	struct cup *cup = state;

	noise_init(&cup->noise, seed);
	cup->room = ROOM_MEAN + noise_normal(&cup->noise, ROOM_SIGMA);
	cup->probe = cup->room;
	pour(cup);
}

static void step(struct cup *cup, double seconds)
{
	double forgets = exp(-seconds / ROOM_SECONDS);

	cup->room = ROOM_MEAN + (cup->room - ROOM_MEAN) * forgets +
		noise_normal(&cup->noise, ROOM_SIGMA * sqrt(1.0 - forgets * forgets));
	cup->water = cup->room + (cup->water - cup->room) * exp(-seconds / CUP_SECONDS);
	cup->probe = cup->water + (cup->probe - cup->water) * exp(-seconds / PROBE_SECONDS);
	if (cup->water < cup->room + COLD)
		pour(cup);
}

static void advance(void *state, uint32_t us)
{
	double left = us * 1e-6;

	for (; left > STEP_SECONDS; left -= STEP_SECONDS)
		step(state, STEP_SECONDS);
	step(state, left);
}

static int32_t hundredths(double temperature)
{
	return (int32_t)lround(temperature * 100.0);
}

static void measure(void *state, int32_t *raws)
{
	struct cup *cup = state;

	raws[0] = hundredths(cup->probe + noise_normal(&cup->noise, PROBE_SIGMA));
	raws[1] = hundredths(cup->room + noise_normal(&cup->noise, PROBE_SIGMA));
}

/* clang-format off */
static const struct link_channel channels[] = {
	{.width = 2, .mantissa = 1, .exp10 = -2, .min = -2000, .max = 12000, .step = 1,
	 .name = LINK_TEXT("water"), .quantity = LINK_TEXT("temperature"), .unit = LINK_TEXT("Cel")},
	{.width = 2, .mantissa = 1, .exp10 = -2, .min = -2000, .max = 12000, .step = 1,
	 .name = LINK_TEXT("room"), .quantity = LINK_TEXT("temperature"), .unit = LINK_TEXT("Cel")},
};
/* clang-format on */

const struct model model_cup = {
	.name = "cup",
	.summary = "a cup of hot water cools in a room",
	.source = {.name = "temperature",
		.channels = channels,
		.n_channels = 2,
		.pace = PACE_TIMED,
		.period_us = 100000,
		.period_min_us = 10000,
		.period_max_us = 600000000},
	.state_size = sizeof(struct cup),
	.init = init,
	.advance = advance,
	.measure = measure,
};
