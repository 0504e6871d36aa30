/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The air of a classroom: lessons of 40 minutes with the windows shut, breaks of 10 with them open.
 * People come and go one by one; each breathes out carbon dioxide, fresh air carries it away. The
 * infrared sensor follows with the lag of its housing, and scatters by some ppm.
 */
#include <math.h>

#include "model.h"
#include "noise.h"

#define ROOM_LITRES 180000.0
#define BREATH 0.005      /* litres of CO2 per second and sitting person */
#define OUTSIDE 425.0     /* ppm */
#define SHUT (0.6 / 3600) /* exchanges of the room's air per second */
#define OPEN (6.0 / 3600)
#define LESSON_SECONDS 2400.0
#define BREAK_SECONDS 600.0
#define CLASS 34.0       /* people in a lesson … */
#define STAYERS 3.0      /* … and in a break */
#define DOOR_SECONDS 4.0 /* one person through the door */
#define SENSOR_SECONDS 20.0
#define SENSOR_SIGMA 6.0 /* ppm */
#define SENSOR_MIN 400
#define SENSOR_MAX 5000
#define STEP_SECONDS 1.0

struct room {
	struct noise noise;
	double ppm, sensor;
	double people;
	double seconds; /* since the lesson began */
	double door;    /* seconds until the next person is through it */
};

static void init(void *state, uint64_t seed)
{
	struct room *room = state;

	noise_init(&room->noise, seed);
	room->ppm = noise_uniform(&room->noise, 450.0, 600.0);
	room->sensor = room->ppm;
	room->people = STAYERS;
	room->seconds = 0.0;
	room->door = DOOR_SECONDS;
}

static void use_door(struct room *room, double seconds, bool is_lesson)
{
	double wanted = is_lesson ? CLASS : STAYERS;

	room->door -= seconds;
	if (room->door > 0)
		return;
	room->door = noise_uniform(&room->noise, 0.5, 1.5) * DOOR_SECONDS;
	if (room->people < wanted)
		room->people += 1.0;
	else if (room->people > wanted)
		room->people -= 1.0;
}

static void step(struct room *room, double seconds)
{
	bool is_lesson = room->seconds < LESSON_SECONDS;
	double exchange = is_lesson ? SHUT : OPEN;
	double balance = OUTSIDE + room->people * BREATH / ROOM_LITRES * 1e6 / exchange;

	use_door(room, seconds, is_lesson);
	room->ppm = balance + (room->ppm - balance) * exp(-seconds * exchange);
	room->sensor = room->ppm + (room->sensor - room->ppm) * exp(-seconds / SENSOR_SECONDS);
	room->seconds += seconds;
	if (room->seconds >= LESSON_SECONDS + BREAK_SECONDS)
		room->seconds = 0.0;
}

static void advance(void *state, uint32_t us)
{
	double left = us * 1e-6;

	for (; left > STEP_SECONDS; left -= STEP_SECONDS)
		step(state, STEP_SECONDS);
	step(state, left);
}

static void measure(void *state, int32_t *raws)
{
	struct room *room = state;
	double shown = room->sensor + noise_normal(&room->noise, SENSOR_SIGMA);

	raws[0] = (int32_t)lround(fmin(fmax(shown, SENSOR_MIN), SENSOR_MAX));
}

/* clang-format off */
static const struct link_channel channels[] = {
	{.width = 2, .mantissa = 1, .exp10 = 0, .min = SENSOR_MIN, .max = SENSOR_MAX, .step = 1,
	 .name = LINK_TEXT("co2"), .quantity = LINK_TEXT("co2"), .unit = LINK_TEXT("[ppm]")},
};
/* clang-format on */

const struct model model_co2 = {
	.name = "co2",
	.summary = "the air of a classroom through lessons and breaks",
	.source = {.name = "air",
		.channels = channels,
		.n_channels = 1,
		.pace = PACE_TIMED,
		.period_us = 1000000,
		.period_min_us = 1000000,
		.period_max_us = 600000000},
	.state_size = sizeof(struct room),
	.init = init,
	.advance = advance,
	.measure = measure,
};
