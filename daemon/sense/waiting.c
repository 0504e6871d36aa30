/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is one word of head (tick, stream, number of values) and its values. */
#include "sense/waiting.h"

#include <string.h>

void waiting_clear(struct waiting *waiting)
{
	waiting->n_words = 0;
}

bool waiting_put(struct waiting *waiting, unsigned stream, uint32_t tick, const double *values,
	uint32_t n_values)
{
	uint64_t *row = waiting->words + waiting->n_words;

	if (waiting->n_words + 1 + n_values > WAITING_WORDS)
		return false;
	row[0] = (uint64_t)tick << 32 | (uint64_t)(stream & 0xffff) << 16 | (n_values & 0xffff);
	memcpy(row + 1, values, n_values * sizeof(values[0]));
	waiting->n_words += 1 + n_values;
	return true;
}

bool waiting_next(const struct waiting *waiting, uint32_t *at, struct waiting_row *ret_row)
{
	const uint64_t *row = waiting->words + *at;

	if (*at >= waiting->n_words)
		return false;
	ret_row->tick = (uint32_t)(row[0] >> 32);
	ret_row->stream = (unsigned)(row[0] >> 16 & 0xffff);
	ret_row->n_values = (uint32_t)(row[0] & 0xffff);
	ret_row->values = (const double *)(const void *)(row + 1);
	*at += 1 + ret_row->n_values;
	return true;
}
