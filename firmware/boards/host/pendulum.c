/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bob on a light rod, swinging far enough that the sine matters: the period grows with the
 * amplitude. Air and bearing take energy; when it hardly moves any more somebody pushes it again.
 * A magnetic encoder of 4096 steps reads the angle, not mounted quite straight, and an accelerometer
 * in the bob feels along the rod what the rod pulls: g cos(angle) + length * speed².
 */
#include <math.h>

#include "model.h"
#include "noise.h"

#define LENGTH 0.5        /* m */
#define GRAVITY 9.80665   /* m/s² */
#define BEARING 0.012     /* 1/s: friction proportional to speed */
#define AIR 0.006         /* friction proportional to speed squared */
#define STEP_SECONDS 1e-3 /* 1/1400 of the period: Runge and Kutta's error is far below a count */
#define TIRED 0.05        /* rad: amplitude at which it is pushed again */

#define COUNTS_PER_RAD (4096.0 / (2.0 * M_PI))
#define COUNTS_PER_G 256.0
#define ANGLE_SIGMA 0.4 /* counts */
#define PULL_SIGMA 1.1  /* counts */
#define CROOKED 0.008   /* rad: how straight encoders are mounted */

struct pendulum {
	struct noise noise;
	double angle, speed; /* rad, rad/s */
	double crooked;      /* rad */
};

static void push(struct pendulum *pendulum)
{
	double amplitude = noise_uniform(&pendulum->noise, 0.5, 0.9);

	pendulum->speed = 2.0 * sqrt(GRAVITY / LENGTH) * sin(amplitude / 2.0);
}

static void init(void *state, uint64_t seed)
{
	struct pendulum *pendulum = state;

	noise_init(&pendulum->noise, seed);
	pendulum->angle = 0.0;
	pendulum->crooked = noise_normal(&pendulum->noise, CROOKED);
	push(pendulum);
}

static double acceleration(double angle, double speed)
{
	return -GRAVITY / LENGTH * sin(angle) - BEARING * speed - AIR * fabs(speed) * speed;
}

static double amplitude(const struct pendulum *pendulum)
{
	double energy = pendulum->speed * pendulum->speed * LENGTH / (2.0 * GRAVITY) + 1.0 -
		cos(pendulum->angle);

	return acos(fmax(1.0 - energy, -1.0));
}

static void step(struct pendulum *pendulum, double dt)
{
	double a = pendulum->angle, v = pendulum->speed;
	double a1 = v, v1 = acceleration(a, v);
	double a2 = v + v1 * dt / 2, v2 = acceleration(a + a1 * dt / 2, v + v1 * dt / 2);
	double a3 = v + v2 * dt / 2, v3 = acceleration(a + a2 * dt / 2, v + v2 * dt / 2);
	double a4 = v + v3 * dt, v4 = acceleration(a + a3 * dt, v + v3 * dt);

	pendulum->angle += dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4);
	pendulum->speed += dt / 6 * (v1 + 2 * v2 + 2 * v3 + v4);
}

static void advance(void *state, uint32_t us)
{
	struct pendulum *pendulum = state;
	double left = us * 1e-6;

	for (; left > STEP_SECONDS; left -= STEP_SECONDS)
		step(pendulum, STEP_SECONDS);
	step(pendulum, left);
	if (amplitude(pendulum) < TIRED)
		push(pendulum);
}

static void measure(void *state, int32_t *raws)
{
	struct pendulum *pendulum = state;
	double pull = GRAVITY * cos(pendulum->angle) + LENGTH * pendulum->speed * pendulum->speed;

	raws[0] = (int32_t)lround((pendulum->angle + pendulum->crooked) * COUNTS_PER_RAD +
		noise_normal(&pendulum->noise, ANGLE_SIGMA));
	raws[1] = (int32_t)lround(
		pull / GRAVITY * COUNTS_PER_G + noise_normal(&pendulum->noise, PULL_SIGMA));
}

/* clang-format off */
static const struct link_channel channels[] = {
	/* 360/4096 degrees */
	{.width = 2, .mantissa = 87890625, .exp10 = -9, .min = -2048, .max = 2047, .step = 1,
	 .name = LINK_TEXT("angle"), .quantity = LINK_TEXT("angle"), .unit = LINK_TEXT("deg")},
	/* 9.80665/256 m/s², rounded to 10⁻⁹ */
	{.width = 2, .mantissa = 38307227, .exp10 = -9, .min = -4096, .max = 4095, .step = 1,
	 .name = LINK_TEXT("acceleration"), .quantity = LINK_TEXT("acceleration"), .unit = LINK_TEXT("m/s2")},
};
/* clang-format on */

const struct model model_pendulum = {
	.name = "pendulum",
	.summary = "a pendulum swings, with an encoder and an accelerometer",
	.source = {.name = "motion",
		.channels = channels,
		.n_channels = 2,
		.pace = PACE_TIMED,
		.period_us = 10000,
		.period_min_us = 1000,
		.period_max_us = 1000000},
	.state_size = sizeof(struct pendulum),
	.init = init,
	.advance = advance,
	.measure = measure,
};
