/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows with a device tick that wait for the first map of the device's clock: a small queue of rows
 * of different widths. Pure; sense thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WAITING_WORDS = 4096 }; /* 32 KiB: 1365 rows of one channel, 215 of sixteen */

struct waiting {
	uint32_t n_words;
	uint64_t words[WAITING_WORDS];
};

struct waiting_row {
	unsigned stream;
	uint32_t tick, n_values;
	const double *values; /* into the queue */
};

void waiting_clear(struct waiting *waiting);

/* False when it is full. */
bool waiting_put(struct waiting *waiting, unsigned stream, uint32_t tick, const double *values,
	uint32_t n_values);

/* Goes through the rows in order: start with *at = 0; false behind the last one. */
bool waiting_next(const struct waiting *waiting, uint32_t *at, struct waiting_row *ret_row);
