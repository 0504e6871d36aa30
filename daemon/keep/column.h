/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of integers <-> few bytes: the part of the chunk codec that saves the space. Everything
 * in a chunk that comes once a row (stamps, ticks, decimal mantissas, bits of doubles) goes through
 * here.
 *
 * Each integer is predicted from those before it and only the error is kept. Which prediction, the
 * column's own numbers decide (column.c says which there are and why). The errors are packed by
 * bits, or by byte planes and zstd, whichever is shorter.
 *
 * One codec per thread; it holds zstd's contexts and scratch that grows to the longest column
 * seen. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "keep/bytes.h"

struct column_codec;
int column_codec_new(struct column_codec **ret_codec);
void column_codec_free(struct column_codec *codec);

/* Appends the column; x is used up (overwritten). level 0: bits only, quick and good for some
 * hundred rows; 1 and more: zstd's levels too. -ENOMEM. */
int column_encode(
	struct column_codec *codec, struct bytes_out *out, int64_t *x, size_t n, int level);

/* Reads a column of n integers from any bytes. -EBADMSG, -ENOMEM. */
int column_decode(struct column_codec *codec, struct bytes_in *in, int64_t *ret_x, size_t n);

/* Plain bytes, as they are or by zstd when that is shorter. The reader gets back what it owns until
 * the next call: at most `most` bytes. */
int column_encode_bytes(struct column_codec *codec, struct bytes_out *out, const uint8_t *bytes,
	size_t n, int level);
int column_decode_bytes(struct column_codec *codec, struct bytes_in *in, size_t most,
	const uint8_t **ret_bytes, size_t *ret_n);
