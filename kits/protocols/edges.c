/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `edges`: what hangs at the board's own pins and speaks by going high and low. The
 * kernel stamps each edge, so times are good to microseconds.
 *
 *     gpio:
 *       - {id: gate1, pin: 17, bias: pull-up, active: high}
 *     edges:
 *       mode: gate            # two-gates pendulum picket-fence counter wheel ultrasonic button
 *       lines: [gate1]        # ids of gpio; two-gates: both gates; ultrasonic: trigger, then echo
 *       ignore: 300 us        # dead time: chatter, shorter than anything that is measured
 *       timeout: 2 s          # longer than anything that is measured; two-gates must have one
 *       longest: 30 ms        # ultrasonic: an echo that is longer is none
 *     settings:               # what a mode needs of: flag spacing bar diameter marks air dead_time
 *       - {id: flag, ..., unit: mm, value: 25, range: [1, 200]}
 *     channels:
 *       - {id: speed, ..., unit: m/s, from: speed}
 *
 * What each mode gives stands in edges_gate.c, edges_two_gates.c, edges_count.c and edges_echo.c.
 * Values are converted to the channel's unit; where the channel has a scale of its own, that alone
 * makes its unit of the base unit ("from: count, scale: 0.2794, unit: mm" of a rain gauge).
 *
 * Stamps are the edges' own, to the nanosecond; what is a mean over an interval is stamped with its
 * middle. Where edges are missing the rows that they would have made are not invented: the gap is
 * told, with how many edges are missing, and the word edges-lost. */
#include "kits/protocols/edges.h"

/* --- for the modes --- */

void edges_put(
	struct kit *kit, const struct edges *edges, unsigned output, bool is_windowed, double value)
{
	const struct edges_plan *plan = edges->plan;

	for (unsigned i = 0; i < plan->n_channels; i++)
		if (plan->channels[i].output == output &&
			plan->channels[i].is_windowed == is_windowed)
			kit_put(kit, i, value * plan->channels[i].factor);
}

double edges_s(struct instant later, struct instant earlier)
{
	return (double)instant_since(later, earlier) / NS_PER_S;
}

struct instant edges_middle(struct instant later, struct instant earlier)
{
	return instant_add(earlier, instant_since(later, earlier) / 2);
}

bool edges_is_over_time(const struct edges *edges, struct instant later, struct instant earlier)
{
	return edges->plan->timeout_ns > 0 &&
		instant_since(later, earlier) > edges->plan->timeout_ns;
}

/* --- the family --- */

static const double usual_air = 20;

static void read_settings(struct kit *kit, struct edges *edges)
{
	const struct kit_port *port = kit_port(kit);
	const struct model *model = kit_model(kit);
	bool is_ported = port->n_models > 0 && port->models[0] == model;

	edges->settings[EDGES_AIR] = usual_air;
	for (size_t i = 0; i < EDGES_SETTINGS; i++) {
		int at = edges->plan->settings[i];

		if (at >= 0)
			edges->settings[i] = edges->plan->setting_factors[i] *
				(is_ported ? port->settings[at] : model->settings[at].value);
	}
}

static void open_edges(struct kit *kit, void *state)
{
	struct edges *edges = state;
	const struct model *model = kit_model(kit);
	const struct kit_port *port = kit_port(kit);

	if (!model || !model->plan)
		return;
	edges->plan = model->plan;
	edges->begun = kit_now(kit);
	read_settings(kit, edges);
	kit_claim(kit);
	kit_describe_model(kit, port->transport == KIT_GPIO ? port->socket : NULL, STAMP_KERNEL);
}

/* Which of the mode's lines; -1: none that it watches. */
static int place_of(const struct edges_plan *plan, unsigned line)
{
	for (unsigned i = 0; i < plan->mode->n_lines; i++)
		if (plan->lines[i] == line)
			return (int)i;
	return -1;
}

/* Every stream of the kit is told the gap, the first how many edges it is about. */
static void tell_loss(struct kit *kit, uint32_t n)
{
	kit_error(kit, "edges-lost");
	for (unsigned i = 0; i < DEVICE_STREAMS; i++)
		kit_lost(kit, i, i == 0 ? n : 0, GAP_WIRE);
}

/* An edge that comes too late to be put in order is of no use, and what the line does is not known
 * until the next one. */
static void lose_line(struct kit *kit, struct edges *edges, unsigned place, uint32_t n)
{
	tell_loss(kit, n);
	edges->plan->mode->lost(edges, place);
	edges->lines[place] = (struct edges_line){0};
}

/* What had been taken for chatter and has lasted, of all lines. */
static void settle(struct kit *kit, struct edges *edges, struct instant until)
{
	const struct edges_plan *plan = edges->plan;
	struct edges_change change;

	for (unsigned i = 0; i < plan->mode->n_lines; i++)
		if (edges_filter_settle(&edges->lines[i], plan->ignore_ns, until, &change))
			plan->mode->change(kit, edges, i, &change);
}

static void take_edge(struct kit *kit, void *state, const struct kit_edge *edge)
{
	struct edges *edges = state;
	const struct edges_plan *plan = edges->plan;
	struct edges_change changes[2];
	uint32_t n_lost;
	int place = plan ? place_of(plan, edge->line) : -1;

	if (place < 0)
		return;
	if (instant_since(edge->at, edges->newest) < 0) {
		lose_line(kit, edges, (unsigned)place, edge->n_lost + 1);
		return;
	}
	edges->newest = edge->at;
	if (edge->n_lost == 0)
		settle(kit, edges, edge->at);
	unsigned n = edges_filter(&edges->lines[place], plan->ignore_ns, edge->is_active,
		edge->n_lost, edge->at, changes, &n_lost);

	if (n_lost > 0) {
		tell_loss(kit, n_lost);
		plan->mode->lost(edges, (unsigned)place);
	}
	for (unsigned i = 0; i < n; i++)
		plan->mode->change(kit, edges, (unsigned)place, &changes[i]);
}

static void tick(struct kit *kit, void *state, struct instant now)
{
	struct edges *edges = state;

	if (!edges->plan)
		return;
	settle(kit, edges, instant_add(now, -EDGES_SLACK_MS * (int64_t)NS_PER_MS));
	if (edges->plan->mode->tick)
		edges->plan->mode->tick(kit, edges, now);
}

KIT_FAMILY(edges) = {
	.name = "edges",
	.state_size = sizeof(struct edges),
	.form = &edges_form,
	.needs_model = true,
	.troubles = edges_troubles,
	.open = open_edges,
	.edge = take_edge,
	.tick = tick,
};
