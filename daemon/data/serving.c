/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/serving.h"

#include <string.h>

/* Two needs of one quantity have two probes of one adapter. */
static bool is_taken(
	const struct serving *all, size_t n, const struct stream *stream, uint32_t channel)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].stream == stream && all[i].channel == channel)
			return true;
	return false;
}

static bool is_used(const struct serving *all, size_t n, const struct device *device)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].stream && all[i].device == device)
			return true;
	return false;
}

/* The channel of a device for a need: the one that it names, else the first; none that is taken. */
static struct serving serve(const struct lesson_need *need, const struct device *device,
	const struct serving *all, size_t n)
{
	struct serving first = {.stream = NULL};

	for (uint32_t s = 0; s < device->n_streams; s++) {
		const struct stream *stream = &device->streams[s];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++) {
			const struct channel *channel = &stream->channels[c];

			if (!lesson_need_fits(need, channel->quantity, channel->unit) ||
				is_taken(all, n, stream, c))
				continue;
			if (need->channel && strcmp(need->channel, channel->id) == 0)
				return (struct serving){device, stream, c};
			if (!first.stream)
				first = (struct serving){device, stream, c};
		}
	}
	return first;
}

void serving_find(const struct lesson *lesson, const struct device *const *devices,
	size_t n_devices, struct serving ret_serving[LESSON_NEEDS])
{
	size_t n = lesson->n_needs;

	memset(ret_serving, 0, LESSON_NEEDS * sizeof *ret_serving);
	for (size_t i = 0; i < n; i++) {
		const struct lesson_need *need = &lesson->needs[i];
		struct serving best = {.stream = NULL};

		for (size_t d = 0; d < n_devices; d++) {
			struct serving found;

			if (is_used(ret_serving, n, devices[d]))
				continue;
			found = serve(need, devices[d], ret_serving, n);
			if (found.stream &&
				(!best.stream ||
					lesson_need_place(need, devices[d]->kit) <
						lesson_need_place(need, best.device->kit)))
				best = found;
		}
		ret_serving[i] = best;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t d = 0; !ret_serving[i].stream && d < n_devices; d++)
			ret_serving[i] = serve(&lesson->needs[i], devices[d], ret_serving, n);
}
