/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A single-producer single-consumer ring of byte records: the only way data cross threads.
 *
 * A record is any number of bytes up to half the ring less 8, stored in one piece and 8-byte
 * aligned, so a reader uses it in place: ring_peek lends it until ring_drop. The producer never
 * waits: a full ring is an answer (-ENOSPC), and what to do with it is the producer's business
 * (count, note a gap). One thread produces, one consumes; they may be the same. No lock, no
 * allocation after ring_new, release/acquire on two counters that sit in cache lines of their
 * own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* bytes: a power of two >= 4096; else -EINVAL. */
int ring_new(size_t bytes, struct ring **ret_ring);
void ring_free(struct ring *ring);

/* --- producer --- */
/* Room for a record of n bytes; write it and call ring_commit (n may shrink, not grow). NULL when
 * the ring is full (the loss is the caller's to count). */
void *ring_reserve(struct ring *ring, size_t n);
void ring_commit(struct ring *ring, size_t n);
/* Both in one; 0, -ENOSPC, or -EMSGSIZE for a record that never fits. */
int ring_put(struct ring *ring, const void *bytes, size_t n);

/* --- consumer --- */
/* The oldest record, or NULL when empty. Borrowed until ring_drop. */
const void *ring_peek(struct ring *ring, size_t *ret_n);
void ring_drop(struct ring *ring);

size_t ring_used(const struct ring *ring); /* bytes, from either side, for the status page */
size_t ring_size(const struct ring *ring);
