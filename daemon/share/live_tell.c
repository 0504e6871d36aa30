/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in, as JSON, see live.h. */
#include <math.h>
#include <string.h>

#include "share/json.h"
#include "share/live_state.h"

static const char *state_name(const struct seen *seen)
{
	if (seen->is_gone)
		return "gone";
	return seen->has_health && seen->health.state != DEVICE_READY ? "silent" : "ready";
}

const char *live_port_state(const struct live *live, const char *path)
{
	for (size_t i = 0; i < live->n_ports; i++) {
		if (strcmp(live->ports[i].path, path) != 0)
			continue;
		switch (live->ports[i].state) {
		case DEVICE_LISTENING:
			return "listening";
		case DEVICE_READY:
			return "ready";
		case DEVICE_SILENT:
			return "silent";
		case DEVICE_GARBLED:
			return "garbled";
		case DEVICE_TEXT:
			return "text";
		}
	}
	return "listening";
}

static void gather_channels(
	const struct live *live, const struct seen *seen, struct channel_news *ret_channels)
{
	const struct calibrations *calibrations = live->options.calibrations;
	struct instant now = clock_now(live->options.clock);
	struct wall wall = {0};

	if (live->options.walltime && !walltime_at(live->options.walltime, now, &wall, NULL))
		wall.ns = 0;
	for (uint32_t k = 0; k < seen->device.n_streams; k++) {
		const struct stream *stream = &seen->device.streams[k];

		for (uint32_t c = 0; c < stream->n_channels; c++) {
			struct channel_news *news = &ret_channels[k * STREAM_CHANNELS + c];
			const struct channel *channel = &stream->channels[c];

			*news = (struct channel_news){.last = NAN};
			if (!seen->streams[k])
				continue;
			news->last = current_last(seen->streams[k], c, now);
			if (calibrations)
				news->by = calibrations_at(calibrations, seen->device.identity,
					stream->name, channel->id, now);
			news->is_overdue = news->by &&
				calibrations_are_overdue(calibrations, &seen->device, stream,
					channel, news->by, now, wall.ns);
		}
	}
}

const struct feed_punctual *live_punctual(const struct live *live)
{
	return live->has_punctual ? &live->punctual : NULL;
}

void live_devices_json(const struct live *live, struct text *text)
{
	text_add_char(text, '[');
	for (size_t i = 0; i < live->n; i++) {
		const struct seen *seen = live->seen[i];
		struct channel_news channels[DEVICE_STREAMS * STREAM_CHANNELS];
		struct device_news news = {.state = state_name(seen),
			.health = seen->has_health ? &seen->health : NULL,
			.channels = channels};

		gather_channels(live, seen, channels);
		if (i > 0)
			text_add_char(text, ',');
		json_device(text, &seen->device, &news);
	}
	text_add_char(text, ']');
}

void live_health_json(struct live *live, struct text *text)
{
	struct instant now = clock_now(live->options.clock);
	double seconds = (double)instant_since(now, live->counted_at) / NS_PER_S;

	live->counted_at = now;
	text_add_char(text, '[');
	for (size_t i = 0; i < live->n; i++) {
		struct seen *seen = live->seen[i];
		uint64_t rows = seen->n_rows - seen->counted_rows;

		seen->counted_rows = seen->n_rows;
		if (i > 0)
			text_add_char(text, ',');
		text_addf(text, "{\"id\":%u,\"state\":\"%s\",\"uncertainty_us\":", seen->device.id,
			state_name(seen));
		json_number(text,
			seen->has_health ? (double)seen->health.uncertainty_ns / NS_PER_US : NAN);
		text_addf(text, ",\"lost_rows\":%llu,\"rate_hz\":",
			(unsigned long long)seen->health.lost_rows);
		json_number(text, seconds > 0 ? round((double)rows / seconds * 1000) / 1000 : NAN);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}
