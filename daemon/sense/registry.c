/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two tables with a clock of use, filled from the front. They are searched from end to end: a device
 * is numbered when it is plugged in, not per reading, and 2048 comparisons of a 64-bit fingerprint
 * are some microseconds. */
#include "sense/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct known_device {
	uint32_t id, sticker;
	uint64_t used;
	int32_t rate_ppb;
	char identity[IDENTITY_TEXT];
};

struct known_stream {
	uint32_t id, device;
	uint64_t used, fingerprint;
	struct stream_left left;
};

struct registry {
	uint64_t uses;
	uint32_t highest_device, highest_sticker, highest_stream;
	size_t n_devices, n_streams;
	struct known_device devices[REGISTRY_DEVICES];
	struct known_stream streams[REGISTRY_STREAMS];
};

static struct known_device *find_device(struct registry *registry, const char *identity)
{
	for (size_t i = 0; i < registry->n_devices; i++)
		if (strcmp(registry->devices[i].identity, identity) == 0)
			return &registry->devices[i];
	return NULL;
}

static struct known_stream *find_stream(
	struct registry *registry, uint32_t device, uint64_t fingerprint)
{
	for (size_t i = 0; i < registry->n_streams; i++)
		if (registry->streams[i].device == device &&
			registry->streams[i].fingerprint == fingerprint)
			return &registry->streams[i];
	return NULL;
}

/* A free place, or the one that was used longest ago. */
static struct known_device *place_for_device(struct registry *registry)
{
	struct known_device *oldest = &registry->devices[0];

	if (registry->n_devices < REGISTRY_DEVICES)
		return &registry->devices[registry->n_devices++];
	for (size_t i = 1; i < REGISTRY_DEVICES; i++)
		if (registry->devices[i].used < oldest->used)
			oldest = &registry->devices[i];
	return oldest;
}

static struct known_stream *place_for_stream(struct registry *registry)
{
	struct known_stream *oldest = &registry->streams[0];

	if (registry->n_streams < REGISTRY_STREAMS)
		return &registry->streams[registry->n_streams++];
	for (size_t i = 1; i < REGISTRY_STREAMS; i++)
		if (registry->streams[i].used < oldest->used)
			oldest = &registry->streams[i];
	return oldest;
}

static struct known_device *add_device(
	struct registry *registry, const char *identity, uint32_t id, uint32_t sticker)
{
	struct known_device *known = place_for_device(registry);

	*known = (struct known_device){.id = id, .sticker = sticker};
	text_copy(known->identity, sizeof(known->identity), identity);
	return known;
}

static struct known_stream *add_stream(
	struct registry *registry, uint32_t id, uint32_t device, uint64_t fingerprint)
{
	struct known_stream *known = place_for_stream(registry);

	*known = (struct known_stream){.id = id, .device = device, .fingerprint = fingerprint};
	return known;
}

static void raise_to(uint32_t *highest, uint32_t number)
{
	if (number > *highest)
		*highest = number;
}

int registry_new(struct registry **ret_registry)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (!registry)
		return -ENOMEM;
	*ret_registry = registry;
	return 0;
}

void registry_free(struct registry *registry)
{
	free(registry);
}

void registry_clear(struct registry *registry)
{
	registry->n_devices = registry->n_streams = 0;
	registry->highest_device = registry->highest_sticker = registry->highest_stream = 0;
	registry->uses = 0;
}

int registry_learn(struct registry *registry, const struct device *device)
{
	struct known_device *known;

	if (!device->identity[0] || !device->id || !device->sticker ||
		device->n_streams > DEVICE_STREAMS)
		return -EINVAL;
	raise_to(&registry->highest_device, device->id);
	raise_to(&registry->highest_sticker, device->sticker);
	for (uint32_t i = 0; i < device->n_streams; i++)
		raise_to(&registry->highest_stream, device->streams[i].id);

	known = find_device(registry, device->identity);
	if (!known) {
		if (registry->n_devices == REGISTRY_DEVICES)
			return -ENOSPC;
		known = add_device(registry, device->identity, device->id, device->sticker);
	}
	known->used = ++registry->uses;
	for (uint32_t i = 0; i < device->n_streams; i++) {
		const struct stream *stream = &device->streams[i];
		uint64_t fingerprint = stream_fingerprint(stream);
		struct known_stream *place;

		if (!stream->id || find_stream(registry, known->id, fingerprint))
			continue;
		if (registry->n_streams == REGISTRY_STREAMS)
			return -ENOSPC;
		place = add_stream(registry, stream->id, known->id, fingerprint);
		place->used = ++registry->uses;
	}
	return 0;
}

void registry_reserve_streams(struct registry *registry, uint32_t highest)
{
	raise_to(&registry->highest_stream, highest);
}

void registry_number(struct registry *registry, struct device *device)
{
	struct known_device *known = find_device(registry, device->identity);

	if (!known)
		known = add_device(registry, device->identity, ++registry->highest_device,
			++registry->highest_sticker);
	known->used = ++registry->uses;
	device->id = known->id;
	device->sticker = known->sticker;

	for (uint32_t i = 0; i < device->n_streams; i++) {
		struct stream *stream = &device->streams[i];
		uint64_t fingerprint = stream_fingerprint(stream);
		struct known_stream *place = find_stream(registry, known->id, fingerprint);

		if (!place)
			place = add_stream(
				registry, ++registry->highest_stream, known->id, fingerprint);
		place->used = ++registry->uses;
		stream->id = place->id;
		stream->device = known->id;
	}
}

/* --- what is remembered of them --- */

static size_t stream_of_id(const struct registry *registry, uint32_t id)
{
	size_t i = 0;

	while (i < registry->n_streams && registry->streams[i].id != id)
		i++;
	return i;
}

static size_t device_of_id(const struct registry *registry, uint32_t id)
{
	size_t i = 0;

	while (i < registry->n_devices && registry->devices[i].id != id)
		i++;
	return i;
}

struct stream_left registry_left(const struct registry *registry, uint32_t stream)
{
	size_t i = stream_of_id(registry, stream);

	return i < registry->n_streams ? registry->streams[i].left : (struct stream_left){0};
}

void registry_set_left(struct registry *registry, uint32_t stream, const struct stream_left *left)
{
	size_t i = stream_of_id(registry, stream);

	if (i < registry->n_streams)
		registry->streams[i].left = *left;
}

int32_t registry_rate_ppb(const struct registry *registry, uint32_t device)
{
	size_t i = device_of_id(registry, device);

	return i < registry->n_devices ? registry->devices[i].rate_ppb : 0;
}

void registry_set_rate_ppb(struct registry *registry, uint32_t device, int32_t rate_ppb)
{
	size_t i = device_of_id(registry, device);

	if (i < registry->n_devices)
		registry->devices[i].rate_ppb = rate_ppb;
}
