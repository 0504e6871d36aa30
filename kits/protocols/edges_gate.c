/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One gate: what goes through it blocks the beam from tB to tU.
 *
 *     gate           time = tU - tB; speed = flag / time. At a constant acceleration that is the
 *                    speed at the middle instant (tB + tU) / 2, so the row is stamped with it.
 *     pendulum       period = tB(k+2) - tB(k): a bob goes through twice a period, and a gate that is
 *                    not at the lowest point makes the halves unequal, never the whole. One period
 *                    after the other, none counted twice; stamped with tB(k+2). speed as above.
 *     picket-fence   bars whose leading edges are `bar` apart: position = k * bar at tB(k), speed =
 *                    bar / (tB(k) - tB(k-1)) at the middle of the two, acceleration = the a of
 *                    position = y0 + v0 t + a t^2 / 2, fitted by least squares to all bars so far,
 *                    from the fourth on.
 *
 * A pass longer than `timeout` is the sun on the gate, or somebody's hand: said, not reported. After
 * a pause longer than `timeout` a pendulum or a fence begins anew. A pass shorter than `ignore` is
 * none. Uncertainty: sigma(v)/v = sqrt(2) sigma(t) / time, besides what the ruler adds. */
#include <math.h>

#include "kits/protocols/edges.h"

/* True when a pass is complete; *ret_begin is tB, tU is the change's. */
static bool take_pass(struct kit *kit, struct edges *edges, const struct edges_change *change,
	struct instant *ret_begin)
{
	struct edges_passes *passes = &edges->passes;

	if (change->is_active) {
		passes->is_blocked = true;
		passes->blocked = change->at;
		return false;
	}
	if (!passes->is_blocked)
		return false; /* it was blocked when we came */
	passes->is_blocked = false;
	if (instant_since(change->at, passes->blocked) < edges->plan->ignore_ns)
		return false;
	if (edges_is_over_time(edges, change->at, passes->blocked)) {
		passes->n = 0;
		kit_error(kit, "blocked-too-long");
		return false;
	}
	*ret_begin = passes->blocked;
	return true;
}

static void lose_pass(struct edges *edges, unsigned line)
{
	(void)line;
	edges->passes.is_blocked = false;
	edges->passes.n = 0;
}

/* How far a pass is from the first one of its series. */
static uint64_t number_pass(struct edges *edges, struct instant begin)
{
	struct edges_passes *passes = &edges->passes;

	if (passes->n > 0 && edges_is_over_time(edges, begin, passes->last))
		passes->n = 0;
	if (passes->n == 0)
		passes->first = begin;
	return passes->n++;
}

/* --- gate --- */

enum { GATE_TIME, GATE_SPEED, GATE_COUNT };

static const struct edges_output gate_outputs[] = {
	[GATE_TIME] = {"time", "s", 0, EDGES_EACH},
	[GATE_SPEED] = {"speed", "m/s", 1u << EDGES_FLAG, EDGES_EACH},
	[GATE_COUNT] = {"count", "1", 0, EDGES_EACH},
	{0},
};

static void gate_change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *change)
{
	struct instant begin;
	double time;

	(void)line;
	if (!take_pass(kit, edges, change, &begin))
		return;
	time = edges_s(change->at, begin);
	edges_put(kit, edges, GATE_TIME, false, time);
	edges_put(kit, edges, GATE_SPEED, false, edges->settings[EDGES_FLAG] / time);
	edges_put(kit, edges, GATE_COUNT, false, (double)++edges->passes.total);
	kit_emit(kit, edges_middle(change->at, begin));
}

const struct edges_mode edges_gate = {
	.name = "gate",
	.n_lines = 1,
	.outputs = gate_outputs,
	.change = gate_change,
	.lost = lose_pass,
};

/* --- pendulum --- */

enum { PENDULUM_PERIOD, PENDULUM_COUNT, PENDULUM_TIME, PENDULUM_SPEED };

static const struct edges_output pendulum_outputs[] = {
	[PENDULUM_PERIOD] = {"period", "s", 0, EDGES_EACH},
	[PENDULUM_COUNT] = {"count", "1", 0, EDGES_EACH},
	[PENDULUM_TIME] = {"time", "s", 0, EDGES_EACH},
	[PENDULUM_SPEED] = {"speed", "m/s", 1u << EDGES_FLAG, EDGES_EACH},
	{0},
};

static void pendulum_change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *change)
{
	struct edges_passes *passes = &edges->passes;
	struct instant begin;
	uint64_t k;
	double time;

	(void)line;
	if (!take_pass(kit, edges, change, &begin))
		return;
	k = number_pass(edges, begin);
	if (k > 0 && k % 2 == 0) {
		edges_put(kit, edges, PENDULUM_PERIOD, false, edges_s(begin, passes->first));
		edges_put(kit, edges, PENDULUM_COUNT, false, (double)(k / 2));
		kit_emit(kit, begin);
		passes->first = begin;
	}
	passes->last = begin;
	time = edges_s(change->at, begin);
	edges_put(kit, edges, PENDULUM_TIME, false, time);
	edges_put(kit, edges, PENDULUM_SPEED, false, edges->settings[EDGES_FLAG] / time);
	kit_emit(kit, edges_middle(change->at, begin));
}

const struct edges_mode edges_pendulum = {
	.name = "pendulum",
	.n_lines = 1,
	.outputs = pendulum_outputs,
	.change = pendulum_change,
	.lost = lose_pass,
};

/* --- picket fence --- */

enum { FENCE_POSITION, FENCE_SPEED, FENCE_ACCELERATION, FENCE_FIT_BARS = 4 };

static const struct edges_output fence_outputs[] = {
	[FENCE_POSITION] = {"position", "m", 1u << EDGES_BAR, EDGES_EACH},
	[FENCE_SPEED] = {"speed", "m/s", 1u << EDGES_BAR, EDGES_EACH},
	[FENCE_ACCELERATION] = {"acceleration", "m/s2", 1u << EDGES_BAR, EDGES_EACH},
	{0},
};

/* Cramer's rule on the normal equations of y = c0 + c1 t + c2 t^2; a = 2 c2. Four and more instants
 * that differ have a determinant. */
static double fitted_acceleration(const double s[5], const double p[3])
{
	double whole = s[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (s[1] * s[4] - s[2] * s[3]) +
		s[2] * (s[1] * s[3] - s[2] * s[2]);
	double part = s[0] * (s[2] * p[2] - s[3] * p[1]) - s[1] * (s[1] * p[2] - s[2] * p[1]) +
		p[0] * (s[1] * s[3] - s[2] * s[2]);

	return 2 * part / whole;
}

static void add_to_fit(struct edges_passes *passes, double t, double y)
{
	double power = 1;

	for (int i = 0; i < 5; i++, power *= t) {
		passes->sums[i] += power;
		if (i < 3)
			passes->products[i] += power * y;
	}
}

static void fence_change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *change)
{
	struct edges_passes *passes = &edges->passes;
	double bar = edges->settings[EDGES_BAR];
	struct instant begin;
	uint64_t k;

	(void)line;
	if (!take_pass(kit, edges, change, &begin))
		return;
	k = number_pass(edges, begin);
	if (k == 0) {
		for (int i = 0; i < 5; i++)
			passes->sums[i] = 0;
		for (int i = 0; i < 3; i++)
			passes->products[i] = 0;
	} else {
		edges_put(kit, edges, FENCE_SPEED, false, bar / edges_s(begin, passes->last));
		kit_emit(kit, edges_middle(begin, passes->last));
	}
	add_to_fit(passes, edges_s(begin, passes->first), (double)k * bar);
	edges_put(kit, edges, FENCE_POSITION, false, (double)k * bar);
	if (k + 1 >= FENCE_FIT_BARS)
		edges_put(kit, edges, FENCE_ACCELERATION, false,
			fitted_acceleration(passes->sums, passes->products));
	kit_emit(kit, begin);
	passes->last = begin;
}

const struct edges_mode edges_picket_fence = {
	.name = "picket-fence",
	.n_lines = 1,
	.outputs = fence_outputs,
	.change = fence_change,
	.lost = lose_pass,
};
