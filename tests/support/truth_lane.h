/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes on their way in one direction, in order, each transfer with the instant at which it arrives. A
 * bad line loses some and turns a bit of others. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/draw.h"

enum { TRUTH_CHUNK_BYTES = 256 };

struct truth_chunk {
	int64_t at_ns;
	size_t n;
	uint8_t bytes[TRUTH_CHUNK_BYTES];
};

struct truth_lane;

/* Shares of bytes, 0 .. 1. */
struct truth_lane *truth_lane_new(double dropped, double flipped);
void truth_lane_free(struct truth_lane *lane);

/* At most TRUTH_CHUNK_BYTES; `at_ns` is not before the one before. */
void truth_lane_put(
	struct truth_lane *lane, struct draw *draw, const uint8_t *bytes, size_t n, int64_t at_ns);
void truth_lane_clear(struct truth_lane *lane);

const struct truth_chunk *truth_lane_head(const struct truth_lane *lane); /* NULL: none */
int64_t truth_lane_next_ns(const struct truth_lane *lane);                /* INT64_MAX: none */
void truth_lane_drop(struct truth_lane *lane);
