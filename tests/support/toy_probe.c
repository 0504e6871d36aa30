/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe as its header describes it. */
#include "support/toy_probe.h"

#include <string.h>

struct probe {
	struct instant ask_at;
	bool is_described;
};

static void probe_open(struct kit *kit, void *state)
{
	struct probe *probe = state;

	probe->ask_at = instant_add(kit_now(kit), 100 * (int64_t)NS_PER_MS);
	kit_wake_at(kit, probe->ask_at);
}

static void probe_tick(struct kit *kit, void *state, struct instant now)
{
	static const uint8_t question = 0x51;
	struct probe *probe = state;

	if (now.ns < probe->ask_at.ns)
		return;
	kit_send(kit, &question, 1);
	probe->ask_at = instant_add(now, NS_PER_S);
	kit_wake_at(kit, probe->ask_at);
}

static void describe_probe(struct kit *kit, struct probe *probe)
{
	if (!probe->is_described)
		kit_describe_model(kit, NULL, STAMP_ARRIVAL);
	probe->is_described = true;
}

static size_t probe_decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	describe_probe(kit, state);
	if (bytes[0] == 0x5a) {
		kit_error(kit, "busy");
		return 1;
	}
	if (bytes[0] != 0xa5)
		return 1;
	if (n < 2)
		return 0;
	kit_put(kit, 0, bytes[1]);
	kit_emit(kit, kit_arrival(kit, n - 2));
	return 2;
}

static void probe_edge(struct kit *kit, void *state, const struct kit_edge *edge)
{
	describe_probe(kit, state);
	if (edge->n_lost > 0)
		kit_lost(kit, 0, edge->n_lost, GAP_DEVICE);
	kit_put(kit, 0, edge->is_active);
	kit_emit(kit, edge->at);
	kit_pulse(kit, edge->line, 10);
}

/* Of its USB sister: a feature report starts it, a control request asks for the value. */
static void sister_open(struct kit *kit, void *state)
{
	static const uint8_t start[] = {1, 2};
	struct kit_control set = {0x21, 0x09, 0x0300, 0};

	(void)state;
	kit_control(kit, &set, start, sizeof start);
}

static void sister_answer(struct kit *kit, void *state, int error, const uint8_t *bytes, size_t n)
{
	struct kit_control get = {0xc0, 0x04, 0x0001, 0};

	describe_probe(kit, state);
	if (error)
		kit_error(kit, "refused");
	else if (n == 0)
		kit_control(kit, &get, NULL, 1);
	else
		kit_put(kit, 0, bytes[0]);
	kit_emit(kit, kit_now(kit));
}

static void sister_report(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	describe_probe(kit, state);
	kit_put(kit, 0, n > 1 ? bytes[1] : 0);
	kit_emit(kit, kit_now(kit));
}

const struct model_form toy_probe_form = {.name = "probe", .needs = MODEL_NEEDS_SERIAL};
const struct model_form toy_gate_form = {.name = "gate", .needs = MODEL_NEEDS_LINES};
const struct model_form toy_sister_form = {.name = "sister", .needs = MODEL_NEEDS_MATCH};

static const struct kit_family probe_family = {.name = "probe",
	.state_size = sizeof(struct probe),
	.form = &toy_probe_form,
	.needs_model = true,
	.open = probe_open,
	.decode = probe_decode,
	.tick = probe_tick};
static const struct kit_family gate_family = {.name = "gate",
	.state_size = sizeof(struct probe),
	.form = &toy_gate_form,
	.needs_model = true,
	.edge = probe_edge};
static const struct kit_family sister_family = {.name = "sister",
	.state_size = sizeof(struct probe),
	.form = &toy_sister_form,
	.needs_model = true,
	.open = sister_open,
	.report = sister_report,
	.answer = sister_answer};

const struct kit_family *const toy_probe_families[TOY_PROBE_FAMILIES] = {
	&probe_family, &gate_family, &sister_family};

static struct model_channel channel = {.id = (char *)"temp",
	.name = {(char *)"温度", (char *)"Temperature"},
	.quantity = (char *)"temperature",
	.unit = (char *)"Cel",
	.low = 0,
	.high = 50,
	.resolution = 0.1,
	.from = (char *)"byte",
	.scale = 0.5,
	.output = -1};
static struct model_line line = {.id = (char *)"gate1", .pin = 17};
struct model toy_probe_model(const struct model_form *form)
{
	return (struct model){.id = (char *)"toy-probe",
		.name = {(char *)"玩具", (char *)"Toy"},
		.form = form,
		.channels = &channel,
		.n_channels = 1,
		.lines = &line,
		.n_lines = 1};
}
