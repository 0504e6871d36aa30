/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A column of integers as bytes:
 *
 *     head       byte     bits 0-1 prediction, bit 2 a divisor follows, bits 4-5 packing
 *     first      int      x[0]; below, y[i] = (x[i] - first) / divisor, so y[0] = 0
 *     divisor    uint     only with bit 2: all differences are multiples of it (an ADC's step of
 *                         4883 uV; a clock that counts in 4 us; the trailing zeros of a float)
 *     step       int      but for DELTA
 *     snap       uint     FOLLOW only
 *     residuals           of y[1] .. y[n-1], zigzag, packed
 *
 * The prediction is the cheapest of those in column_predict.c.
 *
 * Packings:
 *     NOTHING    all residuals are 0
 *     BITS       blocks of 32: a byte says how many bits each takes, then these
 *     PLANES     byte: how many planes; the lowest byte of all, the next byte of all, ...; each with
 *                its length before it: 0 when all are zero, the row count when it is as it is, else
 *                zstd. A plane by itself, because zstd makes one table of code lengths per block and
 *                noise bytes would spoil those of the quiet planes. */
#include "keep/column.h"

#include <errno.h>
#include <zstd.h>

#include "keep/column_bits.h"
#include "keep/column_predict.h"

enum packing { NOTHING = 0, BITS = 1, PLANES = 2 };
enum {
	HAS_DIVISOR = 4,
	PACKING_SHIFT = 4,
};

struct column_codec {
	uint64_t *residuals;
	uint8_t *plane;  /* a plane, or what zstd gave back */
	uint8_t *packed; /* what zstd made of it */
	size_t rows;     /* room in residuals and plane */
	size_t packed_size;
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *expander;
};

int column_codec_new(struct column_codec **ret_codec)
{
	struct column_codec *codec = calloc(1, sizeof *codec);

	if (!codec)
		return -ENOMEM;
	codec->compressor = ZSTD_createCCtx();
	codec->expander = ZSTD_createDCtx();
	if (!codec->compressor || !codec->expander) {
		column_codec_free(codec);
		return -ENOMEM;
	}
	*ret_codec = codec;
	return 0;
}

void column_codec_free(struct column_codec *codec)
{
	if (!codec)
		return;
	ZSTD_freeCCtx(codec->compressor);
	ZSTD_freeDCtx(codec->expander);
	free(codec->residuals);
	free(codec->plane);
	free(codec->packed);
	free(codec);
}

static int reserve(struct column_codec *codec, size_t n)
{
	if (n <= codec->rows)
		return 0;

	uint64_t *residuals = realloc(codec->residuals, n * sizeof *residuals);
	if (residuals)
		codec->residuals = residuals;
	uint8_t *plane = realloc(codec->plane, n);
	if (plane)
		codec->plane = plane;
	if (!residuals || !plane)
		return -ENOMEM;
	codec->rows = n;
	return 0;
}

/* ---------------------------------------------------------------- packing by planes */

int column_encode_bytes(struct column_codec *codec, struct bytes_out *out, const uint8_t *bytes,
	size_t n, int level)
{
	size_t packed = n;

	if (n >= 32 && level > 0) {
		size_t bound = ZSTD_compressBound(n);
		if (bound > codec->packed_size) {
			uint8_t *room = realloc(codec->packed, bound);
			if (!room)
				return -ENOMEM;
			codec->packed = room;
			codec->packed_size = bound;
		}
		packed =
			ZSTD_compressCCtx(codec->compressor, codec->packed, bound, bytes, n, level);
		if (ZSTD_isError(packed))
			packed = n;
	}
	bytes_put_uint(out, n);
	if (packed < n) {
		bytes_put_uint(out, packed);
		bytes_put(out, codec->packed, packed);
	} else {
		bytes_put_uint(out, n);
		bytes_put(out, bytes, n);
	}
	return out->is_broken ? -ENOMEM : 0;
}

int column_decode_bytes(struct column_codec *codec, struct bytes_in *in, size_t most,
	const uint8_t **ret_bytes, size_t *ret_n)
{
	uint64_t n = bytes_get_uint(in), packed = bytes_get_uint(in);

	if (in->is_broken || n > most || packed > n)
		return -EBADMSG;
	const uint8_t *at = bytes_get(in, (size_t)packed);
	if (!at)
		return -EBADMSG;
	if (packed < n) {
		int result = reserve(codec, (size_t)n);
		if (result < 0)
			return result;
		if (ZSTD_decompressDCtx(
			    codec->expander, codec->plane, (size_t)n, at, (size_t)packed) != n)
			return -EBADMSG;
		at = codec->plane;
	}
	*ret_bytes = at;
	*ret_n = (size_t)n;
	return 0;
}

/* Writes the planes to `out`; what they take is for the caller to compare. */
static int put_planes(
	struct column_codec *codec, struct bytes_out *out, size_t n, unsigned width, int level)
{
	unsigned planes = (width + 7) / 8;

	bytes_put_byte(out, planes);
	for (unsigned p = 0; p < planes; p++) {
		uint8_t any = 0;
		for (size_t i = 0; i < n; i++) {
			codec->plane[i] = (uint8_t)(codec->residuals[i] >> (8 * p));
			any |= codec->plane[i];
		}
		if (!any) {
			bytes_put_uint(out, 0);
			continue;
		}
		int result = column_encode_bytes(codec, out, codec->plane, n, level);
		if (result < 0)
			return result;
	}
	return 0;
}

static int get_planes(struct column_codec *codec, struct bytes_in *in, size_t n)
{
	unsigned planes = bytes_get_byte(in);

	if (planes > 8)
		return -EBADMSG;
	memset(codec->residuals, 0, n * sizeof codec->residuals[0]);
	for (unsigned p = 0; p < planes; p++) {
		const uint8_t *bytes;
		size_t got;
		if (in->n && in->at[0] == 0) { /* a length of 0: all are zero */
			bytes_get_byte(in);
			continue;
		}
		int result = column_decode_bytes(codec, in, n, &bytes, &got);
		if (result < 0)
			return result;
		if (got != n)
			return -EBADMSG;
		for (size_t i = 0; i < n; i++)
			codec->residuals[i] |= (uint64_t)bytes[i] << (8 * p);
	}
	return 0;
}

/* ---------------------------------------------------------------- the column */

static uint64_t divisor_of(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Turns x into y = (x - x[0]) / divisor. Says how far y reaches (UINT64_MAX: it may wrap). */
static uint64_t reduce(int64_t *x, size_t n, uint64_t *ret_reach)
{
	int64_t low = x[0], high = x[0], first = x[0];
	uint64_t divisor = 0;

	for (size_t i = 1; i < n; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	uint64_t reach = (uint64_t)high - (uint64_t)low;
	if (reach >> 62) { /* doubles of both signs: differences would not fit */
		for (size_t i = 0; i < n; i++)
			x[i] = (int64_t)((uint64_t)x[i] - (uint64_t)first);
		*ret_reach = UINT64_MAX;
		return 1;
	}
	for (size_t i = 1; i < n && divisor != 1; i++) {
		int64_t delta = x[i] - x[i - 1];
		uint64_t size = delta < 0 ? (uint64_t)-delta : (uint64_t)delta;
		if (size && size != divisor)
			divisor = divisor_of(size, divisor);
	}
	if (divisor <= 1) {
		for (size_t i = 0; i < n; i++)
			x[i] -= first;
		divisor = 1;
	} else {
		for (size_t i = 0; i < n; i++)
			x[i] = (x[i] - first) / (int64_t)divisor;
	}
	*ret_reach = reach / divisor;
	return divisor;
}

int column_encode(
	struct column_codec *codec, struct bytes_out *out, int64_t *x, size_t n, int level)
{
	if (!n)
		return 0;
	int result = reserve(codec, n);
	if (result < 0)
		return result;

	uint64_t reach, all = 0;
	int64_t first = x[0];
	uint64_t divisor = reduce(x, n, &reach);
	struct column_model model = column_choose(x, n, reach);
	column_predict(&model, x, n, codec->residuals);
	for (size_t i = 0; i < n - 1; i++)
		all |= codec->residuals[i];

	size_t head = out->n;
	unsigned flags = model.prediction | (divisor > 1 ? HAS_DIVISOR : 0);
	bytes_put_byte(out, flags | NOTHING << PACKING_SHIFT);
	bytes_put_int(out, first);
	if (divisor > 1)
		bytes_put_uint(out, divisor);
	if (model.prediction != DELTA)
		bytes_put_int(out, model.step);
	if (model.prediction >= FOLLOW_SLOW)
		bytes_put_uint(out, model.snap);
	if (!all)
		return out->is_broken ? -ENOMEM : 0;

	size_t body = out->n, size = column_bits_size(codec->residuals, n - 1);
	enum packing packing = BITS;
	if (level > 0) {
		result = put_planes(codec, out, n - 1, bit_length(all), level);
		if (result < 0)
			return result;
		packing = PLANES;
	}
	if (level <= 0 || size < out->n - body) {
		out->n = body;
		column_put_bits(out, codec->residuals, n - 1, size);
		packing = BITS;
	}
	if (out->is_broken)
		return -ENOMEM;
	out->at[head] = (uint8_t)(flags | packing << PACKING_SHIFT);
	return 0;
}

int column_decode(struct column_codec *codec, struct bytes_in *in, int64_t *ret_x, size_t n)
{
	if (!n)
		return 0;
	int result = reserve(codec, n);
	if (result < 0)
		return result;

	unsigned head = bytes_get_byte(in);
	uint64_t first = (uint64_t)bytes_get_int(in);
	uint64_t divisor = head & HAS_DIVISOR ? bytes_get_uint(in) : 1;
	struct column_model model = {.prediction = head & 3};
	if (model.prediction != DELTA)
		model.step = bytes_get_int(in);
	if (model.prediction >= FOLLOW_SLOW)
		model.snap = bytes_get_uint(in);
	switch (head >> PACKING_SHIFT) {
	case NOTHING:
		memset(codec->residuals, 0, n * sizeof codec->residuals[0]);
		break;
	case BITS:
		column_get_bits(in, codec->residuals, n - 1);
		break;
	case PLANES:
		result = get_planes(codec, in, n - 1);
		if (result < 0)
			return result;
		break;
	default:
		return -EBADMSG;
	}
	if (in->is_broken)
		return -EBADMSG;
	column_unpredict(&model, codec->residuals, n, ret_x);
	for (size_t i = 0; i < n; i++)
		ret_x[i] = (int64_t)((uint64_t)ret_x[i] * divisor + first);
	return 0;
}
