/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chunk codec: rows of one stream <-> bytes. The format is specified at the top of chunk.c, has
 * a version byte and zlib's crc32 over everything, and a reader that believes nothing.
 *
 * Pure; memory comes with the codec object (one per thread: zstd contexts and scratch), reused. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/batch.h"

struct chunk_codec;
int chunk_codec_new(struct chunk_codec **ret_codec);
void chunk_codec_free(struct chunk_codec *codec);

enum { CHUNK_ROWS = 65536 }; /* at most in one chunk */

struct chunk {
	uint32_t n_channels;
	size_t n_rows;
	int64_t stamp_unit_ns;    /* encode: 1 or 1000; stamps are multiples of it */
	const int64_t *stamps_ns; /* rise strictly */
	const int64_t *ticks; /* NULL: none; else stamps follow from pieces and are not stored */
	const double *values; /* row by row */
	size_t n_pieces; /* with ticks: piece i rules rows piece_rows[i] .. piece_rows[i+1]-1 */
	const struct clock_piece *pieces;
	const uint32_t *piece_rows; /* piece_rows[0] == 0 */
};

/* Encodes; the bytes belong to the codec until its next call. -EINVAL when the rows break the rules
 * above (stamps not rising, stamps that do not follow from ticks), -E2BIG, -ENOMEM. */
int chunk_encode(struct chunk_codec *codec, const struct chunk *chunk, int level,
	const uint8_t **ret_bytes, size_t *ret_n);

/* Decodes any bytes: 0 and a chunk whose arrays belong to the codec until its next call, or
 * -EBADMSG. */
int chunk_decode(
	struct chunk_codec *codec, const uint8_t *bytes, size_t n, struct chunk *ret_chunk);
