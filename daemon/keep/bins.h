/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bins: summaries of rows, on grids of 2^k nanoseconds of board time, so that the bins of any two
 * chunks meet at the same edges and fold into coarser ones.
 *
 * A chunk has up to three levels, each eight times as coarse as the one before: fine (64 rows a
 * bin, or more), mid, top. A level is kept as one byte k, then a chunk (chunk.c) with a row per bin
 * that has rows: its stamp is the bin's start, its values are first, last, min, max, sum, n of each
 * channel. The sum of decimals is kept as the decimal that it is, without the rounding of its
 * additions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "keep/bytes.h"
#include "keep/chunk.h"
#include "keep/record.h"

enum { BIN_NUMBERS = 6, BIN_LEVELS = 3 };

struct bins_maker;
int bins_maker_new(struct bins_maker **ret_maker);
void bins_maker_free(struct bins_maker *maker);

/* The levels of a chunk, coarsest first, each ready to be kept: valid until the next call. There is
 * always a top; the others have n == 0 when they would say no more. */
struct bins_level {
	const uint8_t *bytes;
	size_t n;
};
int bins_make(struct bins_maker *maker, const struct chunk *chunk,
	struct bins_level ret_levels[BIN_LEVELS]);

/* Reads a level; rows are the codec's until its next call. -EBADMSG. */
int bins_read(struct chunk_codec *codec, const uint8_t *bytes, size_t n, uint32_t n_channels,
	unsigned *ret_k, struct chunk *ret_rows);
/* Bin of a channel out of such a row. */
struct bin bin_of(const struct chunk *rows, size_t row, uint32_t channel);

/* Folds what comes later into a bin; both may be empty (n == 0). */
void bin_add(struct bin *bin, const struct bin *later);
void bin_add_value(struct bin *bin, double value); /* NaN: nothing */
