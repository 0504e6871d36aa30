/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One arena for all models of a test. */
#include "support/kit_rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/catalogue.h"
#include "support/cmocka_all.h"

static struct arena arena;
static char *mistakes;

static struct arena *room(void)
{
	if (arena.limit == 0)
		arena = arena_of(1 << 20);
	return &arena;
}

static const struct model *finish(int error, const struct report *report, struct model *model)
{
	char *text = report_text(report);

	if (error)
		print_error("%s", text);
	free(text);
	assert_int_equal(error, 0);
	return model;
}

const struct model *kit_rig_read(const char *yaml)
{
	struct report report = {.file = "kit.yaml"};
	struct model *model = NULL;
	int error =
		model_read(yaml, strlen(yaml), NULL, catalogue_forms(), room(), &report, &model);
	return finish(error, &report, model);
}

const struct model *kit_rig_read_folder(const char *folder)
{
	struct report report = {.file = folder};
	struct model *model = NULL;
	int error = model_read_folder(folder, catalogue_forms(), room(), &report, &model);
	return finish(error, &report, model);
}

const char *kit_rig_mistakes(const char *yaml)
{
	struct report report = {.file = "kit.yaml"};
	struct model *model = NULL;

	free(mistakes);
	(void)model_read(yaml, strlen(yaml), NULL, catalogue_forms(), room(), &report, &model);
	mistakes = report_text(&report);
	return mistakes ? mistakes : "";
}

void kit_rig_open(struct rig *rig, const struct model *model, bool is_sure)
{
	strcpy(rig->port.path, "/dev/ttyTEST");
	strcpy(rig->port.socket, "bench");
	rig->port.uncertainty_ns = NS_PER_MS;
	rig->port.models[0] = model;
	rig->port.n_models = 1;
	rig->port.is_sure = is_sure;
	rig_open_all(rig);
}

void kit_rig_close(struct rig *rig)
{
	rig_close(rig);
	arena_free(&arena);
	arena = (struct arena){0};
	free(mistakes);
	mistakes = NULL;
}

/* Column of a channel in the stream with this id; -1: none. */
static int column_of(const struct device *device, uint32_t stream, const char *channel)
{
	for (uint32_t s = 0; s < device->n_streams; s++)
		for (uint32_t c = 0; c < device->streams[s].n_channels; c++)
			if (device->streams[s].id == stream &&
				strcmp(device->streams[s].channels[c].id, channel) == 0)
				return (int)c;
	return -1;
}

double kit_rig_value(const struct rig *rig, const char *channel)
{
	const struct device *device = rig_device(rig);

	for (size_t i = rig->n_rows; i-- > 0;) {
		int column = column_of(device, rig->rows[i].stream, channel);

		if (column >= 0 && !isnan(rig->rows[i].values[column]))
			return rig->rows[i].values[column];
	}
	return NAN;
}
