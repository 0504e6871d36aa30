/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pulses of one line, counted at their beginning.
 *
 *     counter   count, with each pulse or, where the channel has a rate, at the end of each window;
 *               interval from pulse to pulse; rate = n / (window - n * dead_time), which is the true
 *               rate of a tube that notices nothing for dead_time after each pulse
 *               (non-paralysable: n / (1 - n tau) a second); frequency = n / (from the newest pulse of
 *               an earlier window to the newest of this one), exact for what comes regularly.
 *     wheel     `marks` pulses a turn: turns; rate = 1 / (marks * time) and speed = pi * diameter *
 *               rate from pulse to pulse, at the middle of the two. After `timeout` without a pulse
 *               it stands: one row of 0, at that instant.
 *     button    press counts them, held = for how long; state 1 and 0.
 *
 * A window that misses edges has no rate and no frequency. Its count is what was counted. */
#include <math.h>

#include "kits/protocols/edges.h"

/* Beyond it the correction for the dead time is worth nothing: half of the pulses are guessed. */
static const double dead_most = 0.3;

static void lose_pulse(struct edges *edges, unsigned line)
{
	(void)line;
	edges->pulses.has_last = edges->pulses.has_reference = false;
	edges->pulses.is_damaged = true;
}

/* --- counter --- */

enum { COUNTER_COUNT, COUNTER_INTERVAL, COUNTER_RATE, COUNTER_FREQUENCY };

static const struct edges_output counter_outputs[] = {
	[COUNTER_COUNT] = {"count", "1", 0, EDGES_EITHER},
	[COUNTER_INTERVAL] = {"interval", "s", 0, EDGES_EACH},
	[COUNTER_RATE] = {"rate", "Hz", 0, EDGES_WINDOW},
	[COUNTER_FREQUENCY] = {"frequency", "Hz", 0, EDGES_WINDOW},
	{0},
};

static void put_rates(struct kit *kit, struct edges *edges)
{
	struct edges_pulses *pulses = &edges->pulses;
	double window = (double)edges->plan->window_ns / NS_PER_S;
	double n = (double)pulses->n_window, dead = n * edges->settings[EDGES_DEAD];

	if (dead > dead_most * window)
		kit_error(kit, "too-fast-for-the-tube");
	else
		edges_put(kit, edges, COUNTER_RATE, true, n / (window - dead));
	if (pulses->n_window > 0 && pulses->has_reference)
		edges_put(kit, edges, COUNTER_FREQUENCY, true,
			n / edges_s(pulses->last, pulses->reference));
}

static void close_window(struct kit *kit, struct edges *edges)
{
	struct edges_pulses *pulses = &edges->pulses;

	if (!pulses->is_damaged)
		put_rates(kit, edges);
	edges_put(kit, edges, COUNTER_COUNT, true, (double)pulses->n);
	kit_emit(kit, pulses->window_end);
	if (pulses->has_last) {
		pulses->has_reference = true;
		pulses->reference = pulses->last;
	}
	pulses->is_damaged = false;
	pulses->n_window = 0;
	pulses->window_end = instant_add(pulses->window_end, edges->plan->window_ns);
}

static void close_windows(struct kit *kit, struct edges *edges, struct instant until)
{
	struct edges_pulses *pulses = &edges->pulses;

	if (edges->plan->window_ns == 0)
		return;
	if (pulses->window_end.ns == 0)
		pulses->window_end = instant_add(edges->begun, edges->plan->window_ns);
	while (instant_since(until, pulses->window_end) >= 0)
		close_window(kit, edges);
}

static void counter_change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *change)
{
	struct edges_pulses *pulses = &edges->pulses;

	(void)line;
	if (!change->is_active)
		return;
	close_windows(kit, edges, change->at);
	pulses->n++;
	pulses->n_window++;
	edges_put(kit, edges, COUNTER_COUNT, false, (double)pulses->n);
	if (pulses->has_last)
		edges_put(kit, edges, COUNTER_INTERVAL, false, edges_s(change->at, pulses->last));
	kit_emit(kit, change->at);
	pulses->has_last = true;
	pulses->last = change->at;
}

static void counter_tick(struct kit *kit, struct edges *edges, struct instant now)
{
	close_windows(kit, edges, instant_add(now, -EDGES_SLACK_MS * (int64_t)NS_PER_MS));
}

const struct edges_mode edges_counter = {
	.name = "counter",
	.n_lines = 1,
	.outputs = counter_outputs,
	.change = counter_change,
	.lost = lose_pulse,
	.tick = counter_tick,
};

/* --- wheel --- */

enum { WHEEL_SPEED, WHEEL_TURNS, WHEEL_RATE, WHEEL_DISTANCE };

static const struct edges_output wheel_outputs[] = {
	[WHEEL_SPEED] = {"speed", "m/s", 1u << EDGES_MARKS | 1u << EDGES_DIAMETER, EDGES_EACH},
	[WHEEL_TURNS] = {"turns", "1", 1u << EDGES_MARKS, EDGES_EACH},
	[WHEEL_RATE] = {"rate", "Hz", 1u << EDGES_MARKS, EDGES_EACH},
	[WHEEL_DISTANCE] = {"distance", "m", 1u << EDGES_MARKS | 1u << EDGES_DIAMETER, EDGES_EACH},
	{0},
};

static void put_wheel(struct kit *kit, const struct edges *edges, double rate)
{
	edges_put(kit, edges, WHEEL_RATE, false, rate);
	edges_put(kit, edges, WHEEL_SPEED, false, M_PI * edges->settings[EDGES_DIAMETER] * rate);
}

static void stop_wheel(struct kit *kit, struct edges *edges, struct instant until)
{
	struct edges_pulses *pulses = &edges->pulses;
	int64_t timeout_ns = edges->plan->timeout_ns;

	if (!pulses->has_last || timeout_ns == 0 || instant_since(until, pulses->last) < timeout_ns)
		return;
	put_wheel(kit, edges, 0);
	kit_emit(kit, instant_add(pulses->last, timeout_ns));
	pulses->has_last = false;
}

static void wheel_change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *change)
{
	struct edges_pulses *pulses = &edges->pulses;
	double marks = edges->settings[EDGES_MARKS], turns;

	(void)line;
	if (!change->is_active)
		return;
	stop_wheel(kit, edges, change->at);
	if (pulses->has_last) {
		put_wheel(kit, edges, 1 / (marks * edges_s(change->at, pulses->last)));
		kit_emit(kit, edges_middle(change->at, pulses->last));
	}
	turns = (double)pulses->n++ / marks; /* the first mark is where it begins */
	edges_put(kit, edges, WHEEL_TURNS, false, turns);
	edges_put(
		kit, edges, WHEEL_DISTANCE, false, M_PI * edges->settings[EDGES_DIAMETER] * turns);
	kit_emit(kit, change->at);
	pulses->has_last = true;
	pulses->last = change->at;
}

static void wheel_tick(struct kit *kit, struct edges *edges, struct instant now)
{
	stop_wheel(kit, edges, instant_add(now, -EDGES_SLACK_MS * (int64_t)NS_PER_MS));
}

const struct edges_mode edges_wheel = {
	.name = "wheel",
	.n_lines = 1,
	.outputs = wheel_outputs,
	.change = wheel_change,
	.lost = lose_pulse,
	.tick = wheel_tick,
};

/* --- button --- */

enum { BUTTON_PRESS, BUTTON_HELD, BUTTON_STATE };

static const struct edges_output button_outputs[] = {
	[BUTTON_PRESS] = {"press", "1", 0, EDGES_EACH},
	[BUTTON_HELD] = {"held", "s", 0, EDGES_EACH},
	[BUTTON_STATE] = {"state", "1", 0, EDGES_EACH},
	{0},
};

static void button_change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *change)
{
	struct edges_pulses *pulses = &edges->pulses;

	(void)line;
	edges_put(kit, edges, BUTTON_STATE, false, change->is_active);
	if (change->is_active)
		edges_put(kit, edges, BUTTON_PRESS, false, (double)++pulses->n);
	else if (pulses->has_last)
		edges_put(kit, edges, BUTTON_HELD, false, edges_s(change->at, pulses->last));
	kit_emit(kit, change->at);
	pulses->has_last = change->is_active;
	pulses->last = change->at;
}

const struct edges_mode edges_button = {
	.name = "button",
	.n_lines = 1,
	.outputs = button_outputs,
	.change = button_change,
	.lost = lose_pulse,
};
