/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two gates, `spacing` apart, crossed by one flag in either direction. With tB and tU of the gate it
 * comes to first (1) and second (2):
 *
 *     time = tB2 - tB1                    speed = spacing / time
 *     speed1, speed2 = flag / (tU - tB)   at the middle of tB and tU
 *     acceleration = (speed2 - speed1) / (middle2 - middle1)
 *
 * A crossing is one row, stamped tU2, when all of it is known. Who stops in the second gate for
 * longer than `timeout` gets time and speed alone, stamped tB2, and so does who is still there when a
 * gate is blocked anew; who needs longer than `timeout` from gate to gate has not crossed: the second
 * gate begins a crossing of its own.
 *
 * Where the first gate is blocked again before anybody reached the second, one turned back or two are
 * on their way, and nobody can tell whom the second gate will see. Then nothing is reported, neither
 * of them nor of who comes meanwhile, but the word `overtaken`, until nothing has moved for
 * `timeout`. The same holds behind a lost edge, which may have been anybody's, with its word. */
#include <math.h>

#include "kits/protocols/edges.h"

enum { TIME, SPEED, SPEED1, SPEED2, ACCELERATION };

static const struct edges_output outputs[] = {
	[TIME] = {"time", "s", 0, EDGES_EACH},
	[SPEED] = {"speed", "m/s", 1u << EDGES_SPACING, EDGES_EACH},
	[SPEED1] = {"speed1", "m/s", 1u << EDGES_FLAG, EDGES_EACH},
	[SPEED2] = {"speed2", "m/s", 1u << EDGES_FLAG, EDGES_EACH},
	[ACCELERATION] = {"acceleration", "m/s2", 1u << EDGES_FLAG, EDGES_EACH},
	{0},
};

static void put_time(struct kit *kit, const struct edges *edges)
{
	const struct edges_crossing *crossing = &edges->crossing;
	double time = edges_s(crossing->blocked[1], crossing->blocked[0]);

	edges_put(kit, edges, TIME, false, time);
	edges_put(kit, edges, SPEED, false, edges->settings[EDGES_SPACING] / time);
}

static void report(struct kit *kit, struct edges *edges)
{
	const struct edges_crossing *crossing = &edges->crossing;
	double speeds[2] = {NAN, NAN};

	put_time(kit, edges);
	for (unsigned i = 0; i < 2; i++)
		if (crossing->has_left[i])
			speeds[i] = edges->settings[EDGES_FLAG] /
				edges_s(crossing->left[i], crossing->blocked[i]);
	edges_put(kit, edges, SPEED1, false, speeds[0]);
	edges_put(kit, edges, SPEED2, false, speeds[1]);
	if (crossing->has_left[0])
		edges_put(kit, edges, ACCELERATION, false,
			(speeds[1] - speeds[0]) /
				edges_s(edges_middle(crossing->left[1], crossing->blocked[1]),
					edges_middle(crossing->left[0], crossing->blocked[0])));
	kit_emit(kit, crossing->left[1]);
}

/* Of who has reached the second gate and has not left it. */
static void report_reached(struct kit *kit, struct edges *edges)
{
	put_time(kit, edges);
	kit_emit(kit, edges->crossing.blocked[1]);
}

/* Has it been quiet for long enough that nobody is between the gates any more? */
static bool is_unclear(const struct edges *edges, struct instant at)
{
	const struct edges_crossing *crossing = &edges->crossing;

	return crossing->unclear && !edges_is_over_time(edges, at, crossing->newest);
}

static void block(struct kit *kit, struct edges *edges, unsigned gate, struct instant at)
{
	struct edges_crossing *crossing = &edges->crossing;
	bool is_awaited = crossing->is_under_way && !crossing->has_reached &&
		!edges_is_over_time(edges, at, crossing->blocked[0]);

	/* A change that was told late, for chatter before it, may be older than the other gate's. */
	if (is_awaited && gate != crossing->from && instant_since(at, crossing->blocked[0]) > 0) {
		crossing->has_reached = true;
		crossing->blocked[1] = at;
		return;
	}
	if (is_unclear(edges, at) || (is_awaited && gate == crossing->from)) {
		const char *word = is_unclear(edges, at) ? crossing->unclear : "overtaken";

		if (!crossing->unclear || instant_since(at, crossing->newest) != 0)
			kit_error(kit, word); /* else this edge told of the loss, and it is said */
		*crossing = (struct edges_crossing){.unclear = word};
		return;
	}
	if (crossing->is_under_way && crossing->has_reached)
		report_reached(kit, edges);
	*crossing = (struct edges_crossing){.is_under_way = true, .from = gate, .blocked[0] = at};
}

static void leave(struct kit *kit, struct edges *edges, unsigned gate, struct instant at)
{
	struct edges_crossing *crossing = &edges->crossing;
	unsigned i = gate != crossing->from;

	if (!crossing->is_under_way || crossing->has_left[i] || (i == 1 && !crossing->has_reached))
		return;
	if (instant_since(at, crossing->blocked[i]) < edges->plan->ignore_ns) {
		crossing->has_reached = false; /* a false pulse */
		crossing->is_under_way = i == 1;
		return;
	}
	crossing->has_left[i] = true;
	crossing->left[i] = at;
	if (i == 1) {
		report(kit, edges);
		crossing->is_under_way = false;
	}
}

static void change(
	struct kit *kit, struct edges *edges, unsigned line, const struct edges_change *changed)
{
	if (changed->is_active)
		block(kit, edges, line, changed->at);
	else
		leave(kit, edges, line, changed->at);
	edges->crossing.newest = changed->at;
}

static void lost(struct edges *edges, unsigned line)
{
	(void)line;
	/* Moved until now: the edge that told of the loss comes behind it. */
	edges->crossing = (struct edges_crossing){.unclear = "edges-lost", .newest = edges->newest};
}

static void tick(struct kit *kit, struct edges *edges, struct instant now)
{
	struct edges_crossing *crossing = &edges->crossing;

	now = instant_add(now, -EDGES_SLACK_MS * (int64_t)NS_PER_MS);
	if (!crossing->is_under_way || !crossing->has_reached ||
		!edges_is_over_time(edges, now, crossing->blocked[1]))
		return;
	report_reached(kit, edges);
	crossing->is_under_way = false;
}

const struct edges_mode edges_two_gates = {
	.name = "two-gates",
	.n_lines = 2,
	.needs_timeout = true,
	.outputs = outputs,
	.change = change,
	.lost = lost,
	.tick = tick,
};
