/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring; a full one would be a mistake of the bench, and fails the test. */
#include "support/truth_lane.h"

#include <stdlib.h>

#include "support/cmocka_all.h"
#include "support/truth_draw.h"

enum { CHUNKS = 4096 };

struct truth_lane {
	double dropped, flipped;
	struct truth_chunk chunk[CHUNKS];
	size_t first, n;
};

struct truth_lane *truth_lane_new(double dropped, double flipped)
{
	struct truth_lane *lane = calloc(1, sizeof(*lane));

	assert_non_null(lane);
	lane->dropped = dropped;
	lane->flipped = flipped;
	return lane;
}

void truth_lane_free(struct truth_lane *lane)
{
	free(lane);
}

void truth_lane_put(
	struct truth_lane *lane, struct draw *draw, const uint8_t *bytes, size_t n, int64_t at_ns)
{
	struct truth_chunk *chunk = &lane->chunk[(lane->first + lane->n) % CHUNKS];

	assert_true(n <= TRUTH_CHUNK_BYTES && lane->n < CHUNKS);
	chunk->at_ns = at_ns;
	chunk->n = 0;
	for (size_t i = 0; i < n; i++) {
		bool is_flipped = lane->flipped > 0 && truth_uniform(draw) < lane->flipped;

		if (lane->dropped > 0 && truth_uniform(draw) < lane->dropped)
			continue;
		chunk->bytes[chunk->n++] =
			(uint8_t)(bytes[i] ^ (is_flipped ? 1u << draw_below(draw, 8) : 0));
	}
	lane->n += chunk->n > 0;
}

void truth_lane_clear(struct truth_lane *lane)
{
	lane->n = 0;
}

const struct truth_chunk *truth_lane_head(const struct truth_lane *lane)
{
	return lane->n ? &lane->chunk[lane->first] : NULL;
}

int64_t truth_lane_next_ns(const struct truth_lane *lane)
{
	return lane->n ? lane->chunk[lane->first].at_ns : INT64_MAX;
}

void truth_lane_drop(struct truth_lane *lane)
{
	lane->first = (lane->first + 1) % CHUNKS;
	lane->n--;
}
