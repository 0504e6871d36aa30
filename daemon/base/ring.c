/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring's bytes are a sequence of
 *
 *     length (8 bytes) | the record, padded to 8 bytes
 *
 * A record that would run over the end of the buffer starts at its beginning instead, and the
 * length WRAP stands where it would have been. Two counters only grow: `written` is moved by the
 * producer, `read` by the consumer, each with release, each seen by the other with acquire; a place
 * in the buffer is a counter modulo the (power of two) size. Each side remembers what it last saw
 * of the other's counter and looks again only when that is not enough, so that in a steady flow the
 * two cache lines seldom travel. */
#include "base/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64, LENGTH = 8, SMALLEST = 4096 };

static const uint64_t WRAP = UINT64_MAX;

struct ring {
	/* neither side writes these after ring_new */
	size_t size;
	unsigned char *bytes;

	/* producer */
	alignas(CACHE_LINE) atomic_size_t written;
	size_t read_seen;
	size_t reserved_at; /* counter value of the reserved record's length */
	size_t reserved;    /* bytes; only while a reservation is open */
	bool is_reserved;

	/* consumer */
	alignas(CACHE_LINE) atomic_size_t read;
	size_t written_seen;
	size_t read_next; /* where `read` goes with ring_drop */
	bool is_lent;
};

int ring_new(size_t bytes, struct ring **ret_ring)
{
	if (bytes < SMALLEST || (bytes & (bytes - 1)) != 0)
		return -EINVAL;
	struct ring *ring = aligned_alloc(CACHE_LINE, sizeof *ring);
	unsigned char *buffer = aligned_alloc(CACHE_LINE, bytes);

	if (!ring || !buffer) {
		free(ring);
		free(buffer);
		return -ENOMEM;
	}
	/* Written once, so that no page is missing when the sense thread first gets there. */
	memset(buffer, 0, bytes);
	memset(ring, 0, sizeof *ring);
	ring->size = bytes;
	ring->bytes = buffer;
	*ret_ring = ring;
	return 0;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	free(ring->bytes);
	free(ring);
}

static size_t padded(size_t n)
{
	return (n + (LENGTH - 1)) & ~(size_t)(LENGTH - 1);
}

static size_t largest(const struct ring *ring)
{
	return ring->size / 2 - LENGTH;
}

static void set_length(struct ring *ring, size_t at, uint64_t length)
{
	memcpy(ring->bytes + (at & (ring->size - 1)), &length, sizeof length);
}

static uint64_t length_at(const struct ring *ring, size_t at)
{
	uint64_t length;

	memcpy(&length, ring->bytes + (at & (ring->size - 1)), sizeof length);
	return length;
}

static size_t to_the_end(const struct ring *ring, size_t at)
{
	return ring->size - (at & (ring->size - 1));
}

static bool has_room(struct ring *ring, size_t written, size_t n)
{
	if (n <= ring->size - (written - ring->read_seen))
		return true;
	ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
	return n <= ring->size - (written - ring->read_seen);
}

void *ring_reserve(struct ring *ring, size_t n)
{
	size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	size_t end = to_the_end(ring, written), need = LENGTH + padded(n), skip = 0;

	assert(!ring->is_reserved);
	if (n > largest(ring))
		return NULL;
	if (need > end)
		skip = end;
	if (!has_room(ring, written, skip + need))
		return NULL;
	if (skip)
		set_length(ring, written, WRAP);
	ring->reserved_at = written + skip;
	ring->reserved = n;
	ring->is_reserved = true;
	return ring->bytes + ((ring->reserved_at + LENGTH) & (ring->size - 1));
}

void ring_commit(struct ring *ring, size_t n)
{
	assert(ring->is_reserved && n <= ring->reserved);
	set_length(ring, ring->reserved_at, n);
	ring->is_reserved = false;
	atomic_store_explicit(
		&ring->written, ring->reserved_at + LENGTH + padded(n), memory_order_release);
}

int ring_put(struct ring *ring, const void *bytes, size_t n)
{
	if (n > largest(ring))
		return -EMSGSIZE;
	void *at = ring_reserve(ring, n);

	if (!at)
		return -ENOSPC;
	memcpy(at, bytes, n);
	ring_commit(ring, n);
	return 0;
}

const void *ring_peek(struct ring *ring, size_t *ret_n)
{
	size_t at = atomic_load_explicit(&ring->read, memory_order_relaxed);

	if (at == ring->written_seen) {
		ring->written_seen = atomic_load_explicit(&ring->written, memory_order_acquire);
		if (at == ring->written_seen)
			return NULL;
	}

	uint64_t length = length_at(ring, at);
	if (length == WRAP) { /* published together with the record behind it */
		at += to_the_end(ring, at);
		length = length_at(ring, at);
	}
	ring->read_next = at + LENGTH + padded((size_t)length);
	ring->is_lent = true;
	*ret_n = (size_t)length;
	return ring->bytes + ((at + LENGTH) & (ring->size - 1));
}

void ring_drop(struct ring *ring)
{
	assert(ring->is_lent);
	ring->is_lent = false;
	atomic_store_explicit(&ring->read, ring->read_next, memory_order_release);
}

size_t ring_used(const struct ring *ring)
{
	/* This order: the other way round a fast reader could get ahead of the old `written`. */
	size_t read = atomic_load_explicit(&ring->read, memory_order_acquire);

	return atomic_load_explicit(&ring->written, memory_order_relaxed) - read;
}

size_t ring_size(const struct ring *ring)
{
	return ring->size;
}
