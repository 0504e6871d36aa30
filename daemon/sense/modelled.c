/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices whose channels stand in a kit.yaml: from the model to a description, from raw values to
 * rows.
 *
 * Channels that are read together are one stream: those with the same rate and the same `when`.
 * Values are rounded as data/rounding.h says. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/rounding.h"
#include "sense/conversation_state.h"
#include "sense/describe.h"

enum { NO_STREAM = 0xff };

static double rate_of(const struct model *model, const struct model_channel *channel)
{
	return channel->rate_hz > 0 ? channel->rate_hz : model->rate_hz;
}

static const char *when_of(const struct model_channel *channel)
{
	return channel->when ? channel->when : "";
}

static bool is_together(
	const struct model *model, const struct model_channel *a, const struct model_channel *b)
{
	return rate_of(model, a) == rate_of(model, b) && strcmp(when_of(a), when_of(b)) == 0;
}

/* The stream that reads channels like this one, with room; else a new one. -1: too many. */
static int stream_for(struct device *device, const struct model *model, size_t channel,
	const size_t *first, enum stamp_source stamps)
{
	const struct model_channel *of = &model->channels[channel];
	double rate = rate_of(model, of);
	uint32_t n = device->n_streams;

	for (uint32_t i = 0; i < n; i++)
		if (device->streams[i].n_channels < STREAM_CHANNELS &&
			is_together(model, &model->channels[first[i]], of))
			return (int)i;
	if (n + (stamps == STAMP_DEVICE) >= DEVICE_STREAMS)
		return -1;
	device->n_streams++;
	device->streams[n] = (struct stream){
		.stamps = stamps, .period_ns = rate > 0 ? (int64_t)llround(1e9 / rate) : 0};
	text_copy(device->streams[n].name, sizeof device->streams[n].name, n ? of->id : "main");
	return (int)n;
}

static bool is_wanted(const struct model_channel *channel, uint32_t outputs)
{
	return channel->output < 0 || outputs >> channel->output & 1;
}

int kit_describe_outputs(
	struct kit *kit, const char *identity, enum stamp_source stamps, uint32_t outputs)
{
	const struct model *model = kit_model(kit);
	struct modelled *modelled = &kit->modelled;
	struct device device = {0};
	size_t first[DEVICE_STREAMS] = {0};

	if (!model || model->n_channels == 0 || model->n_channels > MODEL_CHANNELS)
		return -EINVAL;
	text_copy(device.identity, sizeof device.identity, identity ? identity : "");
	text_copy(device.kit, sizeof device.kit, model->id);
	text_copy(device.model, sizeof device.model,
		model->printed ? model->printed : model->name.zh);
	for (size_t c = 0; c < model->n_channels; c++) {
		int at;
		struct stream *stream;

		modelled->stream[c] = NO_STREAM;
		if (!is_wanted(&model->channels[c], outputs))
			continue;
		at = stream_for(&device, model, c, first, stamps);
		if (at < 0)
			return -EINVAL;
		stream = &device.streams[at];
		if (stream->n_channels == 0)
			first[at] = c;
		modelled->stream[c] = (uint8_t)at;
		modelled->column[c] = (uint8_t)stream->n_channels;
		modelled->round[c] = rounding_of(model->channels[c].resolution);
		describe_channel(&model->channels[c], &stream->channels[stream->n_channels++]);
	}
	memset(modelled->is_given, 0, sizeof modelled->is_given);
	return kit_describe(kit, &device);
}

int kit_describe_model(struct kit *kit, const char *identity, enum stamp_source stamps)
{
	return kit_describe_outputs(kit, identity, stamps, UINT32_MAX);
}

/* --- rows --- */

static void put(struct kit *kit, const struct model *model, size_t channel, double raw)
{
	struct modelled *modelled = &kit->modelled;
	size_t stream = modelled->stream[channel];

	if (stream == NO_STREAM)
		return;
	if (!modelled->is_given[stream])
		for (size_t i = 0; i < STREAM_CHANNELS; i++)
			modelled->values[stream][i] = NAN;
	modelled->is_given[stream] = true;
	if (isfinite(raw))
		modelled->values[stream][modelled->column[channel]] =
			describe_value(&model->channels[channel], raw, modelled->round[channel]);
}

void kit_put(struct kit *kit, unsigned channel, double raw)
{
	const struct model *model = kit_model(kit);

	if (!model)
		return;
	if (!kit->listeners[kit->speaking].family->outputs) {
		if (channel < model->n_channels)
			put(kit, model, channel, raw);
		return;
	}
	for (size_t c = 0; c < model->n_channels; c++)
		if (model->channels[c].output == (int)channel)
			put(kit, model, c, raw);
}

void kit_emit(struct kit *kit, struct instant at)
{
	const struct model *model = kit_model(kit);
	struct modelled *modelled = &kit->modelled;

	for (unsigned i = 0; model && i < DEVICE_STREAMS; i++) {
		if (!modelled->is_given[i])
			continue;
		modelled->is_given[i] = false;
		kit_row(kit, i, instant_add(at, -model->latency_ns), modelled->values[i]);
	}
}
