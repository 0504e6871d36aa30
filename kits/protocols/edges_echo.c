/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ultrasonic rangers of the kind of HC-SR04: a pulse of at least 10 us on the trigger, then eight
 * cycles of 40 kHz go out, and the line echo is high from then until they are back.
 *
 *     echo = the width of that pulse; distance = echo / 2 * c, c = 331.3 m/s * sqrt(1 + T / 273.15)
 *     (dry air as an ideal gas; 343.21 m/s at 20 Cel). Stamped with the middle of the pulse, when the
 *     sound was at the target.
 *
 * Without a target the pulse lasts 38 ms, with some clones 200 ms, and some stay high until their
 * supply is cut. What is longer than `longest` is therefore no distance, and a line that stays high is
 * not asked again. Echoes of the last question ring for 60 ms: no faster than 16 Hz. */
#include <math.h>

#include "kits/protocols/edges.h"

enum { TRIGGER, ECHO };
enum { DISTANCE, TIME };
enum {
	PULSE_US = 12,
	USUAL_TIMEOUT_MS =
		250, /* of a kit.yaml without one: beyond the longest pulse of the clones */
};

static const struct edges_output outputs[] = {
	[DISTANCE] = {"distance", "m", 0, EDGES_WINDOW},
	[TIME] = {"echo", "s", 0, EDGES_WINDOW},
	{0},
};

static double speed_of_sound(double celsius)
{
	return 331.3 * sqrt(1 + celsius / 273.15);
}

static void report(struct kit *kit, struct edges *edges, struct instant end)
{
	struct edges_echo *echo = &edges->echo;
	int64_t width_ns = instant_since(end, echo->began);
	double time = edges_s(end, echo->began);

	if (edges->plan->longest_ns > 0 && width_ns > edges->plan->longest_ns) {
		kit_error(kit, "no-echo");
		return;
	}
	edges_put(kit, edges, TIME, true, time);
	edges_put(
		kit, edges, DISTANCE, true, time / 2 * speed_of_sound(edges->settings[EDGES_AIR]));
	kit_emit(kit, edges_middle(end, echo->began));
}

static void change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *changed)
{
	struct edges_echo *echo = &edges->echo;

	if (line != ECHO)
		return;
	echo->is_high = changed->is_active;
	if (changed->is_active && echo->state == ECHO_AWAITED &&
		instant_since(changed->at, echo->asked) >= 0) {
		echo->state = ECHO_UNDER_WAY;
		echo->began = changed->at;
	} else if (!changed->is_active && echo->state == ECHO_UNDER_WAY) {
		echo->state = ECHO_IDLE;
		report(kit, edges, changed->at);
	}
}

static void lost(struct edges *edges, unsigned line)
{
	(void)line;
	edges->echo.state = ECHO_IDLE;
}

static void ask(struct kit *kit, struct edges *edges)
{
	struct edges_echo *echo = &edges->echo;

	if (echo->is_high) {
		kit_unanswered(kit, KIT_WHOLE, "stuck-high");
		return;
	}
	echo->state = ECHO_AWAITED;
	echo->asked = kit_now(kit);
	if (kit_pulse(kit, edges->plan->lines[TRIGGER], PULSE_US)) {
		echo->state = ECHO_IDLE;
		kit_unanswered(kit, KIT_WHOLE, "no-trigger");
	}
}

/* One that waited for ever would never ask again after a single echo that does not come. */
static int64_t timeout_ns(const struct edges *edges)
{
	return edges->plan->timeout_ns > 0 ? edges->plan->timeout_ns
					   : USUAL_TIMEOUT_MS * (int64_t)NS_PER_MS;
}

static void tick(struct kit *kit, struct edges *edges, struct instant now)
{
	struct edges_echo *echo = &edges->echo;
	int64_t period_ns = edges->plan->window_ns;

	if (echo->state != ECHO_IDLE && instant_since(now, echo->asked) > timeout_ns(edges)) {
		if (echo->state == ECHO_AWAITED)
			kit_unanswered(kit, KIT_WHOLE, "no-answer");
		else
			kit_error(kit, "no-echo");
		echo->state = ECHO_IDLE;
	}
	if (echo->next.ns == 0)
		echo->next = now;
	if (instant_since(now, echo->next) >= 0) {
		if (echo->state == ECHO_IDLE)
			ask(kit, edges);
		/* What is late by whole periods is left out. */
		echo->next = instant_add(
			echo->next, (instant_since(now, echo->next) / period_ns + 1) * period_ns);
	}
	kit_wake_at(kit, echo->next);
}

const struct edges_mode edges_ultrasonic = {
	.name = "ultrasonic",
	.n_lines = 2,
	.n_outputs_of_board = 1,
	.outputs = outputs,
	.needs_rate = true,
	.change = change,
	.lost = lost,
	.tick = tick,
};
