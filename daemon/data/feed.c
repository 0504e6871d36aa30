/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of the feed in a ring: a head that says what follows, then the thing itself as it is
 * in memory, which both ends share. Only batches are packed, because most of theirs would be
 * empty. */
#include "data/feed.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct head {
	uint32_t kind;
	uint32_t device; /* FEED_GONE */
	struct instant at;
};

/* Followed by n_rows stamps, n_rows ticks when there are any, and n_rows * n_channels values. */
struct packed_batch {
	struct head head;
	uint32_t stream, n_channels, n_rows, has_ticks;
	struct clock_piece piece;
};

struct packed_device {
	struct head head;
	struct device device;
};

struct packed_gap {
	struct head head;
	struct gap gap;
};

struct packed_health {
	struct head head;
	struct feed_health health;
};

struct packed_punctual {
	struct head head;
	struct feed_punctual punctual;
};

struct packed_uncertainty {
	struct head head;
	struct uncertainty uncertainty;
};

/* The ring aligns a record to 8 bytes, and its arrays start right behind these. */
static_assert(sizeof(struct packed_batch) % sizeof(int64_t) == 0, "stamps would not be aligned");
static_assert(_Alignof(struct packed_device) <= 8, "the ring aligns to 8 bytes");
static_assert(_Alignof(struct packed_health) <= 8, "the ring aligns to 8 bytes");
static_assert(_Alignof(struct packed_punctual) <= 8, "the ring aligns to 8 bytes");

struct packed_hour {
	struct head head;
	struct anchor hour;
};

static void *append(void *at, const void *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return (char *)at + n;
}

int feed_put_batch(struct ring *ring, struct instant at, const struct batch *batch)
{
	size_t rows = batch->n_rows;
	size_t stamps = rows * sizeof batch->stamps_ns[0];
	size_t ticks = batch->has_ticks ? rows * sizeof batch->ticks[0] : 0;
	size_t values = rows * batch->n_channels * sizeof batch->values[0];
	struct packed_batch packed = {
		.head = {.kind = FEED_BATCH, .at = at},
		.stream = batch->stream,
		.n_channels = batch->n_channels,
		.n_rows = batch->n_rows,
		.has_ticks = batch->has_ticks,
		.piece = batch->piece,
	};

	assert(batch->n_rows <= BATCH_ROWS && batch->n_channels <= STREAM_CHANNELS);
	void *to = ring_reserve(ring, sizeof packed + stamps + ticks + values);
	if (!to)
		return -ENOSPC;
	void *end = append(to, &packed, sizeof packed);
	end = append(end, batch->stamps_ns, stamps);
	end = append(end, batch->ticks, ticks);
	append(end, batch->values, values);
	ring_commit(ring, sizeof packed + stamps + ticks + values);
	return 0;
}

/* A head and a body that needs no packing. */
static int put(struct ring *ring, struct head head, const void *body, size_t n)
{
	void *to = ring_reserve(ring, sizeof head + n);

	if (!to)
		return -ENOSPC;
	append(append(to, &head, sizeof head), body, n);
	ring_commit(ring, sizeof head + n);
	return 0;
}

int feed_put_device(struct ring *ring, struct instant at, const struct device *device)
{
	return put(ring, (struct head){.kind = FEED_DEVICE, .at = at}, device, sizeof *device);
}

int feed_put_gone(struct ring *ring, struct instant at, uint32_t device)
{
	return put(ring, (struct head){.kind = FEED_GONE, .device = device, .at = at}, "", 0);
}

int feed_put_gap(struct ring *ring, struct instant at, const struct gap *gap)
{
	return put(ring, (struct head){.kind = FEED_GAP, .at = at}, gap, sizeof *gap);
}

int feed_put_health(struct ring *ring, struct instant at, const struct feed_health *health)
{
	return put(ring, (struct head){.kind = FEED_HEALTH, .at = at}, health, sizeof *health);
}

int feed_put_punctual(struct ring *ring, struct instant at, const struct feed_punctual *punctual)
{
	return put(
		ring, (struct head){.kind = FEED_PUNCTUAL, .at = at}, punctual, sizeof *punctual);
}

int feed_put_uncertainty(
	struct ring *ring, struct instant at, const struct uncertainty *uncertainty)
{
	return put(ring, (struct head){.kind = FEED_UNCERTAINTY, .at = at}, uncertainty,
		sizeof *uncertainty);
}

int feed_put_hour(struct ring *ring, struct instant at, const struct anchor *hour)
{
	return put(ring, (struct head){.kind = FEED_HOUR, .at = at}, hour, sizeof *hour);
}

static void peek_batch(const void *bytes, struct feed_record *ret_record)
{
	const struct packed_batch *packed = bytes;
	const int64_t *stamps = (const int64_t *)(packed + 1);
	const int64_t *behind = stamps + packed->n_rows * (packed->has_ticks ? 2 : 1);

	ret_record->batch.stream = packed->stream;
	ret_record->batch.n_channels = packed->n_channels;
	ret_record->batch.n_rows = packed->n_rows;
	ret_record->batch.has_ticks = packed->has_ticks;
	ret_record->batch.piece = packed->piece;
	ret_record->batch.stamps_ns = stamps;
	ret_record->batch.ticks = packed->has_ticks ? stamps + packed->n_rows : NULL;
	ret_record->batch.values = (const double *)(const void *)behind;
}

bool feed_peek(struct ring *ring, struct feed_record *ret_record)
{
	size_t n;
	const void *bytes = ring_peek(ring, &n);
	const struct head *head = bytes;

	if (!bytes)
		return false;
	assert(n >= sizeof *head);
	ret_record->kind = (enum feed_kind)head->kind;
	ret_record->at = head->at;
	switch (ret_record->kind) {
	case FEED_BATCH:
		peek_batch(bytes, ret_record);
		break;
	case FEED_DEVICE:
		ret_record->device = &((const struct packed_device *)bytes)->device;
		break;
	case FEED_GONE:
		ret_record->gone = head->device;
		break;
	case FEED_GAP:
		ret_record->gap = ((const struct packed_gap *)bytes)->gap;
		break;
	case FEED_HEALTH:
		ret_record->health = &((const struct packed_health *)bytes)->health;
		break;
	case FEED_PUNCTUAL:
		ret_record->punctual = &((const struct packed_punctual *)bytes)->punctual;
		break;
	case FEED_HOUR:
		ret_record->hour = ((const struct packed_hour *)bytes)->hour;
		break;
	case FEED_UNCERTAINTY:
		ret_record->uncertainty = ((const struct packed_uncertainty *)bytes)->uncertainty;
		break;
	}
	return true;
}
