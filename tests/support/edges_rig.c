/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench for kits of the family `edges`. */
#include "support/edges_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

extern const struct kit_family kit_family_edges;

static const struct kit_family *const families[] = {&kit_family_edges};

enum { ARENA_BYTES = 1 << 20 };

static int take_pulse(void *self, struct kit *kit, unsigned line, unsigned us)
{
	struct edges_rig *rig = self;

	(void)kit;
	rig->n_pulses++;
	rig->pulse_line = line;
	rig->pulse_us = us;
	return 0;
}

static void plug(struct edges_rig *rig)
{
	struct kit_port *port = &rig->rig.port;

	port->transport = KIT_GPIO;
	strcpy(port->path, "gpio:test");
	strcpy(port->socket, "gpio:bench:17,27");
	port->models[0] = rig->model;
	port->n_models = 1;
	port->is_sure = true;
	for (size_t i = 0; i < rig->model->n_settings; i++)
		port->settings[i] = rig->model->settings[i].value;
	rig_open(&rig->rig, families, 1);
	/* The bench has no pulses; plugged in again, this one has. */
	rig_unplug(&rig->rig);
	rig->rig.host.pulse = take_pulse;
	rig->rig.host.self = rig;
	rig->rig.n_devices = rig->rig.n_gaps = rig->rig.n_gone = 0;
	rig_plug(&rig->rig);
}

static void read_failed(const struct report *report)
{
	char *text = report_text(report);

	print_error("%s", text ? text : "?");
	free(text);
	fail();
}

void edges_rig_open(struct edges_rig *rig, const char *yaml)
{
	const struct model_form *form = kit_family_edges.form;
	const struct model_forms forms = {.forms = &form, .n_forms = 1};
	struct report report = {.file = "kit.yaml"};

	memset(rig, 0, sizeof *rig);
	rig->arena = arena_of(ARENA_BYTES);
	if (model_read(yaml, strlen(yaml), NULL, &forms, &rig->arena, &report, &rig->model))
		read_failed(&report);
	plug(rig);
}

void edges_rig_open_kit(struct edges_rig *rig, const char *folder)
{
	const struct model_form *form = kit_family_edges.form;
	const struct model_forms forms = {.forms = &form, .n_forms = 1};
	struct report report = {.file = folder};

	memset(rig, 0, sizeof *rig);
	rig->arena = arena_of(ARENA_BYTES);
	if (model_read_folder(folder, &forms, &rig->arena, &report, &rig->model))
		read_failed(&report);
	plug(rig);
}

void edges_rig_close(struct edges_rig *rig)
{
	rig_close(&rig->rig);
	arena_free(&rig->arena);
}

static struct instant instant_of(double us)
{
	return (struct instant){EDGES_BEGIN_NS + (int64_t)llround(us * NS_PER_US)};
}

void edges_rig_pass(struct edges_rig *rig, double us)
{
	struct clock *clock = &rig->rig.clock;
	struct instant until = instant_of(us);

	while (clock->frozen_ns < until.ns) {
		int64_t next_ns = clock->frozen_ns + 20 * NS_PER_MS;

		clock->frozen_ns = next_ns < until.ns ? next_ns : until.ns;
		conversation_tick(rig->rig.kit, clock_now(clock));
	}
	rig_collect(&rig->rig);
}

void edges_rig_lose(struct edges_rig *rig, const char *id, bool is_up, double us, uint32_t n_lost)
{
	struct kit_edge edge = {.is_active = is_up, .n_lost = n_lost, .at = instant_of(us)};

	while (edge.line < rig->model->n_lines && strcmp(rig->model->lines[edge.line].id, id) != 0)
		edge.line++;
	assert_true(edge.line < rig->model->n_lines);
	edges_rig_pass(rig, us);
	conversation_edge(rig->rig.kit, &edge, clock_now(&rig->rig.clock));
	rig_collect(&rig->rig);
}

void edges_rig_move(struct edges_rig *rig, const char *id, bool is_up, double us)
{
	edges_rig_lose(rig, id, is_up, us, 0);
}

static bool value_of(
	struct edges_rig *rig, const struct rig_row *row, const char *id, double *ret_value)
{
	const struct device *device = rig_device(&rig->rig);

	for (uint32_t i = 0; i < device->n_streams; i++) {
		const struct stream *stream = &device->streams[i];

		for (uint32_t c = 0; stream->id == row->stream && c < stream->n_channels; c++)
			if (strcmp(stream->channels[c].id, id) == 0 && !isnan(row->values[c])) {
				*ret_value = row->values[c];
				return true;
			}
	}
	return false;
}

double edges_rig_next(struct edges_rig *rig, const char *channel, size_t *at, double *ret_us)
{
	double value;

	edges_rig_pass(
		rig, (double)(rig->rig.clock.frozen_ns - EDGES_BEGIN_NS) / NS_PER_US + 100000);
	for (; *at < rig->rig.n_rows; (*at)++) {
		const struct rig_row *row = &rig->rig.rows[*at];

		if (!value_of(rig, row, channel, &value))
			continue;
		(*at)++;
		*ret_us = (double)(row->stamp_ns - EDGES_BEGIN_NS) / NS_PER_US;
		return value;
	}
	print_error("no (more) values of %s\n", channel);
	fail();
	return NAN;
}

size_t edges_rig_count(struct edges_rig *rig, const char *channel)
{
	size_t n = 0;
	double value;

	edges_rig_pass(
		rig, (double)(rig->rig.clock.frozen_ns - EDGES_BEGIN_NS) / NS_PER_US + 100000);
	for (size_t i = 0; i < rig->rig.n_rows; i++)
		n += value_of(rig, &rig->rig.rows[i], channel, &value);
	return n;
}
