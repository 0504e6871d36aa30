/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is who: identity -> device id and sticker, description -> stream id.
 *
 * Loaded from the store before the threads start, then owned by the sense thread, which alone gives
 * out new numbers; everybody else learns them from the feed (and keep makes them durable). Fixed
 * capacity: REGISTRY_DEVICES and REGISTRY_STREAMS ever seen; when full, the ones seen least
 * recently give way in memory only, and would get new numbers. No number is given twice. No
 * allocation after registry_new. */
#pragma once

#include <stdint.h>

#include "data/batch.h"
#include "data/device.h"

enum { REGISTRY_DEVICES = 512, REGISTRY_STREAMS = 2048 };

struct registry;

int registry_new(struct registry **ret_registry);
void registry_free(struct registry *registry);

/* Forgets everybody, and will give numbers again that were given: for fuzzers alone, which start
 * anew a million times. A daemon must not: there numbers are for ever. */
void registry_clear(struct registry *registry);

/* A device as the store knows it, with the streams it last had; again for each set of streams it
 * had before. 0; -EINVAL without identity, id or sticker; -ENOSPC when full: its numbers are then
 * still never given to anybody else. */
int registry_learn(struct registry *registry, const struct device *device);

/* Rows of streams up to this number are kept, whoever's they are: no device gets one of these. */
void registry_reserve_streams(struct registry *registry, uint32_t highest);

/* Fills device->id, device->sticker, and id and device of each stream: the known ones where
 * identity and fingerprint fit, else the next free. */
void registry_number(struct registry *registry, struct device *device);

/* How a stream was left, so that over unplugging its stamps rise and no lost row is forgotten. */
struct stream_left {
	int64_t last_ns;   /* newest stamp given; 0: none yet */
	struct gap absent; /* as told last; with reason 0 not told, but to be from there on */
};

/* All 0 of a stream that was never left, or is not known. In memory only. */
struct stream_left registry_left(const struct registry *registry, uint32_t stream);
void registry_set_left(struct registry *registry, uint32_t stream, const struct stream_left *left);

/* Remembered rate of a device clock, so that a replugged kit's map starts well; 0: unknown. In
 * memory only: after a start of kitlogd it is learnt again. */
int32_t registry_rate_ppb(const struct registry *registry, uint32_t device);
void registry_set_rate_ppb(struct registry *registry, uint32_t device, int32_t rate_ppb);
