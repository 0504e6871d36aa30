/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A triple buffer. `middle` holds the index of the slot between the threads, and FRESH when the
 * writer put it there and the reader has not taken it. Each side exchanges its own slot for that
 * one. */
#include "ship/latest.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { FRESH = 4 };

struct latest {
	size_t size;
	atomic_uint middle;
	unsigned writing, reading;
	bool was_read; /* the reader has a value */
	max_align_t slots[];
};

int latest_new(size_t size, struct latest **ret_latest)
{
	size_t slot = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	struct latest *latest = calloc(1, sizeof(*latest) + 3 * slot);

	if (!latest)
		return -ENOMEM;
	latest->size = slot / sizeof(max_align_t);
	latest->writing = 0;
	atomic_init(&latest->middle, 1);
	latest->reading = 2;
	*ret_latest = latest;
	return 0;
}

void latest_free(struct latest *latest)
{
	free(latest);
}

void *latest_slot(struct latest *latest)
{
	return &latest->slots[latest->writing * latest->size];
}

void latest_publish(struct latest *latest)
{
	unsigned old = atomic_exchange_explicit(
		&latest->middle, latest->writing | FRESH, memory_order_acq_rel);

	latest->writing = old & ~(unsigned)FRESH;
}

const void *latest_read(struct latest *latest)
{
	if (atomic_load_explicit(&latest->middle, memory_order_relaxed) & FRESH) {
		unsigned fresh = atomic_exchange_explicit(
			&latest->middle, latest->reading, memory_order_acq_rel);

		latest->reading = fresh & ~(unsigned)FRESH;
		latest->was_read = true;
	}
	return latest->was_read ? &latest->slots[latest->reading * latest->size] : NULL;
}
